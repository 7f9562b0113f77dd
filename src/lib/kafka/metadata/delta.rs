//! An UpdateMetadata request applied to an image.

use std::sync::Arc;

use crate::base::uuid::Uuid;
use crate::config::broker::{Endpoint, SecurityProtocol};
use crate::kafka::protocol::message::update_metadata::{
    UpdateMetadataBroker, UpdateMetadataPartitionState, UpdateMetadataRequest,
};

use super::image::{BrokerImage, Image, PartitionImage, TopicImage};

/// The leader that means "this partition is deleted".
pub const LEADER_DURING_DELETE: i32 = -2;

/// Applies an update. The live brokers replace those known; partitions are merged in. What nobody
/// else holds is changed in place, so that news of one partition costs what one partition costs;
/// what somebody holds is left to him and copied: of topics, only those that the update names.
pub fn apply(image: &mut Image, update: &UpdateMetadataRequest) {
    image.controller = update.controller_id;
    image.controller_epoch = update.controller_epoch;
    image.brokers = update.live_brokers.iter().map(|it| (it.id, Arc::new(broker(it)))).collect();
    // Version 5 and later group by topic, earlier ones name the topic in each partition.
    for topic in &update.topic_states {
        merge(image, &topic.topic_name, topic.topic_id, topic.partition_states.iter());
    }
    let flat = update.ungrouped_partition_states.chunk_by(|a, b| a.topic_name == b.topic_name);
    for states in flat {
        let Some(first) = states.first() else { continue };
        merge(image, &first.topic_name, Uuid::ZERO, states.iter());
    }
}

fn merge<'a>(
    image: &mut Image,
    name: &str,
    id: Uuid,
    states: impl Iterator<Item = &'a UpdateMetadataPartitionState>,
) {
    let name: Arc<str> = match image.topics.get_key_value(name) {
        Some((name, _)) => name.clone(),
        None => name.into(),
    };
    let topic = image.topics.entry(name.clone()).or_insert_with(|| {
        let (name, partitions) = (name.clone(), Default::default());
        Arc::new(TopicImage { name, id: Uuid::ZERO, partitions })
    });
    let topic = Arc::make_mut(topic);
    let before = topic.id;
    if id != Uuid::ZERO {
        topic.id = id;
    }
    for state in states {
        match state.leader {
            LEADER_DURING_DELETE => topic.partitions.remove(&state.partition_index),
            _ => topic.partitions.insert(state.partition_index, partition(state)),
        };
    }
    let (now, gone) = (topic.id, topic.partitions.is_empty());
    if before != now || gone {
        image.ids.remove(&before);
    }
    if gone {
        image.topics.remove(&name);
    } else if now != Uuid::ZERO && before != now {
        image.ids.insert(now, name);
    }
}

fn broker(told: &UpdateMetadataBroker) -> BrokerImage {
    // An address that cannot be one is not told on.
    let named = told.endpoints.iter().filter_map(|end| {
        let protocol = SecurityProtocol::of(end.security_protocol)?;
        // Before version 3 a listener had no name of its own.
        let listener = if end.listener.is_empty() { protocol.name() } else { &end.listener };
        let (listener, host) = (listener.to_owned(), end.host.clone());
        Some(Endpoint { listener, host, port: u16::try_from(end.port).ok()?, protocol })
    });
    let mut endpoints: Vec<Endpoint> = named.collect();
    if let (true, false, Ok(port)) =
        (endpoints.is_empty(), told.v0_host.is_empty(), u16::try_from(told.v0_port))
    {
        endpoints.push(Endpoint::plain(&told.v0_host, port));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::protocol::message::update_metadata::{
        UpdateMetadataEndpoint, UpdateMetadataTopicState,
    };

    fn state(partition: i32, leader: i32) -> UpdateMetadataPartitionState {
        UpdateMetadataPartitionState {
            partition_index: partition,
            leader,
            leader_epoch: 3,
            zk_version: 4,
            isr: vec![1, 2],
            replicas: vec![1, 2, 3],
            offline_replicas: vec![3],
            ..Default::default()
        }
    }

    fn topic(name: &str, id: u8, states: &[(i32, i32)]) -> UpdateMetadataTopicState {
        UpdateMetadataTopicState {
            topic_name: name.to_owned(),
            topic_id: Uuid([id; 16]),
            partition_states: states.iter().map(|it| state(it.0, it.1)).collect(),
        }
    }

    fn apply(image: &Image, update: &UpdateMetadataRequest) -> Image {
        let mut next = image.clone();
        super::apply(&mut next, update);
        next
    }

    fn update(topics: Vec<UpdateMetadataTopicState>) -> UpdateMetadataRequest {
        UpdateMetadataRequest { topic_states: topics, ..Default::default() }
    }

    #[test]
    fn partitions_are_merged_and_the_rest_is_shared() {
        let first = update(vec![topic("a", 1, &[(0, 1), (1, 2)]), topic("b", 2, &[(0, 1)])]);
        let old = apply(&Image::empty(), &first);
        let next = apply(&old, &update(vec![topic("a", 1, &[(1, 3), (2, 1)])]));
        let leaders: Vec<i32> =
            next.topic("a").unwrap().partitions.values().map(|it| it.leader).collect();
        assert_eq!(leaders, [1, 3, 1]);
        assert_eq!(old.partition("a", 1).unwrap().leader, 2, "an image does not change");
        assert!(Arc::ptr_eq(old.topic("b").unwrap(), next.topic("b").unwrap()));
        let told = next.partition("a", 2).unwrap();
        assert_eq!((told.leader_epoch, told.partition_epoch), (3, 4));
        assert_eq!(told.offline, [3]);
        assert_eq!(next.topic_by_id(Uuid([2; 16])).unwrap().name.as_ref(), "b");
    }

    #[test]
    fn point_24_deleted_partitions_go_and_a_new_topic_of_the_name_has_its_own_id() {
        let old = apply(&Image::empty(), &update(vec![topic("a", 1, &[(0, 1), (1, 1)])]));
        let gone = update(vec![topic("a", 1, &[(0, LEADER_DURING_DELETE)])]);
        assert_eq!(deleted_partitions(&gone), [("a".to_owned(), 0)]);
        let half = apply(&old, &gone);
        assert!(half.partition("a", 0).is_none() && half.partition("a", 1).is_some());
        let none = apply(&half, &update(vec![topic("a", 1, &[(1, LEADER_DURING_DELETE)])]));
        assert!(none.topic("a").is_none() && none.topic_by_id(Uuid([1; 16])).is_none());
        let again = apply(&old, &update(vec![topic("a", 9, &[(0, 1)])]));
        assert!(again.topic_by_id(Uuid([1; 16])).is_none());
        assert!(again.topic_by_id(Uuid([9; 16])).is_some());
    }

    #[test]
    fn old_versions_name_the_topic_in_each_partition() {
        let mut request = update(Vec::new());
        let flat = UpdateMetadataPartitionState { topic_name: "t".to_owned(), ..state(0, 1) };
        request.ungrouped_partition_states.push(flat);
        let image = apply(&Image::empty(), &request);
        assert_eq!(image.topic("t").unwrap().id, Uuid::ZERO);
        assert!(image.ids.is_empty());
    }

    #[test]
    fn point_24_the_live_brokers_replace_those_known() {
        let with = |brokers: Vec<UpdateMetadataBroker>| UpdateMetadataRequest {
            controller_id: 7,
            live_brokers: brokers,
            ..Default::default()
        };
        let named = UpdateMetadataBroker {
            id: 1,
            endpoints: vec![UpdateMetadataEndpoint {
                port: 9093,
                host: "h".to_owned(),
                listener: "EXTERNAL".to_owned(),
                security_protocol: 3,
            }],
            ..Default::default()
        };
        let mut nonsense = named.clone();
        nonsense.endpoints[0].security_protocol = 4;
        nonsense.endpoints.extend(named.endpoints.iter().cloned());
        nonsense.endpoints[1].port = 65_536;
        let image = apply(&Image::empty(), &with(vec![nonsense]));
        assert_eq!(image.broker(1).unwrap().endpoints, []);
        let mut unnamed = named.clone();
        unnamed.endpoints[0].listener = String::new();
        let first = UpdateMetadataBroker {
            id: 2,
            v0_host: "old".to_owned(),
            v0_port: 9092,
            ..Default::default()
        };
        let image = apply(&Image::empty(), &with(vec![named, first]));
        assert_eq!(image.controller, 7);
        let end = image.broker(1).unwrap().endpoint("EXTERNAL").unwrap();
        assert_eq!((end.protocol, end.port), (SecurityProtocol::SaslSsl, 9093));
        assert_eq!(image.broker(2).unwrap().endpoint("PLAINTEXT").unwrap().host, "old");
        let image = apply(&image, &with(vec![unnamed]));
        assert!(image.broker(2).is_none());
        assert!(image.broker(1).unwrap().endpoint("SASL_SSL").is_some());
    }
}
