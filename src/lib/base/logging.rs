//! log4j-shaped lines: `[2019-12-17 10:00:00,123] INFO message (kafka.server.KafkaServer)`.
//!
//! Code logs with `tracing::info!(target: "kafka.server.KafkaServer", "…")`: the target is the
//! logger's name as Kafka and ZooKeeper have it, because people grep for it and route by it. One
//! [`Sink`] a process writes the lines; tests leave it off.

use std::fmt::{self, Write as _};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber, span};

use super::disk::{Disk, File, Mode};

/// Where the lines of one logger go, besides the main stream.
#[derive(Clone, Debug)]
pub struct Route {
    /// A logger's name or the front of one.
    pub logger: &'static str,
    /// The file below the log folder.
    pub file: &'static str,
}

/// How a process logs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The least severe level that is written.
    pub level: Level,
    /// The stream: standard output for servers, standard error for tools.
    pub to_stderr: bool,
    /// The folder for log files, as Kafka's `kafka.logs.dir`; none writes no files.
    pub folder: Option<PathBuf>,
    /// The file for what no route takes.
    pub main_file: &'static str,
    pub routes: &'static [Route],
}

struct Sink {
    settings: Settings,
    files: Mutex<Files>,
}

#[derive(Default)]
struct Files {
    open: Vec<(&'static str, File, u64)>,
    line: String,
}

/// Writes this process's lines from here on. A second call changes nothing.
pub fn start(settings: Settings) {
    let sink = Sink { settings, files: Mutex::default() };
    // Already set means another server of the same process was here first.
    let _ = tracing::subscriber::set_global_default(sink);
}

struct Message<'a>(&'a mut String);

impl Visit for Message<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            let _ = write!(self.0, "{value:?}");
        }
    }
}

impl Subscriber for Sink {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.settings.level && !metadata.is_span()
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        let Files { open, line } = &mut *files;
        line.clear();
        stamp(line, jiff::Zoned::now());
        let _ = write!(line, " {} ", metadata.level());
        event.record(&mut Message(line));
        let _ = writeln!(line, " ({})", metadata.target());
        self.write(open, metadata.target(), line);
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// log4j's ISO8601 date, local time.
fn stamp(line: &mut String, now: jiff::Zoned) {
    let _ = write!(
        line,
        "[{:04}-{:02}-{:02} {:02}:{:02}:{:02},{:03}]",
        now.year(),
        now.month(),
        now.day(),
        now.hour(),
        now.minute(),
        now.second(),
        now.millisecond()
    );
}

impl Sink {
    fn write(&self, open: &mut Vec<(&'static str, File, u64)>, target: &str, line: &str) {
        // A log that cannot be written has nowhere to say so.
        let _ = match self.settings.to_stderr {
            true => std::io::stderr().lock().write_all(line.as_bytes()),
            false => std::io::stdout().lock().write_all(line.as_bytes()),
        };
        let Some(folder) = &self.settings.folder else { return };
        let route = self.settings.routes.iter().find(|route| target.starts_with(route.logger));
        let name = route.map_or(self.settings.main_file, |route| route.file);
        if !open.iter().any(|(known, ..)| *known == name) {
            let _ = Disk::System.create_dir_all(folder);
            let Ok(file) = Disk::System.open(&folder.join(name), Mode::Create) else { return };
            let end = file.len().unwrap_or(0);
            open.push((name, file, end));
        }
        if let Some((_, file, end)) = open.iter_mut().find(|(known, ..)| *known == name)
            && file.write_all_at(line.as_bytes(), *end).is_ok()
        {
            *end += line.len() as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_look_like_log4j() {
        let moment = jiff::civil::date(2019, 12, 17).at(10, 0, 0, 123_000_000);
        let mut line = String::new();
        stamp(&mut line, moment.to_zoned(jiff::tz::TimeZone::UTC).unwrap());
        assert_eq!(line, "[2019-12-17 10:00:00,123]");
    }
}
