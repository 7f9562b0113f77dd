//! ListOffsets at every version: first, next, and by time.

use milena::kafka::protocol::Message as _;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::list_offsets::{
    ListOffsetsPartition, ListOffsetsPartitionResponse, ListOffsetsRequest, ListOffsetsTopic,
};
use milena::kafka::record::{Builder, Compression};

use crate::support::batches::{TIME_MS, produced};
use crate::support::servers::Node;
use crate::support::wire::Wire;

const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIMESTAMP: i64 = -3;

async fn ask(
    wire: &mut Wire,
    partition: i32,
    timestamp: i64,
    version: i16,
) -> ListOffsetsPartitionResponse {
    let wanted = ListOffsetsPartition {
        partition_index: partition,
        timestamp,
        max_num_offsets: 10,
        ..ListOffsetsPartition::default()
    };
    let request = ListOffsetsRequest {
        replica_id: -1,
        topics: vec![ListOffsetsTopic { name: "t".to_owned(), partitions: vec![wanted] }],
        ..ListOffsetsRequest::default()
    };
    wire.ask(&request, version).await.topics.remove(0).partitions.remove(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_version_knows_both_ends_and_times() {
    let node = Node::start().await;
    node.topic("t", 2).await;
    let mut wire = node.wire().await;
    for step in [0, 10, 20] {
        let mut builder = Builder::new(Compression::NONE);
        builder.append(TIME_MS + step, None, Some(b"a"), &[]);
        builder.append(TIME_MS + step + 5, None, Some(b"b"), &[]);
        assert_eq!(produced(&mut wire, "t", 0, builder.finish()).await.error_code, ErrorCode::NONE);
    }
    for version in ListOffsetsRequest::versions() {
        let latest = ask(&mut wire, 0, LATEST, version).await;
        let earliest = ask(&mut wire, 0, EARLIEST, version).await;
        assert_eq!((latest.error_code, earliest.error_code), (ErrorCode::NONE, ErrorCode::NONE));
        if version == 0 {
            assert_eq!(latest.old_style_offsets, [6, 0]);
            assert_eq!(earliest.old_style_offsets, [0]);
            continue;
        }
        assert_eq!((latest.offset, earliest.offset), (6, 0), "v{version}");
        for (time, expected) in [
            (TIME_MS - 1, (0, TIME_MS)),
            (TIME_MS + 1, (1, TIME_MS + 5)),
            (TIME_MS + 10, (2, TIME_MS + 10)),
            (TIME_MS + 25, (5, TIME_MS + 25)),
            (TIME_MS + 26, (-1, -1)),
        ] {
            let found = ask(&mut wire, 0, time, version).await;
            assert_eq!(found.error_code, ErrorCode::NONE);
            assert_eq!((found.offset, found.timestamp), expected, "v{version} at {time}");
        }
        if version >= 7 {
            let found = ask(&mut wire, 0, MAX_TIMESTAMP, version).await;
            assert_eq!((found.offset, found.timestamp), (5, TIME_MS + 25), "v{version}");
        }
        let empty = ask(&mut wire, 1, LATEST, version).await;
        assert_eq!((empty.error_code, empty.offset), (ErrorCode::NONE, 0), "v{version}");
        let absent = ask(&mut wire, 9, LATEST, version).await;
        assert_eq!(absent.error_code, ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, "v{version}");
    }
    node.stop().await;
}
