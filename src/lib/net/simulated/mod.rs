//! A network in memory, and the machines on it: whole clusters in one thread, one seed one life.
//!
//! The runtime of a life is tokio's own, of one thread and with its time paused: time moves when
//! nothing else can. A [`Node`] stands for a machine with one process on it. Whatever runs inside
//! [`Node::spawn`], and whatever that spawns in turn, is of that node: it binds and connects as
//! that machine, draws chance from it, does its disk's work at that disk's pace. The code does not
//! know; it goes through the doors of [`super::socket`] as always. Being on a node is ambient for
//! the reason that being in a runtime is: who asks the operating system for a socket does not say
//! which one it runs on.
//!
//! * [`node`]: machines: killed, without power, held, started again; their clocks.
//! * [`wires`]: the network: who listens, delays, partitions, resets.
//! * [`pipe`]: what two ends of a connection have between them.
//! * [`stream`]: the ends.
//!
//! Two lives of one seed are equal as long as nothing is drawn from elsewhere: no real thread, no
//! real clock, and no choice of `select!` between branches that are ready, which is why every one
//! of the library is `biased`.

pub mod node;
mod pipe;
pub(super) mod stream;
pub mod wires;

pub use node::Node;
pub(super) use node::current;
pub use wires::{Delay, Network, Seen};

/// The machine whose task runs here; none outside a simulated life.
pub fn address() -> Option<std::net::Ipv4Addr> {
    current().map(|node| node.address())
}

#[cfg(test)]
mod tests;
