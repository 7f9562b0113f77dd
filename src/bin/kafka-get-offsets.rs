//! kafka-get-offsets: shows where partitions start and end, and where a moment lies in them.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::get_offsets::TOOL)
}
