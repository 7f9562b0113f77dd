//! Reading: for consumers up to what is committed, for followers up to the end.

use crate::base::clock::Instant;
use crate::base::disk::FileSlice;
use crate::base::planted::Bug;
use crate::kafka::log::transaction_index::Aborted;
use crate::kafka::log::{Log, TimedOffset};
use crate::kafka::types::{BrokerId, LeaderEpoch, Offset};

use super::super::error::Error;
use super::super::wait::Visibility;
use super::{Offsets, Partition, Role, State};

/// Who reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Consumer {
        read_committed: bool,
    },
    Follower(BrokerId),
    /// A consumer that is shown everything, from any replica (replica id -2).
    Debug,
}

impl Reader {
    /// How far it sees.
    pub fn visibility(self) -> Visibility {
        match self {
            Reader::Consumer { .. } if Bug::ReadUncommitted.is_planted() => Visibility::LogEnd,
            Reader::Consumer { read_committed: true } => Visibility::LastStable,
            Reader::Consumer { read_committed: false } => Visibility::HighWatermark,
            Reader::Follower(_) | Reader::Debug => Visibility::LogEnd,
        }
    }
}

/// What is asked of one partition.
#[derive(Clone, Copy, Debug)]
pub struct ReadRequest {
    pub reader: Reader,
    pub offset: Offset,
    pub bytes_max: usize,
    /// One batch is given even where it is larger than `bytes_max`.
    pub at_least_one: bool,
    /// The leader epoch the asker knows; none where it does not say.
    pub current_epoch: Option<LeaderEpoch>,
    /// The epoch of the follower's last record, to find out where its log disagrees (KIP-595).
    pub last_fetched_epoch: Option<LeaderEpoch>,
    /// Whether only the leader may answer.
    pub leader_only: bool,
}

/// A replica that may serve consumers, as its leader knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub broker: BrokerId,
    pub log_end: Offset,
    /// When it had everything the leader had; none for the leader itself.
    pub caught_up: Option<Instant>,
}

/// What is there.
#[derive(Debug)]
pub struct Read {
    /// None where there is nothing to read.
    pub records: Option<FileSlice>,
    pub offsets: Offsets,
    /// For `read_committed`: transactions that were aborted within what was read.
    pub aborted: Vec<Aborted>,
    /// Where the asker's log disagrees: the last epoch both know, and where it ended here.
    pub diverging: Option<(LeaderEpoch, Offset)>,
}

/// Where a point in time lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub offset: Offset,
    pub timestamp_ms: i64,
    pub epoch: Option<LeaderEpoch>,
}

impl From<TimedOffset> for Position {
    fn from(found: TimedOffset) -> Position {
        let epoch = found.leader_epoch.map(LeaderEpoch);
        Position { offset: found.offset, timestamp_ms: found.timestamp, epoch }
    }
}

impl State {
    /// Holds the asker's idea of the leader against ours.
    fn check_epoch(&self, asked: Option<LeaderEpoch>) -> Result<(), Error> {
        let current = self.epoch;
        match asked {
            Some(asked) if asked < current => Err(Error::FencedLeaderEpoch { current, asked }),
            Some(asked) if asked > current => Err(Error::UnknownLeaderEpoch { current, asked }),
            _ => Ok(()),
        }
    }
}

impl Partition {
    /// The log, if this asker may read it here.
    fn readable<'a>(
        &self,
        state: &'a State,
        epoch: Option<LeaderEpoch>,
        leader_only: bool,
    ) -> Result<&'a Log, Error> {
        let log = state.log(&self.id)?;
        if state.epoch.0 < 0 {
            // On disk, and no controller has said yet who leads: nothing is known to be committed.
            return Err(Error::NotLeader(self.id.clone()));
        }
        state.check_epoch(epoch)?;
        if leader_only && !matches!(state.role, Role::Leader(_)) {
            return Err(Error::NotLeader(self.id.clone()));
        }
        Ok(log)
    }

    /// Reads batches from `offset` on.
    pub fn read(&self, request: ReadRequest) -> Result<Read, Error> {
        let state = self.state();
        let log = self.readable(&state, request.current_epoch, request.leader_only)?;
        let offsets = state.offsets(log);
        if request.offset < offsets.log_start || request.offset > offsets.log_end {
            return Err(Error::OffsetOutOfRange {
                partition: self.id.clone(),
                offset: request.offset,
                start: offsets.log_start,
                end: offsets.log_end,
            });
        }
        if let Some(diverging) = self.diverging(log, &request)? {
            return Ok(Read {
                records: None,
                offsets,
                aborted: Vec::new(),
                diverging: Some(diverging),
            });
        }
        let end = offsets.end(request.reader.visibility());
        let read = log.read(request.offset, request.bytes_max, end, request.at_least_one)?;
        let aborted = match request.reader {
            Reader::Consumer { read_committed: true } => {
                log.aborted_transactions(&read, request.offset, end)?
            }
            _ => Vec::new(),
        };
        Ok(Read { records: read.slice, offsets, aborted, diverging: None })
    }

    /// Whether the asker's log ends in an epoch that is not ours, or goes further in it.
    fn diverging(
        &self,
        log: &Log,
        request: &ReadRequest,
    ) -> Result<Option<(LeaderEpoch, Offset)>, Error> {
        let Some(asked) = request.last_fetched_epoch else { return Ok(None) };
        let (epoch, end) = log.end_offset_for_epoch(asked.0);
        if epoch < 0 || end < 0 {
            return Err(Error::OffsetOutOfRange {
                partition: self.id.clone(),
                offset: request.offset,
                start: log.log_start(),
                end: log.log_end(),
            });
        }
        let diverges = epoch < asked.0 || end < request.offset;
        Ok(diverges.then_some((LeaderEpoch(epoch), end)))
    }

    /// The first record not before `timestamp_ms` that the reader may see.
    pub fn offset_for_time(
        &self,
        timestamp_ms: i64,
        reader: Reader,
        epoch: Option<LeaderEpoch>,
    ) -> Result<Option<Position>, Error> {
        let state = self.state();
        let log = self.readable(&state, epoch, reader != Reader::Debug)?;
        let end = state.offsets(log).end(reader.visibility());
        let found = log.offset_for_time(timestamp_ms)?.filter(|found| found.offset < end);
        if found.is_none() {
            self.check_available(&state, reader)?;
        }
        Ok(found.map(Position::from))
    }

    /// The record with the highest time that the reader may see.
    pub fn offset_of_max_time(
        &self,
        reader: Reader,
        epoch: Option<LeaderEpoch>,
    ) -> Result<Option<Position>, Error> {
        let state = self.state();
        let log = self.readable(&state, epoch, reader != Reader::Debug)?;
        let found = log.max_timestamp_offset()?;
        Ok(found.map(Position::from))
    }

    /// The end that the reader may see.
    pub fn latest(&self, reader: Reader, epoch: Option<LeaderEpoch>) -> Result<Position, Error> {
        let state = self.state();
        let log = self.readable(&state, epoch, reader != Reader::Debug)?;
        self.check_available(&state, reader)?;
        let offset = state.offsets(log).end(reader.visibility());
        Ok(Position { offset, timestamp_ms: -1, epoch: Some(state.epoch) })
    }

    /// The log's start.
    pub fn earliest(&self, reader: Reader, epoch: Option<LeaderEpoch>) -> Result<Position, Error> {
        let state = self.state();
        let log = self.readable(&state, epoch, reader != Reader::Debug)?;
        let offset = log.log_start();
        // Known only where the first epoch on record reaches back to the start.
        let first = log.epochs().entries().first().filter(|first| first.start_offset <= offset);
        let epoch = first.map(|first| LeaderEpoch(first.epoch));
        Ok(Position { offset, timestamp_ms: -1, epoch })
    }

    /// What ListOffsets v0 answers: up to `count` segment starts, newest first, of segments last
    /// changed at or before `timestamp_ms`.
    pub fn legacy_offsets(
        &self,
        timestamp_ms: i64,
        count: usize,
        reader: Reader,
    ) -> Result<Vec<Offset>, Error> {
        let state = self.state();
        let log = self.readable(&state, None, reader != Reader::Debug)?;
        let end = state.offsets(log).end(reader.visibility());
        let mut offsets = log.offsets_before(timestamp_ms, count);
        // The log's end stands for what the reader may see of it.
        offsets.iter_mut().for_each(|offset| *offset = (*offset).min(end));
        offsets.dedup();
        Ok(offsets)
    }

    /// The replicas in sync that have `offset`, this broker first if it leads; nobody where it does
    /// not (KAFKA-14372).
    pub fn candidates(&self, offset: Offset) -> Vec<Candidate> {
        let state = self.state();
        let (Role::Leader(leader), Some(log)) = (&state.role, &state.log) else {
            return Vec::new();
        };
        let own = Candidate { broker: self.local.broker, log_end: log.log_end(), caught_up: None };
        let others = leader.followers.iter().filter(|(id, it)| {
            leader.isr.contains(id) && it.log_start <= offset && offset <= it.log_end
        });
        let others = others.map(|(id, it)| Candidate {
            broker: *id,
            log_end: it.log_end,
            caught_up: it.last_caught_up,
        });
        std::iter::once(own).chain(others).collect()
    }

    /// Where an epoch ended here, as the leader knows: the largest epoch not above it, and its end;
    /// -1 each where that cannot be told.
    pub fn epoch_end(
        &self,
        epoch: LeaderEpoch,
        current: Option<LeaderEpoch>,
    ) -> Result<(i32, Offset), Error> {
        let state = self.state();
        let log = self.readable(&state, current, true)?;
        Ok(log.end_offset_for_epoch(epoch.0))
    }

    /// Until its high watermark has reached the log end it started with, a new leader must not name
    /// an end: a consumer could be sent back (KIP-207).
    fn check_available(&self, state: &State, reader: Reader) -> Result<(), Error> {
        match (&state.role, reader) {
            (Role::Leader(leader), Reader::Consumer { .. })
                if state.high_watermark < leader.start =>
            {
                Err(Error::OffsetNotAvailable(self.id.clone()))
            }
            _ => Ok(()),
        }
    }
}
