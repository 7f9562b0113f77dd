//! Programs from their start to their end.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Instant;

use super::Load;
use crate::measure::megabytes;
use crate::options::Options;
use crate::support::folder::Folder;
use crate::support::program;
use crate::target::Broker;

/// What is typed and printed: a million lines, or fewer where we only look.
const LINES: usize = 1_000_000;
const LINE_BYTES: usize = 100;

/// A program's time in seconds and its peak memory in MB.
struct Spent {
    seconds: f64,
    peak_mb: f64,
}

/// Runs a program to its end, with a file as its input and another as its output.
fn run(folder: &Folder, name: &str, line: &[&str], input: Stdio) -> Spent {
    let status = folder.at("status");
    let output = File::create(folder.at("output")).expect("a file");
    let mut command = program::command(name, line);
    command.env("SUITE_STATUS_FILE", &status);
    command.stdin(input).stdout(output).stderr(Stdio::null());
    let begun = Instant::now();
    let ended = command.status().expect("a program that starts");
    let seconds = begun.elapsed().as_secs_f64();
    assert!(ended.success(), "{name} ended with {ended}");
    let status = std::fs::read_to_string(status).expect("what the program left");
    Spent { seconds, peak_mb: megabytes(&status, "VmHWM:") }
}

struct TopicsList {
    folder: Folder,
    broker: Arc<Broker>,
}

pub fn topics_list(options: &Options) -> Box<dyn Load> {
    Box::new(TopicsList { folder: Folder::new(), broker: Arc::new(Broker::start(options)) })
}

impl Load for TopicsList {
    fn server(&mut self) -> Vec<Option<f64>> {
        let address = self.broker.address();
        let topic = self.broker.topic(1);
        let line = ["--list", "--bootstrap-server", &address];
        let spent = run(&self.folder, "kafka-topics", &line, Stdio::null());
        let listed = std::fs::read_to_string(self.folder.at("output")).expect("what it printed");
        assert!(listed.lines().any(|line| line == topic.name), "{listed}");
        vec![Some(spent.seconds * 1e3), Some(spent.peak_mb)]
    }
}

struct Console {
    folder: Folder,
    broker: Arc<Broker>,
    lines: usize,
    /// Which of the two is told.
    told: fn(Spent, Spent) -> Spent,
}

pub fn console_producer(options: &Options) -> Box<dyn Load> {
    console(options, |producer, _| producer)
}

pub fn console_consumer(options: &Options) -> Box<dyn Load> {
    console(options, |_, consumer| consumer)
}

fn console(options: &Options, told: fn(Spent, Spent) -> Spent) -> Box<dyn Load> {
    let (folder, lines) = (Folder::new(), options.load(LINES));
    let mut file = BufWriter::new(File::create(folder.at("input")).expect("a file"));
    for number in 0..lines {
        writeln!(file, "{number:0LINE_BYTES$}").expect("a file that takes it");
    }
    file.flush().expect("a file that takes it");
    Box::new(Console { folder, broker: Arc::new(Broker::start(options)), lines, told })
}

impl Load for Console {
    fn server(&mut self) -> Vec<Option<f64>> {
        let topic = self.broker.topic(1);
        let (address, to) = (self.broker.address(), topic.name.as_str());
        let input = File::open(self.folder.at("input")).expect("the file written before");
        let line = ["--bootstrap-server", &address, "--topic", to];
        let producer = run(&self.folder, "kafka-console-producer", &line, input.into());
        // The record that showed the topic to be ready is there, too.
        let count = (self.lines + 1).to_string();
        let mut line = line.to_vec();
        line.extend(["--from-beginning", "--max-messages", &count]);
        let consumer = run(&self.folder, "kafka-console-consumer", &line, Stdio::null());
        let printed = std::fs::metadata(self.folder.at("output")).expect("what it printed").len();
        assert_eq!(printed, (self.lines * (LINE_BYTES + 1) + 2) as u64, "bytes printed");
        let spent = (self.told)(producer, consumer);
        // Told for a million lines, however many there were.
        let share = LINES as f64 / self.lines as f64;
        vec![Some(spent.seconds * share), Some(spent.peak_mb)]
    }
}
