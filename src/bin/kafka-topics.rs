//! kafka-topics: creates, lists, describes, alters and deletes topics.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::topics::TOOL)
}
