//! What a transaction is made of, on the wire: batches, markers, and what readers are shown.

use bytes::Bytes;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::fetch::{FetchRequest, PartitionData};
use milena::kafka::protocol::message::produce::{
    PartitionProduceResponse, ProduceRequest, ProduceResponse,
};
use milena::kafka::protocol::message::write_txn_markers::{
    WritableTxnMarker, WritableTxnMarkerTopic, WriteTxnMarkersRequest,
};
use milena::kafka::record::{Builder, Compression};

use super::batches::{TIME_MS, fetch, only, produce, values};
use super::wire::Wire;

/// Where nobody can be asked whether a transaction is one.
pub const UNVERIFIED: &str = "transaction.partition.verification.enable=false\n";

/// A batch of a producer's transaction.
pub fn in_transaction(id: i64, epoch: i16, sequence: i32, values: &[&str]) -> Bytes {
    let mut builder = Builder::new(Compression::NONE);
    builder.producer(id, epoch, sequence).transactional(true);
    for value in values {
        builder.append(TIME_MS, None, Some(value.as_bytes()), &[]);
    }
    builder.finish()
}

/// A request with a transactional id.
pub fn transactional(topic: &str, records: Bytes) -> ProduceRequest {
    ProduceRequest { transactional_id: Some("tx".to_owned()), ..produce(topic, 0, -1, records) }
}

/// The answer for the only partition.
pub fn result(mut answer: ProduceResponse) -> PartitionProduceResponse {
    answer.responses.remove(0).partition_responses.remove(0)
}

/// Produces a batch of a transaction; gives its offset.
pub async fn put(wire: &mut Wire, topic: &str, records: Bytes) -> (ErrorCode, i64) {
    let answer = result(wire.ask(&transactional(topic, records), 11).await);
    (answer.error_code, answer.base_offset)
}

/// The end of a transaction in one partition, by a coordinator of epoch 5.
pub fn marker(id: i64, epoch: i16, commit: bool, place: (&str, i32)) -> WritableTxnMarker {
    let name = place.0.to_owned();
    WritableTxnMarker {
        producer_id: id,
        producer_epoch: epoch,
        transaction_result: commit,
        topics: vec![WritableTxnMarkerTopic { name, partition_indexes: vec![place.1] }],
        coordinator_epoch: 5,
    }
}

/// Ends a transaction.
pub async fn end(wire: &mut Wire, marker: WritableTxnMarker, version: i16) -> ErrorCode {
    let id = marker.producer_id;
    let answer = wire.ask(&WriteTxnMarkersRequest { markers: vec![marker] }, version).await;
    assert_eq!((answer.markers.len(), answer.markers[0].producer_id), (1, id));
    answer.markers[0].topics[0].partitions[0].error_code
}

/// What a reader of committed transactions is given.
pub async fn committed(wire: &mut Wire, offset: i64) -> PartitionData {
    let request = FetchRequest { isolation_level: 1, ..fetch("t", 0, offset) };
    only(wire.ask(&request, 12).await)
}

/// The aborted transactions that it is told of.
pub fn aborted(data: &PartitionData) -> Vec<(i64, i64)> {
    let aborted = data.aborted_transactions.iter().flatten();
    aborted.map(|it| (it.producer_id, it.first_offset)).collect()
}

/// The values of all that is decided from an offset on up to another, those of markers and of
/// aborted transactions among them; one fetch may end with its segment.
pub async fn committed_values(wire: &mut Wire, from: i64, to: i64) -> Vec<String> {
    let (mut next, mut found) = (from, Vec::new());
    while next < to {
        let records = values(committed(wire, next).await.records);
        next = records.last().expect("records up to there").0 + 1;
        found.extend(records.into_iter().map(|(_, value)| value));
    }
    found
}
