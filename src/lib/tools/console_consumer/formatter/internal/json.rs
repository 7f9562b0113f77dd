//! Internal records as JSON, as Kafka prints them since 3.9: the fields that a version has, in its
//! order.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};

use super::super::Unprintable;
use super::{Key, Kind, Names, Says, Value};
use crate::kafka::protocol::message::consumer_offsets::MemberMetadata;
use crate::kafka::protocol::message::{GroupMetadataValue, OffsetCommitValue, TransactionLogValue};

/// What stands for a key or value of a version that is not known.
const UNKNOWN: &str = "unknown";

pub(super) fn object(
    kind: Kind,
    key: Option<Key>,
    value: Option<&[u8]>,
) -> Result<Option<String>, Unprintable> {
    if key.as_ref().is_some_and(|key| key.is_foreign_to(kind)) {
        return Ok(None);
    }
    let value = value.map(|bytes| Value::read(kind, bytes)).transpose()?;
    let key = key.map(|key| json!({"version": key.version, "data": named(&key)}));
    let value = value.map(|value| json!({"version": value.version, "data": said(&value)}));
    Ok(Some(json!({"key": key, "value": value}).to_string()))
}

fn named(key: &Key) -> Json {
    match &key.names {
        Names::Offset(key) => {
            json!({"group": key.group, "topic": key.topic, "partition": key.partition})
        }
        Names::Group(key) => json!({"group": key.group}),
        Names::Transaction(key) => json!({"transactionalId": key.transactional_id}),
        Names::Unknown => json!(UNKNOWN),
    }
}

fn said(value: &Value) -> Json {
    match &value.says {
        Says::Offset(it) => offset(it, value.version),
        Says::Group(it) => group(it, value.version),
        Says::Transaction(it) => transaction(it),
        Says::Unknown => json!(UNKNOWN),
    }
}

/// An object of the fields that are there.
fn fields<const N: usize>(fields: [(bool, &str, Json); N]) -> Json {
    let there = fields.into_iter().filter(|(there, ..)| *there);
    Json::Object(there.map(|(_, name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}

fn offset(it: &OffsetCommitValue, version: i16) -> Json {
    fields([
        (true, "offset", json!(it.offset)),
        (version >= 3, "leaderEpoch", json!(it.leader_epoch)),
        (true, "metadata", json!(it.metadata)),
        (true, "commitTimestamp", json!(it.commit_timestamp)),
        (version == 1, "expireTimestamp", json!(it.expire_timestamp)),
    ])
}

fn group(it: &GroupMetadataValue, version: i16) -> Json {
    let members: Vec<Json> = it.members.iter().map(|it| member(it, version)).collect();
    fields([
        (true, "protocolType", json!(it.protocol_type)),
        (true, "generation", json!(it.generation)),
        (true, "protocol", json!(it.protocol)),
        (true, "leader", json!(it.leader)),
        (version >= 2, "currentStateTimestamp", json!(it.current_state_timestamp)),
        (true, "members", json!(members)),
    ])
}

fn member(it: &MemberMetadata, version: i16) -> Json {
    fields([
        (true, "memberId", json!(it.member_id)),
        (version >= 3, "groupInstanceId", json!(it.group_instance_id)),
        (true, "clientId", json!(it.client_id)),
        (true, "clientHost", json!(it.client_host)),
        (version >= 1, "rebalanceTimeout", json!(it.rebalance_timeout)),
        (true, "sessionTimeout", json!(it.session_timeout)),
        (true, "subscription", json!(STANDARD.encode(&it.subscription))),
        (true, "assignment", json!(STANDARD.encode(&it.assignment))),
    ])
}

fn transaction(it: &TransactionLogValue) -> Json {
    let partitions = it.transaction_partitions.as_ref().map(|topics| {
        let topics = topics.iter();
        topics
            .map(|it| json!({"topic": it.topic, "partitionIds": it.partition_ids}))
            .collect::<Vec<Json>>()
    });
    json!({
        "producerId": it.producer_id,
        "producerEpoch": it.producer_epoch,
        "transactionTimeoutMs": it.transaction_timeout_ms,
        "transactionStatus": it.transaction_status,
        "transactionPartitions": partitions,
        "transactionLastUpdateTimestampMs": it.transaction_last_update_timestamp_ms,
        "transactionStartTimestampMs": it.transaction_start_timestamp_ms,
    })
}
