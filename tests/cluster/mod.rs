//! Several brokers on one ZooKeeper: what they keep in common, and what is left when one goes.

mod admin;
mod clients;
mod configs;
mod epochs;
mod kills;
mod nearest;
mod replication;
mod throttles;
mod transactions;
