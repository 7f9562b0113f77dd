//! The controller: cluster decisions as a machine.
