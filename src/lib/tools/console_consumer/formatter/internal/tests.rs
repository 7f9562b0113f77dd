//! Tests of internal records as text. What is expected was printed by Kafka 3.9.1 of these bytes.

use bytes::Bytes;

use super::*;
use crate::kafka::protocol::Encode;
use crate::kafka::protocol::message::consumer_offsets::MemberMetadata;
use crate::kafka::protocol::message::transaction_log::PartitionsSchema;
use crate::kafka::record::Headers;

use Kind::{Groups, Offsets, Transactions};
use Style::{Json, Text};

fn versioned(version: i16, it: &impl Encode) -> Bytes {
    let mut writer = crate::base::bytes::Writer::new();
    writer.i16(version);
    it.encode(&mut writer, version);
    writer.into_bytes()
}

fn offset_key(version: i16) -> Bytes {
    let (group, topic) = ("g1".to_owned(), "t".to_owned());
    versioned(version, &OffsetCommitKey { group, topic, partition: 3 })
}

fn offset_value(version: i16, leader_epoch: i32, expire_timestamp: i64) -> Bytes {
    let metadata = "a \"b\"".to_owned();
    let (offset, commit_timestamp) = (5, 1000);
    let value =
        OffsetCommitValue { offset, leader_epoch, metadata, commit_timestamp, expire_timestamp };
    versioned(version, &value)
}

fn group_key() -> Bytes {
    versioned(2, &GroupMetadataKey { group: "grp".to_owned() })
}

fn group_value(version: i16, with_member: bool) -> Bytes {
    let member = MemberMetadata {
        member_id: "mm".to_owned(),
        group_instance_id: Some("inst".to_owned()),
        client_id: "cl".to_owned(),
        client_host: "/1".to_owned(),
        rebalance_timeout: 60,
        session_timeout: 61,
        subscription: Bytes::from_static(b"abc"),
        assignment: Bytes::from_static(b"de"),
    };
    let text = |text: &str| with_member.then(|| text.to_owned());
    let value = GroupMetadataValue {
        protocol_type: text("consumer").unwrap_or_default(),
        generation: 4,
        protocol: text("range"),
        leader: text("mm"),
        current_state_timestamp: 1000,
        members: Some(member).filter(|_| with_member).into_iter().collect(),
    };
    versioned(version, &value)
}

fn transaction_key(version: i16) -> Bytes {
    versioned(version, &TransactionLogKey { transactional_id: "tx".to_owned() })
}

fn transaction_value(version: i16, status: i8, partitions: Option<&[i32]>) -> Bytes {
    let topic = "tt".to_owned();
    let value = TransactionLogValue {
        producer_id: 11,
        producer_epoch: 2,
        transaction_timeout_ms: 60,
        transaction_status: status,
        transaction_partitions: partitions
            .map(|ids| vec![PartitionsSchema { topic, partition_ids: ids.to_vec() }]),
        transaction_last_update_timestamp_ms: 1000,
        transaction_start_timestamp_ms: 900,
    };
    versioned(version, &value)
}

fn shown(
    kind: Kind,
    style: Style,
    key: Option<&Bytes>,
    value: Option<&Bytes>,
) -> Result<String, String> {
    let headers = Headers::default();
    let (key, value) = (key.map(|it| &it[..]), value.map(|it| &it[..]));
    let record = Record { offset: 0, timestamp: 0, key, value, headers };
    let mut out = Vec::new();
    write(kind, style, &record, &mut out).map_err(|error| error.0)?;
    Ok(String::from_utf8(out).unwrap())
}

type Case<'a> = (Kind, Option<Bytes>, Option<Bytes>, &'a str, &'a str);

/// Each as JSON and as a line.
fn hold(cases: &[Case<'_>]) {
    for (kind, key, value, json, line) in cases {
        let shown = |style| shown(*kind, style, key.as_ref(), value.as_ref());
        assert_eq!(shown(Json).as_deref(), Ok(*json));
        let expected = if line.is_empty() { String::new() } else { format!("{line}\n") };
        assert_eq!(shown(Text), Ok(expected));
    }
}

#[test]
fn committed_offsets() {
    hold(&[
        (
            Offsets,
            Some(offset_key(1)),
            Some(offset_value(3, 7, -1)),
            r#"{"key":{"version":1,"data":{"group":"g1","topic":"t","partition":3}},"value":{"version":3,"data":{"offset":5,"leaderEpoch":7,"metadata":"a \"b\"","commitTimestamp":1000}}}"#,
            r#"[g1,t,3]::OffsetAndMetadata(offset=5, leaderEpoch=Optional[7], metadata=a "b", commitTimestamp=1000, expireTimestamp=None)"#,
        ),
        (
            Offsets,
            Some(offset_key(0)),
            Some(offset_value(1, -1, 2000)),
            r#"{"key":{"version":0,"data":{"group":"g1","topic":"t","partition":3}},"value":{"version":1,"data":{"offset":5,"metadata":"a \"b\"","commitTimestamp":1000,"expireTimestamp":2000}}}"#,
            r#"[g1,t,3]::OffsetAndMetadata(offset=5, leaderEpoch=Optional.empty, metadata=a "b", commitTimestamp=1000, expireTimestamp=Some(2000))"#,
        ),
        (
            Offsets,
            Some(offset_key(1)),
            None,
            r#"{"key":{"version":1,"data":{"group":"g1","topic":"t","partition":3}},"value":null}"#,
            "[g1,t,3]::NULL",
        ),
        (
            Offsets,
            None,
            Some(offset_value(4, -1, -1)),
            r#"{"key":null,"value":{"version":4,"data":{"offset":5,"leaderEpoch":-1,"metadata":"a \"b\"","commitTimestamp":1000}}}"#,
            "",
        ),
        (Offsets, Some(group_key()), None, "", ""),
    ]);
}

#[test]
fn groups() {
    hold(&[
        (
            Groups,
            Some(group_key()),
            Some(group_value(3, true)),
            r#"{"key":{"version":2,"data":{"group":"grp"}},"value":{"version":3,"data":{"protocolType":"consumer","generation":4,"protocol":"range","leader":"mm","currentStateTimestamp":1000,"members":[{"memberId":"mm","groupInstanceId":"inst","clientId":"cl","clientHost":"/1","rebalanceTimeout":60,"sessionTimeout":61,"subscription":"YWJj","assignment":"ZGU="}]}}}"#,
            "grp::GroupMetadata(groupId=grp, generation=4, protocolType=Some(consumer), currentState=Stable, members=HashMap(mm -> MemberMetadata(memberId=mm, groupInstanceId=Some(inst), clientId=cl, clientHost=/1, sessionTimeoutMs=61, rebalanceTimeoutMs=60, supportedProtocols=List(range))))",
        ),
        (
            Groups,
            Some(group_key()),
            Some(group_value(0, true)),
            r#"{"key":{"version":2,"data":{"group":"grp"}},"value":{"version":0,"data":{"protocolType":"consumer","generation":4,"protocol":"range","leader":"mm","members":[{"memberId":"mm","clientId":"cl","clientHost":"/1","sessionTimeout":61,"subscription":"YWJj","assignment":"ZGU="}]}}}"#,
            "grp::GroupMetadata(groupId=grp, generation=4, protocolType=Some(consumer), currentState=Stable, members=HashMap(mm -> MemberMetadata(memberId=mm, groupInstanceId=None, clientId=cl, clientHost=/1, sessionTimeoutMs=61, rebalanceTimeoutMs=61, supportedProtocols=List(range))))",
        ),
        (
            Groups,
            Some(group_key()),
            Some(group_value(2, false)),
            r#"{"key":{"version":2,"data":{"group":"grp"}},"value":{"version":2,"data":{"protocolType":"","generation":4,"protocol":null,"leader":null,"currentStateTimestamp":1000,"members":[]}}}"#,
            "grp::GroupMetadata(groupId=grp, generation=4, protocolType=None, currentState=Empty, members=HashMap())",
        ),
        (
            Groups,
            Some(group_key()),
            None,
            r#"{"key":{"version":2,"data":{"group":"grp"}},"value":null}"#,
            "grp::NULL",
        ),
        (Groups, Some(offset_key(1)), Some(offset_value(3, 7, -1)), "", ""),
    ]);
}

#[test]
fn transactions() {
    hold(&[
        (
            Transactions,
            Some(transaction_key(0)),
            Some(transaction_value(0, 3, Some(&[4, 5]))),
            r#"{"key":{"version":0,"data":{"transactionalId":"tx"}},"value":{"version":0,"data":{"producerId":11,"producerEpoch":2,"transactionTimeoutMs":60,"transactionStatus":3,"transactionPartitions":[{"topic":"tt","partitionIds":[4,5]}],"transactionLastUpdateTimestampMs":1000,"transactionStartTimestampMs":900}}}"#,
            "tx::TransactionMetadata(transactionalId=tx, producerId=11, producerEpoch=2, txnTimeoutMs=60, state=PrepareAbort, pendingState=None, topicPartitions=HashSet(tt-4, tt-5), txnStartTimestamp=900, txnLastUpdateTimestamp=1000)",
        ),
        (
            Transactions,
            Some(transaction_key(0)),
            Some(transaction_value(1, 0, None)),
            r#"{"key":{"version":0,"data":{"transactionalId":"tx"}},"value":{"version":1,"data":{"producerId":11,"producerEpoch":2,"transactionTimeoutMs":60,"transactionStatus":0,"transactionPartitions":null,"transactionLastUpdateTimestampMs":1000,"transactionStartTimestampMs":900}}}"#,
            "tx::TransactionMetadata(transactionalId=tx, producerId=11, producerEpoch=2, txnTimeoutMs=60, state=Empty, pendingState=None, topicPartitions=HashSet(), txnStartTimestamp=900, txnLastUpdateTimestamp=1000)",
        ),
        (
            Transactions,
            Some(transaction_key(0)),
            None,
            r#"{"key":{"version":0,"data":{"transactionalId":"tx"}},"value":null}"#,
            "tx::NULL",
        ),
        (
            Transactions,
            Some(transaction_key(5)),
            None,
            r#"{"key":{"version":5,"data":"unknown"},"value":null}"#,
            "unknown::version=5",
        ),
    ]);
}

#[test]
fn versions_that_are_not_known() {
    let new_kind = transaction_key(3);
    hold(&[
        (
            Offsets,
            Some(new_kind.clone()),
            None,
            r#"{"key":{"version":3,"data":"unknown"},"value":null}"#,
            "",
        ),
        (
            Groups,
            Some(new_kind),
            None,
            r#"{"key":{"version":3,"data":"unknown"},"value":null}"#,
            "",
        ),
        (Groups, None, None, r#"{"key":null,"value":null}"#, ""),
    ]);
    let ninth = Bytes::from_static(&[0, 9, 1]);
    for (kind, key, named, said) in [
        (
            Offsets,
            offset_key(1),
            r#"{"key":{"version":1,"data":{"group":"g1","topic":"t","partition":3}}"#,
            "Unknown offset message version: 9",
        ),
        (
            Groups,
            group_key(),
            r#"{"key":{"version":2,"data":{"group":"grp"}}"#,
            "Unknown group metadata message version: 9",
        ),
        (
            Transactions,
            transaction_key(0),
            r#"{"key":{"version":0,"data":{"transactionalId":"tx"}}"#,
            "Unknown version 9 from the transaction log message value",
        ),
    ] {
        let json = format!(r#"{named},"value":{{"version":9,"data":"unknown"}}}}"#);
        assert_eq!(shown(kind, Json, Some(&key), Some(&ninth)), Ok(json));
        assert_eq!(shown(kind, Text, Some(&key), Some(&ninth)), Err(said.to_owned()));
    }
}

#[test]
fn bytes_that_are_no_such_record() {
    let cut = Bytes::from_static(&[0, 1, 0]);
    for (kind, key, value, part) in [
        (Offsets, Some(&cut), None, "key"),
        (Transactions, Some(&cut.slice(..1)), None, "key"),
        (Groups, Some(&group_key()), Some(&cut), "value"),
    ] {
        for style in [Json, Text] {
            let said = shown(kind, style, key, value).unwrap_err();
            let expected = format!("cannot read the {part} of an internal record: truncated");
            assert!(said.starts_with(&expected), "{said}");
        }
    }
    let unheard = transaction_value(0, 9, None);
    assert_eq!(
        shown(Transactions, Text, Some(&transaction_key(0)), Some(&unheard)),
        Err("there is no transaction state 9".to_owned())
    );
}
