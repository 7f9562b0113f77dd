//! Length-prefixed frames over TCP. Both wires are this: a 4-byte big-endian length, then a body.
//!
//! * [`socket`]: the only door to the runtime's sockets and to spawning.
//! * [`listener`]: accepts, and turns each connection into a task.
//! * [`admission`]: how many connections there may be.
//! * [`connection`]: one task a connection: cut frames, hand each over, write the replies in order.
//! * [`outbound`]: replies as parts, bytes by `writev`, file slices by `sendfile`.
//! * [`foreign`]: recognises another protocol by its first bytes and says so in one sentence.
//! * [`http`]: a small server for operators and scrapers.
//! * [`shutdown`]: the stop signal, and the set of tasks that follow it.
//! * [`simulated`]: a network in memory and the machines on it, for whole clusters in one thread.
//!
//! What a frame means is the business of a [`connection::Service`]; this room knows neither wire.
//! Requests are handled to the end on the connection's own task (see `docs/flow.md`): no queue, no
//! pool of handlers; what must wait is a future in the reply queue.

pub mod admission;
pub mod buffers;
pub mod connection;
pub mod foreign;
pub mod http;
pub mod listener;
pub mod outbound;
pub mod shutdown;
pub mod simulated;
pub mod socket;

pub use connection::{Late, Outbox, Prefix, Push, Reply, Service};
pub use shutdown::{Stop, StopSignal};
