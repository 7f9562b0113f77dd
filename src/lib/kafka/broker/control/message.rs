//! What the controller says, in the words of each version; and what brokers answer.
//!
//! The version is not negotiated: it follows from `inter.broker.protocol.version`, which must be
//! one that every broker of the cluster knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::uuid::Uuid;
use crate::config::broker::Endpoint;
use crate::config::broker::ProtocolVersion;
use crate::kafka::controller::Event;
use crate::kafka::controller::context::{Broker, LeaderAndIsr};
use crate::kafka::controller::effect::{
    ControlRequest, LeaderAndIsrRequest, PartitionStates, StopReplicaRequest, TopicStates,
    UpdateMetadataRequest,
};
use crate::kafka::protocol::message::leader_and_isr as lisr;
use crate::kafka::protocol::message::stop_replica as stop;
use crate::kafka::protocol::message::update_metadata as update;
use crate::kafka::types::{BrokerId, LeaderEpoch, TopicPartition};

/// From whom, to whom and how.
#[derive(Clone, Debug)]
pub(super) struct Envelope {
    pub(super) controller: BrokerId,
    pub(super) broker_epoch: i64,
    pub(super) protocol: ProtocolVersion,
    /// The listener on which brokers reach one another.
    pub(super) listener: Arc<str>,
}

/// LeaderAndIsr's version by `inter.broker.protocol.version`.
pub(super) fn leader_and_isr_version(protocol: ProtocolVersion) -> i16 {
    use ProtocolVersion as V;
    let steps =
        [V::V1_0_IV0, V::V2_2_IV0, V::V2_4_IV0, V::V2_4_IV1, V::V2_8_IV1, V::V3_2_IV0, V::V3_4_IV0];
    version(&steps, protocol)
}

/// UpdateMetadata's version.
pub(super) fn update_metadata_version(protocol: ProtocolVersion) -> i16 {
    use ProtocolVersion as V;
    let steps = [
        V::V0_9_0,
        V::V0_10_0_IV1,
        V::V0_10_2_IV0,
        V::V1_0_IV0,
        V::V2_2_IV0,
        V::V2_4_IV1,
        V::V2_8_IV1,
        V::V3_4_IV0,
    ];
    version(&steps, protocol)
}

/// StopReplica's version.
pub(super) fn stop_replica_version(protocol: ProtocolVersion) -> i16 {
    use ProtocolVersion as V;
    version(&[V::V2_2_IV0, V::V2_4_IV1, V::V2_6_IV0, V::V3_4_IV0], protocol)
}

/// How many of the steps have been taken.
fn version(steps: &[ProtocolVersion], protocol: ProtocolVersion) -> i16 {
    let taken = steps.iter().filter(|step| protocol >= **step).count();
    i16::try_from(taken).expect("a handful of steps")
}

fn ids(ids: &[BrokerId]) -> Vec<i32> {
    ids.iter().map(|id| id.0).collect()
}

fn endpoint<'a>(broker: &'a Broker, listener: &str) -> Option<&'a Endpoint> {
    broker.endpoints.iter().find(|endpoint| endpoint.listener == listener)
}

impl Envelope {
    /// A LeaderAndIsr request at `version`.
    pub(super) fn leader_and_isr(
        &self,
        request: &LeaderAndIsrRequest,
        version: i16,
    ) -> lisr::LeaderAndIsrRequest {
        let leaders = request.leaders.iter().filter_map(|broker| {
            let endpoint = endpoint(broker, &self.listener)?;
            Some(lisr::LeaderAndIsrLiveLeader {
                broker_id: broker.id.0,
                host_name: endpoint.host.clone(),
                port: endpoint.port.into(),
            })
        });
        let mut message = lisr::LeaderAndIsrRequest {
            controller_id: self.controller.0,
            controller_epoch: request.controller_epoch.0,
            broker_epoch: self.broker_epoch,
            live_leaders: leaders.collect(),
            ..Default::default()
        };
        for topic in &request.topics {
            let states = topic.partitions.iter().map(|one| leader_and_isr_state(topic, one));
            // Before version 2 the partitions are not grouped by topic.
            if version < 2 {
                message.ungrouped_partition_states.extend(states);
            } else {
                message.topic_states.push(lisr::LeaderAndIsrTopicState {
                    topic_name: topic.topic.to_string(),
                    topic_id: topic.id.unwrap_or(Uuid::ZERO),
                    partition_states: states.collect(),
                });
            }
        }
        message
    }

    /// An UpdateMetadata request at `version`.
    pub(super) fn update_metadata(
        &self,
        request: &UpdateMetadataRequest,
        version: i16,
    ) -> update::UpdateMetadataRequest {
        let mut message = update::UpdateMetadataRequest {
            controller_id: self.controller.0,
            controller_epoch: request.controller_epoch.0,
            broker_epoch: self.broker_epoch,
            live_brokers: request.brokers.iter().map(|broker| self.live_broker(broker)).collect(),
            ..Default::default()
        };
        for topic in &request.topics {
            let states = topic.partitions.iter().map(|one| metadata_state(topic, one));
            // Before version 5 the partitions are not grouped by topic.
            if version < 5 {
                message.ungrouped_partition_states.extend(states);
            } else {
                message.topic_states.push(update::UpdateMetadataTopicState {
                    topic_name: topic.topic.to_string(),
                    topic_id: topic.id.unwrap_or(Uuid::ZERO),
                    partition_states: states.collect(),
                });
            }
        }
        message
    }

    fn live_broker(&self, broker: &Broker) -> update::UpdateMetadataBroker {
        let endpoints = broker.endpoints.iter().map(|one| update::UpdateMetadataEndpoint {
            port: one.port.into(),
            host: one.host.clone(),
            listener: one.listener.clone(),
            security_protocol: one.protocol.id(),
        });
        // Version 0 has room for one address.
        let first = endpoint(broker, &self.listener).or(broker.endpoints.first());
        update::UpdateMetadataBroker {
            id: broker.id.0,
            v0_host: first.map(|one| one.host.clone()).unwrap_or_default(),
            v0_port: first.map_or(-1, |one| one.port.into()),
            endpoints: endpoints.collect(),
            rack: broker.rack.clone(),
        }
    }

    /// StopReplica requests at `version`: before version 3 one request either deletes or does not.
    pub(super) fn stop_replica(
        &self,
        request: &StopReplicaRequest,
        version: i16,
    ) -> Vec<stop::StopReplicaRequest> {
        let base = stop::StopReplicaRequest {
            controller_id: self.controller.0,
            controller_epoch: request.controller_epoch.0,
            broker_epoch: self.broker_epoch,
            ..Default::default()
        };
        if version >= 3 {
            return vec![stop::StopReplicaRequest { topic_states: stop_states(request), ..base }];
        }
        let mut messages = Vec::new();
        for delete in [false, true] {
            let wanted = request.partitions.iter().filter(|one| one.delete == delete);
            let names: Vec<_> = wanted.map(|one| &one.partition).collect();
            if names.is_empty() {
                continue;
            }
            let mut message =
                stop::StopReplicaRequest { delete_partitions: delete, ..base.clone() };
            let mut topics: BTreeMap<&Arc<str>, Vec<i32>> = BTreeMap::new();
            for name in names {
                topics.entry(&name.topic).or_default().push(name.partition);
            }
            for (topic, partitions) in topics {
                if version == 0 {
                    let flat = partitions.into_iter().map(|partition_index| {
                        let topic_name = topic.to_string();
                        stop::StopReplicaPartitionV0 { topic_name, partition_index }
                    });
                    message.ungrouped_partitions.extend(flat);
                } else {
                    message.topics.push(stop::StopReplicaTopicV1 {
                        name: topic.to_string(),
                        partition_indexes: partitions,
                    });
                }
            }
            messages.push(message);
        }
        messages
    }
}

fn stop_states(request: &StopReplicaRequest) -> Vec<stop::StopReplicaTopicState> {
    let mut topics: BTreeMap<&Arc<str>, Vec<stop::StopReplicaPartitionState>> = BTreeMap::new();
    for one in &request.partitions {
        topics.entry(&one.partition.topic).or_default().push(stop::StopReplicaPartitionState {
            partition_index: one.partition.partition,
            leader_epoch: one.leader_epoch,
            delete_partition: one.delete,
        });
    }
    let topics = topics.into_iter();
    topics
        .map(|(topic, partition_states)| stop::StopReplicaTopicState {
            topic_name: topic.to_string(),
            partition_states,
        })
        .collect()
}

fn leader_and_isr_state(
    topic: &TopicStates,
    one: &PartitionStates,
) -> lisr::LeaderAndIsrPartitionState {
    let LeaderAndIsr { leader_epoch: LeaderEpoch(leader_epoch), .. } = one.leadership;
    lisr::LeaderAndIsrPartitionState {
        topic_name: topic.topic.to_string(),
        partition_index: one.partition,
        controller_epoch: one.leadership.controller_epoch.0,
        leader: one.leader.0,
        leader_epoch,
        isr: ids(&one.leadership.isr),
        partition_epoch: one.leadership.version,
        replicas: ids(&one.assignment.replicas),
        adding_replicas: ids(&one.assignment.adding),
        removing_replicas: ids(&one.assignment.removing),
        is_new: one.is_new,
        leader_recovery_state: i8::from(one.leadership.recovering),
    }
}

fn metadata_state(
    topic: &TopicStates,
    one: &PartitionStates,
) -> update::UpdateMetadataPartitionState {
    update::UpdateMetadataPartitionState {
        topic_name: topic.topic.to_string(),
        partition_index: one.partition,
        controller_epoch: one.leadership.controller_epoch.0,
        leader: one.leader.0,
        leader_epoch: one.leadership.leader_epoch.0,
        isr: ids(&one.leadership.isr),
        zk_version: one.leadership.version,
        replicas: ids(&one.assignment.replicas),
        offline_replicas: ids(&one.offline),
    }
}

/// The topics that a request named, for an answer that calls them by their ids.
pub(super) fn names_by_id(request: &LeaderAndIsrRequest) -> BTreeMap<Uuid, Arc<str>> {
    let topics = request.topics.iter();
    topics.filter_map(|topic| Some((topic.id?, topic.topic.clone()))).collect()
}

/// What a broker answered to a LeaderAndIsr request, as the controller wants to hear it.
pub(super) fn leader_and_isr_answered(
    broker: BrokerId,
    names: &BTreeMap<Uuid, Arc<str>>,
    answer: &lisr::LeaderAndIsrResponse,
) -> Event {
    let flat = answer.partition_errors.iter().map(|one| {
        let name = TopicPartition::new(one.topic_name.as_str(), one.partition_index);
        (name, one.error_code.0)
    });
    let by_id = answer.topics.iter().filter_map(|topic| Some((names.get(&topic.topic_id)?, topic)));
    let by_id = by_id.flat_map(|(name, topic)| {
        topic
            .partition_errors
            .iter()
            .map(|one| (TopicPartition::new(name.clone(), one.partition_index), one.error_code.0))
    });
    Event::LeaderAndIsrAnswered { broker, partitions: flat.chain(by_id).collect() }
}

/// What a broker answered to a StopReplica request. An error of the request as a whole is one of
/// each of its partitions.
pub(super) fn stop_replica_answered(
    broker: BrokerId,
    request: &StopReplicaRequest,
    answer: &stop::StopReplicaResponse,
) -> Event {
    let partitions = if answer.error_code.is_error() {
        let all = request.partitions.iter();
        all.map(|one| (one.partition.clone(), answer.error_code.0)).collect()
    } else {
        let each = answer.partition_errors.iter().map(|one| {
            let name = TopicPartition::new(one.topic_name.as_str(), one.partition_index);
            (name, one.error_code.0)
        });
        each.collect()
    };
    Event::StopReplicaAnswered { broker, partitions }
}

/// Whether anybody waits for the answer to a request.
pub(super) fn is_awaited(request: &ControlRequest) -> bool {
    match request {
        ControlRequest::LeaderAndIsr(_) => true,
        ControlRequest::UpdateMetadata(_) => false,
        ControlRequest::StopReplica(request) => request.partitions.iter().any(|one| one.delete),
    }
}
