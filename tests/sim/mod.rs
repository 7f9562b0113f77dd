//! Whole clusters in one thread, on a simulated network, clock and disk: one seed is one life.
//!
//! * `chance`: the operating system's chance, seeded.
//! * `world`: the machines.
//! * `load`: the clients and their books.
//! * `faults`: what happens to all that.
//! * `check`: what must be true all the same.
//! * `life`: the course of it.
//! * `log`: what the servers say.
//! * `run`: many of them.

mod chance;
mod check;
mod faults;
mod life;
mod load;
mod log;
mod run;
mod world;

pub use life::{Choices, live};
pub use run::many;

#[cfg(test)]
mod tests;
