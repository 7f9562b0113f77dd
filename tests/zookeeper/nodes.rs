//! Nodes, watches and multis, as two clients see them.

use bytes::Bytes;
use milena::zookeeper::client::{Client, Error, Event, Events, WatchEvent, WatchKind, multi_error};
use milena::zookeeper::jute::record::perms;
use milena::zookeeper::jute::request::{
    CreateMode, CreateRequest, SetDataRequest, VersionRequest, WatchRequest,
};
use milena::zookeeper::jute::{Acl, KeeperError, MultiResult, Reply, Request};

use crate::support::folder::Folder;
use crate::support::{servers, within};

fn open() -> [Acl; 1] {
    [Acl::world(perms::ALL)]
}

async fn create(client: &Client, path: &str, mode: CreateMode) -> Result<String, Error> {
    client.create(path, Some(Bytes::from_static(b"data")), &open(), mode).await
}

fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> KeeperError {
    result.expect_err("a refusal").keeper().expect("the server's error")
}

/// The next watch that fires.
async fn fired(events: &mut Events) -> (WatchKind, String) {
    loop {
        match within("a watch", events.next()).await.expect("an event") {
            Event::Watch(WatchEvent { kind, path, .. }) => return (kind, path),
            Event::State(_) => {}
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_writes_the_other_reads() {
    let folder = Folder::new();
    let server = servers::zookeeper(folder.path()).await;
    let ((one, _), (two, mut events)) =
        (servers::client(&server).await, servers::client(&server).await);
    create(&one, "/a", CreateMode::Persistent).await.unwrap();
    for number in 0..3 {
        let made = create(&one, "/a/s-", CreateMode::PersistentSequential).await.unwrap();
        assert_eq!(made, format!("/a/s-000000000{number}"));
    }
    two.sync("/").await.unwrap();
    let (data, stat) = two.get("/a", true).await.unwrap();
    assert_eq!((data.as_deref(), stat.version), (Some(&b"data"[..]), 0));
    let (mut children, stat) = two.children("/a", true).await.unwrap();
    children.sort_unstable();
    assert_eq!(children, ["s-0000000000", "s-0000000001", "s-0000000002"]);
    assert_eq!((stat.num_children, stat.cversion), (3, 3));

    assert_eq!(one.set("/a", None, 0).await.unwrap().version, 1);
    assert_eq!(fired(&mut events).await, (WatchKind::DataChanged, "/a".to_owned()));
    one.delete("/a/s-0000000001", -1).await.unwrap();
    assert_eq!(fired(&mut events).await, (WatchKind::ChildrenChanged, "/a".to_owned()));
    assert_eq!(two.exists("/b", true).await.unwrap(), None);
    create(&one, "/b", CreateMode::Persistent).await.unwrap();
    assert_eq!(fired(&mut events).await, (WatchKind::Created, "/b".to_owned()));
    two.add_watch("/a", true).await.unwrap();
    for _ in 0..2 {
        create(&one, "/a/deep", CreateMode::Persistent).await.unwrap();
        assert_eq!(fired(&mut events).await, (WatchKind::Created, "/a/deep".to_owned()));
        one.delete("/a/deep", 0).await.unwrap();
        assert_eq!(fired(&mut events).await, (WatchKind::Deleted, "/a/deep".to_owned()));
    }

    assert_eq!(code(one.set("/a", None, 0).await), KeeperError::BadVersion);
    assert_eq!(code(one.get("/absent", false).await), KeeperError::NoNode);
    assert_eq!(code(one.delete("/a", -1).await), KeeperError::NotEmpty);
    let again = create(&two, "/b", CreateMode::Persistent).await;
    assert_eq!(code(again), KeeperError::NodeExists);
    let below = create(&two, "/absent/x", CreateMode::Persistent).await;
    assert_eq!(code(below), KeeperError::NoNode);
    for client in [one, two] {
        client.close().await;
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn multis_are_whole_or_nothing() {
    let folder = Folder::new();
    let server = servers::zookeeper(folder.path()).await;
    let (client, _) = servers::client(&server).await;
    let create = |path: &str| {
        let (path, acl) = (path.to_owned(), open().to_vec());
        Request::Create(CreateRequest { path, data: None, acl, flags: 0 })
    };
    let set = |path: &str, version: i32| {
        Request::SetData(SetDataRequest { path: path.to_owned(), data: None, version })
    };
    let delete =
        |path: &str| Request::Delete(VersionRequest { path: path.to_owned(), version: -1 });
    let done = client
        .multi(vec![create("/a"), create("/a/b"), set("/a", 0), delete("/a/b"), create("/c")])
        .await
        .unwrap();
    assert_eq!(multi_error(&done), None);
    assert!(matches!(done[3], MultiResult::Deleted), "{done:?}");
    let failed = client.multi(vec![delete("/c"), set("/a", 0), create("/d")]).await.unwrap();
    assert_eq!(multi_error(&failed), Some((1, KeeperError::BadVersion)));
    assert!(client.exists("/c", false).await.unwrap().is_some(), "undone");
    assert!(client.exists("/d", false).await.unwrap().is_none(), "not tried");

    let read = |path: &str| Request::GetData(WatchRequest { path: path.to_owned(), watch: false });
    let reads = Request::MultiRead(vec![read("/a"), read("/absent"), read("/c")]);
    match client.request(reads).await.unwrap().reply {
        Reply::Multi(results) => assert!(
            matches!(
                &results[..],
                [MultiResult::Data(_), MultiResult::Error(error), MultiResult::Data(_)]
                    if *error == KeeperError::NoNode.code()
            ),
            "{results:?}"
        ),
        other => panic!("{other:?}"),
    }
    client.close().await;
    server.stop().await;
}
