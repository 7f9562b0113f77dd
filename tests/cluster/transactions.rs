//! Transactions whose partitions change their leader: what a follower learned from batches alone is
//! what it leads with.

use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::write_txn_markers::WritableTxnMarker;

use crate::support::cluster::Cluster;
use crate::support::transactional::{
    UNVERIFIED, aborted, committed, committed_values, end, in_transaction, marker, put,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_17_open_and_aborted_transactions_outlive_their_leader() {
    let mut cluster = Cluster::start(3, UNVERIFIED).await;
    cluster.topic("t", 1, &[("segment.bytes", "300")]).await;
    let first = cluster.isr("t", 0, &[1, 2, 3]).await;
    let mut wire = cluster.wire(first).await;
    for (id, value) in [(1, "gone"), (2, "kept"), (3, "open")] {
        assert_eq!(
            put(&mut wire, "t", in_transaction(id, 0, 0, &[value])).await.0,
            ErrorCode::NONE
        );
    }
    assert_eq!(end(&mut wire, marker(1, 0, false, ("t", 0)), 1).await, ErrorCode::NONE);
    for id in 1..=3 {
        cluster.caught_up(id, "t", 0, 4).await;
    }
    cluster.end(first).await;
    let left: Vec<i32> = cluster.brokers.keys().copied().collect();
    let second = cluster.isr("t", 0, &left).await;

    let mut wire = cluster.wire(second).await;
    let seen = committed(&mut wire, 0).await;
    assert_eq!((seen.last_stable_offset, aborted(&seen)), (1, vec![(1, 0)]));
    // The new leader knows who was fenced, and by whom.
    let old = put(&mut wire, "t", in_transaction(2, 0, 5, &["x"])).await.0;
    assert_eq!(old, ErrorCode::OUT_OF_ORDER_SEQUENCE_NUMBER);
    let zombie = WritableTxnMarker { coordinator_epoch: 4, ..marker(1, 0, true, ("t", 0)) };
    let fenced = end(&mut wire, zombie, 1).await;
    assert_eq!(fenced, ErrorCode::TRANSACTION_COORDINATOR_FENCED);
    assert_eq!(put(&mut wire, "t", in_transaction(2, 0, 1, &["too"])).await.0, ErrorCode::NONE);
    assert_eq!(end(&mut wire, marker(2, 0, true, ("t", 0)), 1).await, ErrorCode::NONE);
    assert_eq!(committed(&mut wire, 0).await.last_stable_offset, 2, "one is still open");

    // Who comes back learns the rest, also what it missed, and leads again.
    cluster.begin(first).await;
    cluster.isr("t", 0, &[1, 2, 3]).await;
    cluster.caught_up(first, "t", 0, 6).await;
    cluster.end(second).await;
    let left: Vec<i32> = cluster.brokers.keys().copied().collect();
    let third = cluster.isr("t", 0, &left).await;
    let mut wire = cluster.wire(third).await;
    assert_eq!(end(&mut wire, marker(3, 1, false, ("t", 0)), 1).await, ErrorCode::NONE);
    let seen = committed(&mut wire, 0).await;
    assert_eq!((seen.last_stable_offset, aborted(&seen)), (7, vec![(1, 0), (3, 2)]));
    // From a follower, too: it knows as soon as it is told what is committed.
    let other = left.iter().copied().find(|id| *id != third).expect("a follower");
    cluster.caught_up(other, "t", 0, 7).await;
    let mut wire = cluster.wire(other).await;
    assert_eq!(aborted(&committed(&mut wire, 0).await)[0], (1, 0));
    let all = committed_values(&mut wire, 0, 7).await;
    assert_eq!((all.len(), &*all[0], &*all[4]), (7, "gone", "too"));
    cluster.stop().await;
}
