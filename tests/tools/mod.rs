//! Programs as processes, as they are typed.

mod consumer_groups;
mod formatters;
mod offsets;
mod quickstart;
