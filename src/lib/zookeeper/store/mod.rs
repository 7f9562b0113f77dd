//! Transaction log and snapshots: bytes in files.
