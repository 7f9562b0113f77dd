//! Points 20 to 27: what a broker makes of what controllers say.

use milena::base::uuid::Uuid;
use milena::kafka::protocol::Message as _;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::leader_and_isr::LeaderAndIsrRequest;
use milena::kafka::protocol::message::stop_replica::{
    StopReplicaPartitionState, StopReplicaRequest, StopReplicaTopicState,
};
use milena::kafka::protocol::message::update_metadata::UpdateMetadataRequest;

use super::{EPOCH, lisr, told};
use crate::support::batches::{batch, produced};
use crate::support::servers::Node;

/// That partition 0 of a topic is to be stopped in a leader epoch, and perhaps deleted.
fn stop(topic: &str, leader_epoch: i32, delete_partition: bool) -> StopReplicaRequest {
    let one = StopReplicaPartitionState { partition_index: 0, leader_epoch, delete_partition };
    let topic = StopReplicaTopicState { topic_name: topic.to_owned(), partition_states: vec![one] };
    StopReplicaRequest {
        controller_epoch: EPOCH,
        broker_epoch: -1,
        topic_states: vec![topic],
        ..StopReplicaRequest::default()
    }
}

fn nothing_new(controller_epoch: i32, broker_epoch: i64) -> UpdateMetadataRequest {
    UpdateMetadataRequest { controller_epoch, broker_epoch, ..Default::default() }
}

/// The highest epoch that was ever heard counts, in whichever request it came.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_20_a_deposed_controller_has_no_say() {
    let node = Node::start().await;
    let mut wire = node.wire().await;
    assert_eq!(wire.ask(&nothing_new(EPOCH + 4, -1), 6).await.error_code, ErrorCode::NONE);
    let stale = ErrorCode::STALE_CONTROLLER_EPOCH;
    assert_eq!(stale.0, 11);
    for epoch in [EPOCH, EPOCH + 3] {
        assert_eq!(wire.ask(&nothing_new(epoch, -1), 6).await.error_code, stale, "{epoch}");
        let mut lead = lisr("t", 0, 5, 1);
        lead.controller_epoch = epoch;
        assert_eq!(told(&mut wire, &lead).await, [stale, ErrorCode::NONE], "{epoch}");
        let stop = StopReplicaRequest { controller_epoch: epoch, ..stop("t", 5, true) };
        assert_eq!(wire.ask(&stop, 3).await.error_code, stale, "{epoch}");
    }
    let mut lead = lisr("t", 0, 5, 1);
    lead.controller_epoch = EPOCH + 5;
    assert_eq!(told(&mut wire, &lead).await, [ErrorCode::NONE; 2]);
    assert_eq!(wire.ask(&nothing_new(EPOCH + 4, -1), 6).await.error_code, stale);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_21_what_is_for_an_earlier_life_is_refused() {
    let node = Node::start().await;
    let mut wire = node.wire().await;
    let own = node.broker.broker.epoch();
    let stale = ErrorCode::STALE_BROKER_EPOCH;
    assert_eq!(stale.0, 77);
    for (epoch, code) in [
        (-1, ErrorCode::NONE),
        (own - 1, stale),
        (own, ErrorCode::NONE),
        // This broker may not know yet that it has registered anew.
        (own + 1, ErrorCode::NONE),
    ] {
        assert_eq!(wire.ask(&nothing_new(EPOCH, epoch), 6).await.error_code, code, "{epoch}");
        let mut lead = lisr(&format!("t{epoch}"), 0, 5, 1);
        lead.broker_epoch = epoch;
        assert_eq!(told(&mut wire, &lead).await[0], code, "{epoch}");
        let stop = StopReplicaRequest { broker_epoch: epoch, ..stop("absent", 5, true) };
        assert_eq!(wire.ask(&stop, 3).await.error_code, code, "{epoch}");
    }
    node.stop().await;
}

/// The same epoch is no news, but for the id of a topic that had none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_22_an_equal_leader_epoch_only_brings_a_topic_id() {
    let node = Node::start().await;
    let mut wire = node.wire().await;
    let lead = lisr("t", 0, 5, 1);
    assert_eq!(told(&mut wire, &lead).await, [ErrorCode::NONE; 2]);
    let again = [ErrorCode::NONE, ErrorCode::STALE_CONTROLLER_EPOCH];
    assert_eq!(told(&mut wire, &lead).await, again);
    let partition = node.broker.broker.replicas.partition("t", 0).expect("a replica");
    assert_eq!(partition.topic_id(), Uuid::ZERO);
    let with_id = |id: Uuid| {
        let mut lead = lead.clone();
        lead.topic_states[0].topic_id = id;
        lead
    };
    for (id, code) in [
        (Uuid([7; 16]), ErrorCode::NONE),
        (Uuid([7; 16]), ErrorCode::STALE_CONTROLLER_EPOCH),
        (Uuid([8; 16]), ErrorCode::INCONSISTENT_TOPIC_ID),
    ] {
        let answer = wire.ask(&with_id(id), 5).await;
        let one = &answer.topics[0];
        assert_eq!((answer.error_code, one.topic_id), (ErrorCode::NONE, id));
        assert_eq!(one.partition_errors[0].error_code, code, "{id:?}");
        assert_eq!(partition.topic_id(), Uuid([7; 16]));
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_25_stops_go_by_partition_and_epoch() {
    let node = Node::start().await;
    let mut wire = node.wire().await;
    let mut say = async |topic: &str, epoch: i32, delete: bool| {
        let answer = wire.ask(&stop(topic, epoch, delete), 3).await;
        assert_eq!(answer.error_code, ErrorCode::NONE);
        answer.partition_errors[0].error_code
    };
    assert_eq!(say("absent", 5, true).await, ErrorCode::NONE, "as deleted as can be");
    // -2 is a deletion, -1 a controller that does not say: neither is held against the epoch.
    for (name, epoch, code) in [
        ("older", 4, ErrorCode::FENCED_LEADER_EPOCH),
        ("equal", 5, ErrorCode::NONE),
        ("newer", 6, ErrorCode::NONE),
        ("unknown", -1, ErrorCode::NONE),
        ("deleted", -2, ErrorCode::NONE),
    ] {
        let lead = lisr(name, 0, 5, 1);
        assert_eq!(told(&mut node.wire().await, &lead).await, [ErrorCode::NONE; 2]);
        assert_eq!(say(name, epoch, true).await, code, "{name}");
        let gone = node.broker.broker.replicas.partition(name, 0).is_err();
        assert_eq!(gone, code == ErrorCode::NONE, "{name}");
    }
    node.stop().await;
}

/// A controller waits for each answer before it says the next thing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_27_every_control_request_is_answered() {
    let node = Node::start().await;
    let mut wire = node.wire().await;
    for version in LeaderAndIsrRequest::versions() {
        for controller_epoch in [0, EPOCH] {
            let request =
                LeaderAndIsrRequest { controller_epoch, broker_epoch: -1, ..Default::default() };
            wire.ask(&request, version).await;
        }
    }
    for version in UpdateMetadataRequest::versions() {
        for controller_epoch in [0, EPOCH] {
            wire.ask(&nothing_new(controller_epoch, -1), version).await;
        }
    }
    for version in StopReplicaRequest::versions() {
        for controller_epoch in [0, EPOCH] {
            let request =
                StopReplicaRequest { controller_epoch, broker_epoch: -1, ..Default::default() };
            wire.ask(&request, version).await;
        }
    }
    // Replicas that are no business of this broker, and what is not known here.
    let mut strange = lisr("t", 3, 5, 1);
    strange.topic_states[0].partition_states[0].replicas = vec![3, 4];
    let expected = [ErrorCode::NONE, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION];
    assert_eq!(told(&mut wire, &strange).await, expected);
    assert_eq!(told(&mut wire, &lisr("t", 0, 5, 1)).await, [ErrorCode::NONE; 2]);
    assert_eq!(produced(&mut wire, "t", 0, batch(&["a"])).await.error_code, ErrorCode::NONE);
    node.stop().await;
}
