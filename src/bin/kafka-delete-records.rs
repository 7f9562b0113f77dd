//! kafka-delete-records: deletes the records of partitions below given offsets.

fn main() -> std::process::ExitCode {
    milena::tools::main(&milena::tools::delete_records::TOOL)
}
