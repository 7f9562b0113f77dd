//! What the standard library lacks. Nothing here knows a protocol.
//!
//! * [`bytes`]: bounds-checked cursors that both wires decode and encode with.
//! * [`disk`]: the only door to files; a disk in memory with planned faults stands in under test.
//! * [`clock`]: the only reader of time.
//! * [`error`]: prints an error and its causes on one line.
//! * [`holder`]: which process has a port or a file.
//! * [`logging`]: log4j-shaped lines, as operators grep them.
//! * [`planted`]: bugs that the simulator plants to see whether it finds them.

pub mod bytes;
pub mod clock;
pub mod crc32c;
pub mod disk;
pub mod error;
pub mod holder;
pub mod logging;
pub mod planted;
pub mod rng;
pub mod timer;
pub mod uuid;
pub mod varint;
