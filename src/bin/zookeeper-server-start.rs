//! zookeeper-server-start: runs a ZooKeeper server.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::zookeeper_server_start::TOOL)
}
