//! Kafka: from the wire and the log up to broker and clients.

pub mod broker;
pub mod client;
pub mod controller;
pub mod coordinator;
pub mod log;
pub mod metadata;
pub mod protocol;
pub mod record;
pub mod replica;
pub mod types;
