//! kafka-console-consumer: prints the records of topics.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::console_consumer::TOOL)
}
