//! What the peer wants of the disk: its two epochs, a log that is cut, a state that is replaced.

use bytes::Bytes;

use crate::base::bytes::Reader;
use crate::base::error::Chain;
use crate::base::planted::Bug;
use crate::zookeeper::jute::quorum_packet::SNAPSHOT_END;
use crate::zookeeper::jute::{Jute, Zxid};
use crate::zookeeper::server::pipeline::Pipeline;
use crate::zookeeper::server::snapshots::Snapshots;
use crate::zookeeper::server::startup;
use crate::zookeeper::store::{self, Directories};
use crate::zookeeper::tree::DataTree;

const ACCEPTED: &str = "acceptedEpoch";
const CURRENT: &str = "currentEpoch";

fn read_epoch(directories: &Directories, name: &str) -> Result<Option<i64>, String> {
    let path = directories.snapshot_folder().join(name);
    match directories.disk().read_text(&path) {
        Ok(text) => match text.trim().parse::<i64>().ok().filter(|&epoch| epoch >= 0) {
            Some(epoch) => Ok(Some(epoch)),
            None => Err(format!("{} holds no epoch: {:?}", path.display(), text.trim())),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(store::Error::io("read", &path)(error).to_string()),
    }
}

/// The accepted and the current epoch. A server that never was in an ensemble has none; one that
/// has lost them must not vote as if it had none.
pub(super) fn epochs(directories: &Directories, last: Zxid) -> Result<(i64, i64), String> {
    let accepted = read_epoch(directories, ACCEPTED)?;
    let current = read_epoch(directories, CURRENT)?;
    // A database that was lost has none.
    let of_log = if last.0 < 0 { 0 } else { i64::from(last.epoch()) };
    let folder = directories.snapshot_folder().display();
    let (accepted, current) = match (accepted, current) {
        (Some(accepted), Some(current)) => (accepted, current),
        // A crash between the two: the first is written first.
        (Some(accepted), None) => (accepted, of_log),
        (None, None) if of_log == 0 => return Ok((0, 0)),
        (None, _) => {
            return Err(format!(
                "{folder} holds transactions of epoch {of_log} and no file {ACCEPTED}: a disk that \
                 has lost it must not vote; remove the whole folder to begin anew from the others"
            ));
        }
    };
    if current > accepted {
        return Err(format!(
            "{folder}: the current epoch, {current}, is above the accepted one, {accepted}"
        ));
    }
    if of_log > accepted {
        return Err(format!(
            "{folder}: the accepted epoch, {accepted}, is older than the last zxid, {last}"
        ));
    }
    // A crash between the last of what was synchronised and the epoch: who has a transaction of an
    // epoch has all that was there when it began.
    Ok((accepted, current.max(of_log)))
}

fn save(directories: &Directories, name: &str, epoch: i64) -> Result<(), String> {
    let path = directories.snapshot_folder().join(name);
    let saved = directories.disk().replace(&path, epoch.to_string().as_bytes());
    saved.map_err(|error| store::Error::io("write", &path)(error).to_string())
}

pub(super) fn save_accepted(directories: &Directories, epoch: i64) -> Result<(), String> {
    if Bug::ForgetEpoch.is_planted() {
        return Ok(());
    }
    save(directories, ACCEPTED, epoch)
}

pub(super) fn save_current(directories: &Directories, epoch: i64) -> Result<(), String> {
    save(directories, CURRENT, epoch)
}

/// Cuts the log, and goes back to what it then holds; none where it cannot be cut there.
pub(super) fn truncate(
    pipeline: &Pipeline,
    directories: &Directories,
    zxid: Zxid,
) -> Result<Option<Zxid>, String> {
    let text = |error: &dyn std::error::Error| Chain(error).to_string();
    if !store::truncate(directories, zxid.0).map_err(|error| text(&error))? {
        return Ok(None);
    }
    let read = startup::read_tree(&pipeline.settings, directories).map_err(|error| text(&error))?;
    let last = read.tree.last_zxid();
    if last != zxid {
        return Err(format!("the log was to be cut at {zxid} and ends with {last}"));
    }
    pipeline.replace_tree(read.tree);
    Ok(Some(last))
}

/// Puts a leader's state in the place of ours: beside it first, and only when that is durable does
/// what is later of the old one go (ZOOKEEPER-3642).
pub(super) fn install(
    pipeline: &Pipeline,
    snapshots: &Snapshots,
    zxid: Zxid,
    state: &Bytes,
) -> Result<Zxid, String> {
    let settings = pipeline.settings.tree.clone();
    let ended = |reader: &mut Reader<'_>| match String::decode(reader)? == SNAPSHOT_END {
        true => Ok(false),
        false => Err(reader.invalid("end of a snapshot", 0)),
    };
    let mut tree = DataTree::from_snapshot(settings, zxid, &mut Reader::shared(state), ended)
        .map_err(|error| error.to_string())?;
    let text = |error: store::Error| Chain(&error).to_string();
    snapshots.write_alone(&mut tree).map_err(text)?;
    store::truncate(snapshots.directories(), zxid.0).map_err(text)?;
    pipeline.replace_tree(tree);
    Ok(zxid)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::base::disk::{Disk, Mode};

    #[test]
    fn epochs_that_cannot_be_are_refused() {
        let folder = Path::new("/data");
        let directories = Directories::open(Disk::memory(), folder, folder).unwrap();
        let read = |last| epochs(&directories, last);
        assert_eq!(read(Zxid::ZERO).unwrap(), (0, 0));
        assert_eq!(read(Zxid(-1)).unwrap(), (0, 0), "a database that was lost");
        assert!(read(Zxid::new(1, 3)).unwrap_err().contains("acceptedEpoch"));
        save_accepted(&directories, 4).unwrap();
        assert_eq!(read(Zxid::new(3, 3)).unwrap(), (4, 3));
        save_current(&directories, 4).unwrap();
        assert_eq!(read(Zxid::new(3, 3)).unwrap(), (4, 4));
        assert!(read(Zxid::new(5, 3)).unwrap_err().contains("older than the last zxid"));
        save_accepted(&directories, 6).unwrap();
        assert_eq!(read(Zxid::new(5, 3)).unwrap(), (6, 5), "logged, and the epoch not yet saved");
        save_accepted(&directories, 4).unwrap();
        save_current(&directories, 5).unwrap();
        assert!(read(Zxid::new(3, 3)).unwrap_err().contains("above the accepted"));
    }

    /// A crash while an epoch is written leaves half a file beside it, which is not read; a crash
    /// between the two files leaves the accepted one, which is written first.
    #[test]
    fn zookeeper_1653_a_crash_between_the_epochs_is_survived() {
        let folder = Path::new("/data");
        let disk = Disk::memory();
        let directories = Directories::open(disk.clone(), folder, folder).unwrap();
        save_accepted(&directories, 4).unwrap();
        let left = directories.snapshot_folder().join("currentEpoch.tmp");
        disk.open(&left, Mode::Create).unwrap().write_all_at(b"9", 0).unwrap();
        assert_eq!(epochs(&directories, Zxid::new(3, 3)).unwrap(), (4, 3), "by the last zxid");
        save_current(&directories, 4).unwrap();
        assert_eq!(epochs(&directories, Zxid::new(3, 3)).unwrap(), (4, 4));
    }
}
