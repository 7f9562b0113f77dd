//! Where the files of a server lie, and what their names say.

use std::path::{Path, PathBuf};

use super::{Error, Result};
use crate::base::disk::Disk;

/// The folder below `dataDir` and `dataLogDir` that carries the version of the formats.
const VERSION_FOLDER: &str = "version-2";
/// What a snapshot is called until it is whole. ZooKeeper ignores a name with an empty first part.
const SCRATCH_PREFIX: &str = ".snapshot.";

/// The two folders a server keeps its state in; often the same one.
#[derive(Clone, Debug)]
pub struct Directories {
    disk: Disk,
    snapshots: PathBuf,
    logs: PathBuf,
}

/// How a snapshot file is packed; its name ends accordingly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Packing {
    #[default]
    Plain,
    Gzip,
    Snappy,
}

/// A snapshot file by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotFile {
    pub zxid: i64,
    pub packing: Packing,
    pub path: PathBuf,
    pub bytes: u64,
}

/// A log file by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFile {
    /// The zxid of its first entry.
    pub zxid: i64,
    pub path: PathBuf,
    pub bytes: u64,
}

impl Packing {
    /// What a file name ends with, the dot included.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Packing::Plain => "",
            Packing::Gzip => ".gz",
            Packing::Snappy => ".snappy",
        }
    }

    /// By the value of `snapshot.compression.method`; anything unknown is plain, as ZooKeeper has it.
    pub fn named(method: &str) -> Packing {
        match method {
            "gz" => Packing::Gzip,
            "snappy" => Packing::Snappy,
            _ => Packing::Plain,
        }
    }
}

impl SnapshotFile {
    /// A file somewhere, by its name; zxid 0 where that says none.
    pub fn at(path: &Path, bytes: u64) -> SnapshotFile {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let (zxid, packing) = parse("snapshot", &name).unwrap_or_default();
        SnapshotFile { zxid, packing, path: path.to_owned(), bytes }
    }
}

impl Directories {
    /// Makes the folders where they are missing and refuses a mix-up of the two. Half-written
    /// snapshots of an earlier life are deleted.
    pub fn open(disk: Disk, data_dir: &Path, data_log_dir: &Path) -> Result<Directories> {
        let directories = Directories::of(disk, data_dir, data_log_dir);
        for folder in [&directories.snapshots, &directories.logs] {
            let made = directories.disk.create_dir_all(folder);
            made.map_err(Error::io("create the folder", folder))?;
        }
        directories.check_placement()?;
        for name in directories.names(&directories.snapshots)? {
            if name.0.starts_with(SCRATCH_PREFIX) {
                let path = directories.snapshots.join(name.0);
                directories.disk.remove_file(&path).map_err(Error::io("delete", &path))?;
            }
        }
        Ok(directories)
    }

    /// The folders as they are, of a server that may be running; nothing is made or deleted.
    pub fn of(disk: Disk, data_dir: &Path, data_log_dir: &Path) -> Directories {
        let (snapshots, logs) = (data_dir.join(VERSION_FOLDER), data_log_dir.join(VERSION_FOLDER));
        Directories { disk, snapshots, logs }
    }

    /// The disk the folders are on.
    pub fn disk(&self) -> &Disk {
        &self.disk
    }

    /// The folder of the snapshots, `version-2` included.
    pub fn snapshot_folder(&self) -> &Path {
        &self.snapshots
    }

    /// The folder of the logs, `version-2` included.
    pub fn log_folder(&self) -> &Path {
        &self.logs
    }

    /// All log files, the oldest first.
    pub fn logs(&self) -> Result<Vec<LogFile>> {
        let mut found: Vec<LogFile> = self
            .names(&self.logs)?
            .into_iter()
            .filter_map(|(name, bytes)| {
                let zxid = parse("log", &name)?.0;
                Some(LogFile { zxid, path: self.logs.join(name), bytes })
            })
            .collect();
        found.sort_by_key(|log| log.zxid);
        Ok(found)
    }

    /// All snapshot files, the newest first.
    pub fn snapshots(&self) -> Result<Vec<SnapshotFile>> {
        let mut found: Vec<SnapshotFile> = self
            .names(&self.snapshots)?
            .into_iter()
            .filter_map(|(name, bytes)| {
                let (zxid, packing) = parse("snapshot", &name)?;
                Some(SnapshotFile { zxid, packing, path: self.snapshots.join(name), bytes })
            })
            .collect();
        found.sort_by_key(|snapshot| std::cmp::Reverse(snapshot.zxid));
        Ok(found)
    }

    /// The bytes of all files in the snapshot and in the log folder, as `conf` and `dirs` print them.
    pub fn sizes(&self) -> Result<(u64, u64)> {
        let size = |folder| Ok(self.names(folder)?.iter().map(|(_, bytes)| bytes).sum());
        Ok((size(&self.snapshots)?, size(&self.logs)?))
    }

    pub(super) fn log_path(&self, zxid: i64) -> PathBuf {
        self.logs.join(format!("log.{zxid:x}"))
    }

    pub(super) fn snapshot_path(&self, zxid: i64, packing: Packing) -> PathBuf {
        self.snapshots.join(format!("snapshot.{zxid:x}{}", packing.suffix()))
    }

    pub(super) fn scratch_path(&self, zxid: i64) -> PathBuf {
        self.snapshots.join(format!("{SCRATCH_PREFIX}{zxid:x}.tmp"))
    }

    fn names(&self, folder: &Path) -> Result<Vec<(String, u64)>> {
        let entries = self.disk.list(folder).map_err(Error::io("list", folder))?;
        Ok(entries.into_iter().filter(|e| !e.is_dir).map(|e| (e.name, e.len)).collect())
    }

    fn check_placement(&self) -> Result<()> {
        if self.snapshots == self.logs {
            return Ok(());
        }
        for (folder, prefix, what) in [
            (&self.snapshots, "log", "is a transaction log in the folder of the snapshots"),
            (&self.logs, "snapshot", "is a snapshot in the folder of the transaction logs"),
        ] {
            let stray =
                self.names(folder)?.into_iter().find(|(name, _)| parse(prefix, name).is_some());
            if let Some((name, _)) = stray {
                return Err(Error::Misplaced { path: folder.join(name), what });
            }
        }
        Ok(())
    }
}

/// The zxid in a file name of that kind, and how its third part says it is packed.
fn parse(prefix: &str, name: &str) -> Option<(i64, Packing)> {
    let mut parts = name.split('.');
    if parts.next() != Some(prefix) {
        return None;
    }
    let zxid = u64::from_str_radix(parts.next()?, 16).ok()?;
    let packing = match parts.next() {
        Some("gz") => Packing::Gzip,
        Some("snappy") => Packing::Snappy,
        _ => Packing::Plain,
    };
    Some((zxid.cast_signed(), packing))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::disk::Mode;

    #[test]
    fn names_are_read_as_zookeeper_reads_them() {
        let cases = [
            ("log", "log.1", Some((1, Packing::Plain))),
            ("log", "log.10000000a", Some((0x1_0000_000a, Packing::Plain))),
            ("log", "log.x", None),
            ("log", "log", None),
            ("log", "snapshot.1", None),
            ("snapshot", "snapshot.0.gz", Some((0, Packing::Gzip))),
            ("snapshot", "snapshot.ff.snappy", Some((255, Packing::Snappy))),
            ("snapshot", "snapshot.5.tmp", Some((5, Packing::Plain))),
            ("snapshot", ".snapshot.5.tmp", None),
        ];
        for (prefix, name, expected) in cases {
            assert_eq!(parse(prefix, name), expected, "{name}");
        }
    }

    #[test]
    fn swapped_folders_are_refused_and_scratch_files_go() {
        let disk = Disk::memory();
        let (data, log) = (Path::new("/data"), Path::new("/log"));
        Directories::open(disk.clone(), data, log).unwrap();
        let scratch = Path::new("/data/version-2/.snapshot.5.tmp");
        disk.open(scratch, Mode::Create).unwrap();
        disk.open(Path::new("/log/version-2/log.1"), Mode::Create).unwrap();
        let directories = Directories::open(disk.clone(), data, log).unwrap();
        assert!(!disk.exists(scratch));
        assert_eq!(directories.logs().unwrap().len(), 1);
        assert!(matches!(Directories::open(disk, log, data), Err(Error::Misplaced { .. })));
    }
}
