//! What operators ask of a cluster: other leaders, other replicas, where logs lie.

use milena::kafka::metadata::Image;
use milena::kafka::protocol::Message as _;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::alter_partition_reassignments::{
    AlterPartitionReassignmentsRequest, ReassignablePartition, ReassignableTopic,
};
use milena::kafka::protocol::message::describe_log_dirs::{
    DescribableLogDirTopic, DescribeLogDirsRequest,
};
use milena::kafka::protocol::message::elect_leaders::{ElectLeadersRequest, TopicPartitions};
use milena::kafka::protocol::message::list_partition_reassignments::ListPartitionReassignmentsRequest;
use milena::kafka::protocol::message::{AllocateProducerIdsRequest, InitProducerIdRequest};

use crate::support::batches::{batch, produced};
use crate::support::cluster::Cluster;
use crate::support::servers::client;
use crate::support::wire::Wire;

const PREFERRED: i8 = 0;
const UNCLEAN: i8 = 1;

fn quiet(more: &str) -> String {
    format!("auto.leader.rebalance.enable=false\nreplica.lag.time.max.ms=60000\n{more}")
}

/// A connection to the controller.
async fn controller(cluster: &Cluster) -> Wire {
    let any = cluster.brokers.values().next().expect("a broker");
    let id = any.broker.cluster.image().controller;
    cluster.wire(id).await
}

fn preferred(cluster: &Cluster) -> i32 {
    let any = cluster.brokers.values().next().expect("a broker");
    let image = any.broker.cluster.image();
    image.partition("t", 0).expect("the partition").replicas[0]
}

fn election(kind: i8, partitions: Option<&[i32]>) -> ElectLeadersRequest {
    let topic = |partitions: &[i32]| TopicPartitions {
        topic: "t".to_owned(),
        partitions: partitions.to_vec(),
    };
    ElectLeadersRequest {
        election_type: kind,
        topic_partitions: partitions.map(|it| vec![topic(it)]),
        timeout_ms: 30_000,
    }
}

async fn elect(
    wire: &mut Wire,
    request: &ElectLeadersRequest,
    version: i16,
) -> Vec<(i32, ErrorCode)> {
    let answer = wire.ask(request, version).await;
    assert_eq!(answer.error_code, ErrorCode::NONE);
    let results = answer.replica_election_results.iter().flat_map(|it| &it.partition_result);
    results.map(|it| (it.partition_id, it.error_code)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaders_go_back_to_the_preferred_replica_at_every_version() {
    let mut cluster = Cluster::start(2, &quiet("")).await;
    cluster.topic("t", 1, &[]).await;
    for version in ElectLeadersRequest::versions() {
        let first = preferred(&cluster);
        cluster.end(first).await;
        let rest: Vec<i32> = cluster.brokers.keys().copied().collect();
        cluster.isr("t", 0, &rest).await;
        let request = election(PREFERRED, Some(&[0, 7]));
        let away = elect(&mut controller(&cluster).await, &request, version).await;
        let unknown = (7, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
        assert_eq!(away, [(0, ErrorCode::PREFERRED_LEADER_NOT_AVAILABLE), unknown]);
        cluster.begin(first).await;
        cluster.isr("t", 0, &[1, 2]).await;
        let mut wire = controller(&cluster).await;
        assert_eq!(elect(&mut wire, &request, version).await, [(0, ErrorCode::NONE), unknown]);
        let led = |image: &Image| image.partition("t", 0).is_some_and(|it| it.leader == first);
        cluster.all_see(&format!("leader {first} at v{version}"), led).await;
        let again = elect(&mut wire, &request, version).await;
        assert_eq!(again, [(0, ErrorCode::ELECTION_NOT_NEEDED), unknown]);
        // Of all partitions, only those are told of with which something was to be done.
        assert_eq!(elect(&mut wire, &election(PREFERRED, None), version).await, []);
    }
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_out_of_sync_leads_only_when_an_operator_says_so() {
    let mut cluster = Cluster::start(2, &quiet("")).await;
    cluster.topic("t", 1, &[]).await;
    let last = cluster.leader("t", 0);
    let other = if last == 1 { 2 } else { 1 };
    cluster.end(other).await;
    cluster.isr("t", 0, &[last]).await;
    cluster.end(last).await;
    cluster.begin(other).await;
    let alone = |image: &Image| {
        image.controller == other && image.partition("t", 0).is_some_and(|it| it.leader < 0)
    };
    cluster.all_see("a partition without leader", alone).await;
    let mut wire = cluster.wire(other).await;
    let refused = elect(&mut wire, &election(PREFERRED, Some(&[0])), 2).await;
    assert_eq!(refused, [(0, ErrorCode::PREFERRED_LEADER_NOT_AVAILABLE)]);
    let done = elect(&mut wire, &election(UNCLEAN, Some(&[0])), 2).await;
    assert_eq!(done, [(0, ErrorCode::NONE)]);
    assert_eq!(cluster.leader("t", 0), other);
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_election_that_nobody_hears_of_in_time_is_late() {
    let mut cluster = Cluster::start(2, &quiet("")).await;
    cluster.topic("t", 1, &[]).await;
    let first = preferred(&cluster);
    cluster.end(first).await;
    let rest: Vec<i32> = cluster.brokers.keys().copied().collect();
    cluster.isr("t", 0, &rest).await;
    cluster.begin(first).await;
    cluster.isr("t", 0, &[1, 2]).await;
    let request = ElectLeadersRequest { timeout_ms: 0, ..election(PREFERRED, Some(&[0])) };
    let answer = elect(&mut controller(&cluster).await, &request, 2).await;
    // The news may have come before the answer was made.
    assert!(
        [(0, ErrorCode::NONE), (0, ErrorCode::REQUEST_TIMED_OUT)].contains(&answer[0]),
        "{answer:?}"
    );
    let led = |image: &Image| image.partition("t", 0).is_some_and(|it| it.leader == first);
    cluster.all_see("the preferred leader", led).await;
    cluster.stop().await;
}

fn reassignment(replicas: Option<&[i32]>) -> AlterPartitionReassignmentsRequest {
    let partition =
        ReassignablePartition { partition_index: 0, replicas: replicas.map(<[i32]>::to_vec) };
    let topic = ReassignableTopic { name: "t".to_owned(), partitions: vec![partition] };
    AlterPartitionReassignmentsRequest { timeout_ms: 30_000, topics: vec![topic] }
}

async fn reassign(cluster: &Cluster, replicas: Option<&[i32]>) -> (ErrorCode, String) {
    let mut answer = controller(cluster).await.ask(&reassignment(replicas), 0).await;
    assert_eq!(answer.error_code, ErrorCode::NONE);
    let result = answer.responses.remove(0).partitions.remove(0);
    (result.error_code, result.error_message.unwrap_or_default())
}

/// Replicas, adding, removing of what moves.
async fn moving(cluster: &Cluster) -> Vec<(Vec<i32>, Vec<i32>, Vec<i32>)> {
    let request = ListPartitionReassignmentsRequest { timeout_ms: 30_000, topics: None };
    let answer = controller(cluster).await.ask(&request, 0).await;
    assert_eq!(answer.error_code, ErrorCode::NONE);
    let partitions = answer.topics.into_iter().flat_map(|it| it.partitions);
    partitions.map(|it| (it.replicas, it.adding_replicas, it.removing_replicas)).collect()
}

async fn replicas_are(cluster: &Cluster, wanted: &[i32]) {
    let so = |image: &Image| {
        image
            .partition("t", 0)
            .is_some_and(|it| it.replicas == wanted && it.isr.len() == wanted.len())
    };
    cluster.all_see(&format!("replicas {wanted:?}"), so).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_34_a_partition_moves_with_all_it_has() {
    let cluster = Cluster::start(3, &quiet("")).await;
    cluster.topic("t", 1, &[]).await;
    let none = (ErrorCode::NONE, String::new());
    assert_eq!(reassign(&cluster, Some(&[1])).await, none);
    replicas_are(&cluster, &[1]).await;
    let answer = produced(&mut cluster.wire(1).await, "t", 0, batch(&["a", "b"])).await;
    assert_eq!(answer.error_code, ErrorCode::NONE);
    assert_eq!(reassign(&cluster, Some(&[3, 2])).await, none);
    replicas_are(&cluster, &[3, 2]).await;
    let expected = vec![(0, "a".to_owned()), (1, "b".to_owned())];
    for id in [2, 3] {
        assert_eq!(cluster.replica(id, "t", 0).await, expected, "broker {id}");
    }
    assert_eq!(moving(&cluster).await, []);
    let code = |it: (ErrorCode, String)| it.0;
    let invalid = ErrorCode::INVALID_REPLICA_ASSIGNMENT;
    for wrong in [&[][..], &[1, 1], &[-1], &[9]] {
        assert_eq!(code(reassign(&cluster, Some(wrong)).await), invalid, "{wrong:?}");
    }
    let (refused, why) = reassign(&cluster, None).await;
    assert_eq!(refused, ErrorCode::NO_REASSIGNMENT_IN_PROGRESS);
    assert_eq!(why, "No partition reassignment is in progress.");
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_cannot_end_is_listed_and_called_off() {
    let mut cluster = Cluster::start(3, &quiet("")).await;
    cluster.topic("t", 1, &[]).await;
    let none = (ErrorCode::NONE, String::new());
    assert_eq!(reassign(&cluster, Some(&[1, 2])).await, none);
    replicas_are(&cluster, &[1, 2]).await;
    // Out of sync as long as it is away, and wanted: so the move goes on.
    cluster.end(2).await;
    cluster.isr("t", 0, &[1]).await;
    assert_eq!(reassign(&cluster, Some(&[2, 3])).await, none);
    assert_eq!(moving(&cluster).await, [(vec![2, 3, 1], vec![3], vec![1])]);
    assert_eq!(reassign(&cluster, None).await, none);
    cluster.begin(2).await;
    replicas_are(&cluster, &[2, 1]).await;
    assert_eq!(moving(&cluster).await, []);
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_33_what_old_tools_write_into_zookeeper_is_done() {
    use milena::kafka::metadata::znode;
    use milena::zookeeper::jute::record::perms;
    use milena::zookeeper::jute::{Acl, request::CreateMode};
    let mut cluster = Cluster::start(3, &quiet("")).await;
    cluster.topic("t", 1, &[]).await;
    let (zookeeper, mut events) = client(&cluster.zookeeper).await;
    let anyone = [Acl::world(perms::ALL)];
    let write = async |path: &str, data: Vec<u8>| {
        let made = zookeeper.create(path, Some(data.into()), &anyone, CreateMode::Persistent);
        made.await.expect("a node");
    };
    let moves = znode::reassignments::encode([("t", 0, vec![2, 3])]);
    write(znode::REASSIGN_PARTITIONS, moves).await;
    replicas_are(&cluster, &[2, 3]).await;
    gone(&zookeeper, &mut events, znode::REASSIGN_PARTITIONS).await;

    cluster.end(2).await;
    cluster.isr("t", 0, &[3]).await;
    cluster.begin(2).await;
    cluster.isr("t", 0, &[2, 3]).await;
    let elections = znode::partition_list::encode([("t", 0)]);
    write(znode::PREFERRED_REPLICA_ELECTION, elections).await;
    let led = |image: &Image| image.partition("t", 0).is_some_and(|it| it.leader == 2);
    cluster.all_see("the preferred leader", led).await;
    gone(&zookeeper, &mut events, znode::PREFERRED_REPLICA_ELECTION).await;
    zookeeper.close().await;
    cluster.stop().await;
}

/// Waits until the controller has taken a node away.
async fn gone(
    zookeeper: &milena::zookeeper::client::Client,
    events: &mut milena::zookeeper::client::Events,
    path: &str,
) {
    while zookeeper.exists(path, true).await.expect("an answer").is_some() {
        crate::support::within(path, events.next()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_35_producer_ids_come_in_blocks_from_the_controller() {
    // From 3.0 on brokers ask; before, they write the node themselves.
    for protocol in ["3.9", "2.8"] {
        let more = quiet(&format!("inter.broker.protocol.version={protocol}\n"));
        let cluster = Cluster::start(2, &more).await;
        let mut ids = Vec::new();
        for id in [1, 2] {
            let request =
                InitProducerIdRequest { producer_id: -1, producer_epoch: -1, ..Default::default() };
            let answer = cluster.wire(id).await.ask(&request, 4).await;
            assert_eq!(answer.error_code, ErrorCode::NONE, "broker {id} at {protocol}");
            ids.push(answer.producer_id);
        }
        assert_eq!(ids, [0, 1_000], "{protocol}");
        let mut wire = controller(&cluster).await;
        let epoch = cluster.brokers[&1].broker.epoch();
        let ask = |broker_id, broker_epoch| AllocateProducerIdsRequest { broker_id, broker_epoch };
        let block = wire.ask(&ask(1, epoch), 0).await;
        let found = (block.error_code, block.producer_id_start, block.producer_id_len);
        assert_eq!(found, (ErrorCode::NONE, 2_000, 1_000));
        for (broker, epoch, code) in [
            (9, 0, ErrorCode::BROKER_ID_NOT_REGISTERED),
            (1, epoch - 1, ErrorCode::STALE_BROKER_EPOCH),
        ] {
            assert_eq!(wire.ask(&ask(broker, epoch), 0).await.error_code, code);
        }
        let controller = cluster.brokers[&1].broker.cluster.image().controller;
        let other = if controller == 1 { 2 } else { 1 };
        let answer = cluster.wire(other).await.ask(&ask(1, epoch), 0).await;
        assert_eq!(answer.error_code, ErrorCode::NOT_CONTROLLER);
        cluster.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_58_only_the_controller_answers_for_the_cluster() {
    let cluster = Cluster::start(2, &quiet("")).await;
    cluster.topic("t", 1, &[]).await;
    let controller = cluster.brokers[&1].broker.cluster.image().controller;
    let mut wire = cluster.wire(if controller == 1 { 2 } else { 1 }).await;
    let refused = elect(&mut wire, &election(PREFERRED, Some(&[0])), 2).await;
    assert_eq!(refused, [(0, ErrorCode::NOT_CONTROLLER)]);
    let moved = wire.ask(&reassignment(Some(&[1])), 0).await;
    assert_eq!(moved.error_code, ErrorCode::NOT_CONTROLLER);
    let request = ListPartitionReassignmentsRequest { timeout_ms: 30_000, topics: None };
    assert_eq!(wire.ask(&request, 0).await.error_code, ErrorCode::NOT_CONTROLLER);
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn log_directories_are_described_at_every_version() {
    let cluster = Cluster::start(1, "").await;
    cluster.topic("t", 2, &[]).await;
    let records = batch(&["value"]);
    let size = i64::try_from(records.len()).expect("a size");
    let answer = produced(&mut cluster.wire(1).await, "t", 1, records).await;
    assert_eq!(answer.error_code, ErrorCode::NONE);
    let mut wire = cluster.wire(1).await;
    let named = |partitions: &[i32]| {
        let topic = "t".to_owned();
        Some(vec![DescribableLogDirTopic { topic, partitions: partitions.to_vec() }])
    };
    for version in DescribeLogDirsRequest::versions() {
        for (topics, expected) in [
            (None, vec![(0, 0), (1, size)]),
            (named(&[1, 5]), vec![(1, size)]),
            (Some(Vec::new()), Vec::new()),
        ] {
            let answer = wire.ask(&DescribeLogDirsRequest { topics }, version).await;
            assert_eq!(answer.results.len(), 1);
            let dir = &answer.results[0];
            assert_eq!(dir.error_code, ErrorCode::NONE);
            assert!(dir.log_dir.ends_with("kafka-1"), "{}", dir.log_dir);
            assert_eq!(dir.total_bytes > 0 && dir.usable_bytes > 0, version >= 4, "v{version}");
            let partitions = dir.topics.iter().flat_map(|it| &it.partitions);
            let found: Vec<_> =
                partitions.map(|it| (it.partition_index, it.partition_size)).collect();
            assert_eq!(found, expected, "v{version}");
        }
    }
    cluster.stop().await;
}
