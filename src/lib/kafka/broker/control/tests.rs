//! Whole brokers and a ZooKeeper server in one process, over loopback sockets: elections, topics,
//! failover. Everything is waited for, with a deadline.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;

use super::super::startup::{Running, Settings, start};
use super::send::Connection;
use crate::base::clock::{Clock, ManualClock};
use crate::base::disk::Disk;
use crate::config::Properties;
use crate::kafka::metadata::Image;
use crate::kafka::metadata::znode::{self, PartitionState, TopicAssignment};
use crate::kafka::protocol::Request;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::create_partitions::{
    CreatePartitionsRequest, CreatePartitionsTopic,
};
use crate::kafka::protocol::message::create_topics::{
    CreatableReplicaAssignment, CreatableTopic, CreatableTopicConfig, CreatableTopicResult,
    CreateTopicsRequest,
};
use crate::kafka::protocol::message::delete_topics::{DeleteTopicState, DeleteTopicsRequest};
use crate::net::socket::Stream;
use crate::zookeeper::client::{Client, ConnectString, Options, State};
use crate::zookeeper::jute::Acl;
use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::request::CreateMode;
use crate::zookeeper::server::{self, Server};

const WITHIN: Duration = Duration::from_secs(60);

async fn zookeeper(clock: Clock) -> server::Running {
    let settings = server::Settings {
        disk: Disk::memory(),
        clock,
        data_dir: PathBuf::from("/data"),
        data_log_dir: PathBuf::from("/data"),
        host: "127.0.0.1".to_owned(),
        port: 0,
        preallocate_bytes: 64 * 1024,
        connections_per_address_max: 0,
        ..server::Settings::default()
    };
    Server::start(settings).await.unwrap()
}

fn properties(zookeeper: &server::Running, id: i32) -> Properties {
    Properties::parse(&format!(
        "broker.id={id}\n\
         listeners=PLAINTEXT://127.0.0.1:0\n\
         zookeeper.connect={}\n\
         log.dirs=/logs\n\
         num.partitions=2\n\
         controlled.shutdown.retry.backoff.ms=10\n",
        zookeeper.address(),
    ))
    .unwrap()
}

async fn broker_on(disk: &Disk, zookeeper: &server::Running, id: i32) -> Running {
    let properties = properties(zookeeper, id);
    start(Settings { properties, clock: Clock::System, disk: disk.clone() }).await.unwrap()
}

async fn broker(zookeeper: &server::Running, id: i32) -> Running {
    broker_on(&Disk::memory(), zookeeper, id).await
}

/// Waits until the broker sees the cluster so.
async fn sees(broker: &Running, what: &str, wanted: impl Fn(&Image) -> bool) {
    let seen = tokio::time::timeout(WITHIN, broker.broker.cluster.wait_for(wanted));
    if seen.await.is_err() {
        panic!("broker {} never saw {what}: {:?}", broker.broker.id, broker.broker.cluster.image());
    }
}

/// Waits until it is the controller.
async fn controls(broker: &Running) {
    let deadline = tokio::time::Instant::now() + WITHIN;
    while !broker.broker.control.is_active() {
        assert!(tokio::time::Instant::now() < deadline, "{} is no controller", broker.broker.id);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn ask<R: Request>(broker: &Running, request: R, version: i16) -> R::Response {
    let stream = Stream::connect("127.0.0.1", broker.port(), WITHIN).await.unwrap();
    let mut connection = Connection::new(stream, "test".to_owned());
    let exchange = connection.exchange(&request, version);
    tokio::time::timeout(WITHIN, exchange).await.unwrap().unwrap()
}

fn topic(name: &str, partitions: i32, replication_factor: i16) -> CreatableTopic {
    CreatableTopic {
        name: name.to_owned(),
        num_partitions: partitions,
        replication_factor,
        ..Default::default()
    }
}

async fn create(broker: &Running, topics: Vec<CreatableTopic>) -> Vec<CreatableTopicResult> {
    let request = CreateTopicsRequest { topics, timeout_ms: 60_000, validate_only: false };
    ask(broker, request, 7).await.topics
}

async fn create_one(broker: &Running, topic: CreatableTopic) -> (i16, String) {
    let result = create(broker, vec![topic]).await.remove(0);
    (result.error_code.0, result.error_message.unwrap_or_default())
}

async fn text(client: &Client, path: &str) -> String {
    let (data, _) = client.get(path, false).await.unwrap();
    String::from_utf8(data.unwrap_or_default().to_vec()).unwrap()
}

async fn state(client: &Client, topic: &str, partition: i32) -> PartitionState {
    let path = znode::partition_state_path(topic, partition);
    PartitionState::decode(text(client, &path).await.as_bytes()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lone_broker_controls_itself() {
    let zookeeper = zookeeper(Clock::System).await;
    let broker = broker(&zookeeper, 7).await;
    controls(&broker).await;
    sees(&broker, "itself", |image| image.brokers.contains_key(&7) && image.controller == 7).await;
    let client = broker.broker.zookeeper();
    let controller = text(&client, "/controller").await;
    assert!(controller.starts_with(r#"{"version":2,"brokerid":7,"timestamp":"#), "{controller}");
    assert_eq!(text(&client, "/controller_epoch").await, "1");
    let registration = text(&client, "/brokers/ids/7").await;
    let endpoint = format!(r#""endpoints":["PLAINTEXT://127.0.0.1:{}"]"#, broker.port());
    assert!(registration.contains(&endpoint), "{registration}");
    assert!(text(&client, "/feature").await.contains(r#""status":1"#));
    zookeeper_only_topic(&broker, &client).await;
    created_grown_and_deleted(&broker, &client).await;
    broker.stop().await;
    zookeeper.stop().await;
}

/// As tools before 2.x make topics.
async fn zookeeper_only_topic(broker: &Running, client: &Client) {
    let data = Bytes::from_static(br#"{"version":1,"partitions":{"0":[7]}}"#);
    let open = [Acl::world(perms::ALL)];
    let persistent = CreateMode::Persistent;
    client.create("/brokers/topics/old", Some(data), &open, persistent).await.unwrap();
    sees(broker, "topic old", |image| {
        image.partition("old", 0).is_some_and(|partition| partition.leader == 7)
    })
    .await;
    let node = TopicAssignment::decode(text(client, "/brokers/topics/old").await.as_bytes());
    let id = node.unwrap().id.expect("the controller gave it an id");
    assert_eq!(broker.broker.cluster.image().topic("old").unwrap().id, id);
}

async fn created_grown_and_deleted(broker: &Running, client: &Client) {
    let config =
        CreatableTopicConfig { name: "retention.ms".to_owned(), value: Some("60000".to_owned()) };
    let wanted = CreatableTopic { configs: vec![config], ..topic("t", -1, -1) };
    let made = create(broker, vec![wanted]).await.remove(0);
    assert_eq!(
        (made.error_code, made.num_partitions, made.replication_factor),
        (ErrorCode::NONE, 2, 1)
    );
    let image = broker.broker.cluster.image();
    let seen = image.topic("t").expect("it is usable when the answer comes");
    assert_eq!((seen.id, seen.partitions.len()), (made.topic_id, 2));
    let echoed = made.configs.unwrap();
    let retention = echoed.iter().find(|config| config.name == "retention.ms").unwrap();
    assert_eq!(retention.value.as_deref(), Some("60000"));
    assert_eq!(
        text(client, "/config/topics/t").await,
        r#"{"version":1,"config":{"retention.ms":"60000"}}"#
    );

    let grow = |count| CreatePartitionsRequest {
        topics: vec![CreatePartitionsTopic { name: "t".to_owned(), count, assignments: None }],
        timeout_ms: 60_000,
        validate_only: false,
    };
    let grown = ask(broker, grow(4), 3).await.results.remove(0);
    assert_eq!((grown.error_code, grown.error_message), (ErrorCode::NONE, None));
    assert_eq!(broker.broker.cluster.image().topic("t").unwrap().partitions.len(), 4);
    let same = ask(broker, grow(4), 3).await.results.remove(0);
    assert_eq!(same.error_message.as_deref(), Some("Topic already has 4 partitions."));

    let delete = DeleteTopicsRequest {
        topics: vec![DeleteTopicState { name: None, topic_id: made.topic_id }],
        timeout_ms: 60_000,
        ..Default::default()
    };
    let deleted = ask(broker, delete, 6).await.responses.remove(0);
    assert_eq!((deleted.name.as_deref(), deleted.error_code), (Some("t"), ErrorCode::NONE));
    let gone = async {
        while client.exists("/admin/delete_topics/t", false).await.unwrap().is_some() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(WITHIN, gone).await.expect("the deletion to end");
    for path in ["/brokers/topics/t", "/config/topics/t"] {
        assert_eq!(client.exists(path, false).await.unwrap(), None, "{path}");
    }
    let again = create(broker, vec![topic("t", 1, 1)]).await.remove(0);
    assert_eq!(again.error_code, ErrorCode::NONE);
    assert_ne!(again.topic_id, made.topic_id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topics_that_cannot_be_are_refused_in_kafkas_words() {
    let zookeeper = zookeeper(Clock::System).await;
    let broker = broker(&zookeeper, 0).await;
    controls(&broker).await;
    sees(&broker, "itself", |image| image.brokers.contains_key(&0)).await;
    assert_eq!(create_one(&broker, topic("a.b", 1, 1)).await.0, 0);
    let assigned = |replicas: &[i32]| CreatableTopic {
        assignments: vec![CreatableReplicaAssignment {
            partition_index: 0,
            broker_ids: replicas.to_vec(),
        }],
        ..topic("x", -1, -1)
    };
    let setting = |name: &str, value: Option<&str>| CreatableTopic {
        configs: vec![CreatableTopicConfig {
            name: name.to_owned(),
            value: value.map(str::to_owned),
        }],
        ..topic("x", 1, 1)
    };
    let cases = [
        (topic("x", 1, 3), 38, "Replication factor: 3 larger than available brokers: 1."),
        (topic("x", 0, 1), 37, "Number of partitions must be larger than 0."),
        (topic("x", 1, 0), 38, "Replication factor must be larger than 0."),
        (topic("a.b", 1, 1), 36, "Topic 'a.b' already exists."),
        (topic("a_b", 1, 1), 17, "Topic 'a_b' collides with existing topics: a.b"),
        (topic("..", 1, 1), 17, "Topic name is invalid: '..' is not allowed"),
        (assigned(&[0, 0]), 39, "Duplicate replica assignment found: partition 0 has [0, 0]"),
        (
            setting("retention.ms", None),
            40,
            "Null value not supported for topic configs: retention.ms",
        ),
    ];
    for (topic, code, message) in cases {
        assert_eq!(create_one(&broker, topic).await, (code, message.to_owned()));
    }
    let (code, message) = create_one(&broker, setting("retention.ms", Some("x"))).await;
    assert_eq!(code, 40, "{message}");
    let twice = create(&broker, vec![topic("x", 1, 1), topic("x", 1, 1)]).await;
    assert_eq!(twice.len(), 1);
    assert_eq!(twice[0].error_message.as_deref(), Some("Found multiple entries for this topic."));
    broker.stop().await;
    zookeeper.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_28_leadership_and_the_office_move_when_brokers_stop() {
    let zookeeper = zookeeper(Clock::System).await;
    let first = broker(&zookeeper, 1).await;
    controls(&first).await;
    let second = broker(&zookeeper, 2).await;
    for broker in [&first, &second] {
        sees(broker, "both", |image| image.brokers.len() == 2 && image.controller == 1).await;
    }
    assert_eq!(create_one(&second, topic("t", 1, 1)).await.0, ErrorCode::NOT_CONTROLLER.0);
    let assignments: BTreeMap<i32, Vec<i32>> = BTreeMap::from([(0, vec![1, 2]), (1, vec![2, 1])]);
    let assignments = assignments.into_iter().map(|(partition_index, broker_ids)| {
        CreatableReplicaAssignment { partition_index, broker_ids }
    });
    let wanted = CreatableTopic { assignments: assignments.collect(), ..topic("t", -1, -1) };
    assert_eq!(create_one(&first, wanted).await, (0, String::new()));
    let leads = |image: &Image, partition, leader| {
        image.partition("t", partition).is_some_and(|one| one.leader == leader)
    };
    sees(&second, "both leaders", |image| leads(image, 0, 1) && leads(image, 1, 2)).await;

    // The controller stops: it hands its partition over first, and the other is elected.
    first.stop().await;
    controls(&second).await;
    sees(&second, "itself leading all", |image| {
        image.controller == 2
            && leads(image, 0, 2)
            && leads(image, 1, 2)
            && image.brokers.len() == 1
    })
    .await;
    let client = second.broker.zookeeper();
    assert_eq!(text(&client, "/controller_epoch").await, "2");
    for partition in [0, 1] {
        let state = state(&client, "t", partition).await;
        assert_eq!((state.leader, state.isr), (2, vec![2]));
    }
    second.stop().await;
    zookeeper.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_28_an_expired_session_is_followed_by_another() {
    let clock = ManualClock::at(1_700_000_000_000);
    let zookeeper = zookeeper(Clock::Manual(clock.clone())).await;
    let broker = broker(&zookeeper, 3).await;
    controls(&broker).await;
    let (session, epoch) = (broker.broker.zookeeper().session(), broker.broker.epoch());
    // An hour passes for the server between two pings.
    let expired = async {
        while broker.broker.epoch() == epoch {
            clock.advance(Duration::from_secs(3_600));
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(WITHIN, expired).await.expect("another registration");
    controls(&broker).await;
    let client = broker.broker.zookeeper();
    assert_ne!(client.session(), session);
    assert!(broker.broker.epoch() > epoch);
    assert_eq!(create_one(&broker, topic("t", 1, 1)).await.0, 0);
    broker.stop().await;
    zookeeper.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_brokers_cannot_have_one_id() {
    let zookeeper = zookeeper(Clock::System).await;
    let first = broker(&zookeeper, 5).await;
    let second = start(Settings {
        properties: properties(&zookeeper, 5),
        clock: Clock::System,
        disk: Disk::memory(),
    });
    let Err(error) = second.await else { panic!("two brokers have one id") };
    let said = error.to_string();
    let by =
        format!("broker.id 5 is taken by the broker at PLAINTEXT://127.0.0.1:{}", first.port());
    assert!(said.starts_with(&by), "{said}");
    first.stop().await;
    zookeeper.stop().await;
}

/// After a crash the nodes of the life before are still there, until ZooKeeper expires their
/// session. The broker knows them by the session that it had written down.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_crash_left_behind_is_not_waited_for() {
    let zookeeper = zookeeper(Clock::System).await;
    let servers = ConnectString::parse(&zookeeper.address().to_string()).unwrap();
    let (before, _events) = Client::start(&servers, Options::default());
    before.connected(WITHIN).await.unwrap();
    let open = [Acl::world(perms::ALL)];
    before.create_all("/brokers/ids").await.unwrap();
    for (path, data) in [
        ("/brokers/ids/9", r#"{"version":5,"endpoints":["PLAINTEXT://elsewhere:1"]}"#),
        ("/controller", r#"{"version":1,"brokerid":9,"timestamp":"1"}"#),
    ] {
        let data = Bytes::from_static(data.as_bytes());
        before.create(path, Some(data), &open, CreateMode::Ephemeral).await.unwrap();
    }
    let disk = Disk::memory();
    disk.create_dir_all("/logs".as_ref()).unwrap();
    let session = before.session().0.to_string();
    disk.replace("/logs/.zookeeper-session".as_ref(), session.as_bytes()).unwrap();
    let broker = broker_on(&disk, &zookeeper, 9).await;
    controls(&broker).await;
    assert_eq!(before.state(), State::Connected, "the session before has not ended");
    broker.stop().await;
    before.close().await;
    zookeeper.stop().await;
}
