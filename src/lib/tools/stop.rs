//! Finds servers by their command lines below `/proc` and signals them, as Kafka's stop scripts do
//! with `ps ax | grep`. Ours and Apache's are found alike: ours carry the same words (`launch`).

use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal};

use super::{Exit, Failure, Io};
use crate::base::disk::{Disk, Mode};
use crate::base::error::io_text;

/// A running process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Process {
    pub(super) pid: i32,
    /// Its words with a space between, as `ps` shows them.
    pub(super) line: String,
}

/// Every process whose command line `matches` takes.
pub(super) fn find(disk: &Disk, matches: fn(&str) -> bool) -> Vec<Process> {
    let folder = Path::new("/proc");
    let entries = disk.list(folder).unwrap_or_default();
    let processes = entries.iter().filter_map(|entry| {
        let pid = entry.name.parse().ok()?;
        // A process may end between the listing and the reading.
        let line = command_line(disk, &folder.join(&entry.name).join("cmdline"))?;
        // The script leaves out the grep of its own pipeline, and so whoever looks for servers.
        (matches(&line) && !line.contains("grep")).then_some(Process { pid, line })
    });
    processes.collect()
}

/// Reads to the end instead of to the length: files below `/proc` say they have none.
fn command_line(disk: &Disk, path: &Path) -> Option<String> {
    let file = disk.open(path, Mode::Read).ok()?;
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        match file.read_at(&mut chunk, bytes.len() as u64).ok()? {
            0 => break,
            count => bytes.extend_from_slice(&chunk[..count]),
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    Some(text.trim_end_matches('\0').replace('\0', " "))
}

/// Signals each of them with `$SIGNAL`, or TERM. The first that cannot be is the failure, after
/// the others had theirs.
pub(super) fn signal_all(processes: &[Process], io: &Io) -> Result<Exit, Failure> {
    let name = io.environment.filled("SIGNAL").unwrap_or_else(|| "TERM".to_owned());
    let signal = signal_of(&name)
        .ok_or_else(|| Failure::named(format!("SIGNAL names no signal: '{name}'")))?;
    let mut failed = None;
    for process in processes {
        let Some(pid) = Pid::from_raw(process.pid) else { continue };
        if let Err(error) = rustix::process::kill_process(pid, signal) {
            let why = io_text(&std::io::Error::from(error));
            let pid = process.pid;
            failed.get_or_insert(Failure::named(format!("cannot signal process {pid}: {why}")));
        }
    }
    failed.map_or(Ok(Exit::OK), Err)
}

/// A signal by the name or number that `kill -s` takes.
fn signal_of(name: &str) -> Option<Signal> {
    if let Ok(number) = name.parse() {
        return Signal::from_named_raw(number);
    }
    let name = name.to_ascii_uppercase();
    let known = [
        ("TERM", Signal::TERM),
        ("INT", Signal::INT),
        ("KILL", Signal::KILL),
        ("HUP", Signal::HUP),
        ("QUIT", Signal::QUIT),
        ("ABRT", Signal::ABORT),
        ("USR1", Signal::USR1),
        ("USR2", Signal::USR2),
        ("STOP", Signal::STOP),
        ("CONT", Signal::CONT),
        ("TSTP", Signal::TSTP),
        ("ALRM", Signal::ALARM),
    ];
    let name = name.strip_prefix("SIG").unwrap_or(&name);
    known.iter().find(|(known, _)| *known == name).map(|(_, signal)| *signal)
}

/// Where a server's settings lie, as far as its command line tells: the last word, once
/// `--override key=value` is taken out.
pub(super) fn settings_file(line: &str) -> Option<PathBuf> {
    let mut last = None;
    let mut words = line.split(' ');
    while let Some(word) = words.next() {
        match word {
            "--override" => drop(words.next()),
            word => last = Some(word),
        }
    }
    last.map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_the_last_word() {
        let cases = [
            ("java kafka.Kafka config/a.properties", "config/a.properties"),
            ("java kafka.Kafka a.properties --override broker.id=1", "a.properties"),
            ("java kafka.Kafka a.properties --override a=b --override c=d", "a.properties"),
        ];
        for (line, expected) in cases {
            assert_eq!(settings_file(line), Some(PathBuf::from(expected)), "{line}");
        }
    }

    #[test]
    fn signals_have_names_and_numbers() {
        for name in ["TERM", "term", "SIGTERM", "15"] {
            assert_eq!(signal_of(name), Some(Signal::TERM), "{name}");
        }
        assert_eq!(signal_of("KILL"), Some(Signal::KILL));
        assert_eq!(signal_of("NOPE"), None);
    }

    #[test]
    fn a_signal_reaches_its_process() {
        use std::os::unix::process::ExitStatusExt as _;
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        let io = Io::captured("kafka-server-stop", b"");
        let processes = [Process { pid, line: "sleep 60".to_owned() }];
        assert_eq!(signal_all(&processes, &io), Ok(Exit::OK));
        assert_eq!(child.wait().unwrap().signal(), Some(15));
    }
}
