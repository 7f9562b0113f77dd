//! ApiVersions, and what is refused before a handler sees it.

use bytes::Bytes;
use milena::kafka::protocol::api::{APIS, ApiKey};
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::api_versions::{ApiVersionsRequest, ApiVersionsResponse};
use milena::kafka::protocol::message::metadata::MetadataRequest;
use milena::kafka::protocol::{Message as _, Request as _};

use crate::support::servers::Node;
use crate::support::wire;

fn asked() -> ApiVersionsRequest {
    ApiVersionsRequest {
        client_software_name: "suite".to_owned(),
        client_software_version: "1".to_owned(),
    }
}

fn range(answer: &ApiVersionsResponse, key: ApiKey) -> Option<(i16, i16)> {
    let row = answer.api_keys.iter().find(|row| row.api_key == key.number());
    row.map(|row| (row.min_version, row.max_version))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_version_says_the_same_ranges() {
    let node = Node::start().await;
    let mut wire = node.wire().await;
    let newest = wire.ask(&asked(), 4).await;
    for version in ApiVersionsRequest::versions() {
        let answer = wire.ask(&asked(), version).await;
        assert_eq!(answer.error_code, ErrorCode::NONE);
        assert_eq!(answer.api_keys, newest.api_keys, "v{version}");
    }
    for (key, expected) in [
        (ApiKey::Produce, Some((0, 11))),
        (ApiKey::Fetch, Some((0, 17))),
        (ApiKey::Metadata, Some((0, 12))),
        (ApiKey::JoinGroup, Some((0, 9))),
        (ApiKey::ApiVersions, Some((0, 4))),
        (ApiKey::WriteTxnMarkers, Some((0, 1))),
        (ApiKey::TxnOffsetCommit, Some((0, 4))),
        (ApiKey::Vote, None),
    ] {
        assert_eq!(range(&newest, key), expected, "{key:?}");
    }
    node.stop().await;
}

/// KIP-511: a client that is newer than the broker learns what the broker speaks.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_from_the_future_is_answered_in_version_0() {
    let node = Node::start().await;
    let mut wire = node.wire().await;
    // Version 127, correlation 1, a body that nobody can read.
    let frame = b"\0\0\0\x0f\0\x12\0\x7f\0\0\0\x01\0\x02me\0\xff\xff";
    wire.bytes(Bytes::from_static(frame)).await.unwrap();
    let answer = wire.frame().await.expect("an answer");
    assert_eq!(answer[..4], [0, 0, 0, 1]);
    let answer = ApiVersionsResponse::decode_all(&answer.slice(4..), 0).unwrap();
    assert_eq!(answer.error_code, ErrorCode::UNSUPPORTED_VERSION);
    assert_eq!(range(&answer, ApiKey::ApiVersions), Some((0, 4)));
    assert_eq!(wire.ask(&asked(), 3).await.error_code, ErrorCode::NONE, "it goes on");
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_offered_ends_the_connection() {
    let node = Node::start().await;
    let mut strange = node.wire().await;
    let mut bytes = wire::frame(&MetadataRequest::default(), 9, 1).to_vec();
    bytes[6..8].copy_from_slice(&99i16.to_be_bytes());
    strange.bytes(bytes.into()).await.unwrap();
    assert_eq!(strange.frame().await, None, "Metadata v99");
    let unknown = [i16::MAX, -1, ApiKey::Vote.number(), 88];
    for key in unknown {
        let mut strange = node.wire().await;
        let mut bytes = wire::frame(&asked(), 0, 1).to_vec();
        bytes[4..6].copy_from_slice(&key.to_be_bytes());
        strange.bytes(bytes.into()).await.unwrap();
        assert_eq!(strange.frame().await, None, "API {key}");
    }
    assert_eq!(APIS[MetadataRequest::KEY.number() as usize].max, 12);
    node.stop().await;
}
