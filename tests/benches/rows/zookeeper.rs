//! ZooKeeper: creates of 100 bytes, each on disk before it is answered.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use milena::base::bytes::{Reader, Writer};
use milena::zookeeper::jute::record::{
    ConnectRequest, PASSWORD_BYTES, ReplyHeader, RequestHeader, perms,
};
use milena::zookeeper::jute::request::{CreateMode, CreateRequest, Request};
use milena::zookeeper::jute::{Acl, Jute as _};

use super::Load;
use crate::connection::Connection;
use crate::floor::Floor;
use crate::measure::percentile_ms;
use crate::options::Options;
use crate::target::ZooKeeper;

const NODE: Bytes = Bytes::from_static(&[b'.'; 100]);
/// What the floor writes and syncs for each.
const FLOOR_BYTES: usize = 1024;
const SESSIONS: usize = 8;
const WINDOW: usize = 100;

/// A session on a connection of its own.
struct Session(Connection);

impl Session {
    fn open(zookeeper: &ZooKeeper) -> Session {
        let mut connection = zookeeper.connect();
        let request = ConnectRequest {
            timeout_ms: 30_000,
            password: Some(Bytes::from_static(&[0; PASSWORD_BYTES])),
            read_only: Some(false),
            ..ConnectRequest::default()
        };
        connection.send(&framed(|writer| request.encode(writer)));
        connection.frame(|frame| assert!(frame.len() > PASSWORD_BYTES, "no session"));
        Session(connection)
    }

    /// The request for a node.
    fn request(path: String) -> Bytes {
        let request = Request::Create(CreateRequest {
            path,
            data: Some(NODE),
            acl: vec![Acl::world(perms::ALL)],
            flags: CreateMode::Persistent.flags(),
        });
        let header = RequestHeader { xid: 1, kind: request.op().code() };
        framed(|writer| {
            header.encode(writer);
            request.encode(writer);
        })
    }

    fn answer(&mut self) {
        self.0.frame(|frame| {
            let header = ReplyHeader::decode(&mut Reader::shared(frame)).expect("a reply");
            assert_eq!(header.error, 0, "a node was not created");
        });
    }

    fn create(&mut self, path: String) {
        self.0.send(&Session::request(path));
        self.answer();
    }

    /// Creates `count` nodes below a path, `WINDOW` of them in flight.
    fn pipeline(&mut self, parent: &str, count: usize) {
        let (mut sent, mut answered) = (0, 0);
        let mut requests = Vec::new();
        while answered < count {
            while sent < count && sent - answered < WINDOW {
                requests.extend(Session::request(format!("{parent}/n{sent:09}")));
                sent += 1;
            }
            self.0.send(&requests);
            requests.clear();
            self.answer();
            answered += 1;
            // As many again as have come together.
            while answered < sent && self.0.has_more() {
                self.answer();
                answered += 1;
            }
        }
    }
}

fn framed(body: impl FnOnce(&mut Writer)) -> Bytes {
    let mut writer = Writer::new();
    let mark = writer.mark_i32();
    body(&mut writer);
    writer.fill_length(&mark);
    writer.into_bytes()
}

/// Makes a node for a turn; gives its path.
fn parent(zookeeper: &ZooKeeper) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let turn = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = format!("/bench-{}-{turn}", std::process::id());
    Session::open(zookeeper).create(path.clone());
    path
}

struct OneAtATime {
    floor: Floor,
    zookeeper: ZooKeeper,
    count: usize,
}

pub fn one_at_a_time(options: &Options) -> Box<dyn Load> {
    let (floor, zookeeper) = (Floor::start(), ZooKeeper::start(options));
    Box::new(OneAtATime { floor, zookeeper, count: options.load(3_000) })
}

impl Load for OneAtATime {
    fn floor(&mut self) -> Vec<Option<f64>> {
        let mut times = self.floor.sync_each(FLOOR_BYTES, self.count);
        vec![Some(percentile_ms(&mut times, 0.5))]
    }

    fn server(&mut self) -> Vec<Option<f64>> {
        let parent = parent(&self.zookeeper);
        let mut session = Session::open(&self.zookeeper);
        let mut one = |number| {
            let begun = Instant::now();
            session.create(format!("{parent}/n{number:09}"));
            begun.elapsed()
        };
        let mut times: Vec<Duration> = (0..self.count).map(&mut one).collect();
        vec![Some(percentile_ms(&mut times, 0.5))]
    }
}

struct Pipelined {
    zookeeper: ZooKeeper,
    count: usize,
}

pub fn pipelined(options: &Options) -> Box<dyn Load> {
    let zookeeper = ZooKeeper::start(options);
    Box::new(Pipelined { zookeeper, count: options.load(200_000) })
}

impl Load for Pipelined {
    fn server(&mut self) -> Vec<Option<f64>> {
        let parent = parent(&self.zookeeper);
        let mut sessions = Vec::new();
        for number in 0..SESSIONS {
            let mut session = Session::open(&self.zookeeper);
            let path = format!("{parent}/s{number}");
            session.create(path.clone());
            sessions.push((session, path));
        }
        let begun = Instant::now();
        let ((), cpu) = self.zookeeper.meter().charge(|| {
            std::thread::scope(|scope| {
                for (session, path) in &mut sessions {
                    scope.spawn(|| session.pipeline(path, self.count / SESSIONS));
                }
            });
        });
        let (count, took) = (self.count as f64, begun.elapsed().as_secs_f64());
        vec![Some(count / took), cpu.map(|seconds| seconds * 1e6 / count)]
    }
}
