//! The same of ZooKeeper's wire: damaged requests, inside a session and instead of one.

use bytes::Bytes;
use milena::base::bytes::Writer;
use milena::base::rng::Rng;
use milena::zookeeper::jute::record::perms;
use milena::zookeeper::jute::request::{
    AddWatchRequest, AuthPacket, CreateMode, CreateRequest, CreateTtlRequest, PathRequest,
    PrefixRequest, SetAclRequest, SetDataRequest, SetWatches, SetWatches2, VersionRequest,
    WatchRequest, WatchesRequest,
};
use milena::zookeeper::jute::{Acl, ConnectRequest, Jute, Request, RequestHeader};

use crate::support::folder::Folder;
use crate::support::mutation::{below, cases, mutated};
use crate::support::servers::{client, zookeeper};
use crate::support::wire::Wire;

/// Requests a session carries; the first that cannot be read ends it.
const PER_SESSION: usize = 4;

fn framed(write: impl FnOnce(&mut Writer)) -> Bytes {
    let mut writer = Writer::new();
    let mark = writer.mark_i32();
    write(&mut writer);
    writer.fill_length(&mark);
    writer.into_bytes()
}

fn connect() -> Bytes {
    let request = ConnectRequest {
        timeout_ms: 6_000,
        password: Some(Bytes::from_static(&[0; 16])),
        read_only: Some(false),
        ..ConnectRequest::default()
    };
    framed(|writer| request.encode(writer))
}

/// Whole requests to begin with, all about `/t`.
fn seeds() -> Vec<Bytes> {
    let path = || "/t".to_owned();
    let (data, acl) = (Some(Bytes::from_static(b"data")), vec![Acl::world(perms::ALL)]);
    let create = |flags: CreateMode| CreateRequest {
        path: "/t/n-".to_owned(),
        data: data.clone(),
        acl: acl.clone(),
        flags: flags.flags(),
    };
    let watch = WatchRequest { path: path(), watch: true };
    let version = VersionRequest { path: "/t/n-".to_owned(), version: -1 };
    let set = SetDataRequest { path: path(), data: data.clone(), version: -1 };
    let watches = WatchesRequest { path: path(), kind: 3 };
    let all = vec![path()];
    let requests = [
        Request::Create(create(CreateMode::EphemeralSequential)),
        Request::Create2(create(CreateMode::PersistentSequential)),
        Request::CreateContainer(create(CreateMode::Container)),
        Request::CreateTtl(CreateTtlRequest {
            path: "/t/ttl".to_owned(),
            data: data.clone(),
            acl: acl.clone(),
            flags: CreateMode::PersistentSequentialWithTtl.flags(),
            ttl_ms: 1_000,
        }),
        Request::Delete(version.clone()),
        Request::Exists(watch.clone()),
        Request::GetData(watch.clone()),
        Request::SetData(set.clone()),
        Request::GetAcl(PathRequest { path: path() }),
        Request::SetAcl(SetAclRequest { path: path(), acl: acl.clone(), version: -1 }),
        Request::GetChildren(watch.clone()),
        Request::GetChildren2(watch.clone()),
        Request::Sync(PrefixRequest { path: Some(path()) }),
        Request::CheckWatches(watches.clone()),
        Request::RemoveWatches(watches),
        Request::Auth(AuthPacket { kind: 0, scheme: "digest".to_owned(), auth: data.clone() }),
        Request::SetWatches(SetWatches { data: all.clone(), ..SetWatches::default() }),
        Request::SetWatches2(SetWatches2 { persistent: all, ..SetWatches2::default() }),
        Request::GetEphemerals(PrefixRequest { path: Some(path()) }),
        Request::GetAllChildrenNumber(PathRequest { path: path() }),
        Request::AddWatch(AddWatchRequest { path: path(), mode: 1 }),
        Request::Multi(vec![
            Request::Create(create(CreateMode::PersistentSequential)),
            Request::SetData(set),
            Request::Check(VersionRequest { path: path(), version: -1 }),
            Request::Delete(version),
        ]),
        Request::MultiRead(vec![Request::GetData(watch.clone()), Request::GetChildren(watch)]),
        Request::WhoAmI,
        Request::Ping,
        Request::CloseSession,
    ];
    let header = |request: &Request| RequestHeader { xid: 1, kind: request.op().code() };
    let framed_request = |request: &Request| {
        framed(|writer| {
            header(request).encode(writer);
            request.encode(writer);
        })
    };
    requests.iter().map(framed_request).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_takes_zookeeper_down() {
    let folder = Folder::new();
    let server = zookeeper(folder.path()).await;
    let (control, _events) = client(&server).await;
    let open = [Acl::world(perms::ALL)];
    for path in ["/t", "/safe"] {
        control.create(path, None, &open, CreateMode::Persistent).await.expect("a node");
    }
    let (seeds, mut rng) = (seeds(), Rng::seeded(20_261_125));
    let (connect, mut sent) = (connect(), 0);
    while sent < cases() {
        let mut wire = Wire::connect(server.address().port()).await;
        // One in four says hello in a wrong way already.
        let hello = match below(&mut rng, 4) {
            0 => mutated(&mut rng, &connect),
            _ => connect.clone(),
        };
        let mut alive = wire.bytes(hello).await.is_ok();
        for _ in 0..PER_SESSION {
            sent += 1;
            let seed = &seeds[below(&mut rng, seeds.len())];
            alive = alive && wire.bytes(mutated(&mut rng, seed)).await.is_ok();
        }
        wire.finish().await;
        // Who says nothing more is answered what is on its way, and let go.
        while wire.frame().await.is_some() {}
    }
    // It serves those who were there and those who come, and lost nothing.
    let (fresh, _events) = client(&server).await;
    for client in [&control, &fresh] {
        assert!(client.exists("/safe", false).await.expect("an answer").is_some());
        client.set("/safe", None, -1).await.expect("a write");
    }
    let (_, stat) = fresh.get("/safe", false).await.expect("the node");
    assert_eq!(stat.version, 2, "nobody else has written to it");
    for client in [control, fresh] {
        client.close().await;
    }
    server.stop().await;
    // What they had it write is read again by the next start.
    let server = zookeeper(folder.path()).await;
    let (client, _events) = client(&server).await;
    assert!(client.exists("/safe", false).await.expect("an answer").is_some());
    client.close().await;
    server.stop().await;
}

/// Every prefix of a hello and of a request, and then the connection ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_end_early_are_no_harm() {
    let folder = Folder::new();
    let server = zookeeper(folder.path()).await;
    let (control, _events) = client(&server).await;
    let open = [Acl::world(perms::ALL)];
    control.create("/t", None, &open, CreateMode::Persistent).await.expect("a node");
    let hello = connect();
    let create = seeds().swap_remove(0);
    let whole: Bytes = [&hello[..], &create].concat().into();
    for end in 0..whole.len() {
        let mut wire = Wire::connect(server.address().port()).await;
        wire.bytes(whole.slice(..end)).await.expect("a server that reads");
        wire.finish().await;
        let mut answers = 0;
        while wire.frame().await.is_some() {
            answers += 1;
        }
        // The answer to the hello may find nobody any more; to the rest there is none.
        assert!(answers <= usize::from(end >= hello.len()), "{end} bytes");
    }
    let (children, _) = control.children("/t", false).await.expect("the node");
    assert_eq!(children, [""; 0], "nothing that was not asked for to the end");
    control.close().await;
    server.stop().await;
}
