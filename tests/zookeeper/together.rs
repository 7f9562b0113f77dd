//! Three ZooKeeper servers and two brokers in one process: nothing of one is the other's.

use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::create_topics::{
    CreatableReplicaAssignment, CreatableTopic, CreateTopicsRequest,
};
use milena::kafka::protocol::message::metadata::MetadataRequest;
use milena::zookeeper::jute::Acl;
use milena::zookeeper::jute::record::perms;
use milena::zookeeper::jute::request::CreateMode;

use crate::support::batches::{batch, fetch, produced, read_all};
use crate::support::folder::Folder;
use crate::support::servers::{self, broker, client, properties, sees};
use crate::support::wire::Wire;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_servers_do_not_know_each_other() {
    let folders = [Folder::new(), Folder::new(), Folder::new()];
    let open = [Acl::world(perms::ALL)];
    let mut running = Vec::new();
    for folder in &folders {
        let server = servers::zookeeper(folder.path()).await;
        let (client, _) = client(&server).await;
        client.create("/n", None, &open, CreateMode::PersistentSequential).await.unwrap();
        running.push((server, client));
    }
    for (server, client) in running {
        assert!(client.exists("/n0000000000", false).await.unwrap().is_some());
        assert!(client.exists("/n0000000001", false).await.unwrap().is_none());
        client.close().await;
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_brokers_make_one_cluster() {
    let folder = Folder::new();
    let zookeeper = servers::zookeeper(folder.path()).await;
    let first = broker(properties(&zookeeper, folder.path(), 1, "")).await;
    sees(&first, "itself in charge", |image| image.controller == 1).await;
    let second = broker(properties(&zookeeper, folder.path(), 2, "broker.rack=b")).await;
    for broker in [&first, &second] {
        sees(broker, "both", |image| image.brokers.len() == 2 && image.controller == 1).await;
    }
    for running in [&first, &second] {
        let mut wire = Wire::connect(running.port()).await;
        let answer = wire.ask(&MetadataRequest { topics: None, ..Default::default() }, 12).await;
        let mut brokers: Vec<_> =
            answer.brokers.iter().map(|it| (it.node_id, it.port, it.rack.as_deref())).collect();
        brokers.sort_unstable();
        let ports = [i32::from(first.port()), i32::from(second.port())];
        assert_eq!(brokers, [(1, ports[0], None), (2, ports[1], Some("b"))]);
        assert_eq!(answer.controller_id, 1);
    }

    // A partition on each: what one leads the other does not serve.
    let assigned = |partition_index: i32, broker: i32| CreatableReplicaAssignment {
        partition_index,
        broker_ids: vec![broker],
    };
    let topic = CreatableTopic {
        name: "t".to_owned(),
        num_partitions: -1,
        replication_factor: -1,
        assignments: vec![assigned(0, 1), assigned(1, 2)],
        configs: Vec::new(),
    };
    let request = CreateTopicsRequest { topics: vec![topic], ..Default::default() };
    let (mut one, mut two) =
        (Wire::connect(first.port()).await, Wire::connect(second.port()).await);
    assert_eq!(one.ask(&request, 7).await.topics[0].error_code, ErrorCode::NONE);
    sees(&second, "its partition", |image| {
        image.partition("t", 1).is_some_and(|partition| partition.leader == 2)
    })
    .await;
    assert_eq!(produced(&mut one, "t", 0, batch(&["a"])).await.error_code, ErrorCode::NONE);
    assert_eq!(produced(&mut two, "t", 1, batch(&["b"])).await.error_code, ErrorCode::NONE);
    let wrong = produced(&mut one, "t", 1, batch(&["x"])).await.error_code;
    assert_eq!(wrong, ErrorCode::NOT_LEADER_OR_FOLLOWER);
    let wrong = two.ask(&fetch("t", 0, 0), 12).await.responses[0].partitions[0].error_code;
    assert_eq!(wrong, ErrorCode::NOT_LEADER_OR_FOLLOWER);
    assert_eq!(read_all(&mut one, "t", 0).await, ["a"]);
    assert_eq!(read_all(&mut two, "t", 1).await, ["b"]);

    first.stop().await;
    sees(&second, "itself in charge", |image| image.controller == 2 && image.brokers.len() == 1)
        .await;
    assert_eq!(read_all(&mut two, "t", 1).await, ["b"]);
    second.stop().await;
    zookeeper.stop().await;
}
