//! Every program in one file: it runs as the program it is called by.

use std::path::Path;
use std::process::ExitCode;

use milena::tools::TOOLS;

fn main() -> ExitCode {
    let called = std::env::args().next().unwrap_or_default();
    let name = Path::new(&called).file_name().unwrap_or_default();
    match TOOLS.iter().find(|tool| name == tool.name) {
        Some(tool) => milena::tools::main(tool),
        None => ExitCode::from(127),
    }
}
