//! zkTxnLogToolkit: shows a transaction log, repairs checksums of one, or cuts one off.
//!
//!     zkTxnLogToolkit data/version-2/log.1
//!
//! Exits 0 where it was done, 1 where not, 2 where the file is no transaction log.
//!
//! * `text`: transactions as lines.

mod text;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use super::options::{Group, Opt, Parsed, flag, value};
use super::{Ended, Exit, Failure, Io, Manual, Misuse, Run, Tool, common};
use crate::base::error::Chain;
use crate::zookeeper::jute::TxnHeader;
use crate::zookeeper::store::raw_log::{Raw, RawEntry, RawLog, RawLogWriter};
use crate::zookeeper::store::{self};

/// The program.
pub static TOOL: Tool = Tool {
    name: "zkTxnLogToolkit",
    about: "shows and repairs ZooKeeper's transaction logs",
    manual: Manual {
        intro: "Shows and repairs ZooKeeper's transaction logs.",
        bare: None,
        usage: &[
            "[--dump] log.<zxid>",
            "--recover [--yes] [--verbose] log.<zxid>",
            "--chop --zxid <zxid> log.<zxid>",
        ],
        details: "Without an option, or with --dump, every transaction of the file is a line: \
                  when, session, the client's number, zxid, kind, and what it does. One whose \
                  checksum is wrong is shown twice, the first time behind CRC ERROR.\n\n--recover \
                  writes the log again beside itself, with the ending .fixed, and asks for every \
                  wrong checksum whether it is to be put right; --yes answers all of them. \
                  --verbose shows the other transactions, too. What a wrong checksum stands for is \
                  data that is not what was written: putting it right makes the server load it, \
                  not true.\n\n--chop writes the log again up to --zxid, with the ending \
                  .chopped<zxid>. The zxid must be in the log and not be its last one.\n\nOne \
                  letter and one dash do as well: -d, -r, -y, -v, -c, -z. The file itself is only \
                  read.",
        examples: &[
            "zkTxnLogToolkit data/version-2/log.100000001",
            "zkTxnLogToolkit -r -y data/version-2/log.100000001",
            "zkTxnLogToolkit -c -z 0x100000020 data/version-2/log.100000001",
        ],
        exits: &[
            (0, "done, or given up by the answer Abort"),
            (1, "a file could not be read or written, or the line cannot be read"),
            (2, "the file is no transaction log"),
        ],
    },
    options: OPTIONS,
    misuse: Misuse::Usage,
    run: Run::Plain(run),
};

const OPTIONS: &[Opt] = &[
    flag("dump", Group::Action, "Shows every transaction, as without an option."),
    flag("d", Group::Action, "As --dump.").hidden(),
    flag("recover", Group::Action, "Writes the log again with right checksums."),
    flag("r", Group::Action, "As --recover.").hidden(),
    flag("yes", Group::Action, "Puts every wrong checksum right without asking."),
    flag("y", Group::Action, "As --yes.").hidden(),
    flag("chop", Group::Action, "Writes the log again up to --zxid."),
    flag("c", Group::Action, "As --chop.").hidden(),
    value("zxid", "zxid", Group::Target, "Where to cut, as a number or behind 0x."),
    value("z", "zxid", Group::Target, "As --zxid.").hidden(),
    flag("verbose", Group::Output, "Shows all transactions with --recover."),
    flag("v", Group::Output, "As --verbose.").hidden(),
    common::HELP,
    flag("h", Group::Other, "As --help.").hidden(),
];

fn run(parsed: Parsed, io: &mut Io) -> Ended {
    let either = |long: &str, short: &str| parsed.has(long) || parsed.has(short);
    let [file] = parsed.words() else { return Err(Failure::usage("Name one file.")) };
    if parsed.has("h") {
        return Err(Failure::usage(TOOL.manual.intro));
    }
    let path = PathBuf::from(file);
    let zxid = parsed.one("zxid")?.or(parsed.one("z")?);
    if !io.disk.exists(&path) {
        return Err(Failure::plain(format!("File doesn't exist or not readable: {file}")));
    }
    let mut log = RawLog::open(&io.disk, &path).map_err(|error| unreadable(&path, &error))?;
    if let Some(zxid) = zxid.filter(|_| either("chop", "c")) {
        let number =
            number(zxid).ok_or_else(|| Failure::named(format!("--zxid is no number: '{zxid}'")))?;
        return chop(&mut log, &path, number, io);
    }
    let mut recovery = match either("recover", "r") {
        true => Some(Recovery::begin(&path, &log, either("yes", "y"), either("verbose", "v"), io)?),
        false => None,
    };
    let dumped = dump(&mut log, recovery.as_mut(), io);
    let Some(recovery) = recovery else { return dumped.map(|_| Exit::OK) };
    match dumped {
        Ok(true) => recovery.finish(io),
        Ok(false) => {
            recovery.abandon(io);
            io.complain("Recovery aborted.")?;
            Ok(Exit::OK)
        }
        Err(failure) => {
            recovery.abandon(io);
            Err(failure)
        }
    }
}

fn unreadable(path: &Path, error: &store::Error) -> Failure {
    match error {
        store::Error::Corrupt { offset: 0, .. } => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            Failure::plain(format!("Invalid magic number for {name}")).code(2)
        }
        other => Failure::named(Chain(other)),
    }
}

/// As Java's `Long.decode` reads it.
fn number(text: &str) -> Option<i64> {
    match text.strip_prefix("0x").or(text.strip_prefix("0X")).or(text.strip_prefix('#')) {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
    .filter(|number| *number >= 0)
}

/// A log that is written again.
struct Recovery {
    path: PathBuf,
    writer: RawLogWriter,
    /// Nobody is asked.
    yes: bool,
    verbose: bool,
    fixed: u32,
}

impl Recovery {
    fn begin(
        path: &Path,
        log: &RawLog,
        yes: bool,
        verbose: bool,
        io: &Io,
    ) -> Result<Recovery, Failure> {
        let path = with_ending(path, ".fixed");
        if io.disk.exists(&path) {
            return Err(Failure::plain(format!(
                "Recovery file {} already exists or not writable",
                path.display()
            )));
        }
        let writer = RawLogWriter::create(&io.disk, &path, log.database_id);
        let writer = writer.map_err(|error| Failure::named(Chain(&error)))?;
        Ok(Recovery { path, writer, yes, verbose, fixed: 0 })
    }

    fn finish(self, io: &mut Io) -> Ended {
        self.writer.finish().map_err(|error| Failure::named(Chain(&error)))?;
        io.stdout.line(&format!(
            "Recovery file {} has been written with {} fixed CRC error(s)",
            self.path.display(),
            self.fixed
        ))?;
        Ok(Exit::OK)
    }

    /// Half a log must not be taken for a whole one.
    fn abandon(self, io: &Io) {
        let _ = io.disk.remove_file(&self.path);
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Shows the log, and writes it again where that is wanted; false where the answer was Abort.
fn dump(
    log: &mut RawLog,
    mut recovery: Option<&mut Recovery>,
    io: &mut Io,
) -> Result<bool, Failure> {
    let zone = TimeZone::system();
    io.stdout.line(&header(log))?;
    let mut count = 0;
    loop {
        let (entry, partial) = match log.next_entry().map_err(|e| Failure::named(Chain(&e)))? {
            Raw::End => {
                io.stdout.line(&format!("EOF reached after {count} txns."))?;
                return Ok(true);
            }
            Raw::Entry(entry) => (entry, false),
            Raw::Partial(entry) => (entry, true),
        };
        let line = text::line(&entry.bytes, &zone);
        let mut checksum = entry.checksum;
        if checksum != entry.expected() {
            let asked = match &recovery {
                Some(recovery) if recovery.yes => {
                    io.stdout.line(&format!("CRC FIXED - {line}"))?;
                    Some(true)
                }
                Some(_) => {
                    io.stdout.line(&format!("CRC ERROR - {line}"))?;
                    ask(io)?
                }
                None => {
                    io.stdout.line(&format!("CRC ERROR - {line}"))?;
                    Some(false)
                }
            };
            let Some(fix) = asked else { return Ok(false) };
            if let Some(recovery) = recovery.as_deref_mut().filter(|_| fix) {
                checksum = entry.expected();
                recovery.fixed += 1;
            }
        }
        if recovery.as_ref().is_none_or(|recovery| recovery.verbose) {
            io.stdout.line(&line)?;
        }
        if partial {
            return Err(Failure::plain("Last transaction was partial."));
        }
        if let Some(recovery) = recovery.as_deref_mut() {
            let written = recovery.writer.write(checksum, &entry.bytes);
            written.map_err(|error| Failure::named(Chain(&error)))?;
        }
        count += 1;
    }
}

/// Whether to put a checksum right; none where nothing more is to be done.
fn ask(io: &mut Io) -> Result<Option<bool>, Failure> {
    loop {
        io.print("Would you like to fix it (Yes/No/Abort) ? ")?;
        io.stdout.flush()?;
        match word(io)?.chars().next().map(|letter| letter.to_ascii_uppercase()) {
            Some('Y') => return Ok(Some(true)),
            Some('N') => return Ok(Some(false)),
            Some('A') => return Ok(None),
            Some(_) => {}
            None => {
                return Err(Failure::named(
                    "the input ended without an answer; --yes answers everything",
                ));
            }
        }
    }
}

/// The next word of the input; empty at its end.
fn word(io: &mut Io) -> Result<String, Failure> {
    let mut word = String::new();
    let mut byte = [0];
    loop {
        let read = io.stdin.read(&mut byte);
        let read = read.map_err(|error| Failure::named(format!("cannot read input: {error}")))?;
        match (read, byte[0].is_ascii_whitespace()) {
            (0, _) => return Ok(word),
            (_, true) if !word.is_empty() => return Ok(word),
            (_, true) => {}
            (_, false) => word.push(char::from(byte[0])),
        }
    }
}

fn header(log: &RawLog) -> String {
    let id = log.database_id;
    format!("ZooKeeper Transactional Log File with dbid {id} txnlog format version 2")
}

/// Writes the log again up to a zxid.
fn chop(log: &mut RawLog, path: &Path, zxid: i64, io: &mut Io) -> Ended {
    io.stdout.line(&header(log))?;
    let target = with_ending(path, &format!(".chopped{zxid}"));
    // A target of an earlier attempt is written anew, as ZooKeeper does.
    let writer = io
        .disk
        .remove_file(&target)
        .map_err(store::Error::io("delete", &target))
        .and_then(|()| RawLogWriter::create(&io.disk, &target, log.database_id));
    let mut writer = writer.map_err(|error| Failure::named(Chain(&error)))?;
    match copy_to(log, &mut writer, zxid, io) {
        Ok(()) => {
            writer.finish().map_err(|error| Failure::named(Chain(&error)))?;
            Ok(Exit::OK)
        }
        Err(failure) => {
            let _ = io.disk.remove_file(&target);
            io.stdout.line(&failure.message)?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            Err(Failure::printed(format!("Got exception: Failed to chop {name}")))
        }
    }
}

fn copy_to(
    log: &mut RawLog,
    writer: &mut RawLogWriter,
    zxid: i64,
    io: &mut Io,
) -> Result<(), Failure> {
    let mut count = 0;
    let mut before: Option<i64> = None;
    loop {
        let entry = match log.next_entry().map_err(|error| Failure::named(Chain(&error)))? {
            Raw::End => return Err(Failure::printed(format!("EOF reached after {count} txns."))),
            Raw::Partial(_) => return Err(Failure::printed("Last transaction was partial.")),
            Raw::Entry(entry) => entry,
        };
        let here = zxid_of(&entry)?;
        if let Some(before) = before.filter(|before| here != before + 1) {
            if here >> 32 == before >> 32 {
                io.stdout
                    .line(&format!("There is intra-epoch gap between {before:x} and {here:x}"))?;
            } else if here & 0xffff_ffff != 1 {
                io.stdout
                    .line(&format!("There is inter-epoch gap between {before:x} and {here:x}"))?;
            }
        }
        if here > zxid {
            if before != Some(zxid) {
                let message = format!("This log does not contain zxid {zxid:x}");
                return Err(Failure::printed(message));
            }
            let message = format!("Chopping at {zxid:x} new log has {count} records");
            io.stdout.line(&message)?;
            return Ok(());
        }
        before = Some(here);
        let written = writer.write(entry.checksum, &entry.bytes);
        written.map_err(|error| Failure::named(Chain(&error)))?;
        count += 1;
    }
}

fn zxid_of(entry: &RawEntry) -> Result<i64, Failure> {
    use crate::zookeeper::jute::Jute as _;
    let (is, ought) = (entry.checksum, entry.expected());
    if is != ought {
        return Err(Failure::printed(format!("CRC doesn't match {is} vs {ought}")));
    }
    let header = TxnHeader::decode(&mut crate::base::bytes::Reader::new(&entry.bytes));
    let header = header.map_err(|error| Failure::printed(format!("no transaction: {error}")))?;
    Ok(header.zxid.0)
}

#[cfg(test)]
mod tests;
