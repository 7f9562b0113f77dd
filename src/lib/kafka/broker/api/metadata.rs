//! Metadata (key 3): brokers, topics, leaders.
//!
//! * v0: an empty list means all topics; from v1 on null does, and an empty list none.
//! * v4: the client says whether missing topics may be created; earlier it always agrees.
//! * v5 adds offline replicas, v7 leader epochs, v8 authorized operations, v10 topic ids, v12 lets
//!   a topic be named by its id alone.
//! * v0 leaves out replicas that are not alive and says REPLICA_NOT_AVAILABLE.
//! * Answers: UNKNOWN_TOPIC_OR_PARTITION, LEADER_NOT_AVAILABLE, INVALID_TOPIC_EXCEPTION,
//!   UNKNOWN_TOPIC_ID, LISTENER_NOT_FOUND, REPLICA_NOT_AVAILABLE.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::base::uuid::Uuid;
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::metadata::{Image, PartitionImage, TopicImage, topic};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::metadata::{
    MetadataRequest, MetadataRequestTopic, MetadataResponse, MetadataResponseBroker,
    MetadataResponsePartition, MetadataResponseTopic,
};

/// What anyone may do to the cluster where no authorizer is set: create, describe, alter, their
/// settings, cluster actions, idempotent writes; one bit an operation.
pub const CLUSTER_OPERATIONS: i32 = 0b1_1111_1010_0000;
/// The same for a topic: read, write, create, delete, alter, describe, settings.
const TOPIC_OPERATIONS: i32 = 0b1101_1111_1000;

pub struct Metadata;

impl Api for Metadata {
    type Request = MetadataRequest;

    fn begin(
        broker: &Arc<Broker>,
        context: &Context,
        request: MetadataRequest,
    ) -> Outcome<MetadataResponse> {
        let image = broker.cluster.image();
        let all = match &request.topics {
            None => true,
            Some(topics) => context.version == 0 && topics.is_empty(),
        };
        let missing = match (&request.topics, all) {
            (Some(topics), false) => missing(&image, topics),
            _ => Vec::new(),
        };
        let may_create = context.version < 4 || request.allow_auto_topic_creation;
        if may_create && broker.config().auto_create_topics_enable && !missing.is_empty() {
            let (broker, context) = (broker.clone(), context.clone());
            return Outcome::Parked(Box::pin(async move {
                let created = broker.auto_create(missing).await;
                answer(&broker, &context, &request, all, &created)
            }));
        }
        Outcome::Done(answer(broker, context, &request, all, &[]))
    }
}

/// The names that are asked for, may be a topic's, and are none.
fn missing(image: &Image, topics: &[MetadataRequestTopic]) -> Vec<String> {
    let named = topics.iter().filter_map(|topic| topic.name.as_ref());
    let missing =
        named.filter(|name| image.topic(name).is_none() && topic::check_name(name).is_ok());
    missing.cloned().collect()
}

fn answer(
    broker: &Broker,
    context: &Context,
    request: &MetadataRequest,
    all: bool,
    created: &[(String, ErrorCode)],
) -> MetadataResponse {
    let image = broker.cluster.image();
    let reader = Reading { image: &image, context };
    let with_operations = request.include_topic_authorized_operations;
    let mut topics: Vec<MetadataResponseTopic> = match &request.topics {
        Some(asked) if !all => {
            asked.iter().map(|asked| reader.asked_topic(asked, created)).collect()
        }
        _ => image.topics.values().map(|topic| reader.topic(topic)).collect(),
    };
    for topic in &mut topics {
        let shown = with_operations && !topic.error_code.is_error();
        topic.topic_authorized_operations = if shown { TOPIC_OPERATIONS } else { i32::MIN };
    }
    let brokers = image.brokers.values().filter_map(|it| {
        let end = it.endpoint(&context.listener)?;
        Some(MetadataResponseBroker {
            node_id: it.id,
            host: end.host.clone(),
            port: end.port.into(),
            rack: it.rack.clone(),
        })
    });
    MetadataResponse {
        brokers: brokers.collect(),
        cluster_id: Some(broker.cluster_id.clone()),
        controller_id: image.controller,
        topics,
        cluster_authorized_operations: match request.include_cluster_authorized_operations {
            true => CLUSTER_OPERATIONS,
            false => i32::MIN,
        },
        ..Default::default()
    }
}

struct Reading<'a> {
    image: &'a Image,
    context: &'a Context,
}

impl Reading<'_> {
    fn asked_topic(
        &self,
        asked: &MetadataRequestTopic,
        created: &[(String, ErrorCode)],
    ) -> MetadataResponseTopic {
        let failed = |error_code| MetadataResponseTopic {
            error_code,
            name: asked.name.clone(),
            topic_id: asked.topic_id,
            ..Default::default()
        };
        let Some(name) = &asked.name else {
            return match self.image.topic_by_id(asked.topic_id) {
                Some(topic) => self.topic(topic),
                None => failed(ErrorCode::UNKNOWN_TOPIC_ID),
            };
        };
        if asked.topic_id != Uuid::ZERO && self.context.version < 12 {
            return failed(ErrorCode::INVALID_REQUEST);
        }
        if let Some(topic) = self.image.topic(name) {
            return self.topic(topic);
        }
        if topic::check_name(name).is_err() {
            return failed(ErrorCode::INVALID_TOPIC_EXCEPTION);
        }
        let created = created.iter().find(|(topic, _)| topic == name).map(|(_, code)| *code);
        failed(created.unwrap_or(ErrorCode::UNKNOWN_TOPIC_OR_PARTITION))
    }

    fn topic(&self, topic: &TopicImage) -> MetadataResponseTopic {
        MetadataResponseTopic {
            name: Some(topic.name.to_string()),
            topic_id: topic.id,
            is_internal: topic::is_internal(&topic.name),
            partitions: topic.partitions.values().map(|it| self.partition(it)).collect(),
            ..Default::default()
        }
    }

    fn is_reachable(&self, id: i32) -> bool {
        self.image.broker(id).is_some_and(|it| it.endpoint(&self.context.listener).is_some())
    }

    fn partition(&self, partition: &PartitionImage) -> MetadataResponsePartition {
        let alive = |ids: &[i32]| ids.iter().copied().filter(|id| self.is_reachable(*id)).collect();
        let mut answer = MetadataResponsePartition {
            partition_index: partition.index,
            leader_id: partition.leader,
            leader_epoch: partition.leader_epoch,
            replica_nodes: partition.replicas.clone(),
            isr_nodes: partition.isr.clone(),
            ..Default::default()
        };
        let mut offline = partition.offline.clone();
        let dead = partition.replicas.iter().filter(|id| self.image.broker(**id).is_none());
        offline.extend(dead.copied().filter(|id| !partition.offline.contains(id)));
        answer.offline_replicas = offline;
        if self.context.version == 0 {
            answer.replica_nodes = alive(&partition.replicas);
            answer.isr_nodes = alive(&partition.isr);
        }
        if !self.is_reachable(partition.leader) {
            answer.leader_id = -1;
            // The leader lives, but this listener does not lead to it.
            let elsewhere = self.image.broker(partition.leader).is_some();
            answer.error_code = match elsewhere && self.context.version >= 6 {
                true => ErrorCode::LISTENER_NOT_FOUND,
                false => ErrorCode::LEADER_NOT_AVAILABLE,
            };
        } else if answer.replica_nodes.len() < partition.replicas.len()
            || answer.isr_nodes.len() < partition.isr.len()
        {
            answer.error_code = ErrorCode::REPLICA_NOT_AVAILABLE;
        }
        answer
    }
}
