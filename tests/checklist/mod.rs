//! What a broker must do to live in one cluster with Apache Kafka's, in sixty points. Each point is a
//! test that carries its number, here or beside what it is about, and `docs/compatibility.md` lists
//! them. What needs a broker of Apache Kafka to be believed, `cargo xtask mixed` asserts.
//!
//! * `joining`: 1 to 7. `replicas`: 8 to 19. `receiving`: 20 to 27. `controlling`: 28 to 39.
//! * `coordinating`: 40 to 47. `shared`: 48 to 54, what is kept in ZooKeeper. `clients`: 55 to 60.
//! * `swapping`: the folders of a broker that is replaced.

mod clients;
mod controlling;
mod coordinating;
mod joining;
mod receiving;
mod replicas;
mod shared;
mod swapping;

use std::collections::BTreeSet;
use std::path::Path;

use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::create_topics::{
    CreatableReplicaAssignment, CreatableTopic, CreateTopicsRequest,
};
use milena::kafka::protocol::message::leader_and_isr::{
    LeaderAndIsrLiveLeader, LeaderAndIsrPartitionState, LeaderAndIsrRequest, LeaderAndIsrTopicState,
};
use milena::zookeeper::client::Client;

use crate::support::servers::Node;
use crate::support::wire::Wire;

/// The epoch of the first controller of a cluster.
const EPOCH: i32 = 1;

/// Creates a topic with these replicas.
async fn assigned(node: &Node, name: &str, partitions: &[&[i32]]) {
    let assignments = partitions.iter().zip(0..).map(|(ids, partition_index)| {
        CreatableReplicaAssignment { partition_index, broker_ids: ids.to_vec() }
    });
    let topic = CreatableTopic {
        name: name.to_owned(),
        num_partitions: -1,
        replication_factor: -1,
        assignments: assignments.collect(),
        ..CreatableTopic::default()
    };
    let request =
        CreateTopicsRequest { topics: vec![topic], timeout_ms: 30_000, ..Default::default() };
    let result = node.wire().await.ask(&request, 5).await.topics.remove(0);
    assert_eq!(result.error_code, ErrorCode::NONE, "{result:?}");
}

/// That `leader` leads partition 0 of a topic with the replicas 0 and 9.
pub fn lisr(topic: &str, leader: i32, leader_epoch: i32, port: u16) -> LeaderAndIsrRequest {
    let state = LeaderAndIsrPartitionState {
        controller_epoch: EPOCH,
        leader,
        leader_epoch,
        isr: vec![leader],
        replicas: vec![0, 9],
        is_new: true,
        ..LeaderAndIsrPartitionState::default()
    };
    let topic = LeaderAndIsrTopicState {
        topic_name: topic.to_owned(),
        partition_states: vec![state],
        ..LeaderAndIsrTopicState::default()
    };
    let live = LeaderAndIsrLiveLeader {
        broker_id: leader,
        host_name: "127.0.0.1".to_owned(),
        port: i32::from(port),
    };
    LeaderAndIsrRequest {
        controller_epoch: EPOCH,
        broker_epoch: -1,
        topic_states: vec![topic],
        live_leaders: vec![live],
        ..LeaderAndIsrRequest::default()
    }
}

/// Says it at version 4; gives the answer's own code and the partition's.
pub async fn told(wire: &mut Wire, request: &LeaderAndIsrRequest) -> [ErrorCode; 2] {
    let answer = wire.ask(request, 4).await;
    let one = answer.partition_errors.first().map_or(ErrorCode::NONE, |one| one.error_code);
    [answer.error_code, one]
}

/// What a node says, as text.
async fn text(client: &Client, path: &str) -> String {
    let (data, _) = client.get(path, false).await.expect(path);
    String::from_utf8(data.unwrap_or_default().to_vec()).expect("text")
}

/// Points that come later: transactions, security, quotas.
const LATER: [u32; 9] = [43, 44, 45, 46, 49, 50, 51, 52, 57];

fn walk(folder: &Path, found: &mut String) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        match path.extension().and_then(|it| it.to_str()) {
            None if path.is_dir() => walk(&path, found),
            Some("rs") => found.push_str(&std::fs::read_to_string(path).expect("a source")),
            _ => {}
        }
    }
}

/// The names of all tests that carry a point's number.
fn points() -> BTreeSet<String> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = String::new();
    for folder in [here.to_owned(), here.join("../src/lib")] {
        walk(&folder, &mut sources);
    }
    let names = sources.split("fn ").skip(1).filter_map(|rest| rest.split_once('('));
    let names = names.map(|(name, _)| name);
    let carries = |name: &&str| name.starts_with("point_") || name.starts_with("swap_");
    names.filter(carries).map(str::to_owned).collect()
}

#[test]
fn every_point_has_a_test_that_is_listed() {
    let points = points();
    for number in (1..=60).filter(|number| !LATER.contains(number)) {
        let prefix = format!("point_{number:02}_");
        assert!(points.iter().any(|name| name.starts_with(&prefix)), "point {number} has no test");
    }
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/compatibility.md");
    let page = std::fs::read_to_string(page).expect("the page");
    let unlisted: Vec<_> =
        points.iter().filter(|name| !page.contains(&format!("`{name}`"))).collect();
    assert!(unlisted.is_empty(), "docs/compatibility.md does not list {unlisted:?}");
}
