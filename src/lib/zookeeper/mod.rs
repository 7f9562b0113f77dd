//! ZooKeeper: from jute and the tree up to server and client.

pub mod client;
pub mod jute;
pub mod server;
pub mod store;
pub mod tree;
pub mod zab;
