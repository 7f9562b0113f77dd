//! Sessions: what goes with them, what they survive.

use std::time::Duration;

use milena::base::clock::{Clock, ManualClock};
use milena::zookeeper::client::{Event, Events, State, WatchEvent, WatchKind};
use milena::zookeeper::jute::Acl;
use milena::zookeeper::jute::record::perms;
use milena::zookeeper::jute::request::CreateMode;

use crate::support::folder::Folder;
use crate::support::{servers, within};

async fn state(events: &mut Events, wanted: State) {
    within(&format!("{wanted:?}"), async {
        while let Some(event) = events.next().await {
            if event == Event::State(wanted) {
                return;
            }
        }
        panic!("the session ended before it was {wanted:?}");
    })
    .await;
}

async fn deleted(events: &mut Events, wanted: &str) {
    within("the watch of a node that goes", async {
        loop {
            let event = events.next().await.expect("an event");
            if let Event::Watch(WatchEvent { kind: WatchKind::Deleted, path, .. }) = event {
                assert_eq!(path, wanted);
                return;
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ephemerals_go_with_their_session() {
    let folder = Folder::new();
    let clock = ManualClock::at(1_700_000_000_000);
    let settings = servers::zookeeper_settings(folder.path());
    let settings =
        milena::zookeeper::server::Settings { clock: Clock::Manual(clock.clone()), ..settings };
    let server = servers::start(settings).await;
    let ((owner, mut owned), (watcher, mut events)) =
        (servers::client(&server).await, servers::client(&server).await);
    let open = [Acl::world(perms::ALL)];

    owner.create("/e", None, &open, CreateMode::Ephemeral).await.unwrap();
    let stat = watcher.exists("/e", true).await.unwrap().expect("it is there");
    assert_eq!(stat.ephemeral_owner, owner.session().0);
    owner.close().await;
    deleted(&mut events, "/e").await;
    state(&mut owned, State::Closed).await;

    // Hours pass for the server between two pings of either: both expire, and learn it.
    let (silent, mut silenced) = servers::client(&server).await;
    silent.create("/e", None, &open, CreateMode::Ephemeral).await.unwrap();
    let ticking = async {
        let mut tick = tokio::time::interval(Duration::from_millis(50));
        loop {
            tick.tick().await;
            clock.advance(Duration::from_secs(3_600));
        }
    };
    tokio::select! {
        () = ticking => {}
        () = state(&mut silenced, State::Expired) => {}
    }
    let (after, _) = servers::client(&server).await;
    assert_eq!(after.exists("/e", false).await.unwrap(), None);
    drop((watcher, after));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_and_watches_outlive_the_server() {
    let folder = Folder::new();
    let server = servers::zookeeper(folder.path()).await;
    let port = server.address().port();
    let (client, mut events) = servers::client(&server).await;
    let open = [Acl::world(perms::ALL)];
    client.create("/kept", None, &open, CreateMode::Persistent).await.unwrap();
    client.create("/mine", None, &open, CreateMode::Ephemeral).await.unwrap();
    client.get("/mine", true).await.unwrap();
    let session = client.session();
    server.stop().await;
    state(&mut events, State::Connecting).await;
    let mut settings = servers::zookeeper_settings(folder.path());
    settings.port = port;
    let server = servers::start(settings).await;
    state(&mut events, State::Connected).await;
    assert_eq!(client.session(), session);
    assert!(client.exists("/kept", false).await.unwrap().is_some());
    let (other, _) = servers::client(&server).await;
    assert_eq!(other.ephemerals("/").await.unwrap(), [""; 0], "its own");
    assert_eq!(client.ephemerals("/").await.unwrap(), ["/mine"]);
    other.delete("/mine", 0).await.unwrap();
    deleted(&mut events, "/mine").await;
    client.close().await;
    other.close().await;
    server.stop().await;
}
