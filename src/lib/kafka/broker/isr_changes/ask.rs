//! Asking the controller, over the wire whoever it is: AlterPartition (KIP-497).

use std::collections::BTreeMap;
use std::time::Duration;

use crate::base::error::Chain;
use crate::base::uuid::Uuid;
use crate::kafka::broker::Broker;
use crate::kafka::client::{self, Connection};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::alter_partition::{
    AlterPartitionRequest, AlterPartitionResponse, BrokerState, PartitionData, PartitionResult,
    TopicData,
};
use crate::kafka::replica::partition::Decision;
use crate::kafka::types::{BrokerId, TopicPartition};

use super::{Wishes, decided};

/// The last version that names topics.
const BY_NAME_MAX: i16 = 1;

/// The connection to the controller, kept as long as it is the controller.
#[derive(Default)]
pub(super) struct Link {
    connection: Option<(BrokerId, Connection)>,
}

impl Link {
    /// Asks for all of them; gives back what must be asked again.
    pub(super) async fn ask(&mut self, broker: &Broker, wishes: Wishes) -> Wishes {
        match self.exchange(broker, &wishes).await {
            Ok(answer) if !answer.error_code.is_error() => settle(broker, wishes, &answer),
            Ok(answer) => {
                // Another controller may be known by the next time.
                self.connection = None;
                trouble(broker, answer.error_code.name());
                wishes
            }
            Err(error) => {
                self.connection = None;
                trouble(broker, &Chain(&error).to_string());
                wishes
            }
        }
    }

    async fn exchange(
        &mut self,
        broker: &Broker,
        wishes: &Wishes,
    ) -> client::Result<AlterPartitionResponse> {
        let config = broker.config();
        let timeout = u64::try_from(config.controller_socket_timeout_ms).unwrap_or(0);
        let timeout = Duration::from_millis(timeout);
        let controller = BrokerId(broker.cluster.image().controller);
        let connection = match &self.connection {
            Some((id, connection)) if *id == controller && connection.is_open() => connection,
            Some(_) | None => {
                let listener = &broker.peer_listeners.controller;
                let name = broker.id.to_string();
                let opened = broker.connect_to(controller, listener, name, timeout).await?;
                &self.connection.insert((controller, opened)).1
            }
        };
        let named_by_id = wishes.values().all(|open| open.partition.topic_id() != Uuid::ZERO);
        let most = if named_by_id { i16::MAX } else { BY_NAME_MAX };
        let version = connection.version_at_most::<AlterPartitionRequest>(most)?;
        connection.call(&request(broker, wishes), version, timeout).await
    }
}

fn trouble(broker: &Broker, what: &str) {
    tracing::warn!(
        target: "kafka.server.DefaultAlterPartitionManager",
        "[Broker id={}] Asking the controller for ISR changes failed: {what}",
        broker.id,
    );
}

fn request(broker: &Broker, wishes: &Wishes) -> AlterPartitionRequest {
    let mut topics: Vec<TopicData> = Vec::new();
    for (name, open) in wishes {
        let wish = &open.wish;
        let partition = PartitionData {
            partition_index: name.partition,
            leader_epoch: wish.leader_epoch.0,
            new_isr: wish.isr.iter().map(|id| id.0).collect(),
            // In ZooKeeper mode a leader does not know the epochs of others.
            new_isr_with_epochs: wish
                .isr
                .iter()
                .map(|id| BrokerState { broker_id: id.0, ..BrokerState::default() })
                .collect(),
            partition_epoch: wish.partition_epoch,
            ..PartitionData::default()
        };
        match topics.last_mut() {
            Some(topic) if *topic.topic_name == *name.topic => topic.partitions.push(partition),
            _ => topics.push(TopicData {
                topic_name: name.topic.to_string(),
                topic_id: open.partition.topic_id(),
                partitions: vec![partition],
            }),
        }
    }
    AlterPartitionRequest { broker_id: broker.id.0, broker_epoch: broker.epoch(), topics }
}

/// Tells the partitions; gives back those that the controller could not decide.
fn settle(broker: &Broker, mut wishes: Wishes, answer: &AlterPartitionResponse) -> Wishes {
    let names: BTreeMap<Uuid, _> =
        wishes.iter().map(|(name, open)| (open.partition.topic_id(), name.topic.clone())).collect();
    for topic in &answer.topics {
        let name = match names.get(&topic.topic_id) {
            Some(name) if topic.topic_id != Uuid::ZERO => name.clone(),
            Some(_) | None => topic.topic_name.as_str().into(),
        };
        for result in &topic.partitions {
            let name = TopicPartition::new(name.clone(), result.partition_index);
            let Some(decision) = decision(result) else { continue };
            if let Some(open) = wishes.remove(&name) {
                decided(broker, &open, decision);
            }
        }
    }
    wishes
}

/// What an answer means; none where it is to be asked again.
fn decision(result: &PartitionResult) -> Option<Decision> {
    match result.error_code {
        ErrorCode::NONE => Some(Decision::Is {
            partition_epoch: result.partition_epoch,
            isr: result.isr.iter().copied().map(BrokerId).collect(),
        }),
        ErrorCode::OPERATION_NOT_ATTEMPTED | ErrorCode::INELIGIBLE_REPLICA => {
            Some(Decision::Refused)
        }
        // The controller knows more than this leader, and is about to say so.
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION
        | ErrorCode::UNKNOWN_TOPIC_ID
        | ErrorCode::FENCED_LEADER_EPOCH
        | ErrorCode::INVALID_UPDATE_VERSION
        | ErrorCode::INVALID_REQUEST
        | ErrorCode::NEW_LEADER_ELECTED => Some(Decision::Open),
        _ => None,
    }
}
