//! start-zookeeper: runs a ZooKeeper server that the environment describes.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::start_zookeeper::TOOL)
}
