//! The programs, one file each.
