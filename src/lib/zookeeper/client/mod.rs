//! The ZooKeeper client: session, watches, reconnect.
