//! A partition's log on disk.
//!
//! A partition is a folder `topic-partition`. Its log is a row of segments, each named after the
//! offset of its first record, twenty digits:
//!
//! | file | what | who |
//! |---|---|---|
//! | `N.log` | record batches | `segment` |
//! | `N.index`, `N.timeindex` | where offsets and times are | [`offset_index`], [`time_index`] |
//! | `N.txnindex` | aborted transactions | [`transaction_index`] |
//! | `N.snapshot` | producers as of offset N | [`producer_state`] |
//! | `leader-epoch-checkpoint` | where each leader began | [`leader_epochs`] |
//! | `*-offset-checkpoint` of the log directory | offsets by partition | [`checkpoint`] |

pub mod checkpoint;
mod entry_file;
pub mod error;
pub mod leader_epochs;
pub mod offset_index;
pub mod producer_state;
pub mod time_index;
pub mod transaction_index;

pub use error::{Error, Result};
pub use transaction_index::AbortedTransaction;
