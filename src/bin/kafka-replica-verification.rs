//! kafka-replica-verification: holds the replicas of topics against each other.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::replica_verification::TOOL)
}
