//! Who asks, and may they: principals, ACLs, digests.

pub mod digest;
