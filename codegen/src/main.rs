//! Writes the generated sources. It links nothing of the library, so that sources which do not
//! compile can be written anew: `cargo run -p codegen`, or `cargo xtask gen`.

use std::process::ExitCode;

#[allow(clippy::print_stderr)]
fn main() -> ExitCode {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    match codegen::write(root.as_ref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("codegen: {error}");
            ExitCode::FAILURE
        }
    }
}
