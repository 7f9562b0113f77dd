//! Lives by the thousand: `cargo xtask sim`.
//!
//! They are those of brokers, and with `--zookeeper` those of ensembles of ZooKeeper servers.
//! `--seed N` lives one life and prints what came of it, with `--aloud` everything that happened.
//! `--lives N` lives the seeds from 1, or from `--from`, and `--fresh N` as many that nobody has
//! lived yet. `--bug NAME` breaks a promise on purpose and says how many seeds it takes to find it;
//! `--bug all` does so with each. `--threads N` uses that many.

#[path = "mod.rs"]
mod sim;

use std::process::ExitCode;

use milena::base::planted::{BUGS, Bug, ZOOKEEPER_BUGS};
use milena::base::rng::Rng;
use sim::{Choices, Half, live, many};

fn main() -> ExitCode {
    let line: Vec<String> = std::env::args().skip(1).collect();
    let option = |name: &str| {
        let at = line.iter().position(|word| word == name)?;
        line.get(at + 1).map(String::as_str)
    };
    let number = |name: &str| option(name).and_then(|text| text.parse::<u64>().ok());
    let has = |name: &str| line.iter().any(|word| word == name);
    let cores = std::thread::available_parallelism().map_or(1, |it| it.get() as u64);
    let threads = number("--threads").unwrap_or(cores) as usize;
    let half = if has("--zookeeper") { Half::ZooKeeper } else { Half::Brokers };
    let choices = Choices { half, calm: has("--calm"), aloud: has("--aloud"), bug: None };
    let bugs = match half {
        Half::Brokers => BUGS,
        Half::ZooKeeper => ZOOKEEPER_BUGS,
    };
    let first = number("--from").unwrap_or(1);
    let seeds: Vec<u64> = (first..first + number("--lives").unwrap_or(0)).collect();
    match (option("--bug"), number("--seed")) {
        (bug, Some(seed)) => {
            let bug = match bug.map(Bug::named) {
                Some(None) => return unknown(),
                bug => bug.flatten(),
            };
            let report = live(seed, Choices { bug, ..choices });
            println!("{report:#?}");
            code(report.failure.is_none())
        }
        (Some("all"), None) => {
            // Each is hunted, whether those before it were found or not.
            let missed = bugs.iter().filter(|bug| !hunt(**bug, &seeds, choices, threads));
            code(missed.count() == 0)
        }
        (Some(name), None) => match Bug::named(name) {
            Some(bug) => code(hunt(bug, &seeds, choices, threads)),
            None => unknown(),
        },
        (None, None) => {
            let mut rng = Rng::from_system();
            let fresh = (0..number("--fresh").unwrap_or(0)).map(|_| rng.next_u64() >> 16);
            let seeds: Vec<u64> = seeds.into_iter().chain(fresh).collect();
            let totals = many(&seeds, choices, threads, false);
            print!("{totals}");
            let shortcomings = if choices.calm { Vec::new() } else { totals.shortcomings() };
            shortcomings.iter().for_each(|it| println!("{it}"));
            code(totals.failures.is_empty() && shortcomings.is_empty())
        }
    }
}

fn code(good: bool) -> ExitCode {
    if good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn unknown() -> ExitCode {
    let names: Vec<String> = BUGS.iter().chain(ZOOKEEPER_BUGS).map(ToString::to_string).collect();
    eprintln!("sim: no such bug; there are: {}", names.join(", "));
    ExitCode::FAILURE
}

/// Lives with a bug until it is found.
fn hunt(bug: Bug, seeds: &[u64], choices: Choices, threads: usize) -> bool {
    let totals = many(seeds, Choices { bug: Some(bug), ..choices }, threads, true);
    match totals.failures.first() {
        Some((seed, _)) => println!("{bug}: found by seed {seed}, after {} lives", totals.lives),
        None => println!("{bug}: NOT FOUND in {} lives", totals.lives),
    }
    !totals.failures.is_empty()
}
