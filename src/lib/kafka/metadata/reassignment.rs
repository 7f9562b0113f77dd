//! `/admin/reassign_partitions`: what tools before KIP-455 ask the controller to move.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::znode::Malformed;
use crate::kafka::types::TopicPartition;

/// The replicas each partition is to have.
pub type Reassignment = BTreeMap<TopicPartition, Vec<i32>>;

/// The content.
pub fn encode(wanted: &Reassignment) -> Vec<u8> {
    let entry = |(name, replicas): (&TopicPartition, &Vec<i32>)| {
        let topic: &str = &name.topic;
        json!({"topic": topic, "partition": name.partition, "replicas": replicas})
    };
    let partitions: Vec<Value> = wanted.iter().map(entry).collect();
    json!({"version": 1, "partitions": partitions}).to_string().into_bytes()
}

/// Reads it; the folders a tool may name with each replica are not the controller's business.
pub fn decode(data: &[u8]) -> Result<Reassignment, Malformed> {
    let what = "reassignment";
    let json: Value = serde_json::from_slice(data).map_err(|error| Malformed::new(what, error))?;
    let entry = |value: &Value| -> Option<(TopicPartition, Vec<i32>)> {
        let partition = value.get("partition")?.as_i64()?.try_into().ok()?;
        let replicas = value.get("replicas")?.as_array()?.iter();
        let replicas: Option<Vec<i32>> = replicas.map(|id| id.as_i64()?.try_into().ok()).collect();
        Some((TopicPartition::new(value.get("topic")?.as_str()?, partition), replicas?))
    };
    let list = json.get("partitions").and_then(Value::as_array);
    list.and_then(|list| list.iter().map(entry).collect())
        .ok_or_else(|| Malformed::field(what, "partitions"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tools_write_is_read() {
        let json = r#"{"version":1,"partitions":[{"topic":"t","partition":0,"replicas":[1,2,3]}]}"#;
        let wanted = Reassignment::from([(TopicPartition::new("t", 0), vec![1, 2, 3])]);
        assert_eq!(decode(json.as_bytes()), Ok(wanted.clone()));
        assert_eq!(String::from_utf8(encode(&wanted)).unwrap(), json);
        let with_folders = br#"{"version":1,"partitions":[{"topic":"t","partition":0,"replicas":[1,2,3],"log_dirs":["any","any","any"]}]}"#;
        assert_eq!(decode(with_folders), Ok(wanted));
        for broken in ["", "{}", r#"{"partitions":[{"topic":"t"}]}"#] {
            assert!(decode(broken.as_bytes()).is_err(), "{broken}");
        }
    }
}
