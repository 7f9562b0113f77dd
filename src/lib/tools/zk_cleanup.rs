//! zkCleanup: deletes snapshots and transaction logs that are not needed any more.
//!
//!     zkCleanup -n 3
//!
//! Exits 0 where what was old is gone, 1 where not, 2 where the settings are wrong.

use jiff::tz::TimeZone;

use super::options::{Group, Hint, Opt, Parsed, value};
use super::zk_server::conf::Conf;
use super::{Ended, Exit, Failure, Io, Manual, Misuse, Run, Tool, common, dates};
use crate::base::error::Chain;
use crate::zookeeper::store::{Directories, purge};

/// The program.
pub static TOOL: Tool = Tool {
    name: "zkCleanup",
    about: "deletes snapshots and transaction logs that are not needed any more",
    manual: Manual {
        intro: "Deletes snapshots and transaction logs that are not needed any more.",
        bare: None,
        usage: &["[--config folder] -n count"],
        details: "Keeps the newest snapshots that are whole, as many as -n says and never fewer \
                  than 3, and the logs from the oldest of them on. What is older is deleted, and \
                  each file named. Where fewer snapshots are whole nothing is deleted.\n\nThe \
                  folders are those of the settings that zkServer uses: --config, $ZOOCFGDIR, \
                  $ZOOCFG. A server may run meanwhile; with autopurge.purgeInterval it does the \
                  same by itself.",
        examples: &["zkCleanup -n 5"],
        exits: &[
            (0, "nothing old is left"),
            (1, "a file could not be read or deleted, or the line cannot be read"),
            (2, "the settings are wrong"),
        ],
    },
    options: OPTIONS,
    misuse: Misuse::Usage,
    run: Run::Plain(run),
};

const OPTIONS: &[Opt] = &[
    value("config", "folder", Group::Target, "The folder of the settings.").hint(Hint::File),
    value("n", "count", Group::Action, "How many snapshots to keep, at least 3."),
    common::HELP,
];

fn run(parsed: Parsed, io: &mut Io) -> Ended {
    let Some(count) = parsed.one("n")? else {
        return Err(Failure::usage("-n is missing: how many snapshots to keep"));
    };
    let keep = match count.parse::<i32>() {
        Ok(keep) => usize::try_from(keep).unwrap_or(0),
        Err(_) => return Err(Failure::usage(format!("'{count}' can not be parsed to integer."))),
    };
    if keep < purge::SNAPSHOTS_KEPT_MIN {
        return Err(Failure::usage("count should be greater than or equal to 3"));
    }
    if let Some(word) = parsed.words().first() {
        return Err(Failure::usage(format!("{word} is too much")));
    }
    let cfg = Conf::find(parsed.one("config")?, None, io).load(io)?;
    for folder in [cfg.data_log_dir(), cfg.data_dir()] {
        if !io.disk.exists(&folder) {
            let folder = folder.display();
            return Err(Failure::plain(format!("Path '{folder}' does not exist. ")));
        }
    }
    let directories = Directories::of(io.disk.clone(), &cfg.data_dir(), &cfg.data_log_dir());
    let removed = purge::purge(&directories, keep);
    let removed = removed.map_err(|error| Failure::named(Chain(&error)))?;
    for file in removed {
        let date = dates::medium(file.modified_ms, &TimeZone::system());
        io.stdout.line(&format!("Removing file: {date}\t{}", file.path.display()))?;
    }
    Ok(Exit::OK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misuse_is_said_as_the_class_behind_the_script_does() {
        for (typed, said) in [
            ("x", "'x' can not be parsed to integer."),
            ("2", "count should be greater than or equal to 3"),
        ] {
            let mut io = Io::captured("zkCleanup", b"");
            let line = ["-n", typed].map(str::to_owned);
            assert_eq!(super::super::call(&TOOL, &line, &mut io), 1);
            assert!(io.stderr.kept().starts_with(said), "{}", io.stderr.kept());
        }
    }
}
