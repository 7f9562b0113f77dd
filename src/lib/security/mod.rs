//! Who asks, and may they: principals, ACLs, digests.
