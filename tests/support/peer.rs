//! A broker of the cluster that is none of ours: it stands in ZooKeeper, writes down what it is told
//! and asked, and answers that all is well.

use std::sync::{Arc, Mutex};

use milena::base::bytes::{Part, Reader, Writer};
use milena::kafka::protocol::api::{APIS, ApiKey};
use milena::kafka::protocol::header::{RequestHeader, ResponseHeader};
use milena::kafka::protocol::message::api_versions::{ApiVersion, ApiVersionsResponse};
use milena::kafka::protocol::message::fetch::{FetchRequest, FetchResponse};
use milena::kafka::protocol::message::leader_and_isr::{
    LeaderAndIsrPartitionError, LeaderAndIsrRequest, LeaderAndIsrResponse, LeaderAndIsrTopicError,
};
use milena::kafka::protocol::message::stop_replica::{
    StopReplicaPartitionError, StopReplicaRequest, StopReplicaResponse,
};
use milena::kafka::protocol::message::update_metadata::{
    UpdateMetadataRequest, UpdateMetadataResponse,
};
use milena::kafka::protocol::{Decode as _, Encode};
use milena::net::socket::{Listener, Stream};
use milena::zookeeper::client::{Client, Events};
use milena::zookeeper::jute::Acl;
use milena::zookeeper::jute::record::perms;
use milena::zookeeper::jute::request::CreateMode;
use milena::zookeeper::server::Running as ZooKeeper;
use tokio::task::JoinHandle;

use super::{servers, within};

/// What it was told or asked, with the version.
#[derive(Clone, Debug)]
pub enum Heard {
    LeaderAndIsr(i16, LeaderAndIsrRequest),
    UpdateMetadata(i16, UpdateMetadataRequest),
    StopReplica(i16, StopReplicaRequest),
    Fetch(i16, FetchRequest),
}

/// The broker, as long as this is kept.
pub struct Peer {
    pub id: i32,
    pub port: u16,
    zookeeper: Client,
    _events: Events,
    heard: Arc<Mutex<Vec<Heard>>>,
    serving: JoinHandle<()>,
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Peer {
    /// Listens; nobody knows of it yet.
    pub async fn start(zookeeper: &ZooKeeper, id: i32) -> Peer {
        let listener = Listener::bind("127.0.0.1", 0).await.expect("a port");
        let port = listener.address().expect("its address").port();
        let heard = Arc::new(Mutex::default());
        let kept = Arc::clone(&heard);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, kept.clone()));
            }
        });
        let (zookeeper, events) = servers::client(zookeeper).await;
        Peer { id, port, zookeeper, _events: events, heard, serving }
    }

    /// Registers; gives its broker epoch.
    pub async fn register(&self) -> i64 {
        let (id, port) = (self.id, self.port);
        let json = format!(
            r#"{{"version":4,"host":"127.0.0.1","port":{port},"jmx_port":-1,"timestamp":"1","endpoints":["PLAINTEXT://127.0.0.1:{port}"],"listener_security_protocol_map":{{"PLAINTEXT":"PLAINTEXT"}}}}"#
        );
        let (path, open) = (format!("/brokers/ids/{id}"), [Acl::world(perms::ALL)]);
        let data = Some(json.into_bytes().into());
        let made = self.zookeeper.create(&path, data, &open, CreateMode::Ephemeral).await;
        made.expect("a registration");
        self.zookeeper.get(&path, false).await.expect("a registration").1.czxid.0
    }

    /// Takes the registration back.
    pub async fn leave(&self) {
        let gone = self.zookeeper.delete(&format!("/brokers/ids/{}", self.id), -1).await;
        gone.expect("a registration");
    }

    /// All it heard so far.
    pub fn heard(&self) -> Vec<Heard> {
        self.heard.lock().expect("what was heard").clone()
    }

    /// Waits until `wanted` finds something in what was heard.
    pub async fn hears<T>(&self, what: &str, wanted: impl Fn(&[Heard]) -> Option<T>) -> T {
        within(what, async {
            let mut pause = tokio::time::interval(std::time::Duration::from_millis(2));
            loop {
                if let Some(found) = wanted(&self.heard()) {
                    return found;
                }
                pause.tick().await;
            }
        })
        .await
    }

    /// Ends; its session with it.
    pub async fn stop(self) {
        self.zookeeper.close().await;
    }
}

async fn serve(stream: Stream, heard: Arc<Mutex<Vec<Heard>>>) {
    let (mut reader, mut writer) = stream.split();
    while let Ok(Some(frame)) = reader.frame(1 << 20).await {
        let mut reader = Reader::shared(&frame);
        let header = RequestHeader::decode(&mut reader).expect("a header");
        let version = header.version;
        let note = |one: Heard| heard.lock().expect("what was heard").push(one);
        let answer = match ApiKey::from_number(header.key) {
            Some(ApiKey::ApiVersions) => reply(&header, ApiKey::ApiVersions, &versions()),
            Some(ApiKey::LeaderAndIsr) => {
                let asked = LeaderAndIsrRequest::decode(&mut reader, version).expect("a request");
                note(Heard::LeaderAndIsr(version, asked.clone()));
                reply(&header, ApiKey::LeaderAndIsr, &led(&asked, version))
            }
            Some(ApiKey::UpdateMetadata) => {
                let asked = UpdateMetadataRequest::decode(&mut reader, version).expect("a request");
                note(Heard::UpdateMetadata(version, asked));
                reply(&header, ApiKey::UpdateMetadata, &UpdateMetadataResponse::default())
            }
            Some(ApiKey::StopReplica) => {
                let asked = StopReplicaRequest::decode(&mut reader, version).expect("a request");
                note(Heard::StopReplica(version, asked.clone()));
                reply(&header, ApiKey::StopReplica, &stopped(&asked))
            }
            Some(ApiKey::Fetch) => {
                let asked = FetchRequest::decode(&mut reader, version).expect("a request");
                note(Heard::Fetch(version, asked));
                // It keeps a session, and has nothing new.
                let answer = FetchResponse { session_id: 7, ..FetchResponse::default() };
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                reply(&header, ApiKey::Fetch, &answer)
            }
            _ => return,
        };
        if writer.parts(answer).await.is_err() {
            return;
        }
    }
}

fn versions() -> ApiVersionsResponse {
    let row = |(key, row): (usize, &milena::kafka::protocol::api::Api)| ApiVersion {
        api_key: i16::try_from(key).expect("few APIs"),
        min_version: row.min,
        max_version: row.max,
    };
    let api_keys = APIS.iter().enumerate().map(row).collect();
    ApiVersionsResponse { api_keys, ..ApiVersionsResponse::default() }
}

fn led(asked: &LeaderAndIsrRequest, version: i16) -> LeaderAndIsrResponse {
    let one = |name: &str, partition_index| LeaderAndIsrPartitionError {
        topic_name: name.to_owned(),
        partition_index,
        ..LeaderAndIsrPartitionError::default()
    };
    let mut answer = LeaderAndIsrResponse::default();
    let flat = asked.ungrouped_partition_states.iter();
    answer.partition_errors.extend(flat.map(|it| one(&it.topic_name, it.partition_index)));
    for topic in &asked.topic_states {
        let partitions = topic.partition_states.iter();
        let errors = partitions.map(|it| one(&topic.topic_name, it.partition_index)).collect();
        match version {
            5.. => answer.topics.push(LeaderAndIsrTopicError {
                topic_id: topic.topic_id,
                partition_errors: errors,
            }),
            _ => answer.partition_errors.extend(errors),
        }
    }
    answer
}

fn stopped(asked: &StopReplicaRequest) -> StopReplicaResponse {
    let one = |name: &str, partition_index| StopReplicaPartitionError {
        topic_name: name.to_owned(),
        partition_index,
        ..StopReplicaPartitionError::default()
    };
    let mut partition_errors = Vec::new();
    for topic in &asked.topic_states {
        let partitions = topic.partition_states.iter();
        partition_errors.extend(partitions.map(|it| one(&topic.topic_name, it.partition_index)));
    }
    for topic in &asked.topics {
        partition_errors.extend(topic.partition_indexes.iter().map(|it| one(&topic.name, *it)));
    }
    StopReplicaResponse { partition_errors, ..StopReplicaResponse::default() }
}

fn reply(header: &RequestHeader, key: ApiKey, answer: &impl Encode) -> Vec<Part> {
    let mut writer = Writer::new();
    let mark = writer.mark_i32();
    let response = ResponseHeader { correlation_id: header.correlation_id };
    response.encode(&mut writer, key, header.version);
    answer.encode(&mut writer, header.version);
    writer.fill_length(&mark);
    writer.finish()
}
