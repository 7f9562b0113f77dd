//! zkServer: starts, stops and looks after a ZooKeeper server.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::zk_server::TOOL)
}
