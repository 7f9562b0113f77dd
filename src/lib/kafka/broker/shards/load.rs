//! Loading a machine: its log from the start to the end, record by record.

use bytes::Bytes;

use crate::base::error::Chain;
use crate::kafka::coordinator::Machine as _;
use crate::kafka::coordinator::group::{Groups, Producer, Record};
use crate::kafka::record::batch::{Batch, batches};
use crate::kafka::record::control::{self, Marker};
use crate::kafka::replica;
use crate::kafka::replica::partition::{ReadRequest, Reader};
use crate::kafka::types::{LeaderEpoch, ProducerEpoch, ProducerId};

use super::Place;

/// How much is read at a time, in bytes: `offsets.load.buffer.size` of Kafka.
const READ_BYTES: usize = 5 * 1024 * 1024;

/// Applies everything that is in the log. Waits for the disk.
pub(super) fn load(place: &Place, groups: &mut Groups) -> Result<(), replica::Error> {
    let offsets = place.partition.offsets()?;
    let mut next = offsets.log_start;
    while next < offsets.log_end {
        let read = place.partition.read(ReadRequest {
            reader: Reader::Debug,
            offset: next,
            bytes_max: READ_BYTES,
            at_least_one: true,
            current_epoch: Some(LeaderEpoch(place.epoch.0)),
            last_fetched_epoch: None,
            leader_only: true,
        })?;
        let Some(slice) = read.records else { break };
        let bytes = Bytes::from(slice.read().map_err(|source| {
            let path = place.partition.id().to_string().into();
            replica::Error::Log(crate::kafka::log::Error::Io { doing: "read", path, source })
        })?);
        let before = next;
        for batch in batches(&bytes) {
            // What is cut off at the end is read again with the next piece.
            let Ok(batch) = batch else { break };
            next = batch.header.last_offset() + 1;
            apply(groups, &bytes, &batch, place);
        }
        if next == before {
            break;
        }
    }
    Ok(())
}

fn apply(groups: &mut Groups, bytes: &Bytes, batch: &Batch<'_>, place: &Place) {
    let header = &batch.header;
    let producer = Producer {
        id: ProducerId(header.producer_id),
        epoch: ProducerEpoch(header.producer_epoch),
    };
    if header.is_control() {
        if let Ok(Some(end)) = control::of_batch(batch) {
            let committed = end.marker == Marker::Commit;
            let coordinator_epoch = end.coordinator_epoch;
            groups.apply(&Record::Marker { producer, coordinator_epoch, committed });
        }
        return;
    }
    let producer = header.is_transactional().then_some(producer);
    let mut scratch = Vec::new();
    let Ok(records) = batch.records(&mut scratch) else { return };
    for record in records {
        let Ok(record) = record else { return };
        let shared = |part: &[u8]| match header.is_compressed() {
            true => Bytes::copy_from_slice(part),
            false => bytes.slice_ref(part),
        };
        let Some(key) = record.key.map(shared) else { continue };
        let value = record.value.map(shared);
        match Record::decode(&key, value.as_ref(), producer) {
            Ok(Some(record)) => groups.apply(&record),
            Ok(None) => {}
            Err(error) => tracing::warn!(
                target: "kafka.coordinator.group.GroupMetadataManager",
                "Skipping a record of {} at offset {}: {}",
                place.partition.id(), record.offset, Chain(&error)
            ),
        }
    }
}
