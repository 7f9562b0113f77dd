//! Requests that were cut, bent or grown on their way never take a broker down.

use bytes::Bytes;
use milena::base::rng::Rng;
use milena::kafka::protocol::Request;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::api_versions::ApiVersionsRequest;
use milena::kafka::protocol::message::create_topics::{CreatableTopic, CreateTopicsRequest};
use milena::kafka::protocol::message::describe_configs::DescribeConfigsRequest;
use milena::kafka::protocol::message::fetch::FetchRequest;
use milena::kafka::protocol::message::find_coordinator::FindCoordinatorRequest;
use milena::kafka::protocol::message::join_group::JoinGroupRequest;
use milena::kafka::protocol::message::list_offsets::{
    ListOffsetsPartition, ListOffsetsRequest, ListOffsetsTopic,
};
use milena::kafka::protocol::message::metadata::MetadataRequest;
use milena::kafka::protocol::message::offset_fetch::OffsetFetchRequest;
use milena::kafka::protocol::message::produce::ProduceRequest;
use milena::kafka::record::{Codec, Compression};

use crate::support::batches::{batch, fetch, in_format, packed, produce, produced, read_all};
use crate::support::mutation::{below, cases, mutated};
use crate::support::servers::Node;
use crate::support::wire::{Wire, frame};

/// Requests a connection carries; the first that cannot be read ends it.
const PER_CONNECTION: usize = 4;

fn all_versions<R: Request>(request: &R, into: &mut Vec<Bytes>) {
    into.extend(R::versions().map(|version| frame(request, version, 1)));
}

/// Whole requests to begin with.
fn seeds() -> Vec<Bytes> {
    let mut seeds = Vec::new();
    let lz4 = Compression { codec: Codec::Lz4, level: None };
    for records in [batch(&["a", "b"]), packed(lz4, &["c"; 20]), in_format(1, &["d"])] {
        all_versions::<ProduceRequest>(&produce("t", 0, 1, records), &mut seeds);
    }
    all_versions::<FetchRequest>(&fetch("t", 0, 0), &mut seeds);
    let partition = ListOffsetsPartition { timestamp: -1, ..Default::default() };
    let topic = ListOffsetsTopic { name: "t".to_owned(), partitions: vec![partition] };
    let request = ListOffsetsRequest { topics: vec![topic], ..Default::default() };
    all_versions::<ListOffsetsRequest>(&request, &mut seeds);
    all_versions::<MetadataRequest>(&MetadataRequest::default(), &mut seeds);
    all_versions::<ApiVersionsRequest>(&ApiVersionsRequest::default(), &mut seeds);
    let topic = CreatableTopic { name: "t".to_owned(), num_partitions: 1, ..Default::default() };
    // Only asked about: a topic of a hundred thousand partitions would be a valid request.
    let request =
        CreateTopicsRequest { topics: vec![topic], validate_only: true, ..Default::default() };
    all_versions::<CreateTopicsRequest>(&request, &mut seeds);
    all_versions::<DescribeConfigsRequest>(&DescribeConfigsRequest::default(), &mut seeds);
    all_versions::<FindCoordinatorRequest>(&FindCoordinatorRequest::default(), &mut seeds);
    all_versions::<JoinGroupRequest>(&JoinGroupRequest::default(), &mut seeds);
    all_versions::<OffsetFetchRequest>(&OffsetFetchRequest::default(), &mut seeds);
    seeds
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_takes_the_broker_down() {
    let node = Node::with("auto.create.topics.enable=false").await;
    node.topic("t", 1).await;
    node.topic("safe", 1).await;
    let mut control = node.wire().await;
    produced(&mut control, "safe", 0, batch(&["kept"])).await;
    let (seeds, mut rng) = (seeds(), Rng::seeded(20_261_124));
    let mut sent = 0;
    while sent < cases() {
        let mut wire = Wire::connect(node.broker.port()).await;
        for _ in 0..PER_CONNECTION {
            sent += 1;
            let seed = &seeds[below(&mut rng, seeds.len())];
            if wire.bytes(mutated(&mut rng, seed)).await.is_err() {
                break;
            }
        }
        wire.finish().await;
        // Who says nothing more is answered what is on its way, and let go: nobody is left to wait
        // for what some of the requests would have had it wait for.
        while wire.frame().await.is_some() {}
    }
    // It serves those who were there and those who come, and lost nothing.
    for wire in [&mut control, &mut node.wire().await] {
        let answer = wire.ask(&ApiVersionsRequest::default(), 0).await;
        assert_eq!(answer.error_code, ErrorCode::NONE);
        assert_eq!(read_all(wire, "safe", 0).await, ["kept"]);
        let more = produced(wire, "t", 0, batch(&["more"])).await;
        assert_eq!(more.error_code, ErrorCode::NONE);
    }
    node.stop().await;
}

/// Every prefix of a request, and then the connection ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_that_end_early_are_no_harm() {
    let node = Node::start().await;
    node.topic("t", 1).await;
    let whole = frame(&produce("t", 0, 1, batch(&["a"])), 9, 1);
    for end in 0..whole.len() {
        let mut wire = node.wire().await;
        wire.bytes(whole.slice(..end)).await.expect("a broker that reads");
        wire.finish().await;
        assert_eq!(wire.frame().await, None, "{end} bytes");
    }
    let mut wire = node.wire().await;
    assert_eq!(read_all(&mut wire, "t", 0).await, [""; 0]);
    node.stop().await;
}
