//! What the disk keeps: power that goes, room that ends, folders that are taken, snapshots.

use super::*;

/// Writes until the power goes; gives what was acknowledged.
async fn write_until_dead(server: &Running) -> Vec<String> {
    let servers = ConnectString::parse(&server.address().to_string()).unwrap();
    let (client, _events) = Client::start(&servers, Options::default());
    tokio::select! {
        connected = client.connected(WITHIN) => connected.unwrap(),
        _ = server.failed() => return Vec::new(),
    }
    let mut acknowledged = Vec::new();
    for round in 0..12 {
        let batch: Vec<String> = (0..20).map(|n| format!("/n{round}-{n}")).collect();
        let requests = batch.iter().map(|path| {
            Request::Create(CreateRequest {
                path: path.clone(),
                data: None,
                acl: open().to_vec(),
                flags: 0,
            })
        });
        let answers = client.pipeline(requests.collect()).await;
        for (path, answer) in batch.into_iter().zip(answers) {
            match answer {
                Ok(_) => acknowledged.push(path),
                Err(_) => return acknowledged,
            }
        }
    }
    acknowledged
}

#[tokio::test]
async fn no_power_cut_takes_an_acknowledged_node() {
    for cut in 3..12 {
        let disk = Disk::memory();
        let mut settings = settings(&disk);
        settings.snapshot_count = 60;
        let Disk::Memory(memory) = &disk else { unreachable!("just made") };
        memory.cut_power_at_sync(cut);
        let server = start(settings.clone()).await;
        let acknowledged = write_until_dead(&server).await;
        server.stop().await;
        memory.restore_power();
        let server = start(settings).await;
        let (client, _) = client(&server).await;
        for path in &acknowledged {
            assert!(client.exists(path, false).await.unwrap().is_some(), "{path}, cut {cut}");
        }
        server.stop().await;
    }
}

#[tokio::test]
async fn a_full_disk_stops_the_server_and_says_so() {
    let disk = Disk::memory();
    let server = start(settings(&disk)).await;
    let (client, _) = client(&server).await;
    create(&client, "/before", CreateMode::Persistent).await.unwrap();
    let Disk::Memory(memory) = &disk else { unreachable!("just made") };
    memory.limit_room(Some(0));
    assert_eq!(
        keeper(create(&client, "/after", CreateMode::Persistent).await),
        KeeperError::ConnectionLoss
    );
    let why = tokio::time::timeout(WITHIN, server.failed()).await.unwrap();
    assert!(why.contains("/data/version-2/log."), "{why}");
    server.stop().await;
    memory.limit_room(None);
    let server = start(settings(&disk)).await;
    let (client, _) = self::client(&server).await;
    assert!(client.exists("/before", false).await.unwrap().is_some());
}

#[tokio::test]
async fn two_servers_do_not_share_a_folder_but_a_process() {
    let disk = Disk::memory();
    let first = start(settings(&disk)).await;
    let error = Server::start(settings(&disk)).await.unwrap_err();
    let said = error.to_string();
    assert!(said.starts_with("/data/version-2 is in use by another running server"), "{said}");
    let second = server().await;
    assert_ne!(first.address(), second.address());
    let taken = Settings { port: second.address().port(), ..settings(&Disk::memory()) };
    let error = Server::start(taken).await.unwrap_err().to_string();
    assert!(error.starts_with("cannot bind to client port 127.0.0.1:"), "{error}");
}

#[tokio::test]
async fn snapshots_are_taken_while_the_server_goes_on() {
    let disk = Disk::memory();
    let mut settings = settings(&disk);
    settings.snapshot_count = 50;
    let server = start(settings.clone()).await;
    let acknowledged = write_until_dead(&server).await;
    assert_eq!(acknowledged.len(), 240);
    server.stop().await;
    let names = disk.list(Path::new("/data/version-2")).unwrap();
    let snapshots = names.iter().filter(|entry| entry.name.starts_with("snapshot.")).count();
    assert!(snapshots >= 2, "{names:?}");
    let server = start(settings).await;
    let (client, _) = client(&server).await;
    assert_eq!(client.count_below("/").await.unwrap(), 240 + 3);
    server.stop().await;
}
