//! OffsetForLeaderEpoch and AlterPartition at every version: where epochs ended, who is in sync.

use milena::kafka::protocol::Message as _;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::alter_partition::{
    AlterPartitionRequest, BrokerState, PartitionData, PartitionResult, TopicData,
};
use milena::kafka::protocol::message::offset_for_leader_epoch::{
    EpochEndOffset, OffsetForLeaderEpochRequest, OffsetForLeaderPartition, OffsetForLeaderTopic,
};

use crate::support::batches::{batch, produced};
use crate::support::cluster::Cluster;
use crate::support::wire::Wire;

/// Where `epoch` ended, as the leader in `current` (-1: not said) is asked.
async fn end_of(wire: &mut Wire, epoch: i32, current: i32, version: i16) -> EpochEndOffset {
    let asked = OffsetForLeaderPartition {
        partition: 0,
        current_leader_epoch: current,
        leader_epoch: epoch,
    };
    let topic = OffsetForLeaderTopic { topic: "t".to_owned(), partitions: vec![asked] };
    let request = OffsetForLeaderEpochRequest { topics: vec![topic], ..Default::default() };
    wire.ask(&request, version).await.topics.remove(0).partitions.remove(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_10_epochs_end_where_the_next_one_began() {
    let mut cluster = Cluster::start(2, "").await;
    cluster.topic("t", 1, &[]).await;
    for value in ["a", "b"] {
        let mut wire = cluster.wire(cluster.leader("t", 0)).await;
        assert_eq!(produced(&mut wire, "t", 0, batch(&[value])).await.error_code, ErrorCode::NONE);
        if value == "a" {
            let first = cluster.leader("t", 0);
            cluster.end(first).await;
            let rest: Vec<i32> = cluster.brokers.keys().copied().collect();
            cluster.isr("t", 0, &rest).await;
        }
    }
    let leader = cluster.leader("t", 0);
    let image = cluster.brokers[&leader].broker.cluster.image();
    let current = image.partition("t", 0).expect("the partition").leader_epoch;
    let mut wire = cluster.wire(leader).await;
    for version in OffsetForLeaderEpochRequest::versions() {
        let ended = end_of(&mut wire, 0, -1, version).await;
        assert_eq!((ended.error_code, ended.end_offset), (ErrorCode::NONE, 1), "v{version}");
        // Version 0 does not say which epoch it found.
        let expected = if version == 0 { -1 } else { 0 };
        assert_eq!(ended.leader_epoch, expected, "v{version}");
        let now = end_of(&mut wire, current, -1, version).await;
        assert_eq!((now.error_code, now.end_offset), (ErrorCode::NONE, 2), "v{version}");
        let future = end_of(&mut wire, current + 1, -1, version).await;
        assert_eq!((future.error_code, future.end_offset), (ErrorCode::NONE, -1), "v{version}");
        if version < 2 {
            continue;
        }
        let fenced = end_of(&mut wire, 0, current - 1, version).await.error_code;
        assert_eq!(fenced, ErrorCode::FENCED_LEADER_EPOCH, "v{version}");
        let unknown = end_of(&mut wire, 0, current + 1, version).await.error_code;
        assert_eq!(unknown, ErrorCode::UNKNOWN_LEADER_EPOCH, "v{version}");
    }
    cluster.stop().await;
}

/// Asks the controller for an ISR of the first partition.
async fn alter(
    cluster: &Cluster,
    change: impl FnOnce(&mut AlterPartitionRequest),
    version: i16,
) -> Result<PartitionResult, ErrorCode> {
    let leader = cluster.leader("t", 0);
    let broker = &cluster.brokers[&leader].broker;
    let image = broker.cluster.image();
    let topic = image.topic("t").expect("the topic");
    let state = &topic.partitions[&0];
    let partition = PartitionData {
        leader_epoch: state.leader_epoch,
        partition_epoch: state.partition_epoch,
        new_isr: vec![leader],
        new_isr_with_epochs: vec![BrokerState { broker_id: leader, ..Default::default() }],
        ..PartitionData::default()
    };
    let mut request = AlterPartitionRequest {
        broker_id: leader,
        broker_epoch: broker.epoch(),
        topics: vec![TopicData {
            topic_name: "t".to_owned(),
            topic_id: topic.id,
            partitions: vec![partition],
        }],
    };
    change(&mut request);
    let answer = cluster.wire(image.controller).await.ask(&request, version).await;
    match answer.error_code {
        ErrorCode::NONE => Ok(answer.topics[0].partitions[0].clone()),
        code => Err(code),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_35_the_controller_decides_who_is_in_sync() {
    let cluster = Cluster::start(2, "").await;
    cluster.topic("t", 1, &[]).await;
    for version in AlterPartitionRequest::versions() {
        cluster.isr("t", 0, &[1, 2]).await;
        let leader = cluster.leader("t", 0);
        let stale = alter(&cluster, |it| it.broker_epoch -= 1, version).await;
        assert_eq!(stale.err(), Some(ErrorCode::STALE_BROKER_EPOCH), "v{version}");
        let fenced = |it: &mut AlterPartitionRequest| it.topics[0].partitions[0].leader_epoch -= 1;
        let refused = alter(&cluster, fenced, version).await.map(|it| it.error_code);
        assert_eq!(refused, Ok(ErrorCode::FENCED_LEADER_EPOCH), "v{version}");
        let ineligible = |it: &mut AlterPartitionRequest| {
            let partition = &mut it.topics[0].partitions[0];
            partition.new_isr.push(9);
            partition.new_isr_with_epochs.push(BrokerState { broker_id: 9, ..Default::default() });
        };
        let refused = alter(&cluster, ineligible, version).await.map(|it| it.error_code);
        let expected = match version {
            ..=1 => ErrorCode::OPERATION_NOT_ATTEMPTED,
            _ => ErrorCode::INELIGIBLE_REPLICA,
        };
        assert_eq!(refused, Ok(expected), "v{version}");
        // Behind the leader's back: it would learn of it with its own next wish.
        let taken = alter(&cluster, |_| {}, version).await.expect("an answer");
        assert_eq!((taken.error_code, taken.isr), (ErrorCode::NONE, vec![leader]), "v{version}");
        // Fill it again, as the leader would.
        let full = |it: &mut AlterPartitionRequest| {
            let partition = &mut it.topics[0].partitions[0];
            partition.partition_epoch = taken.partition_epoch;
            partition.new_isr = vec![1, 2];
            partition.new_isr_with_epochs =
                [1, 2].map(|id| BrokerState { broker_id: id, ..Default::default() }).to_vec();
        };
        let again = alter(&cluster, full, version).await.expect("an answer");
        assert_eq!((again.error_code, again.isr), (ErrorCode::NONE, vec![1, 2]), "v{version}");
    }
    cluster.stop().await;
}
