//! Programs as processes, as they are typed.

mod consumer_groups;
mod entry_programs;
mod formatters;
mod offsets;
mod quickstart;
