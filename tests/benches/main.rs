//! The speed table of the README, as rows anybody can run again: `cargo bench --package suite`.
//!
//! What each row is stands in `docs/performance.md`. A row is measured in turns: what the machine
//! itself charges for the same bytes (the floor), the server, the floor, the server. What counts is
//! the ratio of the two medians: a minute in which the machine was busy hits both alike.
//!
//! * `rows`: one file per kind of load.
//! * `floor`: a server without a protocol, in a process of its own.
//! * `target`: the servers that are measured: ours, started here, or a foreign one by its address.
//! * `trio`: three brokers of ours that replicate; `members`: the brokers of any cluster.
//! * `connection`: raw frames over a blocking socket, so that the client costs next to nothing.
//! * `measure`: what the kernel says about a process; medians and percentiles.
//! * `options`, `report`: what was asked for, and how it is told.
//!
//! Our programs are measured as what the suite's own `programs` is when it is called by their names.
//! Cargo builds it together with this file and with the same optimisation, so the table is never
//! about programs of another day, and nobody needs to build them first.

mod connection;
mod floor;
mod measure;
mod members;
mod options;
mod report;
mod rows;
// The suite's own: what it has and no row needs is not dead.
#[allow(dead_code)]
#[path = "../support/mod.rs"]
mod support;
mod target;
mod trio;

use std::process::ExitCode;

use measure::Series;
use options::{Asked, Options};
use report::Report;
use rows::{ROWS, Row};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let options = match Options::parse(&words) {
        Ok(Asked::Measure(options)) => options,
        Ok(Asked::Floor(folder)) => return floor::server::serve(&folder),
        Ok(Asked::Help) => {
            println!("{}", options::usage());
            return ExitCode::SUCCESS;
        }
        Err(text) => {
            eprintln!("bench: {text}\n\n{}", options::usage());
            return ExitCode::FAILURE;
        }
    };
    if let Err(text) = options.check() {
        eprintln!("bench: {text}");
        return ExitCode::FAILURE;
    }
    let mut report = Report::new(options.markdown);
    for row in ROWS.iter().filter(|row| options.wants(row)) {
        measure(row, &options, &mut report);
    }
    match report.end() {
        true => ExitCode::SUCCESS,
        false => {
            eprintln!("bench: no row of these can be run against that server");
            ExitCode::FAILURE
        }
    }
}

/// Runs a row in turns and reports each of its figures.
fn measure(row: &Row, options: &Options, report: &mut Report) {
    let mut load = (row.start)(options);
    let mut floors = vec![Series::default(); row.figures.len()];
    let mut servers = floors.clone();
    // The first turn warms caches, and compilers where there are some; it does not count.
    for turn in 0..=options.turns {
        let floor = load.floor();
        let server = load.server();
        if turn > 0 {
            floors.iter_mut().zip(floor).for_each(|(series, value)| series.extend(value));
            servers.iter_mut().zip(server).for_each(|(series, value)| series.extend(value));
        }
    }
    for ((figure, floor), server) in row.figures.iter().zip(&floors).zip(&servers) {
        report.line(row.name, figure, floor, server);
    }
}
