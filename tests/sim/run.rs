//! Many lives, and what they were together.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use super::report::{Choices, Half, Report, count};
use super::thread::live;
use super::{faults, life, zookeeper};

/// What a number of lives had in them.
#[derive(Debug, Default)]
pub struct Totals {
    half: Half,
    pub lives: u64,
    pub counts: BTreeMap<&'static str, u64>,
    pub acknowledged: u64,
    pub uncertain: u64,
    pub messages: u64,
    pub cpu: Duration,
    /// The fewest of one life.
    pub least_acknowledged: u64,
    pub least_faults: u64,
    pub failures: Vec<(u64, String)>,
}

impl Totals {
    fn add(&mut self, report: &Report) {
        let faults: u64 = report.faults.values().sum();
        let first = self.lives == 0;
        self.lives += 1;
        for (kind, number) in report.faults.iter().chain(&report.events) {
            count(&mut self.counts, kind, *number);
        }
        self.acknowledged += report.acknowledged;
        self.uncertain += report.uncertain;
        self.messages += report.seen.messages;
        self.cpu += report.cpu;
        if report.failure.is_none() {
            let least = |least: u64, own: u64| if first { own } else { least.min(own) };
            self.least_acknowledged = least(self.least_acknowledged, report.acknowledged);
            self.least_faults = least(self.least_faults, faults);
        }
        self.failures.extend(report.failure.clone().map(|it| (report.seed, it)));
    }

    /// Kinds of faults and events that never came.
    fn missing(&self) -> Vec<&'static str> {
        let (faults, events): (&[_], &[_]) = match self.half {
            Half::Brokers => (&faults::KINDS, &life::EVENTS),
            Half::ZooKeeper => (&zookeeper::KINDS, &zookeeper::EVENTS),
        };
        let all = faults.iter().chain(events);
        all.filter(|kind| self.counts.get(*kind).copied().unwrap_or(0) == 0).copied().collect()
    }
}

/// What a life must have in it to prove anything.
const ACKNOWLEDGED_A_LIFE: u64 = 1_000;
const FAULTS_A_LIFE: u64 = 5;
/// Below this many lives a kind of fault may be missing by chance.
const LIVES_THAT_HAVE_ALL: u64 = 100;

impl Totals {
    /// Why these lives prove too little.
    pub fn shortcomings(&self) -> Vec<String> {
        let mut found = Vec::new();
        if self.least_acknowledged < ACKNOWLEDGED_A_LIFE || self.least_faults < FAULTS_A_LIFE {
            found.push("a life had too few writes or faults in it".to_owned());
        }
        let missing = self.missing();
        if self.lives >= LIVES_THAT_HAVE_ALL && !missing.is_empty() {
            found.push(format!("never came: {}", missing.join(", ")));
        }
        found
    }
}

impl std::fmt::Display for Totals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (kind, count) in &self.counts {
            writeln!(f, "{count:>9}  {kind}")?;
        }
        writeln!(
            f,
            "{} lives, {} writes acknowledged (at least {} a life), {} uncertain, at least {} faults \
             a life, {} messages, {:.2} CPU seconds a life, {} failed",
            self.lives,
            self.acknowledged,
            self.least_acknowledged,
            self.uncertain,
            self.least_faults,
            self.messages,
            self.cpu.as_secs_f64() / self.lives.max(1) as f64,
            self.failures.len()
        )
    }
}

/// The line that repeats a life.
pub fn again(seed: u64, choices: Choices) -> String {
    let half = match choices.half {
        Half::Brokers => "",
        Half::ZooKeeper => " --zookeeper",
    };
    let bug = choices.bug.map_or_else(String::new, |bug| format!(" --bug {bug}"));
    format!("cargo xtask sim{half} --seed {seed}{bug}")
}

/// Lives these seeds on so many threads; ends with the first failure where that is wanted.
pub fn many(seeds: &[u64], choices: Choices, threads: usize, to_first_failure: bool) -> Totals {
    let totals = Mutex::new(Totals { half: choices.half, ..Totals::default() });
    let (next, ended) = (AtomicUsize::new(0), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                while !ended.load(Ordering::Acquire) {
                    let Some(seed) = seeds.get(next.fetch_add(1, Ordering::AcqRel)) else { return };
                    let report = live(*seed, choices);
                    if let Some(failure) = &report.failure {
                        println!("seed {seed}: {failure}\n  again: {}", again(*seed, choices));
                        ended.fetch_or(to_first_failure, Ordering::AcqRel);
                    }
                    totals.lock().expect("totals").add(&report);
                }
            });
        }
    });
    totals.into_inner().expect("totals")
}
