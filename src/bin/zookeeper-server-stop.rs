//! zookeeper-server-stop: stops the ZooKeeper servers of this machine.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::zookeeper_server_stop::TOOL)
}
