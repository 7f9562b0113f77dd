//! Ensembles of ZooKeeper servers, and clients that keep books.
//!
//! * `world`: the machines.
//! * `chronicle`: what is known of one node, and what may be true of it.
//! * `books`: what is known of a life.
//! * `load`: the clients.
//! * `worker`: what one of them does.
//! * `operator`: who reconfigures.
//! * `faults`: what happens to all that.
//! * `check`: what must be true all the same.
//! * `life`: the course of it.

mod books;
mod check;
mod chronicle;
mod faults;
mod life;
mod load;
mod operator;
mod worker;
mod world;

pub use faults::KINDS;
pub use life::{EVENTS, life};
pub use world::World;
