//! Transactions coordinated elsewhere: batches, markers, offsets, readers of what is committed, and
//! what is asked of the coordinator.

use milena::kafka::protocol::Message as _;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::add_offsets_to_txn::AddOffsetsToTxnRequest;
use milena::kafka::protocol::message::add_partitions_to_txn::{
    AddPartitionsToTxnRequest, AddPartitionsToTxnTopic, AddPartitionsToTxnTransaction,
};
use milena::kafka::protocol::message::describe_producers::{
    DescribeProducersRequest, TopicRequest,
};
use milena::kafka::protocol::message::end_txn::EndTxnRequest;
use milena::kafka::protocol::message::fetch::FetchRequest;
use milena::kafka::protocol::message::find_coordinator::FindCoordinatorRequest;
use milena::kafka::protocol::message::init_producer_id::InitProducerIdRequest;
use milena::kafka::protocol::message::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use milena::kafka::protocol::message::offset_fetch::{OffsetFetchRequest, OffsetFetchRequestTopic};
use milena::kafka::protocol::message::produce::ProduceRequest;
use milena::kafka::protocol::message::txn_offset_commit::{
    TxnOffsetCommitRequest, TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};
use milena::kafka::protocol::message::write_txn_markers::{
    WritableTxnMarker, WriteTxnMarkersRequest,
};

use super::groups::find_coordinator;
use crate::support::batches::{batch, fetch, only, produced, values};
use crate::support::coordinator::Coordinator;
use crate::support::servers::Node;
use crate::support::transactional::{
    UNVERIFIED, aborted, committed, committed_values, end, in_transaction, marker, put, result,
    transactional,
};
use crate::support::wire::Wire;

const VERIFIED: &str = "transaction.state.log.num.partitions=1\n\
                        transaction.state.log.replication.factor=1\n";

async fn latest(wire: &mut Wire, isolation_level: i8, version: i16) -> i64 {
    let partition = ListOffsetsPartition {
        timestamp: -1,
        current_leader_epoch: -1,
        ..ListOffsetsPartition::default()
    };
    let topic = ListOffsetsTopic { name: "t".to_owned(), partitions: vec![partition] };
    let request = ListOffsetsRequest { replica_id: -1, isolation_level, topics: vec![topic] };
    wire.ask(&request, version).await.topics[0].partitions[0].offset
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn markers_decide_what_readers_of_committed_records_see() {
    let node = Node::with(UNVERIFIED).await;
    node.topic("t", 1).await;
    let mut wire = node.wire().await;
    let mut next = 0;
    for version in WriteTxnMarkersRequest::versions() {
        for commit in [true, false] {
            let id = i64::from(version) * 2 + i64::from(commit);
            let begin = next;
            let first = put(&mut wire, "t", in_transaction(id, 0, 0, &["a", "b"])).await;
            assert_eq!(first, (ErrorCode::NONE, begin));
            let plain = produced(&mut wire, "t", 0, batch(&["plain"])).await;
            assert_eq!(plain.base_offset, begin + 2);
            // All of it is there, and nothing of it is decided.
            let everything = only(wire.ask(&fetch("t", 0, begin), 12).await);
            assert_eq!(values(everything.records).len(), 3);
            assert_eq!(everything.last_stable_offset, begin);
            let decided = committed(&mut wire, begin).await;
            assert_eq!((decided.records.len(), decided.last_stable_offset), (0, begin));
            for version in ListOffsetsRequest::versions().skip(2) {
                assert_eq!(latest(&mut wire, 1, version).await, begin, "v{version}");
                assert_eq!(latest(&mut wire, 0, version).await, begin + 3, "v{version}");
            }

            let code = end(&mut wire, marker(id, 0, commit, ("t", 0)), version).await;
            assert_eq!(code, ErrorCode::NONE, "v{version}");
            next = begin + 4;
            let decided = committed(&mut wire, begin).await;
            assert_eq!((decided.last_stable_offset, decided.high_watermark), (next, next));
            let expected = if commit { vec![] } else { vec![(id, begin)] };
            assert_eq!(aborted(&decided), expected, "v{version}");
            let all = committed_values(&mut wire, begin, next).await;
            assert_eq!((all.len(), &*all[..3].join(" ")), (4, "a b plain"), "and the marker");
            assert_eq!(latest(&mut wire, 1, 5).await, next);
        }
    }
    // Who reads everything is told nothing of transactions.
    let everything = only(wire.ask(&fetch("t", 0, 0), 12).await);
    assert_eq!(everything.aborted_transactions, None);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_fenced_and_what_has_no_transaction_is_refused() {
    let node = Node::with(UNVERIFIED).await;
    node.topic("t", 1).await;
    let mut wire = node.wire().await;
    assert_eq!(put(&mut wire, "t", in_transaction(7, 3, 0, &["a"])).await.0, ErrorCode::NONE);
    let outside = crate::support::batches::sequenced(7, 3, 1, &["x"]);
    assert_eq!(produced(&mut wire, "t", 0, outside).await.error_code, ErrorCode::INVALID_TXN_STATE);
    let nameless = produced(&mut wire, "t", 0, in_transaction(7, 3, 1, &["x"])).await;
    assert_eq!(nameless.error_code, ErrorCode::TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
    let old = put(&mut wire, "t", in_transaction(7, 2, 0, &["x"])).await.0;
    assert_eq!(old, ErrorCode::INVALID_PRODUCER_EPOCH);

    let place = ("t", 0);
    let old = end(&mut wire, marker(7, 2, true, place), 1).await;
    assert_eq!(old, ErrorCode::INVALID_PRODUCER_EPOCH);
    assert_eq!(end(&mut wire, marker(7, 3, true, place), 1).await, ErrorCode::NONE);
    let zombie = WritableTxnMarker { coordinator_epoch: 4, ..marker(7, 3, true, place) };
    let fenced = end(&mut wire, zombie, 1).await;
    assert_eq!(fenced, ErrorCode::TRANSACTION_COORDINATOR_FENCED);
    for unknown in [("t", 9), ("absent", 0), ("__consumer_offsets", 0)] {
        let code = end(&mut wire, marker(7, 3, true, unknown), 1).await;
        assert_eq!(code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, "{unknown:?}");
    }

    // A marker of a newer epoch fences who is still at it, whether or not there was a transaction.
    assert_eq!(end(&mut wire, marker(7, 4, false, place), 1).await, ErrorCode::NONE);
    let late = put(&mut wire, "t", in_transaction(7, 3, 1, &["x"])).await.0;
    assert_eq!(late, ErrorCode::INVALID_PRODUCER_EPOCH);
    let decided = committed(&mut wire, 0).await;
    assert_eq!((decided.last_stable_offset, aborted(&decided)), (3, vec![]));

    // One answer for each producer, whatever the request says twice.
    let both = vec![marker(8, 0, true, place), marker(8, 0, true, ("absent", 1))];
    let answer = wire.ask(&WriteTxnMarkersRequest { markers: both }, 1).await;
    assert_eq!((answer.markers.len(), answer.markers[0].topics.len()), (1, 2));
    assert_eq!(wire.ask(&WriteTxnMarkersRequest::default(), 0).await.markers, []);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waiting_reader_is_woken_by_the_marker() {
    let node = Node::with(UNVERIFIED).await;
    node.topic("t", 1).await;
    let (mut reader, mut writer) = (node.wire().await, node.wire().await);
    let large = "x".repeat(2_000);
    // More than the marker alone, and there only with it.
    let request = FetchRequest {
        isolation_level: 1,
        max_wait_ms: 600_000,
        min_bytes: 1_000,
        ..fetch("t", 0, 0)
    };
    reader.send(&request, 12).await;
    assert_eq!(put(&mut writer, "t", in_transaction(7, 0, 0, &[&large])).await.0, ErrorCode::NONE);
    assert_eq!(end(&mut writer, marker(7, 0, true, ("t", 0)), 1).await, ErrorCode::NONE);
    let data = only(reader.answer::<FetchRequest>(12).await);
    assert_eq!(values(data.records)[0], (0, large));
    node.stop().await;
}

/// KIP-664: what hangs, and since where.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn producers_are_described_with_their_open_transactions() {
    let node = Node::with(UNVERIFIED).await;
    node.topic("t", 1).await;
    let mut wire = node.wire().await;
    for (id, epoch, sequence) in [(1, 0, 0), (2, 3, 0), (2, 3, 1)] {
        let stored = put(&mut wire, "t", in_transaction(id, epoch, sequence, &["v"])).await;
        assert_eq!(stored.0, ErrorCode::NONE);
    }
    assert_eq!(end(&mut wire, marker(1, 0, true, ("t", 0)), 1).await, ErrorCode::NONE);
    let topic = |name: &str, partitions: &[i32]| TopicRequest {
        name: name.to_owned(),
        partition_indexes: partitions.to_vec(),
    };
    let request =
        DescribeProducersRequest { topics: vec![topic("t", &[0, 1]), topic("absent", &[0])] };
    for version in DescribeProducersRequest::versions() {
        let mut answer = wire.ask(&request, version).await;
        let absent = answer.topics.remove(1).partitions.remove(0);
        assert_eq!(absent.error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
        let one = &answer.topics[0].partitions;
        assert_eq!(one[1].error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
        assert_eq!(one[0].error_code, ErrorCode::NONE);
        let told: Vec<_> = one[0]
            .active_producers
            .iter()
            .map(|it| (it.producer_id, it.producer_epoch, it.last_sequence))
            .collect();
        assert_eq!(told, [(1, 0, 0), (2, 3, 1)]);
        let ends = one[0].active_producers.iter();
        let ends: Vec<_> =
            ends.map(|it| (it.coordinator_epoch, it.current_txn_start_offset)).collect();
        assert_eq!(ends, [(5, -1), (-1, 1)]);
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transactions_survive_a_restart() {
    let node = Node::with(UNVERIFIED).await;
    node.topic("t", 1).await;
    let mut wire = node.wire().await;
    put(&mut wire, "t", in_transaction(1, 0, 0, &["gone"])).await;
    put(&mut wire, "t", in_transaction(2, 0, 0, &["kept"])).await;
    assert_eq!(end(&mut wire, marker(1, 0, false, ("t", 0)), 1).await, ErrorCode::NONE);
    let node = node.restart().await;
    let mut wire = node.wire().await;
    let before = committed(&mut wire, 0).await;
    assert_eq!((before.last_stable_offset, aborted(&before)), (1, vec![(1, 0)]));
    let zombie = WritableTxnMarker { coordinator_epoch: 4, ..marker(1, 0, true, ("t", 0)) };
    let fenced = end(&mut wire, zombie, 1).await;
    assert_eq!(fenced, ErrorCode::TRANSACTION_COORDINATOR_FENCED);
    assert_eq!(end(&mut wire, marker(2, 0, true, ("t", 0)), 1).await, ErrorCode::NONE);
    assert_eq!(committed(&mut wire, 0).await.last_stable_offset, 4);
    node.stop().await;
}

fn offsets(topic: &str, offset: i64, epoch: i16) -> TxnOffsetCommitRequest {
    let partition = TxnOffsetCommitRequestPartition {
        partition_index: 0,
        committed_offset: offset,
        ..TxnOffsetCommitRequestPartition::default()
    };
    TxnOffsetCommitRequest {
        transactional_id: "tx".to_owned(),
        group_id: "g".to_owned(),
        producer_id: 7,
        producer_epoch: epoch,
        topics: vec![TxnOffsetCommitRequestTopic {
            name: topic.to_owned(),
            partitions: vec![partition],
        }],
        ..TxnOffsetCommitRequest::default()
    }
}

async fn commit(wire: &mut Wire, request: &TxnOffsetCommitRequest, version: i16) -> ErrorCode {
    wire.ask(request, version).await.topics[0].partitions[0].error_code
}

async fn fetched(wire: &mut Wire, require_stable: bool) -> (ErrorCode, i64) {
    let topic = OffsetFetchRequestTopic { name: "t".to_owned(), partition_indexes: vec![0] };
    let request = OffsetFetchRequest {
        group_id: "g".to_owned(),
        topics: Some(vec![topic]),
        require_stable,
        ..OffsetFetchRequest::default()
    };
    let answer = wire.ask(&request, 7).await;
    let it = &answer.topics[0].partitions[0];
    (it.error_code, it.committed_offset)
}

/// The partition of `__consumer_offsets`, of four, that group `g` lives in: 'g' is 103.
const OF_G: (&str, i32) = ("__consumer_offsets", 3);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn offsets_count_from_the_marker_on() {
    let node = Node::with(UNVERIFIED).await;
    node.topic("t", 1).await;
    let mut wire = node.wire().await;
    assert_eq!(commit(&mut wire, &offsets("t", 1, 0), 3).await, ErrorCode::NOT_COORDINATOR);
    find_coordinator(&mut wire, "g").await;
    let mut last = -1;
    let unstable = (ErrorCode::UNSTABLE_OFFSET_COMMIT, -1);
    for version in TxnOffsetCommitRequest::versions() {
        for decided in [true, false] {
            let offset = i64::from(version) * 10 + i64::from(decided);
            let code = commit(&mut wire, &offsets("t", offset, 0), version).await;
            assert_eq!(code, ErrorCode::NONE, "v{version}");
            assert_eq!(fetched(&mut wire, true).await, unstable, "v{version}");
            assert_eq!(fetched(&mut wire, false).await, (ErrorCode::NONE, last), "v{version}");
            assert_eq!(end(&mut wire, marker(7, 0, decided, OF_G), 1).await, ErrorCode::NONE);
            last = if decided { offset } else { last };
            assert_eq!(fetched(&mut wire, true).await, (ErrorCode::NONE, last), "v{version}");
        }
    }
    let absent = commit(&mut wire, &offsets("absent", 1, 0), 3).await;
    assert_eq!(absent, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION);
    let stranger = TxnOffsetCommitRequest {
        member_id: "m".to_owned(),
        generation_id: 1,
        ..offsets("t", 1, 0)
    };
    assert_eq!(commit(&mut wire, &stranger, 3).await, ErrorCode::UNKNOWN_MEMBER_ID);

    // Pending ones are read back from the log, and are decided after that.
    assert_eq!(commit(&mut wire, &offsets("t", 99, 1), 3).await, ErrorCode::NONE);
    let node = node.restart().await;
    let mut wire = node.wire().await;
    find_coordinator(&mut wire, "g").await;
    assert_eq!(fetched(&mut wire, true).await, unstable);
    let old = commit(&mut wire, &offsets("t", 5, 0), 3).await;
    assert_eq!(old, ErrorCode::INVALID_PRODUCER_EPOCH);
    let zombie = WritableTxnMarker { coordinator_epoch: 1, ..marker(7, 1, true, OF_G) };
    assert_eq!(end(&mut wire, zombie, 1).await, ErrorCode::TRANSACTION_COORDINATOR_FENCED);
    assert_eq!(end(&mut wire, marker(7, 1, true, OF_G), 0).await, ErrorCode::NONE);
    assert_eq!(fetched(&mut wire, true).await, (ErrorCode::NONE, 99));
    let node = node.restart().await;
    let mut wire = node.wire().await;
    find_coordinator(&mut wire, "g").await;
    assert_eq!(fetched(&mut wire, true).await, (ErrorCode::NONE, 99));
    node.stop().await;
}

/// KIP-890: the first batch of a transaction in a partition is held against its coordinator.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_coordinator_is_asked_before_a_transaction_begins() {
    let node = Node::with(VERIFIED).await;
    node.topic("t", 1).await;
    let coordinator = Coordinator::start(5).await;
    let mut wire = node.wire().await;
    find_coordinator(&mut wire, "g").await;
    let nobody = put(&mut wire, "t", in_transaction(7, 0, 0, &["x"])).await.0;
    assert_eq!(nobody, ErrorCode::NOT_ENOUGH_REPLICAS, "nobody to ask: it may come again");
    coordinator.announce(&node).await;
    for (says, version, told) in [
        (ErrorCode::TRANSACTION_ABORTABLE, 10, ErrorCode::INVALID_TXN_STATE),
        (ErrorCode::TRANSACTION_ABORTABLE, 11, ErrorCode::TRANSACTION_ABORTABLE),
        (ErrorCode::INVALID_PRODUCER_ID_MAPPING, 11, ErrorCode::INVALID_PRODUCER_ID_MAPPING),
        (ErrorCode::PRODUCER_FENCED, 9, ErrorCode::INVALID_PRODUCER_EPOCH),
        (ErrorCode::CONCURRENT_TRANSACTIONS, 9, ErrorCode::NOT_ENOUGH_REPLICAS),
        (ErrorCode::NOT_COORDINATOR, 3, ErrorCode::NOT_ENOUGH_REPLICAS),
    ] {
        coordinator.says(says);
        let request = transactional("t", in_transaction(7, 0, 0, &["x"]));
        let answer = result(wire.ask(&request, version).await);
        assert_eq!(answer.error_code, told, "{says:?} v{version}");
    }
    coordinator.says(ErrorCode::NONE);
    let before = coordinator.asked();
    assert_eq!(put(&mut wire, "t", in_transaction(7, 0, 0, &["a"])).await, (ErrorCode::NONE, 0));
    let asked = &coordinator.last().transactions[0];
    let about = (asked.transactional_id.as_str(), asked.producer_id, asked.verify_only);
    assert_eq!(about, ("tx", 7, true));
    let expected = AddPartitionsToTxnTopic { name: "t".to_owned(), partitions: vec![0] };
    assert_eq!(asked.topics, [expected]);
    // It is open now, and nobody is asked any more, until it is over.
    assert_eq!(put(&mut wire, "t", in_transaction(7, 0, 1, &["b"])).await, (ErrorCode::NONE, 1));
    assert_eq!(coordinator.asked(), before + 1);
    assert_eq!(end(&mut wire, marker(7, 0, true, ("t", 0)), 1).await, ErrorCode::NONE);
    coordinator.says(ErrorCode::INVALID_TXN_STATE);
    let late = put(&mut wire, "t", in_transaction(7, 0, 2, &["late"])).await.0;
    assert_eq!(late, ErrorCode::INVALID_TXN_STATE);
    assert_eq!(committed(&mut wire, 0).await.last_stable_offset, 3, "and nothing hangs");

    // The same for offsets of groups.
    for (says, version, told) in [
        (ErrorCode::TRANSACTION_ABORTABLE, 3, ErrorCode::INVALID_TXN_STATE),
        (ErrorCode::TRANSACTION_ABORTABLE, 4, ErrorCode::TRANSACTION_ABORTABLE),
        (ErrorCode::CONCURRENT_TRANSACTIONS, 2, ErrorCode::COORDINATOR_LOAD_IN_PROGRESS),
        (ErrorCode::CONCURRENT_TRANSACTIONS, 1, ErrorCode::COORDINATOR_NOT_AVAILABLE),
        (ErrorCode::NONE, 4, ErrorCode::NONE),
    ] {
        coordinator.says(says);
        let code = commit(&mut wire, &offsets("t", 1, 0), version).await;
        assert_eq!(code, told, "{says:?} v{version}");
    }
    let asked = &coordinator.last().transactions[0];
    assert_eq!(
        (asked.topics[0].name.as_str(), &*asked.topics[0].partitions),
        (OF_G.0, &[OF_G.1][..])
    );
    node.stop().await;
}

/// acks=0: nobody reads an answer, so what went wrong is told by the end of the connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_without_acks_that_no_transaction_confirms_ends_the_connection() {
    let node = Node::with(VERIFIED).await;
    node.topic("t", 1).await;
    let coordinator = Coordinator::start(5).await;
    coordinator.announce(&node).await;
    let send = async |says: ErrorCode, sequence: i32, value: &str| {
        coordinator.says(says);
        let mut wire = node.wire().await;
        let batch = in_transaction(7, 0, sequence, &[value]);
        let request = ProduceRequest { acks: 0, ..transactional("t", batch) };
        wire.send(&request, 9).await;
        // Whoever asks behind it is answered, or finds that the connection is gone.
        wire.send(&fetch("t", 0, 0), 12).await;
        wire.frame().await.is_some()
    };
    assert!(!send(ErrorCode::TRANSACTION_ABORTABLE, 0, "no").await);
    assert!(!send(ErrorCode::CONCURRENT_TRANSACTIONS, 0, "not yet").await);
    assert!(send(ErrorCode::NONE, 0, "yes").await);
    let stored = only(node.wire().await.ask(&fetch("t", 0, 0), 12).await);
    assert_eq!(values(stored.records), [(0, "yes".to_owned())]);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sent_while_the_coordinator_thinks_stays_in_order() {
    let node = Node::with(VERIFIED).await;
    node.topic("t", 1).await;
    let coordinator = Coordinator::start(5).await;
    coordinator.announce(&node).await;
    coordinator.hold();
    let mut wire = node.wire().await;
    for sequence in 0..5 {
        let value = sequence.to_string();
        wire.send(&transactional("t", in_transaction(7, 0, sequence, &[&value])), 9).await;
    }
    // A producer of no transaction does not wait for it.
    let mut other = node.wire().await;
    coordinator.is_asked(1).await;
    assert_eq!(produced(&mut other, "t", 0, batch(&["other"])).await.base_offset, 0);
    coordinator.release();
    for correlation in 1..=5u8 {
        let answer = wire.frame().await.expect("an answer");
        assert_eq!(answer[..4], [0, 0, 0, correlation]);
    }
    let everything = only(other.ask(&fetch("t", 0, 0), 12).await);
    let expected = ["other", "0", "1", "2", "3", "4"].map(str::to_owned);
    let found: Vec<String> = values(everything.records).into_iter().map(|(_, it)| it).collect();
    assert_eq!(found, expected);
    assert_eq!(coordinator.asked(), 1, "for the first of them");
    node.stop().await;
}

/// A marker that comes while the coordinator thinks: what it confirms is over by then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_confirmation_that_a_marker_overtook_is_void() {
    let node = Node::with(VERIFIED).await;
    node.topic("t", 1).await;
    let coordinator = Coordinator::start(5).await;
    coordinator.announce(&node).await;
    coordinator.hold();
    let (mut wire, mut other) = (node.wire().await, node.wire().await);
    wire.send(&transactional("t", in_transaction(7, 0, 0, &["late"])), 9).await;
    coordinator.is_asked(1).await;
    assert_eq!(end(&mut other, marker(7, 0, false, ("t", 0)), 1).await, ErrorCode::NONE);
    coordinator.release();
    let answer = result(wire.answer::<ProduceRequest>(9).await);
    assert_eq!(answer.error_code, ErrorCode::INVALID_TXN_STATE);
    assert_eq!(committed(&mut wire, 0).await.last_stable_offset, 1);
    node.stop().await;
}

/// A coordinator before Kafka 3.6 cannot be asked, and its producers have to go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_coordinator_is_believed() {
    let node = Node::with(VERIFIED).await;
    node.topic("t", 1).await;
    let coordinator = Coordinator::start(3).await;
    coordinator.announce(&node).await;
    let mut wire = node.wire().await;
    assert_eq!(put(&mut wire, "t", in_transaction(7, 0, 0, &["a"])).await, (ErrorCode::NONE, 0));
    assert_eq!(coordinator.asked(), 0);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_looks_for_a_coordinator_is_sent_to_another_broker() {
    let node = Node::with(VERIFIED).await;
    let mut wire = node.wire().await;
    let find = FindCoordinatorRequest { key: "tx".to_owned(), key_type: 1, ..Default::default() };
    let several = FindCoordinatorRequest {
        coordinator_keys: vec!["tx".to_owned()],
        key_type: 1,
        ..Default::default()
    };
    let nobody = ErrorCode::COORDINATOR_NOT_AVAILABLE;
    let elsewhere = ErrorCode::NOT_COORDINATOR;
    // The first one makes the topic, and it is this broker that leads its partition.
    assert_eq!(wire.ask(&find, 1).await.error_code, nobody);
    let image = node.broker.broker.cluster.image();
    let leader = image.partition("__transaction_state", 0).map(|it| it.leader);
    assert_eq!(leader, Some(0));
    let settings = node.broker.broker.topic_configs.overrides("__transaction_state");
    let setting = |name: &str| settings.get(name).map(String::as_str);
    assert_eq!(setting("cleanup.policy"), Some("compact"));
    assert_eq!(setting("min.insync.replicas"), Some("2"));
    for version in 2..=3 {
        assert_eq!(wire.ask(&find, version).await.error_code, nobody, "v{version}");
    }
    for version in FindCoordinatorRequest::versions().skip(4) {
        let found = wire.ask(&several, version).await;
        assert_eq!(found.coordinators[0].error_code, nobody, "v{version}");
    }
    everything_is_answered(&mut wire, nobody).await;

    let coordinator = Coordinator::start(5).await;
    coordinator.announce(&node).await;
    let found = wire.ask(&find, 3).await;
    let at = (found.error_code, found.node_id, found.port);
    assert_eq!(at, (ErrorCode::NONE, 9, i32::from(coordinator.port)));
    everything_is_answered(&mut wire, elsewhere).await;
    node.stop().await;
}

/// Asks for what only a coordinator can do, at every version.
async fn everything_is_answered(wire: &mut Wire, expected: ErrorCode) {
    let id = || "tx".to_owned();
    for version in InitProducerIdRequest::versions() {
        let request = InitProducerIdRequest {
            transactional_id: Some(id()),
            transaction_timeout_ms: 60_000,
            ..InitProducerIdRequest::default()
        };
        let answer = wire.ask(&request, version).await;
        assert_eq!((answer.error_code, answer.producer_id), (expected, -1), "v{version}");
    }
    let topics = vec![AddPartitionsToTxnTopic { name: "t".to_owned(), partitions: vec![0, 1] }];
    for version in AddPartitionsToTxnRequest::versions() {
        let mut request = AddPartitionsToTxnRequest::default();
        match version {
            4.. => {
                request.transactions = vec![AddPartitionsToTxnTransaction {
                    transactional_id: id(),
                    topics: topics.clone(),
                    ..AddPartitionsToTxnTransaction::default()
                }];
            }
            _ => {
                request.v3_and_below_transactional_id = id();
                request.v3_and_below_topics = topics.clone();
            }
        }
        let answer = wire.ask(&request, version).await;
        let results = match version {
            4.. => &answer.results_by_transaction[0].topic_results,
            _ => &answer.results_by_topic_v3_and_below,
        };
        let codes: Vec<_> =
            results[0].results_by_partition.iter().map(|it| it.partition_error_code).collect();
        assert_eq!(codes, [expected; 2], "v{version}");
    }
    for version in AddOffsetsToTxnRequest::versions() {
        let request = AddOffsetsToTxnRequest { transactional_id: id(), ..Default::default() };
        assert_eq!(wire.ask(&request, version).await.error_code, expected, "v{version}");
    }
    for version in EndTxnRequest::versions() {
        let request = EndTxnRequest { transactional_id: id(), ..Default::default() };
        assert_eq!(wire.ask(&request, version).await.error_code, expected, "v{version}");
    }
}
