//! zkServer-initialize: makes the folders of a new ZooKeeper server.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::zk_server_initialize::TOOL)
}
