//! ZooKeeper: our client against our server, over loopback, data on the real disk.

mod admin;
mod nodes;
mod sessions;
mod throttles;
mod together;
