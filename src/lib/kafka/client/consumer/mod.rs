//! Consumer.
