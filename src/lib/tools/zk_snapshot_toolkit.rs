//! zkSnapShotToolkit: shows what is in a snapshot of ZooKeeper.
//!
//!     zkSnapShotToolkit data/version-2/snapshot.0
//!
//! Exits 0 where it was shown, 1 where the file cannot be read, 2 where the line cannot.

use std::path::Path;

use jiff::tz::TimeZone;
use serde_json::json;

use super::options::{Group, Opt, Parsed, flag};
use super::{Ended, Exit, Failure, Io, Manual, Misuse, Run, Tool, common, dates};
use crate::base::error::Chain;
use crate::zookeeper::jute::{StatPersisted, Zxid};
use crate::zookeeper::store::directories::SnapshotFile;
use crate::zookeeper::store::{Content, snapshot};
use crate::zookeeper::tree::{self, DataTree};

/// The program.
pub static TOOL: Tool = Tool {
    name: "zkSnapShotToolkit",
    about: "shows what is in a snapshot of ZooKeeper",
    manual: Manual {
        intro: "Shows what is in a snapshot of ZooKeeper.",
        bare: None,
        usage: &["[-d|-json] snapshot.<zxid>[.gz|.snappy]"],
        details: "Prints every node with its stat and the length of its data, or with -d the data \
                  itself in base64; then the sessions, and the last zxid. With -json it prints the \
                  names and lengths of the nodes as one JSON document, which the ncdu program \
                  shows: ncdu -f.\n\nA snapshot is fuzzy: it may show changes later than the zxid \
                  it is named after. The nodes below one node come in order of their names.",
        examples: &[
            "zkSnapShotToolkit data/version-2/snapshot.0",
            "zkSnapShotToolkit -json data/version-2/snapshot.0 | ncdu -f -",
        ],
        exits: &[(0, "shown"), (1, "the file cannot be read"), (2, "the line cannot be read")],
    },
    options: OPTIONS,
    misuse: Misuse::Usage,
    run: Run::Plain(run),
};

const OPTIONS: &[Opt] = &[
    flag("d", Group::Output, "Prints the data of every node in base64."),
    flag("json", Group::Output, "Prints names and lengths as one JSON document."),
    common::HELP,
];

/// What the JSON document calls its writer; programs that read it look for the fields alone.
const PROGRAM: (&str, &str) = ("SnapshotFormatter.java", "0.01");
/// The number before that of the first node.
const INODE_BEFORE: u64 = 1000;

fn run(parsed: Parsed, io: &mut Io) -> Ended {
    let [file] = parsed.words() else { return Err(Failure::usage("Name one file.").code(2)) };
    if parsed.has("d") && parsed.has("json") {
        let message = "Cannot specify both data dump (-d) and json mode (-json) in same call";
        return Err(Failure::plain(message).code(2));
    }
    let path = Path::new(file);
    if !io.disk.exists(path) {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let message = format!("File '{}' does not exist.", path.display());
        return Err(Failure::plain(message).code(2));
    }
    let named = SnapshotFile::at(path, 0);
    let content = Content::read_file(&io.disk, &named);
    let content = content.map_err(|error| Failure::named(Chain(&error)))?;
    let mut sections = content.sections();
    let zxid = Zxid(named.zxid);
    let settings = tree::Settings::default();
    let tree = DataTree::from_snapshot(settings, zxid, &mut sections, snapshot::skip_seal);
    let tree = tree.map_err(|error| Failure::named(format!("{file}: {error}")))?;
    if parsed.has("json") {
        let head = json!([1, 0, {"progname": PROGRAM.0, "progver": PROGRAM.1,
                                 "timestamp": io.clock.wall_ms()}]);
        io.print(head.to_string().trim_end_matches(']'))?;
        print_json(&tree, io)?;
        io.print("]")?;
    } else {
        print(&tree, zxid, parsed.has("d"), io)?;
    }
    Ok(Exit::OK)
}

fn print(tree: &DataTree, named: Zxid, with_data: bool, io: &mut Io) -> std::io::Result<()> {
    let zone = TimeZone::system();
    let mut last = named;
    io.stdout.line(&format!("ZNode Details (count={}):", tree.counts().nodes))?;
    tree.walk(|node| {
        last = last.max(node.stat.mzxid).max(node.stat.pzxid);
        io.stdout.line("----")?;
        io.stdout.line(&node.path)?;
        io.print(&stat(&node.stat, &zone))?;
        let data = node.data.unwrap_or_default();
        io.stdout.line(&match with_data {
            true => {
                use base64::Engine as _;
                format!("  data = {}", base64::engine::general_purpose::STANDARD.encode(data))
            }
            false => format!("  dataLength = {}", data.len()),
        })
    })?;
    io.stdout.line("----")?;
    io.stdout.line("Session Details (sid, timeout, ephemeralCount):")?;
    for (session, timeout_ms) in tree.sessions() {
        let owned = tree.ephemerals(session).len();
        io.stdout.line(&format!("{:#016x}, {timeout_ms}, {owned}", session.0))?;
    }
    io.stdout.line("----")?;
    io.stdout.line(&format!("Last zxid: 0x{:x}", last.0))
}

fn stat(stat: &StatPersisted, zone: &TimeZone) -> String {
    format!(
        "  cZxid = {:#016x}\n  ctime = {}\n  mZxid = {:#016x}\n  mtime = {}\n  pZxid = {:#016x}\n\
         \x20 cversion = {}\n  dataVersion = {}\n  aclVersion = {}\n  ephemeralOwner = {:#016x}\n",
        stat.czxid.0,
        dates::full(stat.ctime, zone),
        stat.mzxid.0,
        dates::full(stat.mtime, zone),
        stat.pzxid.0,
        stat.cversion,
        stat.version,
        stat.aversion,
        stat.ephemeral_owner,
    )
}

/// A node with children is an array: itself, then they.
fn print_json(tree: &DataTree, io: &mut Io) -> std::io::Result<()> {
    let mut depth = 0;
    let mut number = INODE_BEFORE;
    tree.walk(|node| {
        number += 1;
        while depth > node.depth {
            io.print("]")?;
            depth -= 1;
        }
        let bytes = node.data.map_or(0, <[u8]>::len);
        let name = match node.path.as_str() {
            "/" => "/",
            path => path.rsplit('/').next().unwrap_or(path),
        };
        let row = json!({"name": name, "asize": bytes, "dsize": bytes, "dev": 0, "ino": number});
        io.print(if node.has_children { ",[" } else { "," })?;
        if node.has_children {
            depth += 1;
        }
        io.print(&row.to_string())
    })?;
    (0..depth).try_for_each(|_| io.print("]"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::disk::{Disk, Mode};
    use crate::zookeeper::jute::{SessionId, Stat};

    /// The empty tree of Apache ZooKeeper 3.9.5 with its three seals.
    fn disk() -> Disk {
        use crate::base::bytes::Writer;
        use crate::zookeeper::store::{Directories, SnapshotWriter};
        let disk = Disk::memory();
        let directories =
            Directories::open(disk.clone(), Path::new("/d"), Path::new("/d")).unwrap();
        let mut tree = DataTree::new(tree::Settings::default());
        let mut walk = tree.begin_snapshot();
        let mut writer = Writer::new();
        assert!(!tree.write_snapshot(&mut walk, &mut writer, usize::MAX));
        tree.end_snapshot(walk);
        let mut file = SnapshotWriter::create(&directories, 0, Default::default()).unwrap();
        file.write(&writer.into_bytes()).unwrap();
        file.seal().unwrap();
        file.finish().unwrap();
        disk
    }

    fn call(disk: &Disk, line: &[&str]) -> (u8, String, String) {
        let mut io = Io::captured("zkSnapShotToolkit", b"");
        io.disk = disk.clone();
        let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
        let code = super::super::call(&TOOL, &line, &mut io);
        (code, io.stdout.kept(), io.stderr.kept())
    }

    #[test]
    fn an_empty_tree_is_printed_as_by_zookeeper() {
        let disk = disk();
        let (code, shown, _) = call(&disk, &["/d/version-2/snapshot.0"]);
        assert_eq!(code, 0);
        assert!(
            shown.starts_with("ZNode Details (count=5):\n----\n/\n  cZxid = 0x00000000000000\n")
        );
        let last = "  aclVersion = 0\n  ephemeralOwner = 0x00000000000000\n  dataLength = 0\n\
                    ----\nSession Details (sid, timeout, ephemeralCount):\n----\nLast zxid: 0x0\n";
        assert!(shown.ends_with(last), "{shown}");
        let (_, shown, _) = call(&disk, &["-d", "/d/version-2/snapshot.0"]);
        assert_eq!(shown.matches("\n  data = \n").count(), 4, "{shown}");
        let (code, shown, _) = call(&disk, &["-json", "/d/version-2/snapshot.0"]);
        let row = |name: &str, number: u16| {
            format!("{{\"name\":\"{name}\",\"asize\":0,\"dsize\":0,\"dev\":0,\"ino\":{number}}}")
        };
        let rows = format!(
            ",[{},[{},{},{}]]]",
            row("/", 1001),
            row("zookeeper", 1002),
            row("config", 1003),
            row("quota", 1004)
        );
        let head =
            "[1,0,{\"progname\":\"SnapshotFormatter.java\",\"progver\":\"0.01\",\"timestamp\":";
        assert!(code == 0 && shown.starts_with(head) && shown.ends_with(&rows), "{shown}");
    }

    #[test]
    fn numbers_are_padded_as_by_java() {
        assert_eq!(format!("{:#016x}", 12), "0x0000000000000c");
        let owner = SessionId(i64::MIN).0;
        assert_eq!(format!("{owner:#016x}"), "0x8000000000000000");
        assert_eq!(Stat::default().version, 0);
    }

    #[test]
    fn misuse_has_zookeepers_words_and_codes() {
        let disk = disk();
        disk.open(Path::new("/log.1"), Mode::Create).unwrap();
        assert_eq!(call(&disk, &[]).0, 2);
        assert_eq!(call(&disk, &["a", "b"]).0, 2);
        let missing = "File '/none' does not exist.\n".to_owned();
        assert_eq!(call(&disk, &["/none"]), (2, String::new(), missing));
        assert_eq!(call(&disk, &["-d", "-json", "/log.1"]).0, 2);
        let (code, _, said) = call(&disk, &["/log.1"]);
        assert!(code == 1 && said.contains("too short for a snapshot"), "{said}");
    }
}
