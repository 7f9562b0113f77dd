//! A partition: its log, its in-sync replicas, its high watermark, behind one lock.
//!
//! * [`partition`]: one partition, by family of events: append, read, becoming leader or follower.
//! * [`manager`]: which partitions are here, online or not.
//! * [`wait`]: how a request waits for a partition without polling it.
//!
//! Nothing waits while holding the lock, and nothing else is locked under it. A partition does not
//! know the wire; who leads it is told from outside.

pub mod error;
pub mod manager;
pub mod partition;
pub mod wait;

pub use error::Error;
pub use manager::ReplicaManager;
pub use partition::{Commit, Partition};
