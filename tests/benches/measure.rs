//! What the kernel says about a process; medians and percentiles.

use std::time::Duration;

use super::support::program::Process;

/// The kernel counts CPU time in hundredths of a second, whatever the machine's own tick is.
const TICKS_A_SECOND: f64 = 100.0;

/// A server's process, where it is known.
#[derive(Clone, Copy, Debug)]
pub struct Meter(Option<u32>);

impl Meter {
    pub fn of(pid: Option<u32>) -> Meter {
        Meter(pid)
    }

    /// Of a program of the suite.
    pub fn of_process(process: &Process) -> Meter {
        Meter(Some(process.pid().as_raw_nonzero().get().unsigned_abs()))
    }

    /// User and system time so far, of threads that have ended too, in seconds. A hundredth is fine
    /// enough: loads cost about a second. (`schedstat` is finer and knows only threads that live.)
    pub fn cpu(self) -> Option<f64> {
        let stat = proc_file(self.0?, "stat");
        // The name of the program may hold anything; what follows its parenthesis is numbers.
        let (_, numbers) = stat.rsplit_once(')').expect("a line of /proc/pid/stat");
        let ticks = numbers.split_whitespace().skip(11).take(2);
        let ticks: f64 = ticks.map(|it| it.parse::<f64>().expect("a count of ticks")).sum();
        Some(ticks / TICKS_A_SECOND)
    }

    /// Runs something; gives what it cost the process, in seconds of CPU.
    pub fn charge<T>(self, run: impl FnOnce() -> T) -> (T, Option<f64>) {
        let before = self.cpu();
        let done = run();
        let after = self.cpu();
        (done, after.zip(before).map(|(after, before)| after - before))
    }

    /// The same for several together.
    pub fn charge_all<T>(meters: &[Meter], run: impl FnOnce() -> T) -> (T, Option<f64>) {
        let sum = || meters.iter().map(|it| it.cpu()).sum::<Option<f64>>();
        let before = sum();
        let done = run();
        let after = sum().filter(|_| !meters.is_empty());
        (done, after.zip(before).map(|(after, before)| after - before))
    }

    /// Memory that is resident, in MB.
    pub fn resident_mb(self) -> Option<f64> {
        self.0.map(|pid| megabytes(&proc_file(pid, "status"), "VmRSS:"))
    }

    /// The same with pages that it shares with others counted in part, in MB.
    pub fn proportional_mb(self) -> Option<f64> {
        self.0.map(|pid| megabytes(&proc_file(pid, "smaps_rollup"), "Pss:"))
    }
}

fn proc_file(pid: u32, name: &str) -> String {
    let path = format!("/proc/{pid}/{name}");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A line of a file of /proc that counts kilobytes, in MB of 1,000,000 bytes.
pub fn megabytes(text: &str, label: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(label));
    let number = line.and_then(|rest| rest.split_whitespace().next());
    let kilobytes: f64 = number.and_then(|it| it.parse().ok()).expect(label);
    kilobytes * 1024.0 / 1e6
}

/// The value below which `share` of the times lie, in milliseconds.
pub fn percentile_ms(times: &mut [Duration], share: f64) -> f64 {
    times.sort_unstable();
    let place = (times.len() - 1) as f64 * share;
    times[place.round() as usize].as_secs_f64() * 1e3
}

/// One figure over the turns.
#[derive(Clone, Debug, Default)]
pub struct Series(Vec<f64>);

impl Extend<f64> for Series {
    fn extend<T: IntoIterator<Item = f64>>(&mut self, values: T) {
        self.0.extend(values);
        self.0.sort_unstable_by(f64::total_cmp);
    }
}

impl Series {
    /// The least, the median, the greatest; none where nothing was measured.
    pub fn spread(&self) -> Option<(f64, f64, f64)> {
        let (least, greatest) = (*self.0.first()?, *self.0.last()?);
        let half = self.0.len() / 2;
        let median = match self.0.len() % 2 {
            0 => (self.0[half - 1] + self.0[half]) / 2.0,
            _ => self.0[half],
        };
        Some((least, median, greatest))
    }

    pub fn median(&self) -> Option<f64> {
        self.spread().map(|(_, median, _)| median)
    }
}
