//! Tests of the group machine.
