//! An ensemble that is reconfigured while it works.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use milena::zookeeper::client::{Client, Error};
use milena::zookeeper::jute::request::ReconfigRequest;
use milena::zookeeper::jute::{KeeperError, Reply, Request};

use super::{has, surely};
use crate::support::ensemble::Ensemble;
use crate::support::within;

/// Asks for a reconfiguration; gives the text of the new configuration.
async fn reconfigure(client: &Client, joining: &str, leaving: &str) -> Result<String, Error> {
    let part = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let request = ReconfigRequest {
        joining: part(joining),
        leaving: part(leaving),
        new_members: None,
        config_id: -1,
    };
    match client.request(Request::Reconfig(request)).await?.reply {
        Reply::Data(said) => Ok(String::from_utf8_lossy(&said.data.unwrap_or_default()).into()),
        other => panic!("{other:?}"),
    }
}

fn refusal(result: Result<String, Error>) -> Option<KeeperError> {
    result.expect_err("a refusal").keeper()
}

async fn config(client: &Client) -> String {
    client.sync("/").await.unwrap();
    let (data, _) = client.get("/zookeeper/config", false).await.unwrap();
    String::from_utf8_lossy(&data.unwrap_or_default()).into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_joins_and_the_leader_leaves_while_clients_write() {
    let mut ensemble = Ensemble::of(4);
    (ensemble.reconfigures, ensemble.joining) = (true, 1);
    for id in 1..=3 {
        ensemble.up(id).await;
    }
    ensemble.leader().await;
    let (writer, _) = ensemble.client_of(&[1, 2, 3]).await;
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = stop.clone();
    let load = tokio::spawn(async move {
        let mut paths = Vec::new();
        while !stopped.load(Ordering::Relaxed) {
            let path = format!("/n{}", paths.len());
            surely(&writer, &path).await;
            paths.push(path);
        }
        writer.close().await;
        paths
    });
    let line = ensemble.settings(4).ensemble.unwrap().members.servers[&4].to_string();
    let joining = format!("server.4={line}");
    ensemble.up(4).await;
    assert_eq!(ensemble.serves(4).await, "follower");
    let (admin, _) = ensemble.client_of(&[1, 2, 3, 4]).await;
    let text = config(&admin).await;
    assert!(!text.contains("server.4=") && !text.ends_with("version=0"), "{text}");

    assert_eq!(refusal(reconfigure(&admin, &joining, "").await), Some(KeeperError::NoAuth));
    admin.add_auth("digest", b"super:secret").await.unwrap();
    let wrong = reconfigure(&admin, "server.9=127.0.0.9:1:2;3", "1,2,3").await;
    assert_eq!(refusal(wrong), Some(KeeperError::BadArguments), "one voter is too few");
    let wrong =
        reconfigure(&admin, "server.8=127.0.0.9:1:2;3,server.9=127.0.0.9:4:5;6", "1,2").await;
    assert_eq!(refusal(wrong), Some(KeeperError::NewConfigNoQuorum));
    let text = reconfigure(&admin, &joining, "").await.unwrap();
    assert!(text.contains(&joining), "{text}");
    for id in 1..=4 {
        let (own, _) = ensemble.client(id).await;
        assert_eq!(config(&own).await, text);
        own.close().await;
    }

    let leader = ensemble.leader().await;
    let (admin, _) =
        ensemble.client_of(&(1..=4).filter(|&id| id != leader).collect::<Vec<_>>()).await;
    admin.add_auth("digest", b"super:secret").await.unwrap();
    // The answer may be lost with the leader that gives it.
    let _ = reconfigure(&admin, "", &leader.to_string()).await;
    within("the new configuration", async {
        loop {
            let _ = admin.connected(crate::support::WITHIN).await;
            if let Ok((Some(data), _)) = admin.get("/zookeeper/config", false).await
                && !String::from_utf8_lossy(&data).contains(&format!("server.{leader}="))
            {
                return;
            }
        }
    })
    .await;
    within("another leader", async { while ensemble.leader().await == leader {} }).await;
    ensemble.kill(leader).await;
    surely(&admin, "/without").await;
    admin.close().await;
    stop.store(true, Ordering::Relaxed);
    let mut paths = within("the end of the load", load).await.unwrap();
    paths.push("/without".to_owned());
    // What the files say is what holds.
    let ids: Vec<i64> = ensemble.running.keys().copied().collect();
    for &id in &ids {
        ensemble.kill(id).await;
    }
    for &id in &ids {
        let members = ensemble.settings(id).ensemble.unwrap().members;
        assert_eq!(members.servers.keys().copied().collect::<Vec<_>>(), ids);
        assert!(members.version > 0);
        ensemble.up(id).await;
    }
    for &id in &ids {
        has(&ensemble, id, &paths).await;
    }
    ensemble.stop().await;
}
