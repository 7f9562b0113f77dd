//! Developer tasks: `cargo xtask gen|docs|dist|bench`. The only place for scripts.

use std::process::ExitCode;

fn main() -> ExitCode {
    eprintln!("usage: cargo xtask <task>");
    ExitCode::from(1)
}
