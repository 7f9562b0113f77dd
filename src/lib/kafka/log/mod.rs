//! A partition's log on disk, and the folders that hold such logs.
//!
//! A [`Log`] is a folder of segments. It knows offsets, epochs and producers; it never knows who
//! leads, what is committed or who reads. Its owner holds a lock around it, passes the time in, and
//! gets back numbers and [`FileSlice`](crate::base::disk::FileSlice)s, never bytes. Nothing here
//! waits, and nothing syncs a file but `flush`, `roll`ed-off segments handed out for it, and
//! checkpoints.
//!
//! | file | what it is | room |
//! |---|---|---|
//! | `00000000000000000042.log` | batches from offset 42 on | [`segment`] |
//! | `….index` | offset → position, one entry every few kilobytes | [`offset_index`] |
//! | `….timeindex` | timestamp → offset | [`time_index`] |
//! | `….txnindex` | aborted transactions | [`transaction_index`] |
//! | `….snapshot` | producers, as they were before that offset | [`producer_state`] |
//! | `leader-epoch-checkpoint` | epoch → first offset | [`leader_epochs`] |
//! | `partition.metadata` | the topic's id | [`partition_metadata`] |
//! | `*-checkpoint`, `meta.properties`, `.kafka_cleanshutdown`, `.lock` | one each log directory | [`dirs`] |
//!
//! Files are Kafka's own in every byte. One liberty is taken: index entries of the active segment
//! stay in memory for a while, because whoever starts after a crash, Kafka or we, makes the indexes
//! of unflushed segments anew, and after a clean stop the files are whole.
//!
//! A write or sync that fails poisons the log: it refuses everything until it is opened again.

pub mod checkpoint;
pub mod dirs;
mod entries;
mod error;
mod index;
pub mod leader_epochs;
#[allow(clippy::module_inception)]
pub mod log;
pub mod manager;
pub mod meta_properties;
pub mod names;
pub mod offset_index;
pub mod partition_metadata;
pub mod producer_state;
pub mod scan;
pub mod segment;
pub mod segments;
pub mod time_index;
pub mod transaction_index;

pub use error::{Error, Result};
pub use log::{Appended, Guard, Log, LogConfig, Read, Recovery, TimedOffset, Verified};
pub use manager::{Checkpoint, Found, LogManager};
