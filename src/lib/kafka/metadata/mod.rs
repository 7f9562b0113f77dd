//! The picture of the cluster, and the znodes it is kept in.
//!
//! * [`image`]: what a broker knows: live brokers, topics, leaders. Immutable, swapped whole.
//! * [`delta`]: an UpdateMetadata request applied to an image.
//! * [`broker`]: endpoints, and a broker's registration znode.
//! * [`topic`]: topic names, and where a new topic's replicas go.
//! * [`znode`]: the paths and payloads of brokers, topics, settings and the controller.
//! * [`entity`]: whose settings, as paths below `/config`.
//! * [`reassignment`], [`acl`], [`token`]: the payloads that only some clusters have.

pub mod acl;
pub mod broker;
pub mod delta;
pub mod entity;
pub mod image;
pub mod reassignment;
pub mod token;
pub mod topic;
pub mod znode;

pub use image::{Image, PartitionImage, TopicImage};
