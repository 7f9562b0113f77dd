//! Which leader wrote from which offset on: what followers and consumers find out with how far
//! their log agrees with the leader's (KIP-101, KIP-320).

use std::path::{Path, PathBuf};

use crate::base::disk::Disk;
use crate::kafka::types::{LeaderEpoch, Offset};

use super::checkpoint::{self, LEADER_EPOCHS};
use super::error::Result;

/// The epochs of one partition, oldest first, kept in `leader-epoch-checkpoint`. Epochs and offsets
/// both only grow.
#[derive(Debug)]
pub struct LeaderEpochs {
    disk: Disk,
    path: PathBuf,
    entries: Vec<(LeaderEpoch, Offset)>,
}

impl LeaderEpochs {
    /// Reads those of the partition whose folder this is. A damaged file counts as an empty one:
    /// recovery finds the epochs again in the batches.
    pub fn open(disk: &Disk, folder: &Path) -> Result<LeaderEpochs> {
        let path = folder.join(LEADER_EPOCHS);
        let entries = match checkpoint::read_epochs(disk, &path) {
            Ok(entries) => entries,
            Err(error) if matches!(error, super::error::Error::Corrupt { .. }) => {
                tracing::warn!(target: "kafka.server.epoch.LeaderEpochFileCache", "{error}; starting without");
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        Ok(LeaderEpochs { disk: disk.clone(), path, entries })
    }

    /// The newest epoch.
    pub fn latest(&self) -> Option<LeaderEpoch> {
        self.entries.last().map(|&(epoch, _)| epoch)
    }

    /// All of them.
    pub fn entries(&self) -> &[(LeaderEpoch, Offset)] {
        &self.entries
    }

    /// Records that `epoch` begins at `start`, unless it is known. Entries that contradict it (a
    /// later epoch, or a later start) come from a leader that was overruled and go.
    pub fn assign(&mut self, epoch: LeaderEpoch, start: Offset) -> Result<()> {
        if epoch.0 < 0 || start < 0 || self.latest().is_some_and(|latest| latest == epoch) {
            return Ok(());
        }
        if self.entries.iter().any(|&(known, at)| known == epoch && at <= start) {
            return Ok(());
        }
        self.entries.retain(|&(known, at)| known < epoch && at < start);
        self.entries.push((epoch, start));
        self.save()
    }

    /// Where `asked` ended: the epoch that answers (the newest not after it) and the offset after
    /// its last record. None where nothing is known.
    pub fn end_offset_for(
        &self,
        asked: LeaderEpoch,
        log_end: Offset,
    ) -> Option<(LeaderEpoch, Offset)> {
        let latest = self.latest()?;
        if asked.0 < 0 || asked > latest {
            return None;
        }
        if asked == latest {
            return Some((asked, log_end));
        }
        let after = self.entries.partition_point(|&(epoch, _)| epoch <= asked);
        let &(_, end) = self.entries.get(after)?;
        match after.checked_sub(1).and_then(|floor| self.entries.get(floor)) {
            Some(&(epoch, _)) => Some((epoch, end)),
            // Older than all that is known: it ended where the first known one began.
            None => Some((asked, end)),
        }
    }

    /// The epoch in which the record at `offset` was written.
    pub fn epoch_at(&self, offset: Offset) -> Option<LeaderEpoch> {
        let after = self.entries.partition_point(|&(_, start)| start <= offset);
        after.checked_sub(1).map(|index| self.entries[index].0)
    }

    /// Forgets epochs that begin at `end` or later.
    pub fn truncate_from_end(&mut self, end: Offset) -> Result<()> {
        let before = self.entries.len();
        self.entries.retain(|&(_, start)| start < end);
        if self.entries.len() == before { Ok(()) } else { self.save() }
    }

    /// Forgets epochs that ended before `start`; the one that covers it begins there now.
    pub fn truncate_from_start(&mut self, start: Offset) -> Result<()> {
        let after = self.entries.partition_point(|&(_, at)| at <= start);
        let Some(covering) = after.checked_sub(1) else { return Ok(()) };
        if covering == 0 && self.entries[0].1 == start {
            return Ok(());
        }
        self.entries.drain(..covering);
        self.entries[0].1 = start;
        self.save()
    }

    /// Forgets all.
    pub fn clear(&mut self) -> Result<()> {
        self.entries.clear();
        self.save()
    }

    fn save(&self) -> Result<()> {
        checkpoint::write_epochs(&self.disk, &self.path, &self.entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn epochs(entries: &[(i32, i64)]) -> LeaderEpochs {
        let disk = Disk::memory();
        disk.create_dir_all(Path::new("/t-0")).unwrap();
        let mut epochs = LeaderEpochs::open(&disk, Path::new("/t-0")).unwrap();
        for &(epoch, start) in entries {
            epochs.assign(LeaderEpoch(epoch), start).unwrap();
        }
        epochs
    }

    fn list(epochs: &LeaderEpochs) -> Vec<(i32, i64)> {
        epochs.entries().iter().map(|&(epoch, start)| (epoch.0, start)).collect()
    }

    #[test]
    fn the_end_of_an_epoch_is_the_start_of_the_next() {
        let epochs = epochs(&[(2, 5), (4, 10), (7, 20)]);
        for (asked, expected) in [
            (-1, None),
            (8, None),
            (7, Some((7, 99))),
            (6, Some((4, 20))),
            (4, Some((4, 20))),
            (3, Some((2, 10))),
            (1, Some((1, 5))),
        ] {
            let found = epochs.end_offset_for(LeaderEpoch(asked), 99);
            assert_eq!(found.map(|(epoch, end)| (epoch.0, end)), expected, "epoch {asked}");
        }
        assert_eq!(epochs.epoch_at(4), None);
        assert_eq!(epochs.epoch_at(19), Some(LeaderEpoch(4)));
    }

    #[test]
    fn entries_stay_monotone_and_are_kept_on_disk() {
        let mut epochs = epochs(&[(1, 0), (2, 5), (2, 7), (4, 10)]);
        assert_eq!(list(&epochs), [(1, 0), (2, 5), (4, 10)]);
        epochs.assign(LeaderEpoch(5), 10).unwrap();
        assert_eq!(list(&epochs), [(1, 0), (2, 5), (5, 10)], "epoch 4 wrote nothing");
        epochs.assign(LeaderEpoch(3), 8).unwrap();
        assert_eq!(list(&epochs), [(1, 0), (2, 5), (3, 8)], "5 was overruled");
        epochs.truncate_from_end(8).unwrap();
        epochs.truncate_from_start(6).unwrap();
        assert_eq!(list(&epochs), [(2, 6)]);
        let again = LeaderEpochs::open(&epochs.disk, Path::new("/t-0")).unwrap();
        assert_eq!(again.entries(), epochs.entries());
        epochs.clear().unwrap();
        assert_eq!(epochs.latest(), None);
    }
}
