//! kafka-console-producer: sends lines of standard input as records.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::console_producer::TOOL)
}
