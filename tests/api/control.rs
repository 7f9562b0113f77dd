//! LeaderAndIsr, UpdateMetadata, StopReplica and ControlledShutdown at every version: what a
//! controller says, said by the suite.

use milena::kafka::protocol::Message as _;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::controlled_shutdown::ControlledShutdownRequest;
use milena::kafka::protocol::message::leader_and_isr::{
    LeaderAndIsrPartitionState, LeaderAndIsrRequest, LeaderAndIsrTopicState,
};
use milena::kafka::protocol::message::metadata::{MetadataRequest, MetadataRequestTopic};
use milena::kafka::protocol::message::stop_replica::{
    StopReplicaPartitionState, StopReplicaPartitionV0, StopReplicaRequest, StopReplicaTopicState,
    StopReplicaTopicV1,
};
use milena::kafka::protocol::message::update_metadata::{
    UpdateMetadataBroker, UpdateMetadataEndpoint, UpdateMetadataPartitionState,
    UpdateMetadataRequest, UpdateMetadataTopicState,
};

use crate::support::batches::{batch, produced, read_all};
use crate::support::folder::Folder;
use crate::support::servers::{self, Node, broker, client, properties, sees};
use crate::support::wire::Wire;

/// The epoch of the first controller of a cluster.
const EPOCH: i32 = 1;

/// That broker 0 leads partition 0 of a topic, in the form of a version.
fn lead(topic: &str, epoch: i32, leader_epoch: i32, version: i16) -> LeaderAndIsrRequest {
    let state = LeaderAndIsrPartitionState {
        topic_name: topic.to_owned(),
        controller_epoch: epoch,
        leader: 0,
        leader_epoch,
        isr: vec![0],
        replicas: vec![0],
        is_new: true,
        ..LeaderAndIsrPartitionState::default()
    };
    let mut request =
        LeaderAndIsrRequest { controller_epoch: epoch, broker_epoch: -1, ..Default::default() };
    match version {
        ..=1 => request.ungrouped_partition_states = vec![state],
        _ => {
            let (topic_name, partition_states) = (topic.to_owned(), vec![state]);
            request.topic_states =
                vec![LeaderAndIsrTopicState { topic_name, partition_states, ..Default::default() }];
        }
    }
    request
}

/// The answer's own code and its only partition's.
async fn told(wire: &mut Wire, request: &LeaderAndIsrRequest, version: i16) -> [ErrorCode; 2] {
    let answer = wire.ask(request, version).await;
    let grouped = answer.topics.iter().flat_map(|topic| &topic.partition_errors);
    let one = grouped.chain(&answer.partition_errors).next();
    [answer.error_code, one.map_or(ErrorCode::NONE, |one| one.error_code)]
}

fn stop(topic: &str, delete: bool, epoch: i32, version: i16) -> StopReplicaRequest {
    let name = topic.to_owned();
    let mut request = StopReplicaRequest {
        controller_epoch: epoch,
        broker_epoch: -1,
        delete_partitions: delete && version < 3,
        ..StopReplicaRequest::default()
    };
    match version {
        0 => {
            let one = StopReplicaPartitionV0 { topic_name: name, partition_index: 0 };
            request.ungrouped_partitions = vec![one];
        }
        1 | 2 => request.topics = vec![StopReplicaTopicV1 { name, partition_indexes: vec![0] }],
        _ => {
            let one = StopReplicaPartitionState {
                partition_index: 0,
                leader_epoch: 5,
                delete_partition: delete,
            };
            request.topic_states =
                vec![StopReplicaTopicState { topic_name: name, partition_states: vec![one] }];
        }
    }
    request
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_23_a_broker_leads_and_stops_as_it_is_told() {
    let node = Node::start().await;
    let mut wire = node.wire().await;
    for version in LeaderAndIsrRequest::versions() {
        let topic = format!("t{version}");
        let request = lead(&topic, EPOCH, 5, version);
        assert_eq!(told(&mut wire, &request, version).await, [ErrorCode::NONE; 2], "v{version}");
        let stored = produced(&mut wire, &topic, 0, batch(&["a"])).await;
        assert_eq!(stored.error_code, ErrorCode::NONE, "v{version}");
        // An older leader epoch is no news, an older controller has no say.
        let [whole, one] = told(&mut wire, &lead(&topic, EPOCH, 4, version), version).await;
        assert_eq!((whole, one.is_error()), (ErrorCode::NONE, true), "v{version}");
        let [whole, _] = told(&mut wire, &lead(&topic, EPOCH - 1, 6, version), version).await;
        assert_eq!(whole, ErrorCode::STALE_CONTROLLER_EPOCH, "v{version}");
        // Nor has one who speaks to an earlier life of this broker.
        if version >= 2 {
            let mut request = lead(&topic, EPOCH, 6, version);
            request.broker_epoch = 0;
            let [whole, _] = told(&mut wire, &request, version).await;
            assert_eq!(whole, ErrorCode::STALE_BROKER_EPOCH, "v{version}");
        }
        assert_eq!(read_all(&mut wire, &topic, 0).await, ["a"]);

        let version = version.min(4);
        let stale = wire.ask(&stop(&topic, true, EPOCH - 1, version), version).await;
        assert_eq!(stale.error_code, ErrorCode::STALE_CONTROLLER_EPOCH, "v{version}");
        for (delete, after) in [
            (false, ErrorCode::NOT_LEADER_OR_FOLLOWER),
            (true, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION),
        ] {
            let stopped = wire.ask(&stop(&topic, delete, EPOCH, version), version).await;
            assert_eq!(stopped.error_code, ErrorCode::NONE, "v{version}");
            assert_eq!(stopped.partition_errors[0].error_code, ErrorCode::NONE, "v{version}");
            let refused = produced(&mut wire, &topic, 0, batch(&["b"])).await;
            assert_eq!(refused.error_code, after, "v{version}");
        }
    }
    node.stop().await;
}

/// A picture of the cluster with one broker and a topic of one partition.
fn picture(topic: &str, port: u16, version: i16) -> UpdateMetadataRequest {
    let (port, host) = (i32::from(port), "127.0.0.1".to_owned());
    let state = UpdateMetadataPartitionState {
        topic_name: topic.to_owned(),
        controller_epoch: EPOCH,
        leader: 0,
        leader_epoch: 3,
        isr: vec![0],
        replicas: vec![0, 9],
        offline_replicas: if version >= 4 { vec![9] } else { Vec::new() },
        ..UpdateMetadataPartitionState::default()
    };
    let mut request =
        UpdateMetadataRequest { controller_epoch: EPOCH, broker_epoch: -1, ..Default::default() };
    match version {
        ..=4 => request.ungrouped_partition_states = vec![state],
        _ => {
            let (topic_name, partition_states) = (topic.to_owned(), vec![state]);
            let one =
                UpdateMetadataTopicState { topic_name, partition_states, ..Default::default() };
            request.topic_states = vec![one];
        }
    }
    let mut broker = UpdateMetadataBroker::default();
    match version {
        0 => (broker.v0_host, broker.v0_port) = (host, port),
        _ => {
            let listener = if version >= 3 { "PLAINTEXT".to_owned() } else { String::new() };
            broker.endpoints =
                vec![UpdateMetadataEndpoint { port, host, listener, security_protocol: 0 }];
        }
    }
    request.live_brokers = vec![broker];
    request
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_24_clients_are_told_what_the_controller_told() {
    let node = Node::start().await;
    let (mut wire, port) = (node.wire().await, node.broker.port());
    for version in UpdateMetadataRequest::versions() {
        let name = format!("t{version}");
        let mut stale = picture(&name, port, version);
        stale.controller_epoch = EPOCH - 1;
        let code = wire.ask(&stale, version).await.error_code;
        assert_eq!(code, ErrorCode::STALE_CONTROLLER_EPOCH, "v{version}");
        let code = wire.ask(&picture(&name, port, version), version).await.error_code;
        assert_eq!(code, ErrorCode::NONE, "v{version}");
        let topic = MetadataRequestTopic { name: Some(name), ..Default::default() };
        let asked = MetadataRequest { topics: Some(vec![topic]), ..Default::default() };
        let told = wire.ask(&asked, 9).await;
        let brokers: Vec<_> = told.brokers.iter().map(|it| (it.node_id, it.port)).collect();
        assert_eq!(brokers, [(0, i32::from(port))], "v{version}");
        let partition = &told.topics[0].partitions[0];
        let seen = (partition.leader_id, partition.leader_epoch, &*partition.replica_nodes);
        assert_eq!(seen, (0, 3, &[0, 9][..]), "v{version}");
        assert_eq!(partition.offline_replicas, [9], "v{version}");
    }
    node.stop().await;
}

/// A broker that has just started has been told of nobody, itself included. Whoever asks for a
/// topic then is to come again: it may exist, and a refusal would be final.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_knows_nobody_yet_refuses_nothing() {
    let node = Node::start().await;
    let mut wire = node.wire().await;
    let nobody =
        UpdateMetadataRequest { controller_epoch: EPOCH, broker_epoch: -1, ..Default::default() };
    assert_eq!(wire.ask(&nobody, 8).await.error_code, ErrorCode::NONE);
    let topic = MetadataRequestTopic { name: Some("t".to_owned()), ..Default::default() };
    let topics = Some(vec![topic]);
    let asked = MetadataRequest { topics, allow_auto_topic_creation: true, ..Default::default() };
    let told = wire.ask(&asked, 9).await;
    assert_eq!(told.topics[0].error_code, ErrorCode::LEADER_NOT_AVAILABLE);
    node.stop().await;
}

/// Two brokers: the one that goes hands its leadership over, at every version.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_goes_hands_over() {
    let folder = Folder::new();
    let zookeeper = servers::zookeeper(folder.path()).await;
    let stays = broker(properties(&zookeeper, folder.path(), 1, "")).await;
    sees(&stays, "itself in charge", |image| image.controller == 1).await;
    let mut wire = Wire::connect(stays.port()).await;
    for version in ControlledShutdownRequest::versions() {
        let goes = broker(properties(&zookeeper, folder.path(), 2, "")).await;
        sees(&stays, "both", |image| image.brokers.len() == 2).await;
        let ask = |broker_id: i32, broker_epoch: i64| ControlledShutdownRequest {
            broker_id,
            broker_epoch,
        };
        let nobody = wire.ask(&ask(7, -1), version).await;
        assert_eq!(nobody.error_code, ErrorCode::BROKER_NOT_AVAILABLE, "v{version}");
        if version >= 2 {
            let stale = wire.ask(&ask(2, 0), version).await;
            assert_eq!(stale.error_code, ErrorCode::STALE_BROKER_EPOCH, "v{version}");
        }
        let epoch = if version >= 2 { goes.broker.epoch() } else { -1 };
        let done = wire.ask(&ask(2, epoch), version).await;
        assert_eq!((done.error_code, done.remaining_partitions.len()), (ErrorCode::NONE, 0));
        // Who does not lead the cluster says so.
        let other = Wire::connect(goes.port()).await.ask(&ask(1, -1), version).await;
        assert_eq!(other.error_code, ErrorCode::STALE_CONTROLLER_EPOCH, "v{version}");
        goes.stop().await;
        sees(&stays, "that it is alone", |image| image.brokers.len() == 1).await;
    }
    let (client, _events) = client(&zookeeper).await;
    let (children, _) = client.children("/brokers/ids", false).await.expect("the brokers");
    assert_eq!(children, ["1"]);
    client.close().await;
    stays.stop().await;
    zookeeper.stop().await;
}
