//! Points 1 to 7: how a broker comes into a cluster.

use milena::base::disk::Disk;
use milena::kafka::log::LogManager;
use milena::kafka::protocol::api::ApiKey;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::api_versions::ApiVersionsRequest;
use milena::kafka::protocol::message::metadata::MetadataRequest;
use milena::zookeeper::jute::Acl;
use milena::zookeeper::jute::record::perms;
use milena::zookeeper::jute::request::CreateMode;

use super::{assigned, text};
use crate::support::folder::Folder;
use crate::support::peer::{Heard, Peer};
use crate::support::servers::{Node, broker, client, properties, sees};
use crate::support::wire::Wire;
use crate::support::within;

/// What the controller says is said in the language of `inter.broker.protocol.version`, whatever
/// the broker that hears it could speak.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_01_control_requests_speak_the_protocol_version() {
    for (protocol, lisr, umr, stop) in
        [("2.4", 4, 6, 2), ("2.8", 5, 7, 3), ("3.2", 6, 7, 3), ("3.9", 7, 8, 4)]
    {
        let node = Node::with(&format!("inter.broker.protocol.version={protocol}")).await;
        let peer = Peer::start(&node.zookeeper, 9).await;
        peer.register().await;
        sees(&node.broker, "the peer", |image| image.brokers.contains_key(&9)).await;
        assigned(&node, "t", &[&[9]]).await;
        let (client, _events) = client(&node.zookeeper).await;
        let open = [Acl::world(perms::ALL)];
        let wish = "/admin/delete_topics/t";
        client.create(wish, None, &open, CreateMode::Persistent).await.expect("a wish");
        let is_stop = |it: &Heard| matches!(it, Heard::StopReplica(..));
        peer.hears("StopReplica", |heard| heard.iter().any(is_stop).then_some(())).await;
        for heard in peer.heard() {
            match heard {
                Heard::LeaderAndIsr(version, _) => assert_eq!(version, lisr, "{protocol}"),
                Heard::UpdateMetadata(version, _) => assert_eq!(version, umr, "{protocol}"),
                Heard::StopReplica(version, _) => assert_eq!(version, stop, "{protocol}"),
                Heard::Fetch(version, _) => panic!("nobody follows, and asks at {version}"),
            }
        }
        client.close().await;
        peer.stop().await;
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_02_the_clusters_id_is_kept_as_kafka_keeps_it() {
    let node = Node::start().await;
    let (client, _events) = client(&node.zookeeper).await;
    let id = node.broker.broker.cluster_id.clone();
    let said = text(&client, "/cluster/id").await;
    assert!(said.contains(r#""version":"1""#), "as a text: {said}");
    assert!(said.contains(&format!(r#""id":"{id}""#)), "{said}");
    assert_eq!(id.len(), 22, "16 bytes, in base64 without padding");
    client.close().await;
    let folder = node.halt().await;
    let meta = Disk::System.read_text(&folder.path().join("kafka-0/meta.properties"));
    let meta = meta.expect("the file");
    let has = |line: String| meta.lines().any(|it| it == line);
    assert!(has(format!("cluster.id={id}")) && has("version=0".into()), "{meta}");
    assert!(has("broker.id=0".into()), "{meta}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_03_a_registrations_czxid_is_the_brokers_epoch() {
    for (protocol, version) in [("2.6", 4), ("2.7", 5), ("3.9", 5)] {
        let more = format!(
            "inter.broker.protocol.version={protocol}\n\
             listeners=PLAINTEXT://127.0.0.1:0,INTERNAL://127.0.0.1:0\n\
             listener.security.protocol.map=PLAINTEXT:PLAINTEXT,INTERNAL:PLAINTEXT"
        );
        let node = Node::with(&more).await;
        let (client, _events) = client(&node.zookeeper).await;
        let (_, stat) = client.get("/brokers/ids/0", false).await.expect("the registration");
        // Created without data, then set, in one transaction.
        assert_eq!((stat.czxid.0, stat.version), (node.broker.broker.epoch(), 1), "{protocol}");
        assert_eq!(stat.czxid, stat.mzxid);
        assert_ne!(stat.ephemeral_owner, 0);
        let json = text(&client, "/brokers/ids/0").await;
        assert!(json.contains(&format!(r#""version":{version}"#)), "{protocol}: {json}");
        assert_eq!(json.contains(r#""features":{}"#), version == 5, "{protocol}: {json}");
        for listener in ["PLAINTEXT", "INTERNAL"] {
            let port = node.broker.address(listener).expect("a listener").port();
            assert!(json.contains(&format!("{listener}://127.0.0.1:{port}")), "{json}");
            assert!(json.contains(&format!(r#""{listener}":"PLAINTEXT""#)), "{json}");
        }
        client.close().await;
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_04_parents_are_made_without_data() {
    let node = Node::start().await;
    let (client, _events) = client(&node.zookeeper).await;
    for path in [
        "/consumers",
        "/brokers/ids",
        "/brokers/topics",
        "/config/changes",
        "/config/topics",
        "/config/clients",
        "/config/users",
        "/config/brokers",
        "/config/ips",
        "/admin/delete_topics",
        "/brokers/seqid",
        "/isr_change_notification",
        "/latest_producer_id_block",
        "/log_dir_event_notification",
    ] {
        let (data, stat) = client.get(path, false).await.expect(path);
        assert_eq!((data, stat.ephemeral_owner), (None, 0), "{path}");
    }
    client.close().await;
    node.stop().await;
}

/// Who finds a broker in ZooKeeper is answered there, at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_05_sockets_are_open_before_the_registration() {
    let node = Node::start().await;
    let folder = Folder::new();
    let (client, mut events) = client(&node.zookeeper).await;
    let starting = tokio::spawn(broker(properties(&node.zookeeper, folder.path(), 5, "")));
    while client.exists("/brokers/ids/5", true).await.expect("an answer").is_none() {
        within("a registration", events.next()).await;
    }
    let json = text(&client, "/brokers/ids/5").await;
    let port = json.split("PLAINTEXT://127.0.0.1:").nth(1).expect("an endpoint");
    let port: String = port.chars().take_while(char::is_ascii_digit).collect();
    let mut wire = Wire::connect(port.parse().expect("a port")).await;
    // It may not have been told of anything, and says just that.
    let answer = wire.ask(&MetadataRequest { topics: None, ..Default::default() }, 9).await;
    assert!(answer.topics.is_empty(), "{answer:?}");
    let other = within("a broker", starting).await.expect("a broker");
    client.close().await;
    other.stop().await;
    node.stop().await;
}

/// Kafka 3.9 with ZooKeeper, from what its brokers and Java clients look for.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_06_versions_are_told_as_kafka_tells_them() {
    let node = Node::start().await;
    let told = node.wire().await.ask(&ApiVersionsRequest::default(), 0).await;
    assert_eq!(told.error_code, ErrorCode::NONE);
    let expected: &[(i16, i16, i16)] = &[
        (0, 0, 11),
        (1, 0, 17),
        (2, 0, 9),
        (3, 0, 12),
        (4, 0, 7),
        (5, 0, 4),
        (6, 0, 8),
        (7, 0, 3),
        (8, 0, 9),
        (9, 0, 9),
        (10, 0, 6),
        (11, 0, 9),
        (12, 0, 4),
        (13, 0, 5),
        (14, 0, 5),
        (15, 0, 5),
        (16, 0, 5),
        (18, 0, 4),
        (19, 0, 7),
        (20, 0, 6),
        (21, 0, 2),
        (22, 0, 5),
        (23, 0, 4),
        (24, 0, 5),
        (25, 0, 4),
        (26, 0, 4),
        (27, 0, 1),
        (28, 0, 4),
        (32, 0, 4),
        (33, 0, 2),
        (35, 0, 4),
        (37, 0, 3),
        (42, 0, 2),
        (43, 0, 2),
        (44, 0, 1),
        (45, 0, 0),
        (46, 0, 0),
        (47, 0, 0),
        (56, 0, 3),
        (60, 0, 1),
        (61, 0, 0),
        (67, 0, 0),
    ];
    for (key, min, max) in expected {
        let row = told.api_keys.iter().find(|row| row.api_key == *key);
        let found = row.map(|row| (row.min_version, row.max_version));
        let name = ApiKey::from_number(*key);
        assert_eq!(found, Some((*min, *max)), "{key} {name:?}");
    }
    node.stop().await;
}

/// A log directory is honoured as it lies there: its lock, and what the last stop left.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_07_log_directories_of_every_release_are_honoured() {
    let node = Node::start().await;
    node.topic("t", 1).await;
    let folder = node.halt().await;
    let dir = folder.path().join("kafka-0");
    let marker = dir.join(".kafka_cleanshutdown");
    let is_clean = || {
        let logs = LogManager::open(Disk::System, std::slice::from_ref(&dir)).expect("a directory");
        let refused = LogManager::open(Disk::System, std::slice::from_ref(&dir)).err();
        let refused = refused.expect("it is in use").to_string();
        assert!(refused.contains("kafka-0"), "{refused}");
        logs.partitions().iter().all(|found| found.recovery.clean)
    };
    assert!(is_clean(), "as ours leaves it, and Kafka since 3.7");
    Disk::System.replace(&marker, b"").expect("a marker");
    assert!(is_clean(), "as Kafka leaves it until 3.6");
    Disk::System.remove_file(&marker).expect("a marker");
    assert!(!is_clean(), "after a crash");
    let node = Node::over(folder, "").await;
    sees(&node.broker, "its topic", |image| image.topic("t").is_some()).await;
    node.stop().await;
}
