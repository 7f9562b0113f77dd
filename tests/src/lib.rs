//! The suite: what lies in `suite.rs` runs against real servers on loopback.
