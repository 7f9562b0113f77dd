//! Clusters of processes that are killed, held and restarted under load, and the audit of what they
//! acknowledged.
//!
//! * `process`: a server.
//! * `members`: the ZooKeepers, one or three, ours or Apache's.
//! * `brokers`: three of ours on them.
//! * `strikes`: who is struck, and how.
//! * `foreign`: clients that others wrote, as part of the load.
//! * `kills`: the course of it.
//! * `ensemble`: the same for ZooKeepers alone; `writers`: their load.
//!
//! By xtask alone: `cuts`, where the network is struck, and `network`, which is made of namespaces.

pub mod brokers;
pub mod ensemble;
mod foreign;
pub mod kills;
pub mod members;
pub mod process;
pub mod strikes;
mod writers;
