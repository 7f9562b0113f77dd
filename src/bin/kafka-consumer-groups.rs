//! kafka-consumer-groups: lists, describes, resets and deletes consumer groups.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::consumer_groups::TOOL)
}
