//! The records of `__consumer_offsets`: keys and values, byte for byte as Kafka writes them.
//!
//! A key begins with its kind as an `i16`: 0 and 1 are a committed offset, 2 a group. A value begins
//! with its version. No value at all (a tombstone) deletes what the key names. Keys from 3 on belong
//! to the protocol of KIP-848; they are skipped (KIP-915), and never written: Kafka 2.4 refuses to
//! load a partition that holds one.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::base::bytes::{Error as BytesError, Reader, Writer};
use crate::config::broker::ProtocolVersion;
use crate::kafka::protocol::message::{
    GroupMetadataKey, GroupMetadataValue, OffsetCommitKey, OffsetCommitValue,
};
use crate::kafka::protocol::{Decode, Encode, Message};
use crate::kafka::types::{ProducerEpoch, ProducerId, TopicPartition};

/// The kind of a key that names a committed offset. 0 means the same and is no longer written.
const OFFSET_KEY: i16 = 1;
/// The kind of a key that names a group.
const GROUP_KEY: i16 = 2;
/// The offset value that carries an explicit time of expiry, which later versions dropped.
const OFFSET_VALUE_WITH_EXPIRY: i16 = 1;

/// Which versions values are written in: what the oldest broker of the cluster can read
/// (`inter.broker.protocol.version`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueVersions {
    pub group: i16,
    pub offset: i16,
}

impl ValueVersions {
    /// What every broker of a cluster of that protocol version reads.
    pub fn of(protocol: ProtocolVersion) -> ValueVersions {
        use ProtocolVersion as V;
        let step = |steps: &[V]| steps.iter().filter(|step| protocol >= **step).count();
        let version = |steps: &[V]| i16::try_from(step(steps)).unwrap_or(0);
        ValueVersions {
            group: version(&[V::V0_10_1_IV0, V::V2_1_IV0, V::V2_3_IV0]),
            offset: 1 + version(&[V::V2_1_IV0, V::V2_1_IV1]),
        }
    }
}

impl Default for ValueVersions {
    fn default() -> Self {
        ValueVersions { group: 3, offset: 3 }
    }
}

/// The transaction an offset is committed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Producer {
    pub id: ProducerId,
    pub epoch: ProducerEpoch,
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A group's members and generation; without a value the group is deleted.
    Group { group: Arc<str>, value: Option<GroupMetadataValue> },
    /// How far a group has consumed a partition; without a value that is forgotten. With a producer
    /// it counts only once that producer's transaction is committed.
    Offset {
        group: Arc<str>,
        partition: TopicPartition,
        value: Option<OffsetCommitValue>,
        producer: Option<Producer>,
    },
    /// A transaction ended: a control record, appended by the transaction's coordinator.
    Marker { producer: Producer, coordinator_epoch: i32, committed: bool },
}

impl Record {
    /// The producer whose transactional batch this record belongs into.
    pub fn producer(&self) -> Option<Producer> {
        match self {
            Record::Offset { producer, .. } => *producer,
            Record::Group { .. } | Record::Marker { .. } => None,
        }
    }

    /// Key and value as they stand in the log. A marker has neither: it is a control batch.
    pub fn encode(&self, versions: ValueVersions) -> Option<(Bytes, Option<Bytes>)> {
        match self {
            Record::Group { group, value } => {
                let key = GroupMetadataKey { group: group.to_string() };
                let value = value.as_ref().map(|value| prefixed(value, versions.group));
                Some((prefixed(&key, GROUP_KEY), value))
            }
            Record::Offset { group, partition, value, .. } => {
                let key = OffsetCommitKey {
                    group: group.to_string(),
                    topic: partition.topic.to_string(),
                    partition: partition.partition,
                };
                let value = value.as_ref().map(|value| {
                    let expires = value.expire_timestamp != NO_TIMESTAMP;
                    prefixed(
                        value,
                        if expires { OFFSET_VALUE_WITH_EXPIRY } else { versions.offset },
                    )
                });
                Some((prefixed(&key, OFFSET_KEY), value))
            }
            Record::Marker { .. } => None,
        }
    }

    /// Reads one record of the log; nothing for a key of a kind that is not ours.
    pub fn decode(
        key: &Bytes,
        value: Option<&Bytes>,
        producer: Option<Producer>,
    ) -> Result<Option<Record>, Error> {
        let mut reader = Reader::shared(key);
        let kind = reader.i16().map_err(Error::Key)?;
        match kind {
            0 | OFFSET_KEY => {
                let key = OffsetCommitKey::decode(&mut reader, kind).map_err(Error::Key)?;
                let partition = TopicPartition::new(key.topic, key.partition);
                let value = value.map(versioned::<OffsetCommitValue>).transpose();
                let value = value.map_err(|error| error.of(&key.group))?;
                Ok(Some(Record::Offset { group: key.group.into(), partition, value, producer }))
            }
            GROUP_KEY => {
                let key = GroupMetadataKey::decode(&mut reader, kind).map_err(Error::Key)?;
                let value = value.map(versioned::<GroupMetadataValue>).transpose();
                let value = value.map_err(|error| error.of(&key.group))?;
                Ok(Some(Record::Group { group: key.group.into(), value }))
            }
            _ => Ok(None),
        }
    }
}

/// What stands for "no time" in a value.
pub(super) const NO_TIMESTAMP: i64 = -1;

fn prefixed(value: &impl Encode, version: i16) -> Bytes {
    let mut writer = Writer::new();
    writer.i16(version);
    value.encode(&mut writer, version);
    writer.into_bytes()
}

fn versioned<T: Message>(bytes: &Bytes) -> Result<T, ValueError> {
    let mut reader = Reader::shared(bytes);
    let version = reader.i16().map_err(ValueError::Bytes)?;
    if !T::versions().contains(&version) {
        return Err(ValueError::Version(version));
    }
    T::decode(&mut reader, version).map_err(ValueError::Bytes)
}

enum ValueError {
    Version(i16),
    Bytes(BytesError),
}

impl ValueError {
    fn of(self, group: &str) -> Error {
        let group = group.to_owned();
        match self {
            ValueError::Version(version) => Error::Version { group, version },
            ValueError::Bytes(source) => Error::Value { group, source },
        }
    }
}

/// Why a record could not be read.
#[derive(Debug)]
pub enum Error {
    /// The key is not what its first two bytes say.
    Key(BytesError),
    /// The value is not what its version says.
    Value { group: String, source: BytesError },
    /// The value is of a version nobody has written yet.
    Version { group: String, version: i16 },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Key(_) => f.write_str("cannot read the key of a group record"),
            Error::Value { group, .. } => write!(f, "cannot read a record of group '{group}'"),
            Error::Version { group, version } => {
                write!(f, "a record of group '{group}' has the unknown version {version}")
            }
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Error::Key(source) | Error::Value { source, .. } => Some(source),
            Error::Version { .. } => None,
        }
    }
}
