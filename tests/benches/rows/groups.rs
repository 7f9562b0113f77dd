//! A coordinator that takes over a partition of `__consumer_offsets` with ten thousand groups in it.

use milena::kafka::protocol::message::create_topics::{CreatableTopic, CreateTopicsRequest};
use milena::kafka::protocol::message::find_coordinator::FindCoordinatorRequest;
use milena::kafka::protocol::message::join_group::{JoinGroupRequest, JoinGroupRequestProtocol};
use milena::kafka::protocol::message::offset_commit::{
    OffsetCommitRequest, OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use milena::kafka::protocol::message::sync_group::{SyncGroupRequest, SyncGroupRequestAssignment};
use milena::kafka::protocol::{Request, error_code::ErrorCode};

use super::Load;
use crate::connection::Connection;
use crate::options::Options;
use crate::support::folder::Folder;
use crate::support::program::{self, Process};
use crate::support::wire;
use crate::target::wait;

const TOPIC: &str = "bench";
/// Partitions that each group has committed offsets of.
const PARTITIONS: i32 = 3;
/// Requests in flight.
const WINDOW: usize = 64;
/// A member as clients of Java make it: its subscription and its assignment are about so long.
const MEMBER_BYTES: usize = 100;

struct Load10000 {
    folder: Folder,
    zookeeper: Option<Process>,
    zookeeper_port: u16,
    broker: Option<Process>,
    groups: usize,
}

pub fn start(options: &Options) -> Box<dyn Load> {
    let groups = options.load(10_000);
    let folder = Folder::new();
    let (zookeeper, zookeeper_port) = wait(program::zookeeper(&folder, 0));
    let (broker, port) = wait(program::started(begin(&folder, zookeeper_port)));
    fill(port, groups);
    let (zookeeper, broker) = (Some(zookeeper), Some(broker));
    Box::new(Load10000 { folder, zookeeper, zookeeper_port, broker, groups })
}

fn begin(folder: &Folder, zookeeper_port: u16) -> Process {
    let file =
        program::server_properties(folder, zookeeper_port, "offsets.topic.num.partitions=1\n");
    wait(async { Process::start("kafka-server-start", &[&file]) })
}

impl Load for Load10000 {
    fn server(&mut self) -> Vec<Option<f64>> {
        let mut broker = self.broker.take().expect("a broker that runs");
        broker.signal(rustix::process::Signal::TERM);
        wait(broker.ended());
        let mut broker = begin(&self.folder, self.zookeeper_port);
        let line = wait(broker.says("Finished loading offsets and group metadata"));
        self.broker = Some(broker);
        let number_before = |word: &str| -> f64 {
            let before = line.split_once(word).map(|(before, _)| before.trim_end());
            let number = before.and_then(|it| it.rsplit(' ').next());
            number.and_then(|it| it.parse().ok()).unwrap_or_else(|| panic!("{line}"))
        };
        assert_eq!(number_before("groups"), self.groups as f64, "{line}");
        vec![Some(number_before("milliseconds") / 1e3)]
    }
}

impl Drop for Load10000 {
    fn drop(&mut self) {
        for process in [self.broker.take(), self.zookeeper.take()].into_iter().flatten() {
            wait(process.kill());
        }
    }
}

/// Makes the groups: a member of each has joined, been given partitions and committed.
fn fill(port: u16, groups: usize) {
    let mut connection = Connection::open("127.0.0.1", port);
    let find = FindCoordinatorRequest { key: "g".to_owned(), ..Default::default() };
    while connection.ask(&find, 1).error_code.is_error() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let topic = CreatableTopic {
        name: TOPIC.to_owned(),
        num_partitions: PARTITIONS,
        replication_factor: 1,
        ..CreatableTopic::default()
    };
    let create =
        CreateTopicsRequest { topics: vec![topic], timeout_ms: 30_000, ..Default::default() };
    let created = connection.ask(&create, 2);
    assert_eq!(created.topics[0].error_code, ErrorCode::NONE);
    let joined = all(&mut connection, 2, (0..groups).map(join));
    let members: Vec<String> = joined
        .into_iter()
        .map(|answer| {
            assert_eq!(answer.error_code, ErrorCode::NONE);
            answer.member_id
        })
        .collect();
    let synced = all(&mut connection, 1, (0..).zip(&members).map(|(group, id)| sync(group, id)));
    assert!(synced.iter().all(|answer| answer.error_code == ErrorCode::NONE));
    let commits = (0..).zip(&members).map(|(group, id)| commit(group, id));
    for answer in all(&mut connection, 3, commits) {
        let mut partitions = answer.topics.iter().flat_map(|topic| &topic.partitions);
        assert!(partitions.all(|it| it.error_code == ErrorCode::NONE), "{answer:?}");
    }
}

/// Asks all of them, some at a time.
fn all<R: Request>(
    connection: &mut Connection,
    version: i16,
    requests: impl Iterator<Item = R>,
) -> Vec<R::Response> {
    let mut answers = Vec::new();
    let mut flying = 0;
    for request in requests {
        if flying == WINDOW {
            answers.push(connection.answer::<R, _>(version, |answer| answer));
            flying -= 1;
        }
        connection.send(&wire::frame(&request, version, 0));
        flying += 1;
    }
    answers.extend((0..flying).map(|_| connection.answer::<R, _>(version, |answer| answer)));
    answers
}

fn name(group: usize) -> String {
    format!("group-{group:05}")
}

fn join(group: usize) -> JoinGroupRequest {
    let metadata = vec![0; MEMBER_BYTES].into();
    JoinGroupRequest {
        group_id: name(group),
        session_timeout_ms: 300_000,
        rebalance_timeout_ms: 300_000,
        protocol_type: "consumer".to_owned(),
        protocols: vec![JoinGroupRequestProtocol { name: "range".to_owned(), metadata }],
        ..JoinGroupRequest::default()
    }
}

fn sync(group: usize, member_id: &str) -> SyncGroupRequest {
    let assignment = vec![0; MEMBER_BYTES].into();
    let member_id = member_id.to_owned();
    SyncGroupRequest {
        group_id: name(group),
        generation_id: 1,
        member_id: member_id.clone(),
        assignments: vec![SyncGroupRequestAssignment { member_id, assignment }],
        ..SyncGroupRequest::default()
    }
}

fn commit(group: usize, member_id: &str) -> OffsetCommitRequest {
    let partitions = (0..PARTITIONS).map(|partition_index| OffsetCommitRequestPartition {
        partition_index,
        committed_offset: 42,
        ..OffsetCommitRequestPartition::default()
    });
    OffsetCommitRequest {
        group_id: name(group),
        generation_id_or_member_epoch: 1,
        member_id: member_id.to_owned(),
        topics: vec![OffsetCommitRequestTopic {
            name: TOPIC.to_owned(),
            partitions: partitions.collect(),
        }],
        ..OffsetCommitRequest::default()
    }
}
