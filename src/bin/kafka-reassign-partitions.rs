//! kafka-reassign-partitions: moves partitions to other brokers.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::reassign_partitions::TOOL)
}
