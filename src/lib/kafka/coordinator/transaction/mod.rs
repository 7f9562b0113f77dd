//! Transactions and the ids of producers.
//!
//! * [`producer_id`]: blocks of producer ids, and the next id of a block.

pub mod producer_id;
