//! Programs as processes, as they are typed.

mod formatters;
mod quickstart;
