//! A list: the paths and payloads of Kafka's ZooKeeper layout, both directions.
//!
//! JSON is compact; readers ignore keys they do not know, because newer releases add some.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value, json};

use crate::base::uuid::Uuid;

/// Who is the controller; ephemeral.
pub const CONTROLLER: &str = "/controller";
/// How many controllers there have been; its version fences older ones.
pub const CONTROLLER_EPOCH: &str = "/controller_epoch";
/// Live brokers, ephemeral.
pub const BROKER_IDS: &str = "/brokers/ids";
/// Topics and where their replicas are.
pub const TOPICS: &str = "/brokers/topics";
/// Its version is the counter of generated broker ids.
pub const BROKER_SEQUENCE: &str = "/brokers/seqid";
/// The cluster's id.
pub const CLUSTER_ID: &str = "/cluster/id";
/// Settings by topic.
pub const CONFIG_TOPICS: &str = "/config/topics";
/// Settings by broker.
pub const CONFIG_BROKERS: &str = "/config/brokers";
/// Notifications that settings changed.
pub const CONFIG_CHANGES: &str = "/config/changes";
/// Topics to be deleted.
pub const DELETE_TOPICS: &str = "/admin/delete_topics";
/// Reassignments asked for by old tools.
pub const REASSIGN_PARTITIONS: &str = "/admin/reassign_partitions";
/// Elections asked for by old tools.
pub const PREFERRED_REPLICA_ELECTION: &str = "/admin/preferred_replica_election";
/// Leaders tell the controller of ISR changes.
pub const ISR_CHANGES: &str = "/isr_change_notification";
/// Brokers tell the controller of failed log directories.
pub const LOG_DIR_EVENTS: &str = "/log_dir_event_notification";
/// The last block of producer ids given out.
pub const PRODUCER_ID_BLOCK: &str = "/latest_producer_id_block";
/// Cluster-wide feature levels.
pub const FEATURE: &str = "/feature";

/// The prefix of a settings notification's name.
pub const CONFIG_CHANGE_PREFIX: &str = "config_change_";
/// The prefix of a log directory notification's name.
pub const LOG_DIR_EVENT_PREFIX: &str = "log_dir_event_";
/// The prefix of an ISR notification's name.
pub const ISR_CHANGE_PREFIX: &str = "isr_change_";

/// What a broker makes at its start where it is missing.
pub const PERSISTENT_PATHS: [&str; 14] = [
    "/consumers",
    BROKER_IDS,
    TOPICS,
    CONFIG_CHANGES,
    DELETE_TOPICS,
    BROKER_SEQUENCE,
    ISR_CHANGES,
    PRODUCER_ID_BLOCK,
    LOG_DIR_EVENTS,
    CONFIG_TOPICS,
    "/config/clients",
    "/config/users",
    CONFIG_BROKERS,
    "/config/ips",
];

/// The registration of a broker.
pub fn broker_id_path(id: i32) -> String {
    format!("{BROKER_IDS}/{id}")
}

/// A topic's assignment.
pub fn topic_path(topic: &str) -> String {
    format!("{TOPICS}/{topic}")
}

/// The parent of a topic's partitions.
pub fn partitions_path(topic: &str) -> String {
    format!("{TOPICS}/{topic}/partitions")
}

/// The parent of a partition's state.
pub fn partition_path(topic: &str, partition: i32) -> String {
    format!("{TOPICS}/{topic}/partitions/{partition}")
}

/// A partition's leader and ISR.
pub fn partition_state_path(topic: &str, partition: i32) -> String {
    format!("{TOPICS}/{topic}/partitions/{partition}/state")
}

/// A topic's settings.
pub fn config_topic_path(topic: &str) -> String {
    format!("{CONFIG_TOPICS}/{topic}")
}

/// An offset as consumers before 0.9 commit it: a decimal number.
pub fn consumer_offset_path(group: &str, topic: &str, partition: i32) -> String {
    format!("/consumers/{group}/offsets/{topic}/{partition}")
}

/// A topic's deletion mark.
pub fn delete_topic_path(topic: &str) -> String {
    format!("{DELETE_TOPICS}/{topic}")
}

/// A payload that is not what its path promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    what: &'static str,
    problem: String,
}

impl Malformed {
    /// Text that is not JSON.
    pub(super) fn new(what: &'static str, error: serde_json::Error) -> Malformed {
        Malformed { what, problem: error.to_string() }
    }

    /// A field that is missing or not of its type.
    pub(super) fn field(what: &'static str, field: &str) -> Malformed {
        Malformed { what, problem: format!("field '{field}'") }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "malformed {}: {}", self.what, self.problem)
    }
}

impl std::error::Error for Malformed {}

type Result<T> = std::result::Result<T, Malformed>;

/// A JSON object with the name it goes by in errors.
struct Object {
    what: &'static str,
    fields: Map<String, Value>,
}

impl Object {
    fn parse(what: &'static str, bytes: &[u8]) -> Result<Object> {
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(fields)) => Ok(Object { what, fields }),
            Ok(_) => Err(Malformed { what, problem: "not an object".to_owned() }),
            Err(error) => Err(Malformed::new(what, error)),
        }
    }

    fn i32(&self, field: &str) -> Result<i32> {
        let value = self.fields.get(field).and_then(Value::as_i64);
        value.and_then(|it| it.try_into().ok()).ok_or_else(|| Malformed::field(self.what, field))
    }

    fn text(&self, field: &str) -> Result<&str> {
        let value = self.fields.get(field).and_then(Value::as_str);
        value.ok_or_else(|| Malformed::field(self.what, field))
    }

    fn ids(&self, field: &str) -> Result<Vec<i32>> {
        let value = self.fields.get(field);
        value.and_then(ids).ok_or_else(|| Malformed::field(self.what, field))
    }

    /// A map of partition to replicas; a missing one is empty.
    fn replicas(&self, field: &str) -> Result<BTreeMap<i32, Vec<i32>>> {
        let Some(value) = self.fields.get(field) else { return Ok(BTreeMap::new()) };
        let entries = value.as_object().ok_or_else(|| Malformed::field(self.what, field))?;
        entries
            .iter()
            .map(|(partition, value)| Some((partition.parse().ok()?, ids(value)?)))
            .collect::<Option<_>>()
            .ok_or_else(|| Malformed::field(self.what, field))
    }
}

fn ids(value: &Value) -> Option<Vec<i32>> {
    value.as_array()?.iter().map(|id| id.as_i64()?.try_into().ok()).collect()
}

fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// `/controller`.
pub mod controller {
    use super::*;

    /// The content. Kafka 3.4 and later write version 2 (`with_kraft`), whatever the inter-broker
    /// protocol; before, it was version 1.
    pub fn encode(broker: i32, timestamp_ms: i64, with_kraft: bool) -> Vec<u8> {
        let timestamp = timestamp_ms.to_string();
        bytes(&match with_kraft {
            true => json!({
                "version": 2,
                "brokerid": broker,
                "timestamp": timestamp,
                "kraftControllerEpoch": -1,
            }),
            false => json!({"version": 1, "brokerid": broker, "timestamp": timestamp}),
        })
    }

    /// The epoch of a KRaft controller that took a cluster over; -1 for one in ZooKeeper mode.
    pub fn kraft_epoch(data: &[u8]) -> Result<i32> {
        let object = Object::parse("controller", data)?;
        Ok(object.i32("kraftControllerEpoch").unwrap_or(-1))
    }

    /// The controller's broker id.
    pub fn decode(data: &[u8]) -> Result<i32> {
        Object::parse("controller", data)?.i32("brokerid")
    }
}

/// `/controller_epoch`: a decimal number.
pub mod controller_epoch {
    use super::*;

    /// The content.
    pub fn encode(epoch: i32) -> Vec<u8> {
        epoch.to_string().into_bytes()
    }

    /// The epoch.
    pub fn decode(data: &[u8]) -> Result<i32> {
        let text = std::str::from_utf8(data).ok().and_then(|text| text.trim().parse().ok());
        text.ok_or_else(|| Malformed {
            what: "controller epoch",
            problem: format!("not a number: '{}'", String::from_utf8_lossy(data)),
        })
    }
}

/// `/cluster/id`.
pub mod cluster_id {
    use super::*;

    /// The content.
    pub fn encode(id: &str) -> Vec<u8> {
        bytes(&json!({"version": "1", "id": id}))
    }

    /// The id.
    pub fn decode(data: &[u8]) -> Result<String> {
        Ok(Object::parse("cluster id", data)?.text("id")?.to_owned())
    }
}

/// `/brokers/topics/<topic>`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicAssignment {
    pub id: Option<Uuid>,
    pub partitions: BTreeMap<i32, Vec<i32>>,
    pub adding: BTreeMap<i32, Vec<i32>>,
    pub removing: BTreeMap<i32, Vec<i32>>,
}

impl TopicAssignment {
    /// The content; version 3 carries the topic's id, where it has one.
    pub fn encode(&self) -> Vec<u8> {
        let map = |replicas: &BTreeMap<i32, Vec<i32>>| -> Value {
            let entries =
                replicas.iter().map(|(partition, ids)| (partition.to_string(), json!(ids)));
            Value::Object(entries.collect())
        };
        // The keys stand in the order in which Kafka writes them.
        let mut json = Map::new();
        json.insert("partitions".to_owned(), map(&self.partitions));
        if let Some(id) = self.id {
            json.insert("topic_id".to_owned(), json!(id.to_string()));
        }
        json.insert("adding_replicas".to_owned(), map(&self.adding));
        json.insert("removing_replicas".to_owned(), map(&self.removing));
        json.insert("version".to_owned(), json!(3));
        bytes(&Value::Object(json))
    }

    /// Reads versions 1 to 3.
    pub fn decode(data: &[u8]) -> Result<TopicAssignment> {
        let object = Object::parse("topic assignment", data)?;
        let id = match object.fields.get("topic_id").and_then(Value::as_str) {
            Some(text) => {
                let id =
                    Uuid::parse(text).ok_or_else(|| Malformed::field(object.what, "topic_id"))?;
                Some(id).filter(|id| *id != Uuid::ZERO)
            }
            None => None,
        };
        Ok(TopicAssignment {
            id,
            partitions: object.replicas("partitions")?,
            adding: object.replicas("adding_replicas")?,
            removing: object.replicas("removing_replicas")?,
        })
    }
}

/// `/brokers/topics/<topic>/partitions/<partition>/state`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionState {
    pub controller_epoch: i32,
    /// -1 where nobody leads.
    pub leader: i32,
    pub leader_epoch: i32,
    pub isr: Vec<i32>,
    /// The leader came from outside the ISR and has not made a full ISR yet.
    pub recovering: bool,
}

impl PartitionState {
    /// The content.
    pub fn encode(&self) -> Vec<u8> {
        let mut json = json!({
            "controller_epoch": self.controller_epoch,
            "leader": self.leader,
            "version": 1,
            "leader_epoch": self.leader_epoch,
            "isr": self.isr,
        });
        if let (true, Some(fields)) = (self.recovering, json.as_object_mut()) {
            fields.insert("leader_recovery_state".to_owned(), json!(1));
        }
        bytes(&json)
    }

    /// Reads it.
    pub fn decode(data: &[u8]) -> Result<PartitionState> {
        let object = Object::parse("partition state", data)?;
        Ok(PartitionState {
            controller_epoch: object.i32("controller_epoch")?,
            leader: object.i32("leader")?,
            leader_epoch: object.i32("leader_epoch")?,
            isr: object.ids("isr")?,
            recovering: object.i32("leader_recovery_state").is_ok_and(|state| state == 1),
        })
    }
}

/// `/config/<type>/<entity>`: settings as text.
pub mod config {
    use super::*;

    /// The content.
    pub fn encode(settings: &BTreeMap<String, String>) -> Vec<u8> {
        bytes(&json!({"version": 1, "config": settings}))
    }

    /// The settings. An entity without any may be empty, or have no content at all.
    pub fn decode(data: &[u8]) -> Result<BTreeMap<String, String>> {
        if data.is_empty() {
            return Ok(BTreeMap::new());
        }
        let object = Object::parse("settings", data)?;
        let Some(settings) = object.fields.get("config") else { return Ok(BTreeMap::new()) };
        let settings = settings.as_object().and_then(|settings| {
            let entry =
                |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
            settings.iter().map(entry).collect()
        });
        settings.ok_or_else(|| Malformed::field(object.what, "config"))
    }
}

/// `/config/changes/config_change_<n>`.
pub mod config_change {
    use super::*;

    /// The content: `topics/foo`, `brokers/<default>`.
    pub fn encode(entity_path: &str) -> Vec<u8> {
        bytes(&json!({"version": 2, "entity_path": entity_path}))
    }

    /// The entity's path below `/config`.
    pub fn decode(data: &[u8]) -> Result<String> {
        let object = Object::parse("settings notification", data)?;
        match object.text("entity_path") {
            Ok(path) => Ok(path.to_owned()),
            Err(_) => {
                Ok(format!("{}/{}", object.text("entity_type")?, object.text("entity_name")?))
            }
        }
    }
}

/// `/latest_producer_id_block`: both ends belong to the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProducerIdBlock {
    pub broker: i32,
    pub start: i64,
    pub end: i64,
}

impl ProducerIdBlock {
    /// The content.
    pub fn encode(&self) -> Vec<u8> {
        bytes(&json!({
            "version": 1,
            "broker": self.broker,
            "block_start": self.start.to_string(),
            "block_end": self.end.to_string(),
        }))
    }

    /// Reads it.
    pub fn decode(data: &[u8]) -> Result<ProducerIdBlock> {
        let object = Object::parse("producer id block", data)?;
        let number = |field: &str| {
            object.text(field)?.parse().map_err(|_| Malformed::field(object.what, field))
        };
        Ok(ProducerIdBlock {
            broker: object.i32("broker")?,
            start: number("block_start")?,
            end: number("block_end")?,
        })
    }
}

/// Lists of partitions: ISR notifications and preferred elections.
pub mod partition_list {
    use super::*;

    /// The content.
    pub fn encode<'a>(partitions: impl IntoIterator<Item = (&'a str, i32)>) -> Vec<u8> {
        let partitions: Vec<Value> = partitions
            .into_iter()
            .map(|(topic, partition)| json!({"topic": topic, "partition": partition}))
            .collect();
        bytes(&json!({"version": 1, "partitions": partitions}))
    }

    /// The partitions.
    pub fn decode(data: &[u8]) -> Result<Vec<(String, i32)>> {
        let object = Object::parse("partition list", data)?;
        let entry = |value: &Value| -> Option<(String, i32)> {
            let topic = value.get("topic")?.as_str()?.to_owned();
            Some((topic, value.get("partition")?.as_i64()?.try_into().ok()?))
        };
        let list = object.fields.get("partitions").and_then(Value::as_array);
        list.and_then(|list| list.iter().map(entry).collect())
            .ok_or_else(|| Malformed::field(object.what, "partitions"))
    }
}

/// `/admin/reassign_partitions`.
pub mod reassignments {
    use super::*;

    /// The content: topics, partitions, and where they are to go.
    pub fn encode<'a>(moves: impl IntoIterator<Item = (&'a str, i32, Vec<i32>)>) -> Vec<u8> {
        let moves = moves.into_iter().map(|(topic, partition, replicas)| {
            json!({"topic": topic, "partition": partition, "replicas": replicas})
        });
        let moves: Vec<Value> = moves.collect();
        bytes(&json!({"version": 1, "partitions": moves}))
    }

    /// The moves. Log directories, which tools add, are not the controller's business.
    pub fn decode(data: &[u8]) -> Result<Vec<(String, i32, Vec<i32>)>> {
        let object = Object::parse("reassignment", data)?;
        let entry = |value: &Value| -> Option<(String, i32, Vec<i32>)> {
            let topic = value.get("topic")?.as_str()?.to_owned();
            let partition = value.get("partition")?.as_i64()?.try_into().ok()?;
            Some((topic, partition, ids(value.get("replicas")?)?))
        };
        let list = object.fields.get("partitions").and_then(Value::as_array);
        list.and_then(|list| list.iter().map(entry).collect())
            .ok_or_else(|| Malformed::field(object.what, "partitions"))
    }
}

/// `/log_dir_event_notification/log_dir_event_<n>`.
pub mod log_dir_event {
    use super::*;

    /// The content: a log directory of `broker` has failed.
    pub fn encode(broker: i32) -> Vec<u8> {
        bytes(&json!({"version": 1, "broker": broker, "event": 1}))
    }

    /// The broker.
    pub fn decode(data: &[u8]) -> Result<i32> {
        Object::parse("log directory event", data)?.i32("broker")
    }
}

/// `/feature` with no features: what a cluster in ZooKeeper mode keeps there.
pub mod feature {
    use super::*;

    /// The content where the inter-broker protocol is 3.3 or later.
    pub fn encode_enabled() -> Vec<u8> {
        bytes(&json!({"features": {}, "version": 2, "status": 1}))
    }

    /// The content where the inter-broker protocol is 2.7 to 3.2.
    pub fn encode_enabled_before_3_3() -> Vec<u8> {
        bytes(&json!({"features": {}, "version": 1, "status": 1}))
    }

    /// The content where the inter-broker protocol is older than features.
    pub fn encode_disabled() -> Vec<u8> {
        bytes(&json!({"features": {}, "version": 1, "status": 0}))
    }

    /// Whether features are in force.
    pub fn decode_enabled(data: &[u8]) -> Result<bool> {
        Ok(Object::parse("features", data)?.i32("status")? == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn payloads_have_kafkas_form() {
        assert_eq!(
            text(controller::encode(3, 1_700_000_000_000, true)),
            r#"{"version":2,"brokerid":3,"timestamp":"1700000000000","kraftControllerEpoch":-1}"#
        );
        assert_eq!(controller::decode(br#"{"version":1,"brokerid":7,"timestamp":"1"}"#), Ok(7));
        let state = PartitionState {
            controller_epoch: 7,
            leader: 1,
            leader_epoch: 5,
            isr: vec![1, 2],
            recovering: false,
        };
        let json = r#"{"controller_epoch":7,"leader":1,"version":1,"leader_epoch":5,"isr":[1,2]}"#;
        assert_eq!(text(state.encode()), json);
        assert_eq!(PartitionState::decode(json.as_bytes()), Ok(state));
        let block = ProducerIdBlock { broker: 1, start: 0, end: 999 };
        let json = r#"{"version":1,"broker":1,"block_start":"0","block_end":"999"}"#;
        assert_eq!(text(block.encode()), json);
        assert_eq!(ProducerIdBlock::decode(json.as_bytes()), Ok(block));
        assert_eq!(text(cluster_id::encode("x")), r#"{"version":"1","id":"x"}"#);
        assert_eq!(controller_epoch::decode(b"12"), Ok(12));
    }

    /// What Kafka 3.9.1 wrote at `inter.broker.protocol.version` 3.9 and 2.4.
    #[test]
    fn payloads_are_kafkas_to_the_byte() {
        let id = Uuid::parse("0xIFAz8bRpysZKTZRNJisQ").unwrap();
        let partitions = BTreeMap::from([(0, vec![0]), (1, vec![0])]);
        let topic = TopicAssignment { id: Some(id), partitions, ..Default::default() };
        assert_eq!(
            text(topic.encode()),
            r#"{"partitions":{"0":[0],"1":[0]},"topic_id":"0xIFAz8bRpysZKTZRNJisQ","adding_replicas":{},"removing_replicas":{},"version":3}"#
        );
        assert_eq!(
            text(TopicAssignment { id: None, ..topic }.encode()),
            r#"{"partitions":{"0":[0],"1":[0]},"adding_replicas":{},"removing_replicas":{},"version":3}"#
        );
        let on = r#"{"features":{},"version":2,"status":1}"#;
        let off = r#"{"features":{},"version":1,"status":0}"#;
        assert_eq!(text(feature::encode_enabled()), on);
        assert_eq!(text(feature::encode_disabled()), off);
        assert_eq!(feature::decode_enabled(on.as_bytes()), Ok(true));
        assert_eq!(feature::decode_enabled(off.as_bytes()), Ok(false));
        let enabled = feature::decode_enabled(&feature::encode_enabled_before_3_3());
        assert_eq!(enabled, Ok(true));
        let change = r#"{"version":2,"entity_path":"topics/t"}"#;
        assert_eq!(text(config_change::encode("topics/t")), change);
        let settings =
            r#"{"version":1,"config":{"cleanup.policy":"compact","retention.ms":"1000"}}"#;
        assert_eq!(text(config::encode(&config::decode(settings.as_bytes()).unwrap())), settings);
        let kraft = br#"{"version":2,"brokerid":3000,"timestamp":"1","kraftControllerEpoch":4}"#;
        assert_eq!(controller::kraft_epoch(kraft), Ok(4));
        assert_eq!(controller::kraft_epoch(&controller::encode(1, 2, false)), Ok(-1));
    }

    #[test]
    fn point_34_assignments_of_all_releases_are_read() {
        let old = br#"{"version":1,"partitions":{"0":[1,2],"10":[2,3]}}"#;
        let read = TopicAssignment::decode(old).unwrap();
        assert_eq!(read.partitions, BTreeMap::from([(0, vec![1, 2]), (10, vec![2, 3])]));
        let full = TopicAssignment {
            id: Some(Uuid([9; 16])),
            adding: BTreeMap::from([(0, vec![4])]),
            removing: BTreeMap::from([(0, vec![1])]),
            ..read
        };
        assert_eq!(TopicAssignment::decode(&full.encode()), Ok(full));
    }

    #[test]
    fn settings_and_notifications() {
        let settings = BTreeMap::from([("retention.ms".to_owned(), "1000".to_owned())]);
        let json = r#"{"version":1,"config":{"retention.ms":"1000"}}"#;
        assert_eq!(text(config::encode(&settings)), json);
        assert_eq!(config::decode(json.as_bytes()), Ok(settings));
        assert_eq!(config::decode(b""), Ok(BTreeMap::new()));
        let old = br#"{"version":1,"entity_type":"topics","entity_name":"foo"}"#;
        assert_eq!(config_change::decode(old), Ok("topics/foo".to_owned()));
        let new = config_change::encode("brokers/<default>");
        assert_eq!(config_change::decode(&new), Ok("brokers/<default>".to_owned()));
        let moves = br#"{"version":1,"partitions":[{"topic":"t","partition":0,"replicas":[2,1]}]}"#;
        let read = vec![("t".to_owned(), 0, vec![2, 1])];
        assert_eq!(reassignments::decode(moves), Ok(read));
        assert_eq!(reassignments::encode([("t", 0, vec![2, 1])]).len(), moves.len());
        let list = partition_list::encode([("t", 0), ("u", 3)]);
        let expected = vec![("t".to_owned(), 0), ("u".to_owned(), 3)];
        assert_eq!(partition_list::decode(&list), Ok(expected));
    }

    #[test]
    fn nonsense_is_an_error_with_a_name() {
        for (error, said) in [
            (
                PartitionState::decode(b"{}").unwrap_err(),
                "malformed partition state: field 'controller_epoch'",
            ),
            (controller::decode(b"[]").unwrap_err(), "malformed controller: not an object"),
            (
                controller_epoch::decode(b"x").unwrap_err(),
                "malformed controller epoch: not a number: 'x'",
            ),
        ] {
            assert_eq!(error.to_string(), said);
        }
    }
}
