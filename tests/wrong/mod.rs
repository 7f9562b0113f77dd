//! What strangers, broken clients and rude ones send: a sentence in the log, never a crash.

mod disk_full;
mod idle;
mod log_dirs;
mod mutated;
mod mutated_zookeeper;
mod other_servers;
mod sentences;
mod strangers;
mod unread;
