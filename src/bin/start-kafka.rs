//! start-kafka: runs a broker that the environment describes.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::start_kafka::TOOL)
}
