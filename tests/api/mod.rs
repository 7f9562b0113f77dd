//! Kafka's APIs over the wire, one file a family.

mod api_versions;
mod configs;
mod delete_records;
mod fetch;
mod groups;
mod list_offsets;
mod metadata;
mod offsets;
mod produce;
mod topics;
