//! kafka-leader-election: gives partitions the leader they should have, or any at all.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::leader_election::TOOL)
}
