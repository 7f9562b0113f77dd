//! Appending: by the leader, who checks and assigns offsets, and by a follower, who takes what the
//! leader has.

use std::io::IoSlice;

use bytes::{Bytes, BytesMut};

use super::Log;
use crate::kafka::log::error::{Error, Result};
use crate::kafka::log::producer_state::{ProducerState, Verdict, aborted};
use crate::kafka::log::segment::Grown;
use crate::kafka::log::time_index::Latest;
use crate::kafka::record::batch::{Batch, HEADER_BYTES, Header, NO_TIMESTAMP};
use crate::kafka::record::control::{self, EndTransaction};
use crate::kafka::record::validate::{self, Checked, Origin, Rules};
use crate::kafka::record::{self, batches};

/// What became of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    pub first_offset: i64,
    pub last_offset: i64,
    /// The time the leader gave the records; -1 where they kept their own.
    pub append_time_ms: i64,
    pub log_start: i64,
    pub records: i64,
    pub bytes: usize,
    /// The batch was here already, at these offsets; nothing was written.
    pub duplicate: bool,
    /// A new segment was begun; those before it may be flushed now.
    pub rolled: bool,
}

impl Log {
    /// Appends what a producer or a coordinator sent: checks it, gives it offsets and the leader's
    /// epoch, and writes it once.
    ///
    /// In format 2 offset and epoch lie before what the checksum covers, so the header is patched
    /// on the way and the records go to the disk from where they came.
    pub fn append_as_leader(
        &mut self,
        bytes: &Bytes,
        leader_epoch: i32,
        origin: Origin,
        now_ms: i64,
    ) -> Result<Appended> {
        let rules = self.rules(origin);
        let checked = validate::check(bytes, &rules, now_ms)?;
        let size = checked.batches.len();
        if size as u64 > self.config.segment_bytes {
            return Err(Error::ListTooLarge { size, max: self.config.segment_bytes });
        }
        self.guarded(|log| log.append_checked(&checked, leader_epoch, origin, now_ms))
    }

    fn rules(&self, origin: Origin) -> Rules {
        let config = &self.config;
        Rules {
            origin,
            batch_bytes_max: config.max_message_bytes,
            compacted: config.compact,
            timestamp_type: config.message_timestamp_type,
            timestamp_before_max_ms: config.message_timestamp_before_max_ms,
            timestamp_after_max_ms: config.message_timestamp_after_max_ms,
            compression: config.compression,
        }
    }

    fn append_checked(
        &mut self,
        checked: &Checked,
        leader_epoch: i32,
        origin: Origin,
        now_ms: i64,
    ) -> Result<Appended> {
        let bytes = &checked.batches;
        if let Some(memo) = check_producers(&self.producers, bytes, origin)? {
            return Ok(Appended {
                first_offset: memo.first_offset(),
                last_offset: memo.last_offset,
                append_time_ms: checked.append_time_ms.map_or(NO_TIMESTAMP, |_| memo.timestamp),
                log_start: self.log_start,
                records: 0,
                bytes: 0,
                duplicate: true,
                rolled: false,
            });
        }
        let first_offset = self.log_end;
        let mut grown = Grown {
            first_offset,
            last_offset: first_offset,
            latest: Latest { timestamp: NO_TIMESTAMP, offset: first_offset },
        };
        let mut next = first_offset;
        for batch in batches(bytes) {
            let header = assigned(&batch?.header, next, leader_epoch, checked.append_time_ms);
            note(&mut grown, &header);
            next = grown.last_offset + 1;
        }
        let rolled = self.roll_if_due(bytes.len(), &grown, now_ms)?;
        self.epochs.assign(leader_epoch, first_offset);
        self.write_patched(bytes, leader_epoch, checked.append_time_ms, &grown, now_ms)?;
        for batch in batches(bytes) {
            let batch = batch?;
            let header =
                assigned(&batch.header, self.log_end, leader_epoch, checked.append_time_ms);
            self.account(&header, marker_of(&batch)?.as_ref())?;
            self.log_end = header.last_offset() + 1;
        }
        self.flush_if_due(now_ms)?;
        Ok(Appended {
            first_offset,
            last_offset: grown.last_offset,
            append_time_ms: checked.append_time_ms.unwrap_or(NO_TIMESTAMP),
            log_start: self.log_start,
            records: checked.records,
            bytes: bytes.len(),
            duplicate: false,
            rolled,
        })
    }

    /// Writes batches with offsets from the log's end on and the leader's epoch in their headers.
    fn write_patched(
        &mut self,
        bytes: &Bytes,
        leader_epoch: i32,
        append_time_ms: Option<i64>,
        grown: &Grown,
        now_ms: i64,
    ) -> Result<()> {
        let patch = |batch: &Batch<'_>, next: i64| {
            let header = assigned(&batch.header, next, leader_epoch, append_time_ms);
            // The time lies under the checksum, the rest does not.
            let head = match append_time_ms {
                Some(_) => header.sealed(batch.body()),
                None => header.to_bytes(),
            };
            (head, header.last_offset() + 1)
        };
        let segment = self.segments.active_mut();
        let first = Batch::parse(bytes)?;
        if let Some(batch) = first.filter(|batch| batch.bytes().len() == bytes.len()) {
            let (head, _) = patch(&batch, self.log_end);
            let mut pieces = [IoSlice::new(&head), IoSlice::new(batch.body())];
            return segment.append(&mut pieces, bytes.len(), grown, now_ms);
        }
        // Several batches in one append are rare: old producers and coordinators.
        let mut patched = BytesMut::with_capacity(bytes.len());
        let mut next = self.log_end;
        for batch in batches(bytes) {
            let batch = batch?;
            let (head, after) = patch(&batch, next);
            patched.extend_from_slice(&head);
            patched.extend_from_slice(&batch.bytes()[HEADER_BYTES..]);
            next = after;
        }
        segment.append(&mut [IoSlice::new(&patched)], bytes.len(), grown, now_ms)
    }

    /// Appends what the leader of this partition sent, offsets and all. A batch that is cut off at
    /// the end is left out. `None` where nothing was left.
    pub fn append_as_follower(&mut self, bytes: &Bytes, now_ms: i64) -> Result<Option<Appended>> {
        let mut whole = 0;
        let mut next = self.log_end;
        for batch in batches(bytes) {
            let batch = batch?;
            batch.check_crc()?;
            let first = batch.first_offset()?;
            if first < next || batch.header.last_offset() < first {
                return Err(Error::OutOfOrderOffsets { first, log_end: next });
            }
            next = batch.header.last_offset() + 1;
            whole += batch.bytes().len();
        }
        if whole == 0 {
            return Ok(None);
        }
        self.guarded(|log| log.append_followed(&bytes.slice(..whole), now_ms)).map(Some)
    }

    fn append_followed(&mut self, bytes: &Bytes, now_ms: i64) -> Result<Appended> {
        let mut appended: Option<Appended> = None;
        let mut rest = bytes.clone();
        while !rest.is_empty() {
            let chunk = rest.split_to(chunk_length(&rest, self.config.segment_bytes)?);
            let one = self.append_chunk(&chunk, now_ms)?;
            appended = Some(match appended {
                None => one,
                Some(before) => Appended {
                    first_offset: before.first_offset,
                    records: before.records + one.records,
                    bytes: before.bytes + one.bytes,
                    rolled: before.rolled || one.rolled,
                    ..one
                },
            });
        }
        self.flush_if_due(now_ms)?;
        Ok(appended.expect("there was a batch at least"))
    }

    fn append_chunk(&mut self, chunk: &Bytes, now_ms: i64) -> Result<Appended> {
        let first = Batch::parse(chunk)?.map(|batch| batch.first_offset()).transpose()?;
        let first_offset = first.unwrap_or(self.log_end);
        let mut grown = Grown {
            first_offset,
            last_offset: first_offset,
            latest: Latest { timestamp: NO_TIMESTAMP, offset: first_offset },
        };
        let mut records = 0;
        for batch in batches(chunk) {
            let header = batch?.header;
            note(&mut grown, &header);
            records += i64::from(header.count);
            self.epochs.assign(header.leader_epoch, header.base_offset);
        }
        let rolled = self.roll_if_due(chunk.len(), &grown, now_ms)?;
        let mut pieces = [IoSlice::new(chunk)];
        self.segments.active_mut().append(&mut pieces, chunk.len(), &grown, now_ms)?;
        for batch in batches(chunk) {
            let batch = batch?;
            self.account(&batch.header, marker_of(&batch)?.as_ref())?;
            self.log_end = batch.header.last_offset() + 1;
        }
        Ok(Appended {
            first_offset,
            last_offset: grown.last_offset,
            append_time_ms: NO_TIMESTAMP,
            log_start: self.log_start,
            records,
            bytes: chunk.len(),
            duplicate: false,
            rolled,
        })
    }

    /// Tells the producers' state of a batch that is in the log, and the transaction index of an
    /// abort.
    pub(super) fn account(
        &mut self,
        header: &Header,
        marker: Option<&EndTransaction>,
    ) -> Result<()> {
        if header.is_transactional() {
            // It is open now, or over: either way nothing is left to verify.
            self.verifications.end(header.producer_id);
        }
        let Some(completed) = self.producers.apply(header, marker) else { return Ok(()) };
        let stable = self.producers.last_stable_offset(&completed);
        if let Some(aborted) = aborted(&completed, stable) {
            // The first abort of a segment makes a file.
            self.names_unsynced = true;
            let index = &mut self.segments.active_mut().transaction_index;
            let path = index.path().to_owned();
            index.append(&aborted).map_err(|source| Error::Io {
                doing: "append to",
                path,
                source,
            })?;
        }
        Ok(())
    }
}

/// The header as it goes into the log.
fn assigned(
    header: &Header,
    base_offset: i64,
    leader_epoch: i32,
    append_time_ms: Option<i64>,
) -> Header {
    let mut header = Header { base_offset, leader_epoch, ..*header };
    if let Some(now_ms) = append_time_ms {
        header.set_append_time(now_ms);
    }
    header
}

fn note(grown: &mut Grown, header: &Header) {
    grown.last_offset = header.last_offset();
    if header.max_timestamp > grown.latest.timestamp {
        grown.latest = Latest { timestamp: header.max_timestamp, offset: header.last_offset() };
    }
}

/// The marker of a control batch.
pub(super) fn marker_of(batch: &Batch<'_>) -> record::Result<Option<EndTransaction>> {
    if batch.header.is_control() { control::of_batch(batch) } else { Ok(None) }
}

/// Checks all batches against the producers; gives the memo of one that is here already.
fn check_producers(
    producers: &ProducerState,
    bytes: &Bytes,
    origin: Origin,
) -> Result<Option<crate::kafka::log::producer_state::BatchMemo>> {
    let client = matches!(origin, Origin::Client { .. });
    // Batches of one append build on each other; then the later ones are checked against a copy
    // that has seen the earlier ones.
    let mut ahead: Option<ProducerState> = None;
    let mut walk = batches(bytes);
    while let Some(batch) = walk.next() {
        let batch = batch?;
        let header = batch.header;
        if !header.has_producer_id() {
            continue;
        }
        let marker = marker_of(&batch)?;
        let state = ahead.as_ref().unwrap_or(producers);
        if let Verdict::Duplicate(memo) = state.check(&header, marker.as_ref(), client)? {
            return Ok(Some(memo));
        }
        if !walk.rest().is_empty() {
            ahead.get_or_insert_with(|| producers.clone()).apply(&header, marker.as_ref());
        }
    }
    Ok(None)
}

/// How many bytes of whole batches fit into a segment; one batch at least.
fn chunk_length(bytes: &Bytes, segment_bytes: u64) -> Result<usize> {
    let mut length = 0;
    for batch in batches(bytes) {
        let size = batch?.bytes().len();
        if length > 0 && (length + size) as u64 > segment_bytes {
            break;
        }
        length += size;
    }
    Ok(length)
}
