//! Turns the schema texts of `kafka::protocol` into Rust source. Depends on nothing.
