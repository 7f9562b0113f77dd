//! Kafka's APIs over the wire, one file a family.

mod api_versions;
mod configs;
mod control;
mod delete_records;
mod fetch;
mod groups;
mod list_offsets;
mod metadata;
mod offset_delete;
mod offsets;
mod produce;
mod topics;
mod transactions;

pub use groups::find_coordinator;
