//! Who takes whom: observers that follow a follower, leaders that take no clients.

use std::time::Duration;

use milena::zookeeper::client::{ConnectString, Options, WatchKind};
use milena::zookeeper::jute::request::CreateMode;

use super::{create, fired, has, surely};
use crate::support::ensemble::Ensemble;
use crate::support::within;

/// Below the ports that the kernel gives out; each ensemble has an address of its own.
const OBSERVER_MASTER_PORT: u16 = 2191;
const SESSION_TIMEOUT: Duration = Duration::from_millis(2_000);

/// The follower that has the observer.
async fn master(ensemble: &Ensemble) -> i64 {
    within("an observer's master", async {
        loop {
            for id in ensemble.followers().await {
                let mntr = ensemble.word(id, "mntr").await.unwrap_or_default();
                if mntr.contains("zk_synced_observers\t1\n") {
                    return id;
                }
            }
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn observers_follow_a_follower_where_they_may() {
    let mut ensemble = Ensemble::with(3, 1);
    // Followers on one address share the port: the second has it when the first is gone.
    ensemble.adjust = |lines| lines.observer_master_port = Some(OBSERVER_MASTER_PORT);
    for id in 1..=4 {
        ensemble.up(id).await;
    }
    let leader = ensemble.leader().await;
    assert_eq!(ensemble.serves(4).await, "observer");
    let first = master(&ensemble).await;
    let mntr = ensemble.word(leader, "mntr").await.unwrap();
    assert!(
        mntr.contains("zk_synced_observers\t0\n") && mntr.contains("zk_learners\t2\n"),
        "{mntr}"
    );

    // What it wants of the leader goes by way of the follower, whose own clients go on beside it.
    let options = Options { session_timeout: SESSION_TIMEOUT, ..Options::default() };
    let (client, _) = ensemble.client_with(&[4], options).await;
    let (beside, _) = ensemble.client(first).await;
    let (watching, mut events) = ensemble.client(leader).await;
    assert_eq!(watching.exists("/e", true).await.unwrap(), None);
    create(&client, "/e", CreateMode::Ephemeral).await.unwrap();
    fired(&mut events, WatchKind::Created, "/e").await;
    for number in 0..20 {
        let path = format!("/n{number}");
        let (by, reader) = if number % 2 == 0 { (&client, &beside) } else { (&beside, &client) };
        create(by, &path, CreateMode::Persistent).await.unwrap();
        let (one, other) = tokio::join!(reader.sync("/"), by.sync("/"));
        one.and(other).unwrap();
        assert!(reader.exists(&path, false).await.unwrap().is_some(), "{path}");
    }
    // Its sessions live as long as they are heard of there, though only the follower is pinged.
    tokio::time::sleep(SESSION_TIMEOUT * 2).await;
    assert!(watching.exists("/e", true).await.unwrap().is_some());
    client.close().await;
    fired(&mut events, WatchKind::Deleted, "/e").await;
    beside.close().await;
    watching.close().await;

    // The follower goes: the observer finds another.
    ensemble.kill(first).await;
    let (client, _) = ensemble.client(4).await;
    surely(&client, "/after").await;
    assert_ne!(master(&ensemble).await, first);
    client.close().await;
    has(&ensemble, 4, &["/n19".to_owned(), "/after".to_owned()]).await;
    ensemble.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_may_leave_clients_to_the_others() {
    let mut ensemble = Ensemble::of(3);
    ensemble.adjust = |lines| lines.leader_serves = false;
    for id in 1..=3 {
        ensemble.up(id).await;
    }
    // Only followers say what they are.
    let leader = within("two followers", async {
        loop {
            let mut silent = Vec::new();
            for id in 1..=3 {
                if ensemble.mode(id).await.is_none() {
                    silent.push(id);
                }
            }
            if let [leader] = silent[..] {
                return leader;
            }
        }
    })
    .await;
    let refused = ensemble.word(leader, "srvr").await.unwrap();
    assert_eq!(refused, "This ZooKeeper instance is not currently serving requests\n");
    let (client, _) = ensemble.client_of(&[1, 2, 3]).await;
    create(&client, "/n", CreateMode::Persistent).await.unwrap();
    client.close().await;
    let servers = ConnectString::parse(&ensemble.address(leader)).unwrap();
    let (refused, _) = milena::zookeeper::client::Client::start(&servers, Options::default());
    assert!(refused.connected(Duration::from_millis(300)).await.is_err(), "the leader took it");
    refused.close().await;
    ensemble.stop().await;
}
