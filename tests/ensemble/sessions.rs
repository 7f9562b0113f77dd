//! Sessions that one server alone knows: local ones, and those of clients served without a quorum.

use std::time::Duration;

use milena::zookeeper::client::{Client, Error, Options};
use milena::zookeeper::jute::KeeperError;
use milena::zookeeper::jute::request::CreateMode;

use super::create;
use crate::support::ensemble::Ensemble;
use crate::support::within;

/// How many sessions a server says it knows, of its own and of all.
async fn sessions(ensemble: &Ensemble, id: i64) -> (String, String) {
    let text = ensemble.word(id, "mntr").await.unwrap();
    let of = |key: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(key));
        line.unwrap_or_default().trim().to_owned()
    };
    (of("zk_local_sessions"), of("zk_global_sessions"))
}

async fn owner(client: &Client, path: &str) -> i64 {
    client.sync("/").await.unwrap();
    client.exists(path, false).await.unwrap().expect("a node").ephemeral_owner
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> Option<KeeperError> {
    result.expect_err("a refusal").keeper()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_local_session_becomes_everybodys_at_its_first_ephemeral_node() {
    let mut ensemble = Ensemble::of(3);
    ensemble.adjust = |it| (it.local_sessions, it.local_sessions_upgrade) = (true, true);
    for id in 1..=3 {
        ensemble.up(id).await;
    }
    let leader = ensemble.leader().await;
    let follower = ensemble.followers().await[0];
    let (looking, _) = ensemble.client(leader).await;
    for id in [follower, leader] {
        let (client, _) = ensemble.client(id).await;
        let path = format!("/p{id}");
        create(&client, &path, CreateMode::Persistent).await.unwrap();
        assert_eq!(sessions(&ensemble, id).await.1, "0", "nobody else knows it");
        let path = format!("/e{id}");
        create(&client, &path, CreateMode::Ephemeral).await.unwrap();
        assert_eq!(owner(&looking, &path).await, client.session().0);
        assert_eq!(sessions(&ensemble, leader).await.1, "1");
        // It lives by what its own server tells the leader.
        tokio::time::timeout(Duration::from_millis(1_500), std::future::pending::<()>())
            .await
            .unwrap_err();
        create(&client, &format!("/late{id}"), CreateMode::Persistent).await.unwrap();
        assert_eq!(owner(&looking, &path).await, client.session().0);
        client.close().await;
        looking.sync("/").await.unwrap();
        assert_eq!(looking.exists(&path, false).await.unwrap(), None);
        assert_eq!(sessions(&ensemble, leader).await.1, "0");
    }
    looking.close().await;
    assert_eq!(sessions(&ensemble, leader).await, ("0".to_owned(), "0".to_owned()));
    ensemble.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_local_session_that_may_not_be_more_has_no_ephemeral_nodes() {
    let mut ensemble = Ensemble::of(3);
    ensemble.adjust = |it| it.local_sessions = true;
    for id in 1..=3 {
        ensemble.up(id).await;
    }
    for id in [ensemble.leader().await, ensemble.followers().await[0]] {
        let (client, _) = ensemble.client(id).await;
        let refused = create(&client, "/e", CreateMode::Ephemeral).await;
        assert_eq!(refusal(refused), Some(KeeperError::EphemeralOnLocalSession));
        create(&client, &format!("/n{id}"), CreateMode::Persistent).await.unwrap();
        client.close().await;
    }
    ensemble.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_quorum_those_who_allow_it_read() {
    let mut ensemble = Ensemble::of(3);
    ensemble.adjust = |it| it.read_only = true;
    for id in 1..=3 {
        ensemble.up(id).await;
    }
    ensemble.leader().await;
    let (writer, _) = ensemble.client(1).await;
    create(&writer, "/n", CreateMode::Persistent).await.unwrap();
    assert_eq!(ensemble.word(1, "isro").await.unwrap(), "rw");
    drop(writer);
    ensemble.kill(2).await;
    ensemble.kill(3).await;
    within("reads without a quorum", async {
        while ensemble.mode(1).await.as_deref() != Some("read-only") {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    assert_eq!(ensemble.word(1, "isro").await.unwrap(), "ro");
    let options = Options { read_only: true, ..Options::default() };
    let (reader, _) = ensemble.client_with(&[1], options).await;
    assert!(reader.exists("/n", false).await.unwrap().is_some());
    let refused = create(&reader, "/m", CreateMode::Persistent).await;
    assert_eq!(refusal(refused), Some(KeeperError::NotReadOnly));
    assert_eq!(refusal(reader.sync("/").await), Some(KeeperError::NotReadOnly));
    assert!(reader.exists("/n", false).await.unwrap().is_some(), "it goes on");
    reader.close().await;
    // Whoever does not allow it is not served; with a quorum all are again.
    let (reader, _) =
        ensemble.client_with(&[1], Options { read_only: true, ..Options::default() }).await;
    ensemble.up(2).await;
    assert!(matches!(ensemble.serves(2).await.as_str(), "leader" | "follower"));
    within("writes again", async {
        while create(&reader, "/m", CreateMode::Persistent).await.is_err() {
            let _ = reader.connected(crate::support::WITHIN).await;
        }
    })
    .await;
    reader.close().await;
    ensemble.stop().await;
}
