//! Developer tasks: `cargo xtask gen|docs|dist`. The only place for scripts.

mod dist;
mod docs;

use std::process::ExitCode;

fn main() -> ExitCode {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let done = match std::env::args().nth(1).as_deref() {
        Some("gen") => codegen::write(root.as_ref()),
        Some("docs") => docs::write(root.as_ref()),
        Some("dist") => dist::write(root.as_ref()),
        _ => Err("usage: cargo xtask gen|docs|dist".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
