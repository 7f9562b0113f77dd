//! zkCleanup: deletes snapshots and transaction logs that are not needed any more.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::zk_cleanup::TOOL)
}
