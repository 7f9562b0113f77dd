//! Consumer groups: members join, share, beat and leave, at every version.

use bytes::Bytes;
use milena::kafka::protocol::Message as _;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::delete_groups::DeleteGroupsRequest;
use milena::kafka::protocol::message::describe_groups::DescribeGroupsRequest;
use milena::kafka::protocol::message::find_coordinator::FindCoordinatorRequest;
use milena::kafka::protocol::message::heartbeat::HeartbeatRequest;
use milena::kafka::protocol::message::join_group::{
    JoinGroupRequest, JoinGroupRequestProtocol, JoinGroupResponse,
};
use milena::kafka::protocol::message::leave_group::{LeaveGroupRequest, MemberIdentity};
use milena::kafka::protocol::message::list_groups::ListGroupsRequest;
use milena::kafka::protocol::message::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use milena::kafka::protocol::message::sync_group::{SyncGroupRequest, SyncGroupRequestAssignment};
use milena::zookeeper::jute::Acl;
use milena::zookeeper::jute::record::perms;
use milena::zookeeper::jute::request::CreateMode;

use crate::support::servers::{self, Node};
use crate::support::wire::Wire;

/// Waits until the coordinator of a group is there.
pub async fn find_coordinator(wire: &mut Wire, group: &str) {
    let request = FindCoordinatorRequest { key: group.to_owned(), ..Default::default() };
    let answer = wire.ask(&request, 3).await;
    assert_eq!(answer.error_code, ErrorCode::NONE, "{answer:?}");
}

fn join(group: &str, member: &str) -> JoinGroupRequest {
    let protocol = JoinGroupRequestProtocol {
        name: "range".to_owned(),
        metadata: Bytes::from_static(b"subscription"),
    };
    JoinGroupRequest {
        group_id: group.to_owned(),
        session_timeout_ms: 30_000,
        rebalance_timeout_ms: 60_000,
        member_id: member.to_owned(),
        protocol_type: "consumer".to_owned(),
        protocols: vec![protocol],
        ..JoinGroupRequest::default()
    }
}

/// Joins, with the second round that KIP-394 asks of newer clients.
async fn joined(wire: &mut Wire, group: &str, version: i16) -> JoinGroupResponse {
    let first = wire.ask(&join(group, ""), version).await;
    if version < 4 {
        return first;
    }
    assert_eq!(first.error_code, ErrorCode::MEMBER_ID_REQUIRED, "v{version}");
    wire.ask(&join(group, &first.member_id), version).await
}

fn sync(group: &str, joined: &JoinGroupResponse, shares: &[(&str, &str)]) -> SyncGroupRequest {
    let assignments = shares.iter().map(|(member, share)| SyncGroupRequestAssignment {
        member_id: (*member).to_owned(),
        assignment: Bytes::copy_from_slice(share.as_bytes()),
    });
    SyncGroupRequest {
        group_id: group.to_owned(),
        generation_id: joined.generation_id,
        member_id: joined.member_id.clone(),
        assignments: assignments.collect(),
        ..SyncGroupRequest::default()
    }
}

async fn beat(wire: &mut Wire, group: &str, joined: &JoinGroupResponse, version: i16) -> ErrorCode {
    let request = HeartbeatRequest {
        group_id: group.to_owned(),
        generation_id: joined.generation_id,
        member_id: joined.member_id.clone(),
        ..HeartbeatRequest::default()
    };
    wire.ask(&request, version).await.error_code
}

fn leave(group: &str, member: &str, version: i16) -> LeaveGroupRequest {
    let mut request = LeaveGroupRequest { group_id: group.to_owned(), ..Default::default() };
    match version {
        3.. => {
            let member = MemberIdentity { member_id: member.to_owned(), ..Default::default() };
            request.members = vec![member];
        }
        _ => request.member_id = member.to_owned(),
    }
    request
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn coordinators_are_found_at_every_version() {
    let node = Node::start().await;
    let mut wire = node.wire().await;
    for version in FindCoordinatorRequest::versions() {
        let mut request = FindCoordinatorRequest { key: "g".to_owned(), ..Default::default() };
        if version >= 4 {
            request.coordinator_keys = vec!["g".to_owned(), "h".to_owned()];
        }
        let answer = wire.ask(&request, version).await;
        let port = i32::from(node.broker.port());
        match version {
            4.. => {
                let found: Vec<_> = answer
                    .coordinators
                    .iter()
                    .map(|it| (&*it.key, it.error_code, it.port))
                    .collect();
                assert_eq!(found, [("g", ErrorCode::NONE, port), ("h", ErrorCode::NONE, port)]);
            }
            _ => assert_eq!((answer.error_code, answer.port), (ErrorCode::NONE, port)),
        }
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_lives_at_every_version() {
    let node = Node::start().await;
    let mut wire = node.wire().await;
    for version in JoinGroupRequest::versions() {
        let group = format!("g{version}");
        find_coordinator(&mut wire, &group).await;
        let member = joined(&mut wire, &group, version).await;
        assert_eq!((member.error_code, member.generation_id), (ErrorCode::NONE, 1), "v{version}");
        assert_eq!(member.leader, member.member_id);
        assert_eq!(member.members.len(), 1);
        assert_eq!(member.members[0].metadata, "subscription");
        let mut request = sync(&group, &member, &[(&member.member_id, "all")]);
        if version >= 5 {
            request.protocol_type = Some("consumer".to_owned());
            request.protocol_name = Some("range".to_owned());
        }
        let synced = wire.ask(&request, version.min(5)).await;
        assert_eq!((synced.error_code, &*synced.assignment), (ErrorCode::NONE, &b"all"[..]));
        let other = version.min(4);
        assert_eq!(beat(&mut wire, &group, &member, other).await, ErrorCode::NONE);
        let stranger = JoinGroupResponse { member_id: "stranger".to_owned(), ..member.clone() };
        let code = beat(&mut wire, &group, &stranger, other).await;
        assert_eq!(code, ErrorCode::UNKNOWN_MEMBER_ID);
        let late = JoinGroupResponse { generation_id: 7, ..member.clone() };
        assert_eq!(beat(&mut wire, &group, &late, other).await, ErrorCode::ILLEGAL_GENERATION);

        let version = version.min(5);
        let left = wire.ask(&leave(&group, &member.member_id, version), version).await;
        assert_eq!(left.error_code, ErrorCode::NONE, "v{version}");
        let twice = wire.ask(&leave(&group, &member.member_id, version), version).await;
        let code = twice.members.first().map_or(twice.error_code, |member| member.error_code);
        assert_eq!(code, ErrorCode::UNKNOWN_MEMBER_ID, "v{version}");
    }
    node.stop().await;
}

/// A second member makes the first one join again; when it leaves, the first gets all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_members_share() {
    let node = Node::start().await;
    let (mut one, mut two) = (node.wire().await, node.wire().await);
    find_coordinator(&mut one, "g").await;
    let alone = joined(&mut one, "g", 5).await;
    let synced = one.ask(&sync("g", &alone, &[(&alone.member_id, "0,1")]), 3).await;
    assert_eq!(synced.assignment, "0,1");

    let id = two.ask(&join("g", ""), 5).await.member_id;
    two.send(&join("g", &id), 5).await;
    // The heartbeat says so as soon as the other's request has been taken in.
    crate::support::within("the news of a rebalance", async {
        while beat(&mut one, "g", &alone, 3).await != ErrorCode::REBALANCE_IN_PROGRESS {}
    })
    .await;
    let first = one.ask(&join("g", &alone.member_id), 5).await;
    let second = two.answer::<JoinGroupRequest>(5).await;
    assert_eq!((first.generation_id, second.generation_id), (2, 2));
    assert_eq!((first.members.len(), second.members.len()), (2, 0), "the leader sees all");
    assert_eq!(second.leader, first.member_id);
    // Who only follows waits for what the leader gives it.
    two.send(&sync("g", &second, &[]), 3).await;
    let shares = [(&*first.member_id, "0"), (&*second.member_id, "1")];
    let mine = one.ask(&sync("g", &first, &shares), 3).await;
    let yours = two.answer::<SyncGroupRequest>(3).await;
    assert_eq!((&*mine.assignment, &*yours.assignment), (&b"0"[..], &b"1"[..]));

    for version in DescribeGroupsRequest::versions() {
        let request = DescribeGroupsRequest { groups: vec!["g".into()], ..Default::default() };
        let group = one.ask(&request, version).await.groups.remove(0);
        let seen = (group.error_code, &*group.group_state, &*group.protocol_data);
        assert_eq!(seen, (ErrorCode::NONE, "Stable", "range"), "v{version}");
        assert_eq!(group.members.len(), 2);
        assert!(group.members.iter().all(|it| it.client_id == "suite"), "{group:?}");
    }
    let delete = DeleteGroupsRequest { groups_names: vec!["g".to_owned()] };
    let code = one.ask(&delete, 2).await.results[0].error_code;
    assert_eq!(code, ErrorCode::NON_EMPTY_GROUP);
    two.ask(&leave("g", &second.member_id, 5), 5).await;
    let code = beat(&mut one, "g", &first, 4).await;
    assert_eq!(code, ErrorCode::REBALANCE_IN_PROGRESS);
    let again = one.ask(&join("g", &first.member_id), 5).await;
    assert_eq!((again.generation_id, again.members.len()), (3, 1));
    one.ask(&leave("g", &first.member_id, 5), 5).await;

    for version in ListGroupsRequest::versions() {
        let groups = one.ask(&ListGroupsRequest::default(), version).await.groups;
        let names: Vec<_> = groups.iter().map(|group| &*group.group_id).collect();
        assert_eq!(names, ["g"], "v{version}");
    }
    for (states, types, version, expected) in [
        (vec!["empty"], vec![], 4, 1),
        (vec!["Stable", "Empty"], vec!["Classic"], 5, 1),
        (vec!["Stable"], vec![], 5, 0),
        (vec![], vec!["consumer"], 5, 0),
    ] {
        let texts = |names: &[&str]| names.iter().map(|it| (*it).to_owned()).collect();
        let request =
            ListGroupsRequest { states_filter: texts(&states), types_filter: texts(&types) };
        let groups = one.ask(&request, version).await.groups;
        assert_eq!(groups.len(), expected, "{states:?} {types:?}");
    }
    for version in DeleteGroupsRequest::versions() {
        let code = one.ask(&delete, version).await.results[0].error_code;
        let expected = if version == 0 { ErrorCode::NONE } else { ErrorCode::GROUP_ID_NOT_FOUND };
        assert_eq!(code, expected, "v{version}");
    }
    node.stop().await;
}

/// Commits an offset of some partition that there is.
async fn commit(wire: &mut Wire, group: &str) {
    let partition = OffsetCommitRequestPartition { committed_offset: 1, ..Default::default() };
    let name = "__consumer_offsets".to_owned();
    let request = OffsetCommitRequest {
        group_id: group.to_owned(),
        generation_id_or_member_epoch: -1,
        topics: vec![OffsetCommitRequestTopic { name, partitions: vec![partition] }],
        ..OffsetCommitRequest::default()
    };
    let answer = wire.ask(&request, 7).await;
    assert_eq!(answer.topics[0].partitions[0].error_code, ErrorCode::NONE, "{group}");
}

/// Keys go by how many partitions a topic has, not by how many ever had a leader.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_are_mapped_by_all_partitions() {
    let node = Node::start().await;
    let (client, _events) = servers::client(&node.zookeeper).await;
    // Broker 9 never lives: the controller tells nobody of partitions 1 and 3.
    let assignment = r#"{"version":1,"partitions":{"0":[0],"1":[9],"2":[0],"3":[9],"4":[0]}}"#;
    for topic in ["__consumer_offsets", "__transaction_state"] {
        let (path, data) = (format!("/brokers/topics/{topic}"), assignment.as_bytes());
        let open = [Acl::world(perms::ALL)];
        client
            .create(&path, Some(data.into()), &open, CreateMode::Persistent)
            .await
            .expect("a topic");
        servers::sees(&node.broker, topic, |image| {
            let partitions = image.topic(topic).map(|it| it.partitions.keys().copied().collect());
            partitions == Some(vec![0, 2, 4])
        })
        .await;
    }
    let mut wire = node.wire().await;
    let nobody = ErrorCode::COORDINATOR_NOT_AVAILABLE;
    // Java's hash of one letter is its code: 'a' is 97.
    for (group, partition, code) in [
        ("a", 2, ErrorCode::NONE),
        ("b", 3, nobody),
        ("c", 4, ErrorCode::NONE),
        ("d", 0, ErrorCode::NONE),
        ("e", 1, nobody),
    ] {
        let request = FindCoordinatorRequest { key: group.to_owned(), ..Default::default() };
        assert_eq!(wire.ask(&request, 3).await.error_code, code, "{group}");
        let broker = &node.broker.broker;
        broker.coordinator_partition("__transaction_state", group).await;
        let coordinator = broker.transaction_coordinator(group);
        assert_eq!(coordinator.partition, partition, "{group}");
        if code == ErrorCode::NONE {
            commit(&mut wire, group).await;
            let log = broker.replicas.partition("__consumer_offsets", partition).expect("a log");
            assert!(log.offsets().expect("offsets").log_end > 0, "{group} is in {partition}");
        }
    }
    client.close().await;
    node.stop().await;
}
