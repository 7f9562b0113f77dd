//! Bytes that others agreed on.

use bytes::Bytes;

use crate::kafka::protocol::message::api_versions::ApiVersion;
use crate::kafka::protocol::message::create_topics::CreatableTopic;
use crate::kafka::protocol::message::metadata::MetadataRequestTopic;
use crate::kafka::protocol::message::{
    ApiVersionsRequest, ApiVersionsResponse, CreateTopicsRequest, FetchRequest, MetadataRequest,
    OffsetCommitKey, OffsetCommitValue,
};
use crate::kafka::protocol::{Encode, Message};

fn holds<T: Message + PartialEq + std::fmt::Debug>(message: &T, version: i16, bytes: &[u8]) {
    assert_eq!(&message.to_bytes(version)[..], bytes, "writing v{version}");
    let read = T::decode_all(&Bytes::copy_from_slice(bytes), version);
    assert_eq!(read.as_ref(), Ok(message), "reading v{version}");
}

#[test]
fn api_versions() {
    let request = ApiVersionsRequest {
        client_software_name: "ab".to_owned(),
        client_software_version: "1".to_owned(),
    };
    holds(&request, 3, &[3, b'a', b'b', 2, b'1', 0]);
    assert!(request.to_bytes(0).is_empty());
    let response = ApiVersionsResponse {
        api_keys: vec![ApiVersion { api_key: 18, min_version: 0, max_version: 3 }],
        ..ApiVersionsResponse::default()
    };
    holds(&response, 0, &[0, 0, 0, 0, 0, 1, 0, 18, 0, 0, 0, 3]);
    holds(&response, 3, &[0, 0, 2, 0, 18, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn metadata() {
    let all = MetadataRequest { topics: None, ..MetadataRequest::default() };
    // Version 0 knows no null: an empty list asks for all.
    assert_eq!(&all.to_bytes(0)[..], [0, 0, 0, 0]);
    holds(&all, 1, &[255, 255, 255, 255]);
    let one =
        MetadataRequestTopic { name: Some("t".to_owned()), ..MetadataRequestTopic::default() };
    let one = MetadataRequest { topics: Some(vec![one]), ..MetadataRequest::default() };
    holds(&one, 4, &[0, 0, 0, 1, 0, 1, b't', 1]);
    holds(&one, 9, &[2, 2, b't', 0, 1, 0, 0, 0]);
    let mut bytes = vec![2];
    bytes.extend([0; 16]);
    bytes.extend([2, b't', 0, 1, 0, 0]);
    holds(&one, 12, &bytes);
}

#[test]
fn fetch_puts_tags_in_order() {
    let request = FetchRequest {
        cluster_id: Some("c".to_owned()),
        replica_state: crate::kafka::protocol::message::fetch::ReplicaState {
            replica_id: 1,
            replica_epoch: 2,
        },
        ..FetchRequest::default()
    };
    let bytes = request.to_bytes(15);
    let tags = [2, 0, 2, 2, b'c', 1, 13, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0];
    assert_eq!(bytes[bytes.len() - tags.len()..], tags);
}

#[test]
fn create_topics() {
    let request = CreateTopicsRequest {
        topics: vec![CreatableTopic {
            name: "t".to_owned(),
            num_partitions: 1,
            replication_factor: 1,
            ..CreatableTopic::default()
        }],
        timeout_ms: 1000,
        ..CreateTopicsRequest::default()
    };
    let classic = [0, 0, 0, 1, 0, 1, b't', 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 232];
    assert_eq!(&request.to_bytes(0)[..], classic);
    let compact = [2, 2, b't', 0, 0, 0, 1, 0, 1, 1, 1, 0, 0, 0, 3, 232, 0, 0];
    holds(&request, 5, &compact);
}

#[test]
fn committed_offsets() {
    let key = OffsetCommitKey { group: "g".to_owned(), topic: "t".to_owned(), partition: 2 };
    holds(&key, 1, &[0, 1, b'g', 0, 1, b't', 0, 0, 0, 2]);
    let value = OffsetCommitValue {
        offset: 5,
        leader_epoch: -1,
        commit_timestamp: 6,
        ..OffsetCommitValue::default()
    };
    let bytes = [0, 0, 0, 0, 0, 0, 0, 5, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6];
    holds(&value, 3, &bytes);
}

#[test]
fn null_is_refused_where_the_version_has_none() {
    // An ApiVersions client name of length -1.
    let read = ApiVersionsRequest::decode_all(&Bytes::from_static(&[0, 2, b'1', 0]), 3);
    assert_eq!(read.unwrap_err().to_string(), "invalid null -1 at byte 1");
}

#[test]
fn text_too_long_for_the_classic_form_is_cut_between_letters() {
    let key = OffsetCommitKey { group: "\u{e9}".repeat(20_000), ..OffsetCommitKey::default() };
    let mut writer = crate::base::bytes::Writer::new();
    key.encode(&mut writer, 1);
    let bytes = writer.into_bytes();
    let read = OffsetCommitKey::decode_all(&bytes, 1).unwrap();
    assert_eq!(read.group.chars().count(), 16_383);
}
