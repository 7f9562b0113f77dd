//! ZooKeeper servers and brokers in this process.

use std::path::Path;

use milena::base::clock::Clock;
use milena::base::disk::Disk;
use milena::config::Properties;
use milena::kafka::broker::startup::{self, Running as Broker};
use milena::kafka::metadata::Image;
use milena::kafka::protocol::message::create_topics::{CreatableTopic, CreateTopicsRequest};
use milena::zookeeper::client::{Client, ConnectString, Events, Options};
use milena::zookeeper::server::{Running as ZooKeeper, Server, Settings};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::folder::Folder;
use super::wire::Wire;
use super::{WITHIN, within};

/// ZooKeeper with its data below a folder.
pub async fn zookeeper(folder: &Path) -> ZooKeeper {
    start(zookeeper_settings(folder)).await
}

/// What [`zookeeper`] is started with.
pub fn zookeeper_settings(folder: &Path) -> Settings {
    Settings {
        data_dir: folder.join("zookeeper"),
        data_log_dir: folder.join("zookeeper"),
        host: "127.0.0.1".to_owned(),
        port: 0,
        preallocate_bytes: 64 * 1024,
        connections_per_address_max: 0,
        ..Settings::default()
    }
}

/// A ZooKeeper server.
pub async fn start(settings: Settings) -> ZooKeeper {
    within("the start of ZooKeeper", Server::start(settings)).await.expect("ZooKeeper")
}

/// The answer to a four-letter word; none where nobody answers.
pub async fn word(host: &str, port: u16, word: &str) -> Option<String> {
    let bytes = said(host, port, word.as_bytes()).await?;
    String::from_utf8(bytes).ok()
}

/// All that a server says to these bytes until it closes; none where nobody answers.
pub async fn said(host: &str, port: u16, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect((host, port)).await.ok()?;
    stream.write_all(bytes).await.ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.ok()?;
    Some(answer)
}

/// A client with a session.
pub async fn client(zookeeper: &ZooKeeper) -> (Client, Events) {
    client_at(&zookeeper.address().to_string()).await
}

/// A client with a session at `host:port/chroot`.
pub async fn client_at(servers: &str) -> (Client, Events) {
    let servers = ConnectString::parse(servers).expect("a connect string");
    let (client, events) = Client::start(&servers, Options::default());
    client.connected(WITHIN).await.expect("a session");
    (client, events)
}

/// A broker's settings; `more` are lines of its own.
pub fn properties(zookeeper: &ZooKeeper, folder: &Path, id: i32, more: &str) -> Properties {
    Properties::parse(&format!(
        "broker.id={id}\n\
         listeners=PLAINTEXT://127.0.0.1:0\n\
         zookeeper.connect={}\n\
         log.dirs={}\n\
         group.initial.rebalance.delay.ms=0\n\
         offsets.topic.replication.factor=1\n\
         offsets.topic.num.partitions=4\n\
         controlled.shutdown.retry.backoff.ms=10\n\
         {more}",
        zookeeper.address(),
        folder.join(format!("kafka-{id}")).display(),
    ))
    .expect("properties")
}

/// A broker, started; it may not yet be known to the cluster.
pub async fn broker(properties: Properties) -> Broker {
    let settings = startup::Settings { properties, clock: Clock::System, disk: Disk::System };
    within("the start of a broker", startup::start(settings)).await.expect("a broker")
}

/// Waits until a broker's picture of the cluster is so.
pub async fn sees(broker: &Broker, what: &str, wanted: impl Fn(&Image) -> bool) {
    let seen = tokio::time::timeout(WITHIN, broker.broker.cluster.wait_for(wanted)).await;
    if seen.is_err() {
        panic!("broker {} never saw {what}: {:?}", broker.broker.id, broker.broker.cluster.image());
    }
}

/// One broker with a ZooKeeper of its own.
pub struct Node {
    pub zookeeper: ZooKeeper,
    pub broker: Broker,
    more: String,
    folder: Folder,
}

impl Node {
    pub async fn start() -> Node {
        Node::with("").await
    }

    /// With lines of its own in `server.properties`.
    pub async fn with(more: &str) -> Node {
        Node::over(Folder::new(), more).await
    }

    /// Over what an earlier node left.
    pub async fn over(folder: Folder, more: &str) -> Node {
        let zookeeper = zookeeper(folder.path()).await;
        let broker = broker(properties(&zookeeper, folder.path(), 0, more)).await;
        sees(&broker, "itself", |image| image.brokers.contains_key(&0) && image.controller == 0)
            .await;
        Node { zookeeper, broker, more: more.to_owned(), folder }
    }

    /// A connection.
    pub async fn wire(&self) -> Wire {
        Wire::connect(self.broker.port()).await
    }

    /// Creates a topic.
    pub async fn topic(&self, name: &str, partitions: i32) {
        create_topic(self.broker.port(), name, partitions, 1).await;
    }

    /// Stops both; what is on disk stays.
    pub async fn halt(self) -> Folder {
        within("the stop of a broker", self.broker.stop()).await;
        within("the stop of ZooKeeper", self.zookeeper.stop()).await;
        self.folder
    }

    /// Stops both; nothing stays.
    pub async fn stop(self) {
        drop(self.halt().await);
    }

    /// Stops both and starts them again.
    pub async fn restart(self) -> Node {
        let more = self.more.clone();
        let topics: Vec<_> = self.broker.broker.cluster.image().topics.keys().cloned().collect();
        let node = Node::over(self.halt().await, &more).await;
        let led = |image: &Image, topic: &str| {
            let topic = image.topic(topic);
            topic.is_some_and(|it| it.partitions.values().all(|partition| partition.leader >= 0))
        };
        let all = |image: &Image| topics.iter().all(|topic| led(image, topic));
        within("leaders", node.broker.broker.cluster.wait_for(all)).await;
        node
    }
}

/// Creates a topic.
pub async fn create_topic(port: u16, name: &str, partitions: i32, replication_factor: i16) {
    let topic = CreatableTopic {
        name: name.to_owned(),
        num_partitions: partitions,
        replication_factor,
        ..CreatableTopic::default()
    };
    let request = CreateTopicsRequest { topics: vec![topic], ..Default::default() };
    let answer = Wire::connect(port).await.ask(&request, 7).await;
    let result = &answer.topics[0];
    assert!(!result.error_code.is_error(), "{name}: {result:?}");
}
