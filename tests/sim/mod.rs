//! Whole clusters in one thread, on a simulated network, clock and disk: one seed is one life.
//!
//! * `chance`: the operating system's chance, seeded.
//! * `machine`: a machine, and how it ends.
//! * `report`: what a life is asked to be, and what came of it.
//! * `thread`: where it is lived.
//! * `log`: what the servers say.
//! * `run`: many of them.
//!
//! Brokers:
//!
//! * `world`: the machines.
//! * `load`: the clients and their books.
//! * `faults`: what happens to all that.
//! * `check`: what must be true all the same.
//! * `life`: the course of it.
//!
//! `zookeeper`: the same for ensembles of ZooKeeper servers.

mod chance;
mod check;
mod faults;
mod life;
mod load;
mod log;
mod machine;
mod report;
mod run;
mod thread;
mod world;
mod zookeeper;

pub use report::{Choices, Half};
pub use run::many;
pub use thread::live;

#[cfg(test)]
mod tests;
