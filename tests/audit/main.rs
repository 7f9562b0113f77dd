//! Clusters of processes, struck under load and audited, at length: `cargo xtask audit`.
//!
//! `--ensemble` strikes three ZooKeepers alone, without brokers. `--namespaces` gives each server a
//! network namespace and strikes the network between them: that needs root, `ip` and `tc`
//! (iproute2), and with `--if-possible` says so and is content where they are missing.
//! `--zookeeper one|three|inside|DIR` says what three brokers of ours stand on: one ZooKeeper of
//! ours, three, three inside the brokers' processes, or three of Apache's from a folder of its jars
//! (Java must be on PATH). `--cycles N` strikes so often, in an order that `--seed S` gives.
//! `--only WORDS` leaves out what has not these words when it is printed (`held`, `the controller`).
//! `--python FILE` is an interpreter with the packages of tests/foreign/requirements.txt: foreign
//! clients are part of the load, then. `--keep` leaves the servers' folders.

#[path = "mod.rs"]
mod audit;
mod cuts;
mod network;

#[path = "../support"]
mod support {
    pub mod load;
}

use std::path::PathBuf;
use std::process::ExitCode;

use audit::brokers::BROKERS;
use audit::members::Kind;
use audit::{ensemble, kills};
use milena::base::disk::Disk;
use network::Network;
use support::load::Error;
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    let line: Vec<String> = std::env::args().skip(1).collect();
    match run(&line) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("audit: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(line: &[String]) -> Result<ExitCode, Error> {
    let option = |name: &str| {
        let at = line.iter().position(|word| word == name)?;
        line.get(at + 1).cloned()
    };
    let number = |name: &str, otherwise: u64| match option(name) {
        Some(text) => text.parse().map_err(|_| format!("{name}: {text} is no number")),
        None => Ok(otherwise),
    };
    let zookeeper = Kind::named(&option("--zookeeper").unwrap_or_else(|| "three".to_owned()));
    let is = |name: &str| line.iter().any(|word| word == name);
    let size = BROKERS + zookeeper.size();
    let network = match option("--network") {
        Some(name) => Some(Network::named(&name, size)?),
        None if is("--namespaces") => return network::inside(size, line),
        None => None,
    };
    let folder = std::env::current_exe()?.with_file_name(format!("audit-{}", std::process::id()));
    Disk::System.create_dir_all(&folder)?;
    let cycles = usize::try_from(number("--cycles", 20)?)?;
    let (seed, only) = (number("--seed", 7)?, option("--only"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let work = async {
        if is("--ensemble") {
            let servers = zookeeper;
            let plan = ensemble::Plan { servers, cycles, seed, only, folder: folder.clone() };
            return ensemble::run(&plan).await;
        }
        let python = option("--python").map(PathBuf::from);
        if let Some(network) = network {
            let folder = folder.clone();
            let plan = cuts::Plan { zookeeper, network, cycles, seed, only, python, folder };
            return cuts::run(&plan).await;
        }
        let plan = kills::Plan { zookeeper, cycles, seed, only, python, folder: folder.clone() };
        kills::run(&plan).await
    };
    // Whoever ends this ends the servers, too.
    let done = runtime.block_on(async {
        let mut told = signal(SignalKind::terminate())?;
        tokio::select! {
            done = work => done,
            _ = told.recv() => Err("told to end".into()),
            _ = tokio::signal::ctrl_c() => Err("told to end".into()),
        }
    });
    done.map_err(|error| {
        Error::from(format!("{error}\nwhat the servers said is in {}", folder.display()))
    })?;
    if is("--keep") {
        println!("what the servers said is in {}", folder.display());
        return Ok(ExitCode::SUCCESS);
    }
    Disk::System.remove_dir_all(&folder)?;
    Ok(ExitCode::SUCCESS)
}
