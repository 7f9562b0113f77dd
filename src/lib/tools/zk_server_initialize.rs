//! zkServer-initialize: makes the folders of a new ZooKeeper server.
//!
//!     zkServer-initialize --configfile=conf/zoo.cfg --myid=1
//!
//! Exits 0 where they were made, 1 where not, 2 where the file is wrong.

use super::options::{Group, Hint, Opt, Parsed, flag, value};
use super::zk_server::conf::Conf;
use super::{Ended, Exit, Failure, Io, Manual, Misuse, Run, Tool, common};
use crate::base::error::io_text;

/// The program.
pub static TOOL: Tool = Tool {
    name: "zkServer-initialize",
    about: "makes the folders of a new ZooKeeper server",
    manual: Manual {
        intro: "Makes the folders of a new ZooKeeper server.",
        bare: None,
        usage: &["[--configfile=file] [--myid=#] [--force]"],
        details: "Makes version-2 below dataDir and dataLogDir, writes myid where one is given, \
                  and leaves the file initialize in dataDir: a server of an ensemble that runs \
                  with db.autocreate=false trusts an empty database only where that file is, once. \
                  Without it such a server has lost its disk: it votes for nobody until it has the \
                  data of the others.\n\nFolders that are there already are left alone unless \
                  --force is given, which deletes what they hold.\n\nThe settings are those of \
                  zkServer: $ZOOCFGDIR and $ZOOCFG where no file is named.",
        examples: &["zkServer-initialize --configfile=conf/zoo.cfg --myid=1"],
        exits: &[(0, "the folders were made"), (1, "not"), (2, "the settings are wrong")],
    },
    options: OPTIONS,
    misuse: Misuse::Usage,
    run: Run::Plain(run),
};

const OPTIONS: &[Opt] = &[
    value("configfile", "file", Group::Target, "The settings.").hint(Hint::File),
    value("myid", "number", Group::Target, "Which server of the ensemble it is, from 1 to 255."),
    flag("force", Group::Action, "Deletes what the folders hold."),
    flag("h", Group::Other, "Prints this text.").hidden(),
    common::HELP,
];

fn run(parsed: Parsed, io: &mut Io) -> Ended {
    if parsed.has("h") {
        return Err(Failure::usage(TOOL.manual.intro));
    }
    if let Some(word) = parsed.words().first() {
        return Err(Failure::usage(format!("Unknown option: {word}")));
    }
    let mut conf = Conf::find(None, None, io);
    if let Some(file) = parsed.one("configfile")? {
        conf.file = file.into();
    }
    if !io.disk.exists(&conf.file) {
        let file = conf.file.display();
        return Err(Failure::printed(format!("Unable to find config file at {file}")));
    }
    let cfg = conf.load(io)?;
    let mut folders = vec![("data", cfg.data_dir())];
    if cfg.data_log_dir() != cfg.data_dir() {
        folders.push(("txnlog", cfg.data_log_dir()));
    }
    if parsed.has("force") {
        io.stdout.line("Force enabled, data/txnlog directories will be re-initialized")?;
    } else if let Some((kind, folder)) =
        folders.iter().find(|(_, folder)| io.disk.exists(&folder.join("version-2")))
    {
        return Err(Failure::printed(format!(
            "ZooKeeper {kind} directory already exists at {} (or use --force to force \
             re-initialization)",
            folder.display()
        )));
    }
    let my_id = parsed.one("myid")?;
    let made = folders.iter().try_for_each(|(_, folder)| {
        io.disk.remove_file(&folder.join("myid"))?;
        let version = folder.join("version-2");
        io.disk.remove_dir_all(&version)?;
        io.disk.create_dir_all(&version)
    });
    let data_dir = cfg.data_dir();
    let made = made.and_then(|()| match my_id {
        Some(id) => io.disk.replace(&data_dir.join("myid"), format!("{id}\n").as_bytes()),
        None => Ok(()),
    });
    let made = made.and_then(|()| io.disk.replace(&data_dir.join("initialize"), b""));
    made.map_err(|error| {
        Failure::named(format!("cannot initialize {}: {}", data_dir.display(), io_text(&error)))
    })?;
    match my_id {
        Some(id) => io.stdout.line(&format!("Using myid of {id}"))?,
        None => io.stdout.line(&format!(
            "No myid provided, be sure to specify it in {}/myid if using non-standalone",
            data_dir.display()
        ))?,
    }
    Ok(Exit::OK)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::base::disk::{Disk, Mode};

    #[test]
    fn folders_are_made_once_and_again_by_force() {
        let folder = std::env::temp_dir().join(format!("zk-initialize-{}", std::process::id()));
        let at = |name: &str| folder.join(name).display().to_string();
        Disk::System.remove_dir_all(&folder).unwrap();
        Disk::System.create_dir_all(&folder).unwrap();
        let text = format!("dataDir={}\ndataLogDir={}\nclientPort=1\n", at("data"), at("log"));
        Disk::System.replace(Path::new(&at("zoo.cfg")), text.as_bytes()).unwrap();
        let call = |more: &[&str]| {
            let mut io = Io::captured("zkServer-initialize", b"");
            let file = format!("--configfile={}", at("zoo.cfg"));
            let line: Vec<String> =
                [file.as_str()].iter().chain(more).map(|w| (*w).to_owned()).collect();
            let code = super::super::call(&TOOL, &line, &mut io);
            (code, io.stdout.kept())
        };
        let none = format!(
            "No myid provided, be sure to specify it in {}/myid if using non-standalone\n",
            at("data")
        );
        assert_eq!(call(&[]), (0, none));
        assert!(Disk::System.exists(Path::new(&at("data/initialize"))));
        assert!(Disk::System.exists(Path::new(&at("log/version-2"))));
        let there = format!(
            "ZooKeeper data directory already exists at {} (or use --force to force \
             re-initialization)\n",
            at("data")
        );
        assert_eq!(call(&["--myid", "3"]), (1, there));
        Disk::System.open(Path::new(&at("log/version-2/log.1")), Mode::Create).unwrap();
        let forced = "Force enabled, data/txnlog directories will be re-initialized\n\
                      Using myid of 3\n";
        assert_eq!(call(&["--force", "--myid=3"]), (0, forced.to_owned()));
        assert!(!Disk::System.exists(Path::new(&at("log/version-2/log.1"))));
        assert_eq!(Disk::System.read_text(Path::new(&at("data/myid"))).unwrap(), "3\n");
        let missing = call(&["--configfile=/none"]);
        assert_eq!(missing.0, 1, "two files");
        Disk::System.remove_dir_all(&folder).unwrap();
    }
}
