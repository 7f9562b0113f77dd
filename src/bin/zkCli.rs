//! zkCli: shows and changes what is in ZooKeeper.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::zk_cli::TOOL)
}
