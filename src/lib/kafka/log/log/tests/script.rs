//! Golden scripts: commands in, what became of the log out. The scripts lie in `log/golden`.
//!
//! | command | what it does |
//! |---|---|
//! | `append v... [time=] [epoch=] [pid=,seq=] [txn=] [codec=]` | as the leader |
//! | `end abort=/commit=<pid>` | a transaction's marker |
//! | `read <offset> [max=] [bytes=]` | with aborted transactions |
//! | `roll`, `flush`, `retain now= hw=`, `start <offset>`, `truncate <offset>`, `reset <offset>` | |
//! | `time <timestamp>`, `epochs`, `ends <epoch>`, `producers`, `files`, `status` | looks |
//! | `close`, `crash`, `power-cut` | and open again |

use std::error::Error as StdError;
use std::fmt::Write as _;

use goldenscript::{ArgumentConsumer, Command, Context, Runner};

use super::*;
use crate::base::disk::Memory;
use crate::base::error::Chain;

struct Scripted {
    disk: Disk,
    memory: std::sync::Arc<Memory>,
    log: Option<Log>,
    recovery_point: i64,
}

type Said = std::result::Result<String, Box<dyn StdError>>;

impl Scripted {
    fn new() -> Scripted {
        let (disk, memory) = memory_disk();
        let log = Some(open(&disk, &small(), Recovery::default()));
        Scripted { disk, memory, log, recovery_point: 0 }
    }

    fn log(&mut self) -> &mut Log {
        self.log.as_mut().expect("a log is open between commands")
    }

    fn append(&mut self, command: &Command) -> Said {
        let mut args = command.consume_args();
        let time = number(&mut args, "time")?.unwrap_or(0);
        let epoch = number(&mut args, "epoch")?.unwrap_or(0);
        let codec = args.take_key("codec").unwrap_or("none");
        let codec = Codec::named(codec).ok_or("no such codec")?;
        let pid = number(&mut args, "pid")?.unwrap_or(-1);
        let sequence = number(&mut args, "seq")?.unwrap_or(-1);
        let producer_epoch = number(&mut args, "pepoch")?.unwrap_or(0);
        let mut builder = Builder::new(Compression::from(codec));
        if pid >= 0 {
            builder.producer(pid, producer_epoch, sequence);
        }
        builder.transactional(args.take_key("txn").is_some());
        while let Some(value) = args.next_pos() {
            builder.append(time, None, Some(value.as_bytes()), &[]);
        }
        args.reject_next()?;
        let appended = self.log().append_as_leader(&builder.finish(), epoch, CLIENT, time);
        Ok(appended.map(|a| told(&a)).unwrap_or_else(|error| Chain(&error).to_string()))
    }

    fn end(&mut self, command: &Command) -> Said {
        let mut args = command.consume_args();
        let abort: Option<i64> = number(&mut args, "abort")?;
        let commit: Option<i64> = number(&mut args, "commit")?;
        let coordinator_epoch = number(&mut args, "coordinator")?.unwrap_or(0);
        let pepoch = number(&mut args, "pepoch")?.unwrap_or(0);
        args.reject_next()?;
        let (pid, marker) = match (abort, commit) {
            (Some(pid), None) => (pid, Marker::Abort),
            (None, Some(pid)) => (pid, Marker::Commit),
            _ => return Err("one of abort= and commit=".into()),
        };
        let bytes = marker_batch(pid, pepoch, EndTransaction { marker, coordinator_epoch }, 0);
        let appended = self.log().append_as_leader(&bytes, 0, Origin::Coordinator, 0);
        Ok(appended.map(|a| told(&a)).unwrap_or_else(|error| Chain(&error).to_string()))
    }

    fn read(&mut self, command: &Command) -> Said {
        let mut args = command.consume_args();
        let offset = args.next_pos().ok_or("no offset")?.parse()?;
        let bytes = number(&mut args, "bytes")?.unwrap_or(10_000);
        let log_end = self.log().log_end();
        let max = number(&mut args, "max")?.unwrap_or(log_end);
        args.reject_next()?;
        let log = self.log();
        let read = match log.read(offset, bytes, max, true) {
            Ok(read) => read,
            Err(error) => return Ok(Chain(&error).to_string()),
        };
        let mut out = String::new();
        for (offset, value) in records(read.slice.as_ref()) {
            let value: String = value.chars().filter(|c| c.is_ascii_graphic()).collect();
            writeln!(out, "{offset} {value}")?;
        }
        for aborted in log.aborted_transactions(&read, offset, max)? {
            writeln!(
                out,
                "aborted: producer {} from {}",
                aborted.producer_id, aborted.first_offset
            )?;
        }
        Ok(out)
    }

    fn look(&mut self, command: &Command) -> Said {
        let mut args = command.consume_args();
        let number: i64 = args.next_pos().map_or(Ok(0), str::parse)?;
        args.reject_next()?;
        let disk = self.disk.clone();
        let log = self.log();
        let mut out = String::new();
        match command.name.as_str() {
            "time" => match log.offset_for_time(number)? {
                Some(found) => writeln!(out, "{} at {}", found.offset, found.timestamp)?,
                None => writeln!(out, "none")?,
            },
            "epochs" => {
                for entry in log.epochs().entries() {
                    writeln!(out, "{} from {}", entry.epoch, entry.start_offset)?;
                }
            }
            "ends" => {
                let (epoch, end) = log.end_offset_for_epoch(number as i32);
                writeln!(out, "{epoch} ends at {end}")?;
            }
            "producers" => {
                for (id, p) in log.producers().producers() {
                    let start =
                        p.transaction_start.map_or(String::new(), |s| format!(" open from {s}"));
                    writeln!(out, "{id} epoch {} sequence {}{start}", p.epoch, p.last_sequence())?;
                }
            }
            "files" => {
                for entry in disk.list(log.dir())? {
                    writeln!(out, "{} {}", entry.name, entry.len)?;
                }
            }
            _ => {
                let bases = log.segments().bases();
                let stable = log.last_stable_offset(log.log_end());
                writeln!(
                    out,
                    "{}..{} recovery point {} stable {stable} segments {bases:?}",
                    log.log_start(),
                    log.log_end(),
                    log.recovery_point()
                )?;
            }
        }
        Ok(out)
    }

    fn change(&mut self, command: &Command) -> Said {
        let mut args = command.consume_args();
        let now = number(&mut args, "now")?.unwrap_or(0);
        let hw = number(&mut args, "hw")?.unwrap_or(i64::MAX);
        let offset = args.next_pos().map_or(Ok(0), str::parse)?;
        args.reject_next()?;
        let log = self.log();
        let done = match command.name.as_str() {
            "roll" => log.roll(now),
            "flush" => log.flush(now),
            "retain" => log.retain(now, hw).map(|_| ()),
            "start" => log.set_log_start(offset).map(|_| ()),
            "truncate" => log.truncate_to(offset, now).map(|_| ()),
            "committed" => {
                log.committed(offset);
                Ok(())
            }
            _ => log.truncate_fully_and_start_at(offset, now),
        };
        self.recovery_point = self.log().recovery_point();
        Ok(done.map_or_else(|error| Chain(&error).to_string(), |()| String::new()))
    }

    fn reopen(&mut self, command: &Command) -> Said {
        command.consume_args().reject_next()?;
        let log = self.log.take().ok_or("no log")?;
        let log_start = log.log_start();
        let unclean = Recovery { clean: false, log_start, recovery_point: self.recovery_point };
        let recovery = match command.name.as_str() {
            "close" => log.close(0)?,
            "crash" => unclean,
            _ => {
                self.memory.cut_power();
                self.memory.restore_power();
                unclean
            }
        };
        self.log = Some(open(&self.disk, &small(), recovery));
        self.recovery_point = self.log().recovery_point();
        Ok(String::new())
    }
}

/// The number after `key=`.
fn number<T>(args: &mut ArgumentConsumer<'_>, key: &str) -> std::result::Result<Option<T>, T::Err>
where
    T: std::str::FromStr,
{
    args.take_key(key).map(str::parse).transpose()
}

fn told(appended: &Appended) -> String {
    let Appended { first_offset, last_offset, duplicate, rolled, .. } = appended;
    let note = match (duplicate, rolled) {
        (true, _) => " (duplicate)",
        (_, true) => " (new segment)",
        _ => "",
    };
    format!("{first_offset}..={last_offset}{note}")
}

impl Runner for Scripted {
    type Command = Command;

    fn run(&mut self, command: &Command, _: &Context) -> Said {
        match command.name.as_str() {
            "append" => self.append(command),
            "end" => self.end(command),
            "read" => self.read(command),
            "time" | "epochs" | "ends" | "producers" | "files" | "status" => self.look(command),
            "roll" | "flush" | "retain" | "start" | "truncate" | "reset" | "committed" => {
                self.change(command)
            }
            "close" | "crash" | "power-cut" => self.reopen(command),
            name => Err(format!("no command {name}").into()),
        }
    }
}

macro_rules! scripts {
    ($($name:ident),* $(,)?) => {$(
        #[test]
        fn $name() {
            let path = concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/src/lib/kafka/log/golden/",
                stringify!($name)
            );
            goldenscript::run(&mut Scripted::new(), path).unwrap();
        }
    )*};
}

scripts!(epochs, restarts, retention, segments, transactions, truncation);
