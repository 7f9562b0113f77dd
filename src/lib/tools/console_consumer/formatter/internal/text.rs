//! Internal records as lines, as Kafka prints them under its older names.

use super::super::Unprintable;
use super::{Key, Kind, Names, Says, Value};
use crate::kafka::protocol::message::consumer_offsets::MemberMetadata;
use crate::kafka::protocol::message::{GroupMetadataValue, OffsetCommitValue, TransactionLogValue};

/// The states of a transaction by their number.
const TRANSACTION_STATES: [&str; 8] = [
    "Empty",
    "Ongoing",
    "PrepareCommit",
    "PrepareAbort",
    "CompleteCommit",
    "CompleteAbort",
    "Dead",
    "PrepareEpochFence",
];

pub(super) fn line(
    kind: Kind,
    key: Option<Key>,
    value: Option<&[u8]>,
) -> Result<Option<String>, Unprintable> {
    // Unlike JSON, a line begins with what the key names: without, there is none.
    let Some(key) = key.filter(|key| !key.is_foreign_to(kind)) else { return Ok(None) };
    let name = match &key.names {
        Names::Offset(it) => format!("[{},{},{}]", it.group, it.topic, it.partition),
        Names::Group(it) => it.group.clone(),
        Names::Transaction(it) => it.transactional_id.clone(),
        Names::Unknown if kind == Kind::Transactions => {
            return Ok(Some(format!("unknown::version={}\n", key.version)));
        }
        Names::Unknown => return Ok(None),
    };
    let value = match value {
        None => "NULL".to_owned(),
        Some(bytes) => said(kind, &name, &Value::read(kind, bytes)?)?,
    };
    Ok(Some(format!("{name}::{value}\n")))
}

fn said(kind: Kind, name: &str, value: &Value) -> Result<String, Unprintable> {
    match &value.says {
        Says::Offset(it) => Ok(offset(it)),
        Says::Group(it) => Ok(group(name, it)),
        Says::Transaction(it) => transaction(name, it),
        Says::Unknown => {
            let version = value.version;
            Err(Unprintable(match kind {
                Kind::Offsets => format!("Unknown offset message version: {version}"),
                Kind::Groups => format!("Unknown group metadata message version: {version}"),
                Kind::Transactions => {
                    format!("Unknown version {version} from the transaction log message value")
                }
            }))
        }
    }
}

/// How Scala prints what may be missing.
fn option(value: Option<impl ToString>) -> String {
    value.map_or("None".to_owned(), |value| format!("Some({})", value.to_string()))
}

fn offset(it: &OffsetCommitValue) -> String {
    let epoch = match it.leader_epoch {
        -1 => "Optional.empty".to_owned(),
        epoch => format!("Optional[{epoch}]"),
    };
    format!(
        "OffsetAndMetadata(offset={}, leaderEpoch={epoch}, metadata={}, commitTimestamp={}, \
         expireTimestamp={})",
        it.offset,
        it.metadata,
        it.commit_timestamp,
        option(Some(it.expire_timestamp).filter(|time| *time != -1)),
    )
}

fn group(name: &str, it: &GroupMetadataValue) -> String {
    let protocol_type = Some(&it.protocol_type).filter(|it| !it.is_empty());
    let state = if it.members.is_empty() { "Empty" } else { "Stable" };
    let protocol = it.protocol.as_deref().unwrap_or_default();
    let members: Vec<String> = it.members.iter().map(|it| member(it, protocol)).collect();
    format!(
        "GroupMetadata(groupId={name}, generation={}, protocolType={}, currentState={state}, \
         members=HashMap({}))",
        it.generation,
        option(protocol_type),
        members.join(", "),
    )
}

fn member(it: &MemberMetadata, protocol: &str) -> String {
    // Before version 1 there was one timeout for both.
    let rebalance_timeout = match it.rebalance_timeout {
        -1 => it.session_timeout,
        timeout => timeout,
    };
    format!(
        "{id} -> MemberMetadata(memberId={id}, groupInstanceId={}, clientId={}, clientHost={}, \
         sessionTimeoutMs={}, rebalanceTimeoutMs={rebalance_timeout}, \
         supportedProtocols=List({protocol}))",
        option(it.group_instance_id.as_ref()),
        it.client_id,
        it.client_host,
        it.session_timeout,
        id = it.member_id,
    )
}

fn transaction(name: &str, it: &TransactionLogValue) -> Result<String, Unprintable> {
    let state = usize::try_from(it.transaction_status).ok();
    let state = state.and_then(|state| TRANSACTION_STATES.get(state)).ok_or_else(|| {
        Unprintable(format!("there is no transaction state {}", it.transaction_status))
    })?;
    let topics = it.transaction_partitions.iter().flatten();
    let partitions: Vec<String> = topics
        .flat_map(|it| it.partition_ids.iter().map(|id| format!("{}-{id}", it.topic)))
        .collect();
    Ok(format!(
        "TransactionMetadata(transactionalId={name}, producerId={}, producerEpoch={}, \
         txnTimeoutMs={}, state={state}, pendingState=None, topicPartitions=HashSet({}), \
         txnStartTimestamp={}, txnLastUpdateTimestamp={})",
        it.producer_id,
        it.producer_epoch,
        it.transaction_timeout_ms,
        partitions.join(", "),
        it.transaction_start_timestamp_ms,
        it.transaction_last_update_timestamp_ms,
    ))
}
