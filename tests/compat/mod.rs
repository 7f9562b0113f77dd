//! What must outlive the process that wrote it.

mod crash;
mod restart;
