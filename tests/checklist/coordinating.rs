//! Points 40 to 42: what a coordinator writes, so that another make can read it on.

use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::delete_groups::DeleteGroupsRequest;
use milena::kafka::protocol::message::join_group::{JoinGroupRequest, JoinGroupRequestProtocol};
use milena::kafka::protocol::message::leave_group::{LeaveGroupRequest, MemberIdentity};
use milena::kafka::protocol::message::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use milena::kafka::protocol::message::sync_group::SyncGroupRequest;
use milena::kafka::record::batches;

use crate::api::find_coordinator;
use crate::support::batches::{fetch, only};
use crate::support::servers::Node;
use crate::support::wire::Wire;

/// A group comes, commits, and goes.
async fn live(wire: &mut Wire) {
    find_coordinator(wire, "g").await;
    let protocol = JoinGroupRequestProtocol { name: "range".to_owned(), ..Default::default() };
    let join = JoinGroupRequest {
        group_id: "g".to_owned(),
        session_timeout_ms: 30_000,
        rebalance_timeout_ms: 30_000,
        protocol_type: "consumer".to_owned(),
        protocols: vec![protocol],
        ..JoinGroupRequest::default()
    };
    let joined = wire.ask(&join, 3).await;
    assert_eq!(joined.error_code, ErrorCode::NONE);
    let sync = SyncGroupRequest {
        group_id: "g".to_owned(),
        generation_id: joined.generation_id,
        member_id: joined.member_id.clone(),
        ..SyncGroupRequest::default()
    };
    assert_eq!(wire.ask(&sync, 1).await.error_code, ErrorCode::NONE);
    let partition = OffsetCommitRequestPartition { committed_offset: 3, ..Default::default() };
    let commit = OffsetCommitRequest {
        group_id: "g".to_owned(),
        generation_id_or_member_epoch: joined.generation_id,
        member_id: joined.member_id.clone(),
        topics: vec![OffsetCommitRequestTopic {
            name: "t".to_owned(),
            partitions: vec![partition],
        }],
        ..OffsetCommitRequest::default()
    };
    let committed = wire.ask(&commit, 7).await;
    assert_eq!(committed.topics[0].partitions[0].error_code, ErrorCode::NONE);
    let leave = LeaveGroupRequest {
        group_id: "g".to_owned(),
        member_id: joined.member_id.clone(),
        members: vec![MemberIdentity { member_id: joined.member_id, ..Default::default() }],
    };
    assert_eq!(wire.ask(&leave, 1).await.error_code, ErrorCode::NONE);
}

/// What lies in `__consumer_offsets`: keys and values.
async fn records(wire: &mut Wire) -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
    let bytes = only(wire.ask(&fetch("__consumer_offsets", 0, 0), 12).await).records.into_bytes();
    let (mut found, mut scratch) = (Vec::new(), Vec::new());
    for batch in batches(&bytes) {
        for record in batch.expect("a batch").records(&mut scratch).expect("records") {
            let record = record.expect("a record");
            let key = record.key.expect("a key").to_vec();
            found.push((key, record.value.map(<[u8]>::to_vec)));
        }
    }
    found
}

fn version(bytes: &[u8]) -> i16 {
    i16::from_be_bytes([bytes[0], bytes[1]])
}

/// The versions of keys and values follow from `inter.broker.protocol.version`; keys above 2 are of
/// another protocol, which Kafka 2.4 dies of.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_41_records_of_groups_have_the_versions_of_the_protocol() {
    for (protocol, group, offset) in
        [("0.11.0", 1, 1), ("2.1-IV0", 2, 2), ("2.2", 2, 3), ("2.4", 3, 3), ("3.9", 3, 3)]
    {
        let more =
            format!("inter.broker.protocol.version={protocol}\noffsets.topic.num.partitions=1\n");
        let node = Node::with(&more).await;
        node.topic("t", 1).await;
        let mut wire = node.wire().await;
        live(&mut wire).await;
        let (mut groups, mut offsets) = (0, 0);
        for (key, value) in records(&mut wire).await {
            let value = value.map(|value| version(&value));
            match version(&key) {
                2 => {
                    groups += 1;
                    assert_eq!(value, Some(group), "{protocol}");
                }
                1 => {
                    offsets += 1;
                    assert_eq!(value, Some(offset), "{protocol}");
                }
                other => panic!("a key of version {other} at {protocol}"),
            }
        }
        assert_eq!((groups, offsets), (2, 1), "{protocol}: with a member, and without");
        node.stop().await;
    }
}

/// A group that everybody left is written down as an empty one; one that is deleted leaves nothing
/// but keys without values.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_42_empty_and_deleted_groups_are_written_as_kafka_writes_them() {
    let node = Node::with("offsets.topic.num.partitions=1").await;
    node.topic("t", 1).await;
    let mut wire = node.wire().await;
    live(&mut wire).await;
    let before = records(&mut wire).await;
    let (key, empty) = before.last().expect("the empty group");
    assert_eq!(key, b"\0\x02\0\x01g");
    let empty = empty.as_ref().expect("a value");
    // Version 3, type "consumer", generation 2, no protocol, no leader, a time, no members.
    let told = b"\0\x03\0\x08consumer\0\0\0\x02\xff\xff\xff\xff";
    assert!(empty.starts_with(told), "{empty:?}");
    assert_eq!((empty.len(), &empty[empty.len() - 4..]), (told.len() + 8 + 4, &[0; 4][..]));
    let delete = DeleteGroupsRequest { groups_names: vec!["g".to_owned()] };
    let deleted = wire.ask(&delete, 1).await;
    assert_eq!(deleted.results[0].error_code, ErrorCode::NONE);
    let mut gone: Vec<_> = records(&mut wire).await.split_off(before.len());
    gone.sort();
    let offset = b"\0\x01\0\x01g\0\x01t\0\0\0\0".to_vec();
    assert_eq!(gone, [(offset, None), (b"\0\x02\0\x01g".to_vec(), None)]);
    node.stop().await;
}
