//! kafka-preferred-replica-election: brings leaders back to the first replica of their partitions.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::preferred_replica_election::TOOL)
}
