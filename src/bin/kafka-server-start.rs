//! kafka-server-start: runs a Kafka broker.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::kafka_server_start::TOOL)
}
