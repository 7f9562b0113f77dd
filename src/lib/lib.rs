//! Apache Kafka and Apache ZooKeeper in Rust: one library behind many programs.
//!
//! Two wings on one cellar under one roof. Code flows down: a room uses the rooms below it and
//! nothing calls upward. ARCHITECTURE.md has the map, the invariants and the table of who may use
//! whom, which the tests of `tidy` hold the code to.
//!
//! | room | what it is | files on disk it owns |
//! |---|---|---|
//! | [`tools`] | one file per program | |
//! | [`kafka::broker`] | the broker: listeners, API handlers, background work | `meta.properties` |
//! | [`kafka::client`] | producer, consumer, admin client | |
//! | [`kafka::controller`] | cluster decisions, as a machine | |
//! | [`kafka::coordinator`] | groups and transactions, as machines | |
//! | [`kafka::replica`] | a partition: log, ISR, high watermark | `replication-offset-checkpoint` |
//! | [`kafka::log`] | a partition's log on disk | `*.log`, `*.index`, `*.timeindex`, `*.snapshot`, checkpoints |
//! | [`kafka::metadata`] | the picture of the cluster; znode paths and payloads | |
//! | [`kafka::record`] | record batches, all formats and codecs | |
//! | [`kafka::protocol`] | Kafka's wire, generated from schema texts | |
//! | [`zookeeper::server`] | the ZooKeeper server | |
//! | [`zookeeper::client`] | the ZooKeeper client | |
//! | [`zookeeper::tree`] | znodes, sessions, watches; prepare and apply | |
//! | [`zookeeper::store`] | transaction log and snapshots | `version-2/log.*`, `snapshot.*` |
//! | [`zookeeper::jute`] | ZooKeeper's wire | |
//! | [`net`] | length-prefixed frames over TCP | |
//! | [`config`], [`security`] | what both wings share | |
//! | [`limits`], [`base`] | the cellar | |

pub mod base;
pub mod config;
pub mod kafka;
pub mod limits;
pub mod net;
pub mod security;
pub mod tools;
pub mod zookeeper;

#[cfg(test)]
mod tidy;
