//! The reading half of a fetch: partition by partition, within the limits.

use std::sync::Arc;

use bytes::Bytes;

use crate::base::bytes::Part;
use crate::base::uuid::Uuid;
use crate::kafka::broker::api::{code_of, code_of_record};
use crate::kafka::broker::fetch_sessions::Asked;
use crate::kafka::log;
use crate::kafka::log::transaction_index::Aborted;
use crate::kafka::metadata::Image;
use crate::kafka::protocol::Records;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::record::convert;
use crate::kafka::replica::partition::{Heard, Offsets, Read, ReadRequest, Reader, Side};
use crate::kafka::replica::{self, Partition};
use crate::kafka::types::{BrokerId, LeaderEpoch, Offset};

use super::{BY_ID, Job, nearest};

/// How much one answer may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub bytes_max: usize,
    /// The first batch found is given whatever its size.
    pub at_least_one: bool,
}

/// What was found of one partition.
pub(super) struct One {
    pub error: ErrorCode,
    pub offsets: Option<Offsets>,
    pub records: Records,
    pub aborted: Vec<Aborted>,
    /// The follower's log disagrees from here on.
    pub diverging: Option<(LeaderEpoch, Offset)>,
    /// Another replica is nearer to the consumer.
    pub nearest: Option<BrokerId>,
}

/// What was found in all.
pub(super) struct Found {
    /// One for each partition asked for, in order.
    pub partitions: Vec<One>,
    pub bytes: usize,
    /// An error or a divergence: waiting would help nobody.
    pub must_answer: bool,
    /// Of these, what counts against the leader's throttle.
    pub throttled_bytes: usize,
    /// Where to wait for more, with the end that was seen.
    pub watch: Vec<(Arc<Partition>, Offset)>,
}

impl Job {
    /// Reads once.
    pub(super) fn read(&self) -> Found {
        let image = self.broker.cluster.image();
        let mut found = Found {
            partitions: Vec::with_capacity(self.asked.len()),
            bytes: 0,
            throttled_bytes: 0,
            must_answer: false,
            watch: Vec::with_capacity(self.asked.len()),
        };
        for asked in &self.asked {
            let one = self.find(&image, asked).and_then(|partition| {
                let mut one = self.read_one(&partition, asked, found.bytes)?;
                if !self.rack.is_empty() && matches!(self.reader, Reader::Consumer { .. }) {
                    one.nearest = nearest::choose(&partition, &image, &self.rack, asked.offset);
                }
                if one.nearest.is_some() {
                    one.records = Records::new();
                    one.aborted.clear();
                }
                if self.is_throttled(&partition) {
                    found.throttled_bytes += one.records.len();
                }
                if let Some(offsets) = one.offsets {
                    let seen = offsets.end(self.reader.visibility());
                    found.watch.push((partition, seen));
                }
                Ok(one)
            });
            let one = one.unwrap_or_else(|error| One {
                error,
                offsets: None,
                records: Records::new(),
                aborted: Vec::new(),
                diverging: None,
                nearest: None,
            });
            found.bytes += one.records.len();
            found.must_answer |=
                one.error.is_error() || one.diverging.is_some() || one.nearest.is_some();
            found.partitions.push(one);
        }
        found
    }

    fn find(&self, image: &Image, asked: &Asked) -> Result<Arc<Partition>, ErrorCode> {
        if self.context.version < BY_ID {
            let found = self.broker.partition(&asked.topic, asked.partition);
            return found.map_err(|code| self.in_version(code));
        }
        let topic = image.topic_by_id(asked.topic_id).ok_or(ErrorCode::UNKNOWN_TOPIC_ID)?;
        let partition = self.broker.partition(&topic.name, asked.partition)?;
        match partition.topic_id() {
            id if id == asked.topic_id || id == Uuid::ZERO => Ok(partition),
            _ => Err(ErrorCode::INCONSISTENT_TOPIC_ID),
        }
    }

    fn read_one(
        &self,
        partition: &Arc<Partition>,
        asked: &Asked,
        taken: usize,
    ) -> Result<One, ErrorCode> {
        let wanted = usize::try_from(asked.bytes_max).unwrap_or(0);
        let left = self.limits.bytes_max.saturating_sub(taken);
        // Its position counts all the same, and it hears of the high watermark.
        let held_back = self.is_held_back(partition);
        let request = ReadRequest {
            reader: self.reader,
            offset: asked.offset,
            bytes_max: if held_back { 0 } else { wanted.min(left) },
            at_least_one: self.limits.at_least_one && taken == 0 && !held_back,
            current_epoch: Some(LeaderEpoch(asked.current_leader_epoch)).filter(|it| it.0 >= 0),
            last_fetched_epoch: Some(LeaderEpoch(asked.last_fetched_epoch)).filter(|it| it.0 >= 0),
            leader_only: self.context.version < 11 || matches!(self.reader, Reader::Follower(_)),
        };
        let mut read = partition.read(request).map_err(|error| self.refused(partition, &error))?;
        if let (Reader::Follower(follower), None) = (self.reader, read.diverging) {
            read.offsets = self.heard(partition, follower, asked)?;
        }
        self.in_format(partition, asked, read)
    }

    /// Whether what a follower is sent of it counts against the throttle (KIP-73).
    fn is_throttled(&self, partition: &Partition) -> bool {
        matches!(self.reader, Reader::Follower(_))
            && self.broker.throttles.leading.is_limited()
            && partition.is_throttled(Side::Leading)
    }

    /// Whether the throttle leaves nothing for it now. Who is in sync is never held back: producers
    /// wait for it.
    fn is_held_back(&self, partition: &Partition) -> bool {
        let Reader::Follower(follower) = self.reader else { return false };
        self.is_throttled(partition)
            && self.broker.throttles.leading.is_exceeded(self.broker.clock.now())
            && !partition.has_in_sync(follower)
    }

    /// A follower has everything below what it asks for.
    fn heard(
        &self,
        partition: &Arc<Partition>,
        follower: BrokerId,
        asked: &Asked,
    ) -> Result<Offsets, ErrorCode> {
        let now = self.context.received;
        match partition.follower_fetched(now, follower, asked.offset, asked.log_start) {
            Ok(Heard { offsets, wish }) => {
                if let Some(wish) = wish {
                    self.broker.isr_changes.wish(partition, wish);
                }
                Ok(offsets)
            }
            // It may have been told of its replica before this leader was.
            Err(replica::Error::NotReplica { .. }) if asked.current_leader_epoch >= 0 => {
                Err(ErrorCode::UNKNOWN_LEADER_EPOCH)
            }
            Err(error) => Err(self.refused(partition, &error)),
        }
    }

    fn refused(&self, partition: &Partition, error: &replica::Error) -> ErrorCode {
        if let replica::Error::Log(error) = error {
            self.broker.log_failed(partition.id(), error);
        }
        self.in_version(code_of(error))
    }

    fn in_version(&self, code: ErrorCode) -> ErrorCode {
        match code {
            // Clients before version 6 do not know the code and would give up on it.
            ErrorCode::KAFKA_STORAGE_ERROR if self.context.version < 6 => {
                ErrorCode::NOT_LEADER_OR_FOLLOWER
            }
            code => code,
        }
    }

    /// The records in the format that the client's version knows.
    fn in_format(
        &self,
        partition: &Partition,
        asked: &Asked,
        read: Read,
    ) -> Result<One, ErrorCode> {
        let mut one = One {
            error: ErrorCode::NONE,
            offsets: Some(read.offsets),
            records: Records::new(),
            aborted: read.aborted,
            diverging: read.diverging,
            nearest: None,
        };
        let magic = match self.context.version {
            0 | 1 => 0,
            2 | 3 => 1,
            _ => {
                self.check_zstd(partition)?;
                one.records.extend(read.records.map(Part::File));
                return Ok(one);
            }
        };
        let Some(stored) = read.records else { return Ok(one) };
        if !partition.config().message_downconversion_enable {
            return Err(ErrorCode::UNSUPPORTED_VERSION);
        }
        let stored = stored.read().map_err(|source| {
            let path = partition.id().to_string().into();
            let error = log::Error::Io { doing: "read", path, source };
            self.broker.log_failed(partition.id(), &error);
            ErrorCode::KAFKA_STORAGE_ERROR
        })?;
        let mut converted =
            convert::down(&stored, magic, asked.offset).map_err(|error| code_of_record(&error))?;
        if converted.is_empty() {
            converted = convert::cut_batch(stored.len());
        }
        one.records.push(Part::Bytes(Bytes::from(converted)));
        Ok(one)
    }

    /// A client that does not know zstd must not be given it.
    fn check_zstd(&self, partition: &Partition) -> Result<(), ErrorCode> {
        let packed = partition.config().compression_type == "zstd";
        match self.context.version < 10 && packed {
            true => Err(ErrorCode::UNSUPPORTED_COMPRESSION_TYPE),
            false => Ok(()),
        }
    }
}
