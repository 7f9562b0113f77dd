//! zkSnapShotToolkit: shows what is in a snapshot of ZooKeeper.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::zk_snapshot_toolkit::TOOL)
}
