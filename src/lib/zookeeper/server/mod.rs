//! The ZooKeeper server.
