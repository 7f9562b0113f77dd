//! `cargo xtask dist`: lays out `dist/milena-<version>/` and a tarball of it, in the shape of Kafka's
//! own: `bin/` with every program under its name and under its name with `.sh`, `config/`, `docs/`,
//! `man/`, `completions/`.

use std::path::Path;
use std::process::Command;

use milena::base::disk::Disk;
use milena::tools::TOOLS;

/// Builds the programs and lays them out.
pub fn write(root: &Path) -> Result<(), Box<dyn std::error::Error>> {
    run(Command::new("cargo").args(["build", "--release", "--bins"]).current_dir(root))?;
    let name = format!("milena-{}", env!("CARGO_PKG_VERSION"));
    let dist = root.join("dist");
    let folder = dist.join(&name);
    Disk::System.remove_dir_all(&folder)?;
    let bin = folder.join("bin");
    Disk::System.create_dir_all(&bin)?;
    for tool in TOOLS {
        let program = root.join("target/release").join(tool.name);
        run(Command::new("cp").arg(&program).arg(&bin))?;
        let script = bin.join(format!("{}.sh", tool.name));
        run(Command::new("ln").args(["-s", tool.name]).arg(&script))?;
    }
    for part in ["config", "docs", "man", "completions"] {
        run(Command::new("cp").arg("-r").arg(root.join(part)).arg(&folder))?;
    }
    for file in ["README.md", "LICENSE", "CHANGELOG.md"] {
        run(Command::new("cp").arg(root.join(file)).arg(&folder))?;
    }
    let tarball = format!("{name}.tgz");
    run(Command::new("tar").args(["-czf", &tarball, &name]).current_dir(&dist))?;
    Ok(())
}

/// Runs a command; its failure is ours.
pub fn run(command: &mut Command) -> Result<(), Box<dyn std::error::Error>> {
    let status = command.status().map_err(|error| format!("{command:?}: {error}"))?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("{command:?} ended with {status}").into()),
    }
}
