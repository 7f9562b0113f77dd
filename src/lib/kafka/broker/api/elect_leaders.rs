//! ElectLeaders (key 43): gives partitions the leader they should have, or any at all (KIP-460).
//!
//! * v0 elects preferred leaders only; v1 says which kind, and has a code for the whole.
//! * No partitions named: all that this broker knows of, and only those are answered for which
//!   something was to be done.
//! * Answers when the new leaders are in this broker's picture, or the time is over: then they are
//!   elected all the same.
//! * Answers per partition: NOT_CONTROLLER, UNKNOWN_TOPIC_OR_PARTITION, INVALID_TOPIC_EXCEPTION,
//!   ELECTION_NOT_NEEDED, PREFERRED_LEADER_NOT_AVAILABLE, ELIGIBLE_LEADERS_NOT_AVAILABLE,
//!   REQUEST_TIMED_OUT.

use std::sync::Arc;
use std::time::Duration;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::controller::{Answer, Refusal, Request, Verdicts};
use crate::kafka::metadata::Image;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::elect_leaders::{
    ElectLeadersRequest, ElectLeadersResponse, PartitionResult, ReplicaElectionResult,
};
use crate::kafka::types::TopicPartition;

/// The kind that takes any replica that lives; the other one is 0, preferred.
const UNCLEAN: i8 = 1;

pub struct ElectLeaders;

impl Api for ElectLeaders {
    type Request = ElectLeadersRequest;

    fn begin(
        broker: &Arc<Broker>,
        _context: &Context,
        request: ElectLeadersRequest,
    ) -> Outcome<ElectLeadersResponse> {
        if !(0..=UNCLEAN).contains(&request.election_type) {
            let error_code = ErrorCode::INVALID_REQUEST;
            return Outcome::Done(ElectLeadersResponse { error_code, ..Default::default() });
        }
        let broker = broker.clone();
        Outcome::Parked(Box::pin(async move { answer(&broker, request).await }))
    }
}

async fn answer(broker: &Broker, request: ElectLeadersRequest) -> ElectLeadersResponse {
    let unclean = request.election_type == UNCLEAN;
    let all = request.topic_partitions.is_none();
    let partitions = asked(request.topic_partitions.as_deref(), &broker.cluster.image());
    let question = Request::ElectLeaders { unclean, partitions: Some(partitions.clone()) };
    let mut results: Vec<(TopicPartition, Result<(), Refused>)> =
        match broker.control.ask(question).await {
            Answer::ElectLeaders(verdicts) => refusals(verdicts, unclean),
            _ => partitions.into_iter().map(|it| (it, Err(not_controller()))).collect(),
        };
    wait(broker, request.timeout_ms, unclean, &mut results).await;
    if all {
        results.retain(|(_, result)| {
            !matches!(result, Err(refused) if refused.0 == ErrorCode::ELECTION_NOT_NEEDED)
        });
    }
    ElectLeadersResponse { replica_election_results: by_topic(results), ..Default::default() }
}

/// A code, and what is said about it.
type Refused = (ErrorCode, Option<String>);

fn not_controller() -> Refused {
    (ErrorCode::NOT_CONTROLLER, None)
}

/// The partitions that are meant.
fn asked(
    named: Option<&[crate::kafka::protocol::message::elect_leaders::TopicPartitions]>,
    image: &Image,
) -> Vec<TopicPartition> {
    match named {
        Some(topics) => topics
            .iter()
            .flat_map(|topic| {
                let name: Arc<str> = topic.topic.as_str().into();
                let named = move |it: &i32| TopicPartition::new(name.clone(), *it);
                topic.partitions.iter().map(named)
            })
            .collect(),
        None => image
            .topics
            .values()
            .flat_map(|topic| {
                let name = topic.name.clone();
                topic.partitions.keys().map(move |it| TopicPartition::new(name.clone(), *it))
            })
            .collect(),
    }
}

fn refusals(verdicts: Verdicts, unclean: bool) -> Vec<(TopicPartition, Result<(), Refused>)> {
    let verdicts = verdicts.into_iter().map(|(name, verdict)| {
        let refused = verdict.map_err(|refusal| refused(&name, refusal, unclean));
        (name, refused)
    });
    verdicts.collect()
}

/// Code and text of a refusal, as tools print them.
fn refused(name: &TopicPartition, refusal: Refusal, unclean: bool) -> Refused {
    let strategy = match unclean {
        true => "OfflinePartitionLeaderElectionStrategy(true)",
        false => "PreferredReplicaPartitionLeaderElectionStrategy",
    };
    let failed =
        || format!("Failed to elect leader for partition {name} under strategy {strategy}");
    let (code, text) = match refusal {
        Refusal::NotController => return not_controller(),
        Refusal::UnknownTopicOrPartition => {
            (ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, "The partition does not exist.".to_owned())
        }
        Refusal::TopicBeingDeleted => {
            (ErrorCode::INVALID_TOPIC_EXCEPTION, "The topic is being deleted".to_owned())
        }
        Refusal::ElectionNotNeeded => (
            ErrorCode::ELECTION_NOT_NEEDED,
            "Leader election not needed for topic partition.".to_owned(),
        ),
        Refusal::PreferredLeaderNotAvailable => {
            (ErrorCode::PREFERRED_LEADER_NOT_AVAILABLE, failed())
        }
        Refusal::EligibleLeadersNotAvailable => {
            (ErrorCode::ELIGIBLE_LEADERS_NOT_AVAILABLE, failed())
        }
        other => (ErrorCode::UNKNOWN_SERVER_ERROR, other.to_string()),
    };
    (code, Some(text))
}

/// Waits until the leaders that were elected are seen here; those that are not are late.
async fn wait(
    broker: &Broker,
    timeout_ms: i32,
    unclean: bool,
    results: &mut [(TopicPartition, Result<(), Refused>)],
) {
    let elected: Vec<&TopicPartition> =
        results.iter().filter(|(_, result)| result.is_ok()).map(|(name, _)| name).collect();
    let within = Duration::from_millis(u64::try_from(timeout_ms).unwrap_or(0));
    let all = broker.cluster.wait_for(|image| elected.iter().all(|it| is_led(image, it, unclean)));
    // Which ones are late is read off the picture.
    let _ = tokio::time::timeout(within, all).await;
    let image = broker.cluster.image();
    for (name, result) in results {
        if result.is_ok() && !is_led(&image, name, unclean) {
            *result = Err((ErrorCode::REQUEST_TIMED_OUT, None));
        }
    }
}

fn is_led(image: &Image, name: &TopicPartition, unclean: bool) -> bool {
    let Some(partition) = image.partition(&name.topic, name.partition) else { return false };
    match unclean {
        true => image.broker(partition.leader).is_some(),
        false => partition.replicas.first() == Some(&partition.leader),
    }
}

fn by_topic(results: Vec<(TopicPartition, Result<(), Refused>)>) -> Vec<ReplicaElectionResult> {
    let mut topics: Vec<ReplicaElectionResult> = Vec::new();
    for (name, result) in results {
        let (error_code, error_message) = result.err().unwrap_or_default();
        let partition = PartitionResult { partition_id: name.partition, error_code, error_message };
        match topics.last_mut().filter(|topic| *topic.topic == *name.topic) {
            Some(topic) => topic.partition_result.push(partition),
            None => topics.push(ReplicaElectionResult {
                topic: name.topic.to_string(),
                partition_result: vec![partition],
            }),
        }
    }
    topics
}
