//! Programs as processes, as they are typed.

mod console_tools;
mod consumer_groups;
mod daemons;
mod entry_programs;
mod formatters;
mod kafka_topics;
mod offsets;
mod quickstart;
