//! Programs as processes, as they are typed.

mod console_tools;
mod consumer_groups;
mod daemons;
mod entry_programs;
mod formatters;
mod kafka_topics;
mod leader_election;
mod log_dirs;
mod offsets;
mod preferred_replica_election;
mod quickstart;
mod reassign_partitions;
mod replica_verification;
mod zk_cli;
mod zk_server;
