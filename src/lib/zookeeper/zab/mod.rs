//! The ensemble protocol, as a machine.
