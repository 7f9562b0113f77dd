//! The suite: real servers on loopback, in this process and as processes of their own.
//!
//! * `support`: servers, a client that speaks raw Kafka, programs, folders that go away.
//! * `api`: one file per family of Kafka's APIs, at every version.
//! * `audit`: clusters of processes that are struck under load.
//! * `checklist`: what a broker must do to live in one cluster with Apache Kafka's, point by point.
//! * `cluster`: several brokers that replicate.
//! * `zookeeper`: the client against the server; several servers and brokers in one process.
//! * `ensemble`: ZooKeeper servers that vote.
//! * `compat`: what must survive restarts and crashes.
//! * `sim`: whole clusters in one thread, one seed one life.
//! * `wrong`: what strangers and broken clients send, and what stands in a start's way.
//! * `tools`: programs as processes.
//! * `complete`: that every API and every tool is named by one of them.
//!
//! Ports come from the kernel, data lies in folders that are removed, nothing sleeps for a while
//! and hopes.

mod api;
mod audit;
mod checklist;
mod cluster;
mod compat;
mod complete;
mod ensemble;
mod sim;
mod support;
mod tools;
mod wrong;
mod zookeeper;
