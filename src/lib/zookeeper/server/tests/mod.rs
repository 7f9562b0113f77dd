//! The server over real loopback sockets, with our own client and with raw frames.

mod disk;
mod known_failures;

use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;

use super::*;
use crate::base::bytes::{Part, Reader, Writer};
use crate::base::disk::Disk;
use crate::net::socket::{FrameReader, FrameWriter, Stream};
use crate::zookeeper::client::{
    Client, ConnectString, Error as ClientError, Event, Events, Options, State, WatchEvent,
    WatchKind, multi_error,
};
use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::request::{
    CreateMode, CreateRequest, SetDataRequest, VersionRequest, WatchRequest, WatcherType,
};
use crate::zookeeper::jute::{
    Acl, ConnectRequest, ConnectResponse, Id, Jute, KeeperError, MultiResult, OpCode, ReplyHeader,
    RequestHeader, Zxid,
};

const WITHIN: Duration = Duration::from_secs(20);

fn settings(disk: &Disk) -> Settings {
    Settings {
        disk: disk.clone(),
        data_dir: PathBuf::from("/data"),
        data_log_dir: PathBuf::from("/data"),
        host: "127.0.0.1".to_owned(),
        port: 0,
        preallocate_bytes: 64 * 1024,
        words: vec!["*".to_owned()],
        ..Settings::default()
    }
}

async fn start(settings: Settings) -> Running {
    Server::start(settings).await.unwrap()
}

async fn server() -> Running {
    start(settings(&Disk::memory())).await
}

async fn client(server: &Running) -> (Client, Events) {
    chrooted(server, "").await
}

async fn chrooted(server: &Running, chroot: &str) -> (Client, Events) {
    let servers = ConnectString::parse(&format!("{}{chroot}", server.address())).unwrap();
    let (client, mut events) = Client::start(&servers, Options::default());
    client.connected(WITHIN).await.unwrap();
    assert_eq!(next(&mut events).await, Event::State(State::Connected));
    (client, events)
}

async fn next(events: &mut Events) -> Event {
    tokio::time::timeout(WITHIN, events.next()).await.expect("an event in time").expect("an event")
}

fn fired(event: Option<Event>) -> Option<(WatchKind, String)> {
    let Some(Event::Watch(WatchEvent { kind, path, .. })) = event else { return None };
    Some((kind, path))
}

fn open() -> [Acl; 1] {
    [Acl::world(perms::ALL)]
}

fn bytes(text: &'static str) -> Option<Bytes> {
    Some(Bytes::from_static(text.as_bytes()))
}

async fn create(client: &Client, path: &str, mode: CreateMode) -> Result<String, ClientError> {
    client.create(path, bytes("data"), &open(), mode).await
}

fn keeper<T: std::fmt::Debug>(result: Result<T, ClientError>) -> KeeperError {
    result.unwrap_err().keeper().expect("the server's error")
}

/// A connection without a client.
struct Raw {
    reader: FrameReader,
    writer: FrameWriter,
}

impl Raw {
    async fn connect(server: &Running) -> Raw {
        let address = server.address();
        let stream = Stream::connect("127.0.0.1", address.port(), WITHIN).await.unwrap();
        let (reader, writer) = stream.split();
        Raw { reader, writer }
    }

    async fn send(&mut self, body: impl FnOnce(&mut Writer)) {
        let mut writer = Writer::new();
        let mark = writer.mark_i32();
        body(&mut writer);
        writer.fill_length(&mark);
        self.writer.parts(vec![Part::Bytes(writer.into_bytes())]).await.unwrap();
    }

    async fn frame(&mut self) -> Option<Bytes> {
        tokio::time::timeout(WITHIN, self.reader.frame(1 << 20)).await.unwrap().ok().flatten()
    }

    async fn greet(&mut self, request: &ConnectRequest) -> Option<ConnectResponse> {
        self.send(|writer| request.encode(writer)).await;
        let frame = self.frame().await?;
        Some(ConnectResponse::decode(&mut Reader::new(&frame)).unwrap())
    }

    async fn ask(&mut self, xid: i32, kind: i32, body: &[u8]) {
        self.send(|writer| {
            RequestHeader { xid, kind }.encode(writer);
            writer.raw(body);
        })
        .await;
    }

    async fn header(&mut self) -> Option<ReplyHeader> {
        Some(ReplyHeader::decode(&mut Reader::new(&self.frame().await?)).unwrap())
    }

    async fn word(server: &Running, word: &'static [u8; 4]) -> String {
        let mut raw = Raw::connect(server).await;
        raw.writer.bytes(Bytes::from_static(word)).await.unwrap();
        let text = tokio::time::timeout(WITHIN, raw.reader.to_end(1 << 20)).await.unwrap();
        String::from_utf8(text.unwrap().to_vec()).unwrap()
    }
}

fn new_session(timeout_ms: i32) -> ConnectRequest {
    ConnectRequest { timeout_ms, read_only: Some(false), ..ConnectRequest::default() }
}

#[tokio::test]
async fn nodes_are_created_read_changed_and_deleted() {
    let server = server().await;
    let (client, _) = client(&server).await;
    assert_eq!(create(&client, "/a", CreateMode::Persistent).await.unwrap(), "/a");
    let (path, stat) =
        client.create2("/a/s-", None, &open(), CreateMode::EphemeralSequential).await.unwrap();
    assert_eq!(path, "/a/s-0000000000");
    assert_eq!(stat.ephemeral_owner, client.session().0);
    assert_eq!(client.ephemerals("/").await.unwrap(), [path.as_str()]);
    assert_eq!(
        keeper(create(&client, "/a", CreateMode::Persistent).await),
        KeeperError::NodeExists
    );
    let (data, stat) = client.get("/a", false).await.unwrap();
    assert_eq!((data, stat.version, stat.num_children), (bytes("data"), 0, 1));
    assert_eq!(client.set("/a", bytes("new"), 0).await.unwrap().version, 1);
    let stale = client.set("/a", bytes("newer"), 0).await.unwrap_err();
    assert_eq!(stale.to_string(), "KeeperErrorCode = BadVersion for /a");
    assert_eq!(client.children("/a", false).await.unwrap().0, ["s-0000000000"]);
    assert_eq!(keeper(client.delete("/a", -1).await), KeeperError::NotEmpty);
    client.delete(&path, -1).await.unwrap();
    client.delete("/a", 1).await.unwrap();
    assert_eq!(client.exists("/a", false).await.unwrap(), None);
    client.sync("/").await.unwrap();
    let (path, _) = client.create2("/c", None, &open(), CreateMode::Container).await.unwrap();
    assert_eq!(path, "/c");
    assert_eq!(client.count_below("/c").await.unwrap(), 0);
    let ttl = client.create_ttl("/t", None, &open(), false, WITHIN).await;
    assert_eq!(keeper(ttl), KeeperError::Unimplemented, "extended types are off");
    server.stop().await;
}

#[tokio::test]
async fn events_come_before_the_replies_that_show_them() {
    let server = server().await;
    let ((client, mut events), (other, _)) = (client(&server).await, client(&server).await);
    assert_eq!(client.exists("/a", true).await.unwrap(), None);
    client.children("/", true).await.unwrap();
    create(&client, "/a", CreateMode::Persistent).await.unwrap();
    // What the own write caused is there before its reply.
    assert_eq!(fired(events.try_next()), Some((WatchKind::Created, "/a".into())));
    assert_eq!(fired(events.try_next()), Some((WatchKind::ChildrenChanged, "/".into())));
    assert_eq!(events.try_next(), None, "watches fire once");
    client.add_watch("/a", true).await.unwrap();
    for round in 0..50 {
        let version = other.set("/a", bytes("x"), -1).await.unwrap().version;
        let (_, stat) = client.get("/a", false).await.unwrap();
        assert_eq!(stat.version, version);
        let told = fired(events.try_next());
        assert_eq!(told, Some((WatchKind::DataChanged, "/a".into())), "{round}");
    }
    client.remove_watches("/a", WatcherType::Any).await.unwrap();
    let again = client.remove_watches("/a", WatcherType::Any).await;
    assert_eq!(keeper(again), KeeperError::NoWatcher);
    other.set("/a", bytes("x"), -1).await.unwrap();
    client.sync("/a").await.unwrap();
    assert_eq!(events.try_next(), None);
}

#[tokio::test]
async fn a_session_reads_what_it_wrote_however_much_is_under_way() {
    let server = server().await;
    let (client, _) = client(&server).await;
    create(&client, "/n", CreateMode::Persistent).await.unwrap();
    let mut requests = Vec::new();
    for _ in 0..500 {
        let (path, data) = ("/n".to_owned(), bytes("x"));
        requests.push(Request::SetData(SetDataRequest { path: path.clone(), data, version: -1 }));
        requests.push(Request::GetData(WatchRequest { path, watch: false }));
    }
    let answers = client.pipeline(requests).await;
    let stat_of = |answer: &Result<crate::zookeeper::client::Answer, ClientError>| {
        use crate::zookeeper::jute::Reply;
        let answer = answer.as_ref().unwrap();
        match &answer.reply {
            Reply::Stat(stat) => (stat.version, answer.zxid),
            Reply::Data(data) => (data.stat.version, answer.zxid),
            other => panic!("{other:?}"),
        }
    };
    for (round, pair) in answers.chunks(2).enumerate() {
        let ((written, zxid), (read, seen)) = (stat_of(&pair[0]), stat_of(&pair[1]));
        assert_eq!((written, read), (round as i32 + 1, round as i32 + 1));
        assert!(seen >= zxid);
    }
}

#[tokio::test]
async fn multis_are_done_whole_or_not_at_all() {
    let server = server().await;
    let (client, _) = client(&server).await;
    let create = |path: &str| {
        Request::Create(CreateRequest {
            path: path.to_owned(),
            data: None,
            acl: open().to_vec(),
            flags: 1,
        })
    };
    let set = |path: &str, version| {
        Request::SetData(SetDataRequest { path: path.to_owned(), data: bytes("x"), version })
    };
    let check = |path: &str| Request::Check(VersionRequest { path: path.to_owned(), version: 1 });
    // As brokers register: create without data, then set version 0.
    let done = client.multi(vec![create("/b"), set("/b", 0), check("/b")]).await.unwrap();
    assert_eq!(multi_error(&done), None);
    match &done[..] {
        [MultiResult::Created(path), MultiResult::Set(stat), MultiResult::Checked] => {
            assert_eq!((path.as_str(), stat.version), ("/b", 1));
        }
        other => panic!("{other:?}"),
    }
    let failed = client.multi(vec![create("/c"), set("/b", 0), create("/d")]).await.unwrap();
    assert_eq!(multi_error(&failed), Some((1, KeeperError::BadVersion)));
    assert_eq!(client.exists("/c", false).await.unwrap(), None);
}

#[tokio::test]
async fn acls_are_held_and_identities_survive_a_reconnect() {
    let mut settings = settings(&Disk::memory());
    settings.super_digest = Some("u:Jq7wMyA/w2Vd5WIDAKdu4OIIFEQ=".to_owned());
    let server = start(settings).await;
    let ((owner, _), (stranger, _)) = (client(&server).await, client(&server).await);
    owner.add_auth("digest", b"me:secret").await.unwrap();
    let mine = Acl { perms: perms::ALL, id: Id { scheme: "auth".to_owned(), id: String::new() } };
    owner.create("/mine", None, &[mine], CreateMode::Persistent).await.unwrap();
    assert_eq!(keeper(stranger.get("/mine", false).await), KeeperError::NoAuth);
    assert_eq!(keeper(stranger.set("/mine", None, -1).await), KeeperError::NoAuth);
    let users: Vec<_> = owner.who_am_i().await.unwrap().into_iter().map(|i| i.user).collect();
    assert!(users.contains(&"me".to_owned()), "{users:?}");
    stranger.add_auth("digest", b"u:p").await.unwrap();
    stranger.get("/mine", false).await.unwrap();
    let (acl, _) = owner.get_acl("/mine").await.unwrap();
    assert_eq!(acl[0].id.scheme, "digest");
    let open = [Acl::world(perms::READ)];
    assert_eq!(owner.set_acl("/mine", &open, 0).await.unwrap().aversion, 1);
    let refused = stranger.add_auth("nonsense", b"").await;
    assert_eq!(keeper(refused), KeeperError::AuthFailed);
    assert_eq!(stranger.state(), State::AuthFailed);
}

#[tokio::test]
async fn a_restart_keeps_nodes_sessions_and_watches() {
    let disk = Disk::memory();
    let mut settings = settings(&disk);
    let server = start(settings.clone()).await;
    settings.port = server.address().port();
    let (client, mut events) = client(&server).await;
    create(&client, "/kept", CreateMode::Persistent).await.unwrap();
    create(&client, "/mine", CreateMode::Ephemeral).await.unwrap();
    client.get("/kept", true).await.unwrap();
    client.add_auth("digest", b"me:secret").await.unwrap();
    let session = client.session();
    server.stop().await;
    assert_eq!(next(&mut events).await, Event::State(State::Connecting));
    let server = start(settings).await;
    assert_eq!(next(&mut events).await, Event::State(State::Connected));
    assert_eq!(client.session(), session);
    let stat = client.exists("/mine", false).await.unwrap().expect("the session lives on");
    assert_eq!(stat.ephemeral_owner, session.0);
    assert_eq!(client.who_am_i().await.unwrap().len(), 2, "address and digest");
    client.set("/kept", None, -1).await.unwrap();
    assert_eq!(fired(events.try_next()), Some((WatchKind::DataChanged, "/kept".into())));
    client.close().await;
    assert_eq!(next(&mut events).await, Event::State(State::Closed));
    let (other, _) = self::client(&server).await;
    assert_eq!(other.exists("/mine", false).await.unwrap(), None);
    server.stop().await;
}

#[tokio::test]
async fn a_silent_session_expires_with_its_nodes() {
    let mut settings = settings(&Disk::memory());
    settings.tick_ms = 20;
    settings.tree.tick_ms = 20;
    let server = start(settings).await;
    let mut raw = Raw::connect(&server).await;
    let response = raw.greet(&new_session(1)).await.unwrap();
    assert_eq!(response.timeout_ms, 40, "two ticks at least");
    let create = CreateRequest {
        path: "/e".to_owned(),
        data: None,
        acl: open().to_vec(),
        flags: CreateMode::Ephemeral.flags(),
    };
    let body = crate::zookeeper::jute::to_bytes(&create);
    raw.ask(1, OpCode::Create.code(), &body).await;
    assert_eq!(raw.header().await.unwrap().error, 0);
    assert_eq!(raw.header().await, None, "the connection goes with its session");
    let mut again = Raw::connect(&server).await;
    let session = response.session;
    let back = ConnectRequest { session, password: response.password, ..new_session(1) };
    assert_eq!(again.greet(&back).await, Some(ConnectResponse::refusal(Some(false))));
    assert_eq!(again.frame().await, None);
    let (client, _) = client(&server).await;
    assert_eq!(client.exists("/e", false).await.unwrap(), None);
}

#[tokio::test]
async fn a_session_moves_with_its_password_only() {
    let server = server().await;
    let mut first = Raw::connect(&server).await;
    let opened = first.greet(&new_session(30_000)).await.unwrap();
    let mut thief = Raw::connect(&server).await;
    let wrong = ConnectRequest {
        session: opened.session,
        password: Some(Bytes::from_static(&[1; 16])),
        ..new_session(30_000)
    };
    assert_eq!(thief.greet(&wrong).await, Some(ConnectResponse::refusal(Some(false))));
    first.ask(-2, OpCode::Ping.code(), b"").await;
    assert_eq!(first.header().await.unwrap().xid, -2, "not disturbed");
    let mut second = Raw::connect(&server).await;
    let right = ConnectRequest { password: opened.password.clone(), ..wrong };
    assert_eq!(second.greet(&right).await.unwrap().session, opened.session);
    assert_eq!(first.frame().await, None, "one connection a session");
    let mut ahead = Raw::connect(&server).await;
    let future = ConnectRequest { last_zxid_seen: Zxid(1 << 40), ..new_session(30_000) };
    assert_eq!(ahead.greet(&future).await, None, "it would go back in time");
}

#[tokio::test]
async fn handshakes_keep_the_form_they_came_in() {
    let server = server().await;
    let mut old = Raw::connect(&server).await;
    old.send(|writer| {
        ConnectRequest { timeout_ms: 30_000, ..ConnectRequest::default() }.encode(writer);
        // No read-only flag.
    })
    .await;
    assert_eq!(old.frame().await.unwrap().len(), 36);
    let mut new = Raw::connect(&server).await;
    new.send(|writer| new_session(30_000).encode(writer)).await;
    // Sent before the session is there: done afterwards, in order.
    new.ask(-4, OpCode::Auth.code(), b"\0\0\0\0\0\0\0\x06digest\0\0\0\x03u:p").await;
    new.ask(7, OpCode::WhoAmI.code(), b"").await;
    assert_eq!(new.frame().await.unwrap().len(), 37);
    assert_eq!(new.header().await.map(|header| (header.xid, header.error)), Some((-4, 0)));
    assert_eq!(new.header().await.map(|header| header.xid), Some(7));
}

#[tokio::test]
async fn what_cannot_be_is_answered_as_zookeeper_does() {
    let server = server().await;
    let mut raw = Raw::connect(&server).await;
    raw.greet(&new_session(30_000)).await.unwrap();
    raw.ask(1, OpCode::GetData.code(), b"\0\0\0\x50/a").await;
    let header = raw.header().await.unwrap();
    assert_eq!(header.error, KeeperError::MarshallingError.code());
    let zxid = header.zxid;
    raw.ask(2, OpCode::Create.code(), b"\xff\xff\xff\xff").await;
    let header = raw.header().await.unwrap();
    assert_eq!((header.error, header.zxid), (KeeperError::MarshallingError.code(), zxid.next()));
    for internal in [OpCode::Check, OpCode::CreateSession, OpCode::DeleteContainer] {
        let mut raw = Raw::connect(&server).await;
        raw.greet(&new_session(30_000)).await.unwrap();
        raw.ask(3, internal.code(), b"\0\0\0\x02/a\xff\xff\xff\xff").await;
        let header = raw.header().await.unwrap();
        assert_eq!((header.zxid, header.error), (Zxid(-1), KeeperError::Unimplemented.code()));
        assert_eq!(raw.frame().await, None);
    }
    for stranger in
        [&b"GET / HTTP/1.1\r\n"[..], b"\xff\xff\xff\xff", b"\x16\x03\x01\0", b"\0\0\0\x04abcd"]
    {
        let mut raw = Raw::connect(&server).await;
        raw.writer.bytes(Bytes::copy_from_slice(stranger)).await.unwrap();
        assert_eq!(raw.frame().await, None);
    }
}

#[tokio::test]
async fn words_are_answered_if_allowed() {
    let disk = Disk::memory();
    let server = start(settings(&disk)).await;
    let (client, _) = client(&server).await;
    client.get("/", true).await.unwrap();
    assert_eq!(Raw::word(&server, b"ruok").await, "imok");
    assert_eq!(Raw::word(&server, b"isro").await, "rw");
    let srvr = Raw::word(&server, b"srvr").await;
    let lines: Vec<&str> = srvr.lines().collect();
    assert!(lines[0].starts_with("Zookeeper version: 3.9."), "{srvr}");
    assert!(lines[1].starts_with("Latency min/avg/max: 0/"), "{srvr}");
    assert_eq!(lines[4], "Connections: 2");
    assert_eq!(&lines[6..], ["Zxid: 0x1", "Mode: standalone", "Node count: 5"]);
    assert!(Raw::word(&server, b"mntr").await.contains("zk_server_state\tstandalone\n"));
    assert!(Raw::word(&server, b"conf").await.contains("tickTime=3000\n"));
    assert_eq!(
        Raw::word(&server, b"wchs").await,
        "1 connections watching 1 paths\nTotal watches:1\n"
    );
    let session = client.session();
    assert_eq!(Raw::word(&server, b"wchp").await, format!("/\n\t{session}\n\n"));
    assert_eq!(Raw::word(&server, b"wchc").await, format!("{session}\n\t/\n\n"));
    for word in [b"stat", b"cons", b"dump", b"envi", b"dirs", b"hash", b"gtmk", b"crst", b"srst"] {
        let text = Raw::word(&server, word).await;
        assert!(!text.contains("whitelist"), "{text}");
    }
    server.stop().await;
    let server = start(Settings { words: Vec::new(), ..settings(&disk) }).await;
    assert_eq!(
        Raw::word(&server, b"ruok").await,
        "ruok is not executed because it is not in the whitelist.\n"
    );
    assert!(Raw::word(&server, b"srvr").await.starts_with("Zookeeper version"));
}

#[tokio::test]
async fn connections_are_limited_and_idle_ones_without_a_session_go() {
    let mut settings = settings(&Disk::memory());
    settings.connections_per_address_max = 1;
    settings.sessionless_timeout = Duration::ZERO;
    settings.tick_ms = 10;
    let server = start(settings).await;
    let mut first = Raw::connect(&server).await;
    assert_eq!(first.frame().await, None, "it never asked for a session");
    let mut second = Raw::connect(&server).await;
    let mut third = Raw::connect(&server).await;
    assert_eq!(third.frame().await, None);
    assert_eq!(second.frame().await, None);
}

#[tokio::test]
async fn containers_and_stale_nodes_are_reaped() {
    let mut settings = settings(&Disk::memory());
    settings.reap_interval = Duration::from_millis(5);
    settings.tree.extended_types = true;
    let server = start(settings).await;
    let (client, mut events) = client(&server).await;
    client.create2("/c", None, &open(), CreateMode::Container).await.unwrap();
    create(&client, "/c/x", CreateMode::Persistent).await.unwrap();
    client.exists("/c", true).await.unwrap();
    client.delete("/c/x", -1).await.unwrap();
    assert_eq!(fired(Some(next(&mut events).await)), Some((WatchKind::Deleted, "/c".into())));
    let ttl = Duration::from_millis(1);
    client.create_ttl("/t", None, &open(), false, ttl).await.unwrap();
    if client.exists("/t", true).await.unwrap().is_some() {
        assert_eq!(fired(Some(next(&mut events).await)), Some((WatchKind::Deleted, "/t".into())));
    }
}

#[tokio::test]
async fn a_chroot_is_the_root_of_its_client() {
    let server = server().await;
    let ((root, _), (inside, mut events)) =
        (client(&server).await, chrooted(&server, "/kafka/one").await);
    assert_eq!(inside.exists("/", false).await.unwrap(), None);
    root.create_all("/kafka/one").await.unwrap();
    root.create_all("/kafka/one").await.unwrap();
    inside.get("/", true).await.unwrap();
    assert_eq!(create(&inside, "/a", CreateMode::Persistent).await.unwrap(), "/a");
    assert!(root.exists("/kafka/one/a", false).await.unwrap().is_some());
    root.set("/kafka/one", None, -1).await.unwrap();
    inside.sync("/").await.unwrap();
    assert_eq!(fired(events.try_next()), Some((WatchKind::DataChanged, "/".into())));
}
