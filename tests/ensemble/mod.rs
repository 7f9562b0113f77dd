//! Ensembles of three: what is acknowledged stays, whoever goes and comes back.

mod abuse;
mod kills;
mod masters;
mod operators;
mod reconfiguration;
mod sessions;

use bytes::Bytes;
use milena::config::quorum::ServerAddress;
use milena::zookeeper::client::{Client, Error, Event, Events, WatchEvent, WatchKind};
use milena::zookeeper::jute::record::perms;
use milena::zookeeper::jute::request::CreateMode;
use milena::zookeeper::jute::{Acl, KeeperError};

use crate::support::ensemble::{Ensemble, is_loss};
use crate::support::within;

async fn create(client: &Client, path: &str, mode: CreateMode) -> Result<String, Error> {
    let open = [Acl::world(perms::ALL)];
    client.create(path, Some(Bytes::from_static(b"data")), &open, mode).await
}

/// Creates a node, whatever happens to the connection meanwhile.
async fn surely(client: &Client, path: &str) {
    within("a write", async {
        let mut lost = false;
        loop {
            match create(client, path, CreateMode::Persistent).await {
                Ok(_) => return,
                // What was lost may be committed later, by the next leader.
                Err(error) if lost && error.keeper() == Some(KeeperError::NodeExists) => return,
                Err(error) if is_loss(&error) => {
                    lost = true;
                    let _ = client.connected(std::time::Duration::from_secs(1)).await;
                    if matches!(client.exists(path, false).await, Ok(Some(_))) {
                        return;
                    }
                }
                Err(error) => panic!("{path}: {error}"),
            }
        }
    })
    .await;
}

/// Whether a server has all of these nodes, once it is abreast of its leader.
async fn has(ensemble: &Ensemble, id: i64, paths: &[String]) {
    let (client, _) = ensemble.client(id).await;
    client.sync("/").await.unwrap();
    for path in paths {
        assert!(client.exists(path, false).await.unwrap().is_some(), "{path} on {id}");
    }
    client.close().await;
}

async fn fired(events: &mut Events, wanted: WatchKind, at: &str) {
    within("a watch", async {
        loop {
            let event = events.next().await.expect("an event");
            if let Event::Watch(WatchEvent { kind, path, .. }) = event {
                assert_eq!((kind, path.as_str()), (wanted, at));
                return;
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_through_one_is_read_through_all() {
    let ensemble = Ensemble::start(3).await;
    let leader = ensemble.leader().await;
    let mut clients = Vec::new();
    for id in 1..=3 {
        clients.push(ensemble.client(id).await);
    }
    for (writer, (client, _)) in clients.iter().enumerate() {
        let path = format!("/n{writer}");
        for (other, _) in &clients {
            other.sync("/").await.unwrap();
            assert_eq!(other.exists(&path, true).await.unwrap(), None);
        }
        create(client, &path, CreateMode::Persistent).await.unwrap();
        assert!(create(client, &path, CreateMode::Persistent).await.is_err(), "it is there");
        for (other, _) in &clients {
            other.sync("/").await.unwrap();
            let (data, _) = other.get(&path, false).await.unwrap();
            assert_eq!(data.as_deref(), Some(&b"data"[..]));
        }
    }
    for (_, events) in &mut clients {
        for number in 0..3 {
            fired(events, WatchKind::Created, &format!("/n{number}")).await;
        }
    }
    let (config, _) = clients[0].0.get("/zookeeper/config", false).await.unwrap();
    let config = String::from_utf8(config.unwrap().to_vec()).unwrap();
    assert!(config.starts_with("server.1=127.") && config.ends_with("version=0"), "{config}");
    let digests = ensemble.word(leader, "srvr").await.unwrap();
    assert!(digests.contains("Mode: leader"), "{digests}");
    let synced = ensemble.word(leader, "mntr").await.unwrap();
    assert!(synced.contains("zk_synced_followers\t2\n"), "{synced}");
    let conf = ensemble.word(1, "conf").await.unwrap();
    assert!(conf.contains("serverId=1\n") && conf.contains("server.3=127."), "{conf}");
    for (client, _) in clients {
        client.close().await;
    }
    ensemble.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_leader_goes_and_comes_back() {
    let mut ensemble = Ensemble::start(3).await;
    let mut paths = Vec::new();
    let (client, _) = ensemble.client_of(&[1, 2, 3]).await;
    for round in 0..3 {
        for number in 0..10 {
            let path = format!("/r{round}-{number}");
            surely(&client, &path).await;
            paths.push(path);
        }
        let leader = ensemble.leader().await;
        ensemble.kill(leader).await;
        let path = format!("/r{round}-without");
        surely(&client, &path).await;
        paths.push(path);
        assert_ne!(ensemble.leader().await, leader);
        ensemble.up(leader).await;
        assert_eq!(ensemble.serves(leader).await, "follower");
        has(&ensemble, leader, &paths).await;
    }
    client.close().await;
    for id in 1..=3 {
        ensemble.kill(id).await;
    }
    for id in 1..=3 {
        ensemble.up(id).await;
    }
    for id in 1..=3 {
        has(&ensemble, id, &paths).await;
    }
    ensemble.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_quorum_nobody_is_served() {
    let mut ensemble = Ensemble::start(3).await;
    let (client, _) = ensemble.client(1).await;
    create(&client, "/a", CreateMode::Persistent).await.unwrap();
    ensemble.kill(2).await;
    ensemble.kill(3).await;
    within("the end of service", async {
        while ensemble.mode(1).await.is_some() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    })
    .await;
    let text = ensemble.word(1, "stat").await.unwrap();
    assert_eq!(text, "This ZooKeeper instance is not currently serving requests\n");
    assert_eq!(ensemble.word(1, "ruok").await.unwrap(), "imok");
    ensemble.up(2).await;
    within("its session again", client.connected(crate::support::WITHIN)).await.unwrap();
    assert!(client.exists("/a", false).await.unwrap().is_some());
    client.close().await;
    ensemble.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_outlives_its_server_and_ends_with_its_client() {
    let mut ensemble = Ensemble::start(3).await;
    let followers = ensemble.followers().await;
    let leader = ensemble.leader().await;
    let (home, other) = (followers[0], followers[1]);
    // One client can go elsewhere, one cannot.
    let (moving, _) = ensemble.client_of(&[home, other]).await;
    let (bound, _) = ensemble.client(home).await;
    let (watching, mut events) = ensemble.client(leader).await;
    create(&moving, "/moving", CreateMode::Ephemeral).await.unwrap();
    create(&bound, "/bound", CreateMode::Ephemeral).await.unwrap();
    watching.sync("/").await.unwrap();
    assert!(watching.exists("/bound", true).await.unwrap().is_some());
    let session = moving.session();
    ensemble.kill(home).await;
    fired(&mut events, WatchKind::Deleted, "/bound").await;
    within("its session again", moving.connected(crate::support::WITHIN)).await.unwrap();
    surely(&moving, "/after").await;
    assert_eq!(moving.session(), session);
    let stat = watching.exists("/moving", false).await.unwrap().expect("its session lives");
    assert_eq!(stat.ephemeral_owner, session.0);
    moving.close().await;
    watching.sync("/").await.unwrap();
    assert_eq!(watching.exists("/moving", false).await.unwrap(), None);
    watching.close().await;
    drop(bound);
    ensemble.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_was_away_for_long_gets_everything() {
    let mut ensemble = Ensemble::of(3);
    ensemble.history_max = 5;
    for id in 1..=3 {
        ensemble.up(id).await;
    }
    let away = ensemble.followers().await[0];
    let (client, _) = ensemble.client(ensemble.leader().await).await;
    create(&client, "/before", CreateMode::Persistent).await.unwrap();
    ensemble.kill(away).await;
    let mut paths = vec!["/before".to_owned()];
    for number in 0..40 {
        let path = format!("/n{number}");
        create(&client, &path, CreateMode::Persistent).await.unwrap();
        paths.push(path);
    }
    client.delete("/n7", -1).await.unwrap();
    paths.retain(|path| path != "/n7");
    ensemble.up(away).await;
    has(&ensemble, away, &paths).await;
    let (own, _) = ensemble.client(away).await;
    assert_eq!(own.exists("/n7", false).await.unwrap(), None);
    // And what it got is on its own disk.
    create(&own, "/later", CreateMode::Persistent).await.unwrap();
    paths.push("/later".to_owned());
    own.close().await;
    client.close().await;
    ensemble.kill(away).await;
    ensemble.up(away).await;
    has(&ensemble, away, &paths).await;
    ensemble.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_was_away_gets_what_the_log_has() {
    let mut ensemble = Ensemble::of(3);
    ensemble.history_max = 5;
    ensemble.adjust = |it| {
        it.snapshot_size_factor = 0.0;
        // And each is in two places.
        for line in it.members.servers.values_mut() {
            let first = line.addresses[0].clone();
            let (net, host) = first.host.rsplit_once('.').expect("an address");
            let host = format!("{net}.{}", host.parse::<u8>().expect("a number") ^ 0x80);
            line.addresses.push(ServerAddress { host, ..first });
        }
    };
    for id in 1..=3 {
        ensemble.up(id).await;
    }
    let away = ensemble.followers().await[0];
    let (client, _) = ensemble.client(ensemble.leader().await).await;
    create(&client, "/before", CreateMode::Persistent).await.unwrap();
    has(&ensemble, away, &["/before".to_owned()]).await;
    ensemble.kill(away).await;
    let snapshots = ensemble.snapshots(away);
    let mut paths = Vec::new();
    for number in 0..40 {
        let path = format!("/n{number}");
        create(&client, &path, CreateMode::Persistent).await.unwrap();
        paths.push(path);
    }
    client.close().await;
    ensemble.up(away).await;
    has(&ensemble, away, &paths).await;
    assert_eq!(ensemble.snapshots(away), snapshots, "no snapshot came");
    ensemble.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_a_lost_leader_has_is_cut_away() {
    let mut ensemble = Ensemble::start(3).await;
    let leader = ensemble.leader().await;
    let followers = ensemble.followers().await;
    let (client, _) = ensemble.client(leader).await;
    create(&client, "/kept", CreateMode::Persistent).await.unwrap();
    for &id in &followers {
        ensemble.kill(id).await;
    }
    // Nobody is left to acknowledge it. Whether it gets into the log of the one that led before it
    // steps down, it must not be there afterwards.
    let lost = create(&client, "/lost", CreateMode::Persistent).await;
    assert!(lost.is_err(), "acknowledged without a quorum");
    drop(client);
    ensemble.kill(leader).await;
    for &id in &followers {
        ensemble.up(id).await;
    }
    let (client, _) = ensemble.client(followers[0]).await;
    create(&client, "/new", CreateMode::Persistent).await.unwrap();
    ensemble.up(leader).await;
    assert_eq!(ensemble.serves(leader).await, "follower");
    has(&ensemble, leader, &["/kept".to_owned(), "/new".to_owned()]).await;
    let (old, _) = ensemble.client(leader).await;
    assert_eq!(old.exists("/lost", false).await.unwrap(), None);
    let nodes = |text: Option<String>| {
        let text = text.expect("an answer");
        text.lines().find(|line| line.starts_with("Node count")).map(str::to_owned)
    };
    let counts = (ensemble.word(leader, "srvr").await, ensemble.word(followers[0], "srvr").await);
    assert_eq!(nodes(counts.0), nodes(counts.1));
    old.close().await;
    client.close().await;
    ensemble.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_on_the_ports_of_servers_disturb_nobody() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    let ensemble = Ensemble::start(3).await;
    let leader = ensemble.leader().await;
    let (client, _) = ensemble.client(ensemble.followers().await[0]).await;
    let promises = [&[0, 0, 0, 11][..], &[0; 8], &[0x0f, 0xff, 0xff, 0xff]].concat();
    let one_that_says_it_is_the_leader = [
        &[0, 0, 0, 11][..],
        &[0; 8],
        &[0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, leader.to_be_bytes()[7], 0, 1, 0, 0],
        &[0xff; 4],
    ]
    .concat();
    let strange: [&[u8]; 5] = [
        b"GET / HTTP/1.1\r\n\r\n",
        &[0xff; 64],
        &promises,
        &one_that_says_it_is_the_leader,
        &[0, 0, 0, 0, 0, 0, 0, 77],
    ];
    let mut held = Vec::new();
    for id in 1..=3 {
        for (port, (host, number)) in ensemble.quorum_addresses(id).into_iter().enumerate() {
            for bytes in strange {
                // Only a leader has its quorum port open.
                let Ok(mut stream) = TcpStream::connect((host.as_str(), number)).await else {
                    assert!(port == 0 && id != leader, "the port of {id} is closed");
                    continue;
                };
                stream.write_all(bytes).await.unwrap();
                held.push(stream);
            }
        }
    }
    for number in 0..20 {
        create(&client, &format!("/n{number}"), CreateMode::Persistent).await.unwrap();
    }
    assert_eq!(ensemble.leader().await, leader);
    // One that takes the leader's own name is turned away.
    let [(host, number), _] = ensemble.quorum_addresses(leader);
    let mut stream = TcpStream::connect((host.as_str(), number)).await.unwrap();
    stream.write_all(&one_that_says_it_is_the_leader).await.unwrap();
    assert_eq!(within("its end", stream.read(&mut [0; 8])).await.unwrap(), 0);
    client.close().await;
    drop(held);
    ensemble.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_built_stops_the_start() {
    use crate::support::folder::Folder;
    use crate::support::program::run;

    let folder = Folder::new();
    let base = format!(
        "dataDir={}\nclientPort=0\ninitLimit=5\nsyncLimit=5\nserver.1=127.0.0.1:1:2\n\
         server.2=127.0.0.1:3:4\n",
        folder.path().display()
    );
    let cases = [
        ("", "myid file is missing"),
        ("sslQuorum=true\n", "sslQuorum=true is not supported"),
        ("group.1=1\n", "server 2 is in none"),
        ("server.3=127.0.0.1:5:6|127.0.0.2:5:6\n", "specified for sid 3"),
    ];
    for (line, sentence) in cases {
        let file = folder.write("zoo.cfg", &format!("{base}{line}"));
        let ended = run("zookeeper-server-start", &[&file], "").await;
        let all = format!("{}{}", ended.stdout, ended.stderr);
        assert!(ended.code == Some(2) && all.contains(sentence), "{line}: {ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_observer_serves_everything_and_counts_for_nothing() {
    let mut ensemble = Ensemble::with(3, 1);
    for id in 1..=4 {
        ensemble.up(id).await;
    }
    let leader = ensemble.leader().await;
    assert_eq!(ensemble.serves(4).await, "observer");
    let (client, _) = ensemble.client(4).await;
    let (watching, mut events) = ensemble.client(leader).await;
    assert_eq!(watching.exists("/e", true).await.unwrap(), None);
    create(&client, "/e", CreateMode::Ephemeral).await.unwrap();
    fired(&mut events, WatchKind::Created, "/e").await;
    create(&watching, "/n", CreateMode::Persistent).await.unwrap();
    client.sync("/").await.unwrap();
    assert!(client.exists("/n", false).await.unwrap().is_some());
    let mntr = ensemble.word(leader, "mntr").await.unwrap();
    assert!(mntr.contains("zk_synced_observers\t1\n"), "{mntr}");
    assert!(mntr.contains("zk_quorum_size\t3\n"), "{mntr}");
    assert!(ensemble.word(4, "conf").await.unwrap().contains("peerType=1\n"));
    // Its session goes on at a voter, and its own disk has what it was informed of.
    watching.sync("/").await.unwrap();
    assert!(watching.exists("/e", true).await.unwrap().is_some());
    client.close().await;
    fired(&mut events, WatchKind::Deleted, "/e").await;
    watching.close().await;
    ensemble.kill(4).await;
    ensemble.up(4).await;
    assert_eq!(ensemble.serves(4).await, "observer");
    has(&ensemble, 4, &["/n".to_owned()]).await;
    // With one voter left it is no quorum.
    let voters: Vec<i64> = (1..=3).filter(|&id| id != leader).collect();
    for id in voters {
        ensemble.kill(id).await;
    }
    within("the end of service", async {
        while ensemble.mode(4).await.is_some() || ensemble.mode(leader).await.is_some() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    })
    .await;
    ensemble.stop().await;
}
