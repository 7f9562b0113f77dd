//! zkTxnLogToolkit: shows and repairs ZooKeeper's transaction logs.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::zk_txn_log_toolkit::TOOL)
}
