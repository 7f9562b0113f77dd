//! Programs as processes, as they are typed.

mod quickstart;
