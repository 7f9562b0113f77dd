//! The picture of the cluster, and the znodes it is kept in.
//!
//! * [`image`]: what a broker knows: live brokers, topics, leaders. Immutable, swapped whole.
//! * [`delta`]: an UpdateMetadata request applied to an image.
//! * [`broker`]: endpoints, and a broker's registration znode.
//! * [`topic`]: topic names, and where a new topic's replicas go.
//! * [`znode`]: every path and payload of Kafka's ZooKeeper layout.

pub mod broker;
pub mod delta;
pub mod image;
pub mod topic;
pub mod znode;

pub use image::{Image, PartitionImage, TopicImage};
