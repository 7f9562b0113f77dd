//! An UpdateMetadata request applied to an image.

use std::collections::HashMap;
use std::sync::Arc;

use crate::base::uuid::Uuid;
use crate::kafka::protocol::message::update_metadata::{
    UpdateMetadataBroker, UpdateMetadataPartitionState, UpdateMetadataRequest,
};

use super::broker::Endpoint;
use super::image::{BrokerImage, Image, PartitionImage, TopicImage};

/// The leader that means "this partition is deleted".
pub const LEADER_DURING_DELETE: i32 = -2;

/// Security protocols as the wire numbers them.
fn security_protocol(number: i16) -> &'static str {
    match number {
        1 => "SSL",
        2 => "SASL_PLAINTEXT",
        3 => "SASL_SSL",
        _ => "PLAINTEXT",
    }
}

/// The number of a security protocol on the wire.
pub fn security_protocol_number(name: &str) -> i16 {
    match name {
        "SSL" => 1,
        "SASL_PLAINTEXT" => 2,
        "SASL_SSL" => 3,
        _ => 0,
    }
}

/// The image after an update. The live brokers replace those known; partitions are merged in;
/// topics that the update does not name are shared with the old image.
pub fn apply(image: &Image, update: &UpdateMetadataRequest) -> Image {
    let mut next = image.clone();
    next.controller = update.controller_id;
    next.controller_epoch = update.controller_epoch;
    next.brokers = update.live_brokers.iter().map(|it| (it.id, Arc::new(broker(it)))).collect();
    let mut changed: HashMap<Arc<str>, TopicImage> = HashMap::new();
    // Version 5 and later group by topic, earlier ones name the topic in each partition.
    let grouped = update.topic_states.iter().flat_map(|topic| {
        topic.partition_states.iter().map(move |it| (&topic.topic_name, topic.topic_id, it))
    });
    let flat = update.ungrouped_partition_states.iter();
    let flat = flat.map(|it| (&it.topic_name, Uuid::ZERO, it));
    for (name, id, state) in grouped.chain(flat) {
        let topic = match changed.get_mut(name.as_str()) {
            Some(topic) => topic,
            None => {
                let name: Arc<str> = name.as_str().into();
                let known = image.topic(&name).map(|topic| TopicImage::clone(topic));
                changed.entry(name.clone()).or_insert(known.unwrap_or(TopicImage {
                    name,
                    id: Uuid::ZERO,
                    partitions: Default::default(),
                }))
            }
        };
        if id != Uuid::ZERO {
            topic.id = id;
        }
        match state.leader {
            LEADER_DURING_DELETE => topic.partitions.remove(&state.partition_index),
            _ => topic.partitions.insert(state.partition_index, partition(state)),
        };
    }
    for (name, topic) in changed {
        if let Some(old) = image.topic(&name) {
            next.ids.remove(&old.id);
        }
        if topic.partitions.is_empty() {
            next.topics.remove(&name);
            continue;
        }
        if topic.id != Uuid::ZERO {
            next.ids.insert(topic.id, name.clone());
        }
        next.topics.insert(name, Arc::new(topic));
    }
    next
}

fn broker(told: &UpdateMetadataBroker) -> BrokerImage {
    let mut endpoints: Vec<Endpoint> = told
        .endpoints
        .iter()
        .map(|end| {
            let protocol = security_protocol(end.security_protocol);
            // Before version 3 a listener had no name of its own.
            let listener = if end.listener.is_empty() { protocol } else { &end.listener };
            Endpoint {
                listener: listener.to_owned(),
                security_protocol: protocol.to_owned(),
                host: end.host.clone(),
                port: end.port,
            }
        })
        .collect();
    if endpoints.is_empty() && !told.v0_host.is_empty() {
        endpoints.push(Endpoint {
            listener: "PLAINTEXT".to_owned(),
            security_protocol: "PLAINTEXT".to_owned(),
            host: told.v0_host.clone(),
            port: told.v0_port,
        });
    }
    BrokerImage { id: told.id, rack: told.rack.clone(), endpoints }
}

fn partition(state: &UpdateMetadataPartitionState) -> PartitionImage {
    PartitionImage {
        index: state.partition_index,
        leader: state.leader,
        leader_epoch: state.leader_epoch,
        partition_epoch: state.zk_version,
        isr: state.isr.clone(),
        replicas: state.replicas.clone(),
        offline: state.offline_replicas.clone(),
    }
}

/// The topics an update takes away, by name: whoever keeps something for them forgets it.
pub fn deleted_partitions(update: &UpdateMetadataRequest) -> Vec<(String, i32)> {
    let grouped = update
        .topic_states
        .iter()
        .flat_map(|topic| topic.partition_states.iter().map(move |it| (&topic.topic_name, it)));
    let flat = update.ungrouped_partition_states.iter().map(|it| (&it.topic_name, it));
    grouped
        .chain(flat)
        .filter(|(_, state)| state.leader == LEADER_DURING_DELETE)
        .map(|(name, state)| (name.clone(), state.partition_index))
        .collect()
}
