//! Developer tasks: `cargo xtask gen|docs|dist|mixed|sim|audit`. The only place for scripts.

mod dist;
mod docs;

use std::process::ExitCode;

fn main() -> ExitCode {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let done = match std::env::args().nth(1).as_deref() {
        Some("gen") => codegen::write(root.as_ref()),
        Some("docs") => docs::write(root.as_ref()),
        Some("dist") => dist::write(root.as_ref()),
        Some("mixed") => mixed(root.as_ref()),
        Some("sim") => sim(root.as_ref()),
        Some("audit") => audit(root.as_ref()),
        _ => Err("usage: cargo xtask gen|docs|dist|mixed|sim|audit".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Builds the programs, and runs a cluster of ours and Apache Kafka's: `tests/mixed`.
fn mixed(root: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    let release = ["build", "--release", "--package", "milena", "--bins"];
    dist::run(std::process::Command::new("cargo").args(release).current_dir(root))?;
    let mut command = std::process::Command::new("cargo");
    command.args(["run", "--release", "--package", "suite", "--features", "mixed"]);
    command.args(["--bin", "mixed", "--"]).args(std::env::args().skip(2));
    dist::run(command.current_dir(root))
}

/// Lives lives: `tests/sim`.
fn sim(root: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    let mut command = std::process::Command::new("cargo");
    command.args(["run", "--quiet", "--profile", "sim", "--package", "suite", "--features", "sim"]);
    command.args(["--bin", "sim", "--"]).args(std::env::args().skip(2));
    dist::run(command.current_dir(root))
}

/// Strikes clusters of processes, and audits what they acknowledged: `tests/audit`.
fn audit(root: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    let features = ["--quiet", "--package", "suite", "--features", "audit"];
    let mut programs = std::process::Command::new("cargo");
    programs.arg("build").args(features).args(["--bin", "programs"]);
    dist::run(programs.current_dir(root))?;
    let mut command = std::process::Command::new("cargo");
    command.arg("run").args(features).args(["--bin", "audit", "--"]);
    command.args(std::env::args().skip(2));
    // Clients of tests/foreign, where its packages are at hand.
    let python = root.join("target/foreign/bin/python");
    if python.exists() {
        command.arg("--python").arg(python);
    }
    dist::run(command.current_dir(root))
}
