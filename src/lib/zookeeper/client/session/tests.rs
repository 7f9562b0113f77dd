//! The machine by itself: what it sends, and what it makes of what it hears.

use super::*;
use crate::zookeeper::jute::request::{PathRequest, WatchRequest};
use crate::zookeeper::jute::{Stat, record};

/// A session with a clock, and the server's side of the conversation.
struct Stage {
    session: Session<u32>,
    now: Instant,
    out: Vec<Action<u32>>,
}

type Sent = (i32, Request);

impl Stage {
    fn new(chroot: &str) -> Stage {
        let servers = format!("host:1{chroot}");
        let chroot = super::super::ConnectString::parse(&servers).unwrap().chroot;
        let session = Session::new(chroot, Duration::from_secs(9), false);
        Stage { session, now: Instant::from_millis(1_000), out: Vec::new() }
    }

    /// Opens a connection; gives the handshake that was sent.
    fn open(&mut self) -> ConnectRequest {
        self.session.opened(self.now);
        let sent = self.session.take_output();
        ConnectRequest::decode(&mut Reader::new(&sent[4..])).unwrap()
    }

    fn welcome(&mut self, timeout_ms: i32) {
        self.hear(|writer| {
            ConnectResponse {
                timeout_ms,
                session: SessionId(77),
                password: Some(Bytes::from_static(&[9; 16])),
                ..ConnectResponse::default()
            }
            .encode(writer);
        });
    }

    fn hear(&mut self, body: impl FnOnce(&mut Writer)) {
        let mut writer = Writer::new();
        body(&mut writer);
        self.session.frame(self.now, &writer.into_bytes(), &mut self.out);
    }

    fn reply(&mut self, xid: i32, zxid: i64, error: i32, reply: Reply) {
        self.hear(|writer| {
            ReplyHeader { xid, zxid: Zxid(zxid), error }.encode(writer);
            if error == 0 {
                reply.encode(writer);
            }
        });
    }

    fn event(&mut self, kind: i32, path: &str) {
        self.hear(|writer| {
            let event = WatcherEvent { kind, state: 3, path: path.to_owned() };
            crate::zookeeper::jute::reply::encode_event(&event, Zxid(-1), writer);
        });
    }

    fn ask(&mut self, request: Request, waiter: u32) {
        self.session.submit(self.now, request, waiter, &mut self.out);
    }

    /// What was sent since the last look.
    fn sent(&mut self) -> Vec<Sent> {
        let bytes = self.session.take_output();
        let mut reader = Reader::new(&bytes);
        let mut all = Vec::new();
        while !reader.is_empty() {
            let length = reader.i32().unwrap() as usize;
            let mut body = reader.sub(length).unwrap();
            let header = RequestHeader::decode(&mut body).unwrap();
            all.push((header.xid, Request::decode(header.op().unwrap(), &mut body).unwrap()));
        }
        all
    }

    fn out(&mut self) -> Vec<Action<u32>> {
        std::mem::take(&mut self.out)
    }

    fn lost(&mut self) -> Vec<Action<u32>> {
        self.session.lost(&mut self.out);
        self.out()
    }

    fn pass(&mut self, millis: u64) {
        self.now = self.now + Duration::from_millis(millis);
        self.session.tick(self.now, &mut self.out);
    }
}

fn get(path: &str) -> Request {
    Request::GetData(WatchRequest { path: path.to_owned(), watch: true })
}

fn exists(path: &str) -> Request {
    Request::Exists(WatchRequest { path: path.to_owned(), watch: true })
}

fn children(path: &str) -> Request {
    Request::GetChildren(WatchRequest { path: path.to_owned(), watch: true })
}

fn state(state: State) -> Action<u32> {
    Action::Event(Event::State(state))
}

fn loss(waiter: u32) -> Action<u32> {
    Action::Answer(waiter, Err(KeeperError::ConnectionLoss))
}

fn data() -> Reply {
    Reply::Data(crate::zookeeper::jute::reply::DataStat::default())
}

#[test]
fn a_session_is_opened_and_resumed_with_all_it_had() {
    let mut stage = Stage::new("");
    assert_eq!(stage.open().session, SessionId::NONE);
    stage.ask(get("/data"), 1);
    assert!(stage.sent().is_empty(), "not before there is a session");
    stage.welcome(6_000);
    assert_eq!(stage.out(), [state(State::Connected)]);
    assert_eq!(stage.session.timeout(), Duration::from_secs(6));
    assert_eq!(stage.sent(), [(1, get("/data"))]);
    stage.reply(1, 5, 0, data());
    let auth = AuthPacket { kind: 0, scheme: "digest".to_owned(), auth: None };
    for (waiter, request) in [
        (2, exists("/there")),
        (3, exists("/not-there")),
        (4, get("/not-there-either")),
        (5, children("/parent")),
        (6, Request::Auth(auth.clone())),
    ] {
        stage.ask(request, waiter);
    }
    assert_eq!(stage.sent().len(), 5);
    stage.reply(record::xid::AUTH, 0, 0, Reply::Empty);
    stage.reply(2, 6, 0, Reply::Stat(Stat::default()));
    stage.reply(3, 7, KeeperError::NoNode.code(), Reply::Empty);
    stage.reply(4, 7, KeeperError::NoNode.code(), Reply::Empty);
    stage.reply(5, 8, 0, Reply::Children(vec![]));
    assert_eq!(stage.out().len(), 6);
    assert_eq!(stage.lost(), [state(State::Connecting)]);

    let again = stage.open();
    assert_eq!((again.session, again.last_zxid_seen), (SessionId(77), Zxid(8)));
    assert_eq!(again.password, Some(Bytes::from_static(&[9; 16])));
    stage.ask(get("/later"), 7);
    stage.welcome(6_000);
    let list = |paths: &[&str]| paths.iter().map(|&path| path.to_owned()).collect();
    let watches = Request::SetWatches(crate::zookeeper::jute::request::SetWatches {
        relative_zxid: Zxid(8),
        data: list(&["/data", "/there"]),
        exist: list(&["/not-there"]),
        child: list(&["/parent"]),
    });
    let sent = stage.sent();
    assert_eq!(sent[0], (record::xid::AUTH, Request::Auth(auth)));
    assert_eq!(sent[1], (record::xid::SET_WATCHES, watches));
    assert_eq!(sent[2], (6, get("/later")));
}

#[test]
fn fired_watches_are_not_set_again_but_persistent_ones_are() {
    let mut stage = Stage::new("");
    stage.open();
    stage.welcome(6_000);
    stage.ask(get("/a"), 1);
    stage.ask(children("/a"), 2);
    let add = |path: &str, mode| Request::AddWatch(AddWatchRequest { path: path.to_owned(), mode });
    stage.ask(add("/p", 0), 3);
    stage.ask(add("/r", 1), 4);
    stage.reply(1, 1, 0, data());
    stage.reply(2, 1, 0, Reply::Children(vec![]));
    stage.reply(3, 1, 0, Reply::WatchAdded);
    stage.reply(4, 1, 0, Reply::WatchAdded);
    stage.out();
    stage.event(3, "/a");
    stage.event(3, "/p");
    stage.event(99, "/unknown");
    let fired = |path: &str| {
        Action::Event(Event::Watch(WatchEvent {
            kind: WatchKind::DataChanged,
            path: path.to_owned(),
            zxid: Zxid(-1),
        }))
    };
    assert_eq!(stage.out(), [fired("/a"), fired("/p")]);
    stage.lost();
    stage.open();
    stage.welcome(6_000);
    match &stage.sent()[..] {
        [(record::xid::SET_WATCHES, Request::SetWatches2(set))] => {
            assert!(set.data.is_empty());
            assert_eq!(set.child, ["/a"]);
            assert_eq!(
                (&set.persistent[..], &set.recursive[..]),
                (&["/p".to_owned()][..], &["/r".to_owned()][..])
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_was_under_way_is_lost_with_the_connection() {
    let mut stage = Stage::new("");
    stage.ask(get("/early"), 1);
    assert_eq!(stage.lost(), [loss(1)], "no server could be reached");
    stage.open();
    stage.welcome(6_000);
    stage.ask(get("/a"), 2);
    stage.ask(get("/b"), 3);
    stage.out();
    stage.reply(1, 1, KeeperError::NoNode.code(), Reply::Empty);
    assert_eq!(stage.out(), [Action::Answer(2, Err(KeeperError::NoNode))]);
    assert_eq!(stage.lost(), [state(State::Connecting), loss(3)]);
}

#[test]
fn an_expired_session_is_the_end() {
    let mut stage = Stage::new("");
    stage.open();
    stage.ask(get("/a"), 1);
    stage.welcome(0);
    let expired = || Action::Answer(1, Err(KeeperError::SessionExpired));
    assert_eq!(stage.out()[..2], [state(State::Expired), expired()]);
    assert!(stage.lost().is_empty());
    stage.ask(get("/b"), 1);
    assert_eq!(stage.out(), [expired()]);
}

#[test]
fn a_refused_authentication_is_the_end() {
    let mut stage = Stage::new("");
    stage.open();
    stage.welcome(6_000);
    stage.ask(Request::Auth(AuthPacket::default()), 1);
    stage.ask(get("/a"), 2);
    stage.out();
    stage.reply(record::xid::AUTH, 0, KeeperError::AuthFailed.code(), Reply::Empty);
    let failed = |waiter| Action::Answer(waiter, Err(KeeperError::AuthFailed));
    assert_eq!(stage.out()[..3], [failed(1), state(State::AuthFailed), failed(2)]);
}

#[test]
fn pings_keep_the_session_and_silence_ends_the_connection() {
    let mut stage = Stage::new("");
    stage.open();
    stage.welcome(6_000);
    assert_eq!(stage.session.deadline(), Some(stage.now + Duration::from_secs(2)));
    stage.pass(1_999);
    assert!(stage.sent().is_empty());
    stage.pass(1);
    assert_eq!(stage.sent(), [(record::xid::PING, Request::Ping)]);
    stage.reply(record::xid::PING, 0, 0, Reply::Empty);
    stage.pass(3_999);
    assert_eq!(stage.out().len(), 1, "nothing but the first state");
    stage.pass(1);
    assert!(matches!(&stage.out()[..], [Action::Disconnect(_)]));

    let mut stage = Stage::new("");
    stage.open();
    stage.pass(8_999);
    assert!(stage.out().is_empty());
    stage.pass(1);
    assert!(matches!(&stage.out()[..], [Action::Disconnect(_)]));
}

#[test]
fn closing_ends_well_and_by_loss() {
    let mut stage = Stage::new("");
    stage.open();
    stage.welcome(6_000);
    stage.out();
    stage.session.close(stage.now, &mut stage.out);
    assert_eq!(stage.sent(), [(1, Request::CloseSession)]);
    stage.ask(get("/a"), 1);
    assert_eq!(stage.out(), [loss(1)]);
    stage.reply(1, 9, 0, Reply::Empty);
    assert_eq!(stage.out()[0], state(State::Closed));

    let mut stage = Stage::new("");
    stage.open();
    stage.welcome(6_000);
    stage.session.close(stage.now, &mut stage.out);
    stage.out();
    assert_eq!(stage.lost(), [state(State::Closed)]);

    let mut stage = Stage::new("");
    stage.session.close(stage.now, &mut stage.out);
    assert_eq!(stage.out(), [state(State::Closed)]);
}

#[test]
fn a_chroot_is_put_before_paths_and_taken_off() {
    let mut stage = Stage::new("/kafka");
    stage.open();
    stage.welcome(6_000);
    stage.ask(Request::GetAcl(PathRequest { path: "/".to_owned() }), 1);
    let create = crate::zookeeper::jute::request::CreateRequest {
        path: "/a-".to_owned(),
        ..Default::default()
    };
    stage.ask(Request::Multi(vec![Request::Create(create)]), 2);
    let sent = stage.sent();
    assert_eq!(sent[0].1, Request::GetAcl(PathRequest { path: "/kafka".to_owned() }));
    match &sent[1].1 {
        Request::Multi(operations) => match &operations[..] {
            [Request::Create(create)] => assert_eq!(create.path, "/kafka/a-"),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    }
    stage.reply(1, 1, KeeperError::NoAuth.code(), Reply::Empty);
    stage.out();
    use crate::zookeeper::jute::MultiResult;
    let created = |path: &str| Reply::Multi(vec![MultiResult::Created(path.to_owned())]);
    stage.reply(2, 2, 0, created("/kafka/a-0000000001"));
    let answer = Answer { zxid: Zxid(2), reply: created("/a-0000000001") };
    assert_eq!(stage.out(), [Action::Answer(2, Ok(answer))]);
    stage.event(1, "/kafka");
    let root = WatchEvent { kind: WatchKind::Created, path: "/".to_owned(), zxid: Zxid(-1) };
    assert_eq!(stage.out(), [Action::Event(Event::Watch(root))]);
}

#[test]
fn a_server_that_talks_nonsense_is_left() {
    for nonsense in [&b""[..], &[0; 15], &[0; 40], b"\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\0\0\0\0"] {
        let mut stage = Stage::new("");
        stage.open();
        stage.welcome(6_000);
        stage.out();
        stage.hear(|writer| writer.raw(nonsense));
        assert!(matches!(&stage.out()[..], [Action::Disconnect(_)]), "{nonsense:?}");
    }
}
