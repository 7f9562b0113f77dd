//! Record batches: every message format and codec, as bytes and as records.
//!
//! Records are bytes from socket to disk: the broker looks at headers and, where a check asks for
//! it, walks the records in place. Only [`convert`] builds batches anew, for old formats and for a
//! codec that differs from the producer's.
//!
//! * [`batch`]: the header of a batch, whatever its format, and the batches of a buffer.
//! * [`record`]: the records of a batch.
//! * [`legacy`]: message formats 0 and 1, wrapper messages included.
//! * [`compression`]: one row per codec.
//! * [`control`]: the markers that end transactions.
//! * [`validate`]: what a leader checks of a produced batch.
//! * [`convert`]: between formats and codecs.
//! * [`builder`]: batches from records, for producers.
//!
//! Nothing here assigns offsets or does I/O; nothing panics on bytes, whatever they are.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod batch;
pub mod builder;
pub mod compression;
pub mod control;
pub mod convert;
mod error;
pub mod legacy;
pub mod record;
pub mod validate;

pub use batch::{Batch, Batches, Header, TimestampType, batches};
pub use builder::Builder;
pub use compression::{Codec, Compression};
pub use control::Marker;
pub use error::{Error, Result};
pub use record::{Headers, Record, Records};
