//! ZooKeeper's wire: jute records, by hand.
