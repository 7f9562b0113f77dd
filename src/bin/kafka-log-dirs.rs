//! kafka-log-dirs: shows where the logs of brokers lie and how large they are.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::log_dirs::TOOL)
}
