//! kafka-server-stop: stops the Kafka brokers of this machine.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::kafka_server_stop::TOOL)
}
