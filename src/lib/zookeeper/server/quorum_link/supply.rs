//! What a learner lacks, from the log on disk: cheaper than a snapshot as long as it is small beside
//! one (`snapshotSizeFactor`).

use bytes::Bytes;
use tracing::warn;

use super::LOGGER;
use crate::base::bytes::Writer;
use crate::base::error::Chain;
use crate::zookeeper::jute::{Jute, PacketKind, QuorumPacket, Zxid};
use crate::zookeeper::store::{self, Directories, LogReader};
use crate::zookeeper::zab::history::follows;

/// How much is handed on at a time, in bytes.
const PIECE_BYTES: usize = 64 * 1024;

/// Whether the log has `from` itself, and everything after it up to `to` without a hole.
fn covers(directories: &Directories, factor: f64, from: Zxid, to: Zxid) -> bool {
    let covered = || -> store::Result<bool> {
        if factor < 0.0 || from >= to || !is_small(directories, factor, from)? {
            return Ok(false);
        }
        let mut last = None;
        walk(directories, from, to, |zxid, _| {
            let next = last.map_or(zxid == from, |last| follows(last, zxid));
            last = next.then_some(zxid);
            next
        })?;
        Ok(last == Some(to))
    };
    covered().unwrap_or_else(|error| {
        warn!(target: LOGGER, "The log cannot be read for a learner: {}", Chain(&error));
        false
    })
}

/// Whether the files concerned are small beside the newest snapshot; without one, or with a factor
/// of 0, any size is.
fn is_small(directories: &Directories, factor: f64, from: Zxid) -> store::Result<bool> {
    let mut logs = directories.logs()?;
    let first = logs.iter().rposition(|log| log.zxid <= from.0);
    logs.drain(..first.unwrap_or(0));
    let bytes: u64 = logs.iter().map(|log| log.bytes).sum();
    let snapshot = directories.snapshots()?.first().map_or(0, |newest| newest.bytes);
    // Sizes of files are far from where a double is no longer exact.
    #[allow(clippy::cast_precision_loss)]
    let (bytes, limit) = (bytes as f64, snapshot as f64 * factor);
    Ok(limit <= 0.0 || bytes <= limit)
}

/// The transactions a learner lacks, piece by piece.
#[derive(Debug)]
pub(super) struct Supply {
    log: LogReader,
    from: Zxid,
    to: Zxid,
    /// The last that was read.
    last: Zxid,
    /// The packet that comes before them has been handed out.
    begun: bool,
}

impl Supply {
    /// None where a snapshot must do.
    pub(super) fn open(
        directories: &Directories,
        factor: f64,
        from: Zxid,
        to: Zxid,
    ) -> Option<Supply> {
        if !covers(directories, factor, from, to) {
            return None;
        }
        match LogReader::open(directories, from.0, false) {
            Ok(log) => Some(Supply { log, from, to, last: from, begun: false }),
            Err(error) => {
                warn!(target: LOGGER, "The log cannot be read for a learner: {}", Chain(&error));
                None
            }
        }
    }

    /// A DIFF packet, then transactions, each with its commit; none after the last.
    pub(super) fn next(&mut self) -> Result<Option<Bytes>, String> {
        let mut piece = Writer::new();
        if !std::mem::replace(&mut self.begun, true) {
            QuorumPacket::new(PacketKind::Diff, self.to).encode(&mut piece);
        }
        while self.last < self.to && piece.len() < PIECE_BYTES {
            let read = self.log.next_entry().map_err(|error| Chain(&error).to_string())?;
            let entry = read.filter(|entry| entry.zxid <= self.to.0);
            let Some(entry) = entry else {
                let Supply { from, to, last, .. } = self;
                return Err(format!("the log from {from} to {to} ended at {last}"));
            };
            let zxid = Zxid(entry.zxid);
            if zxid > self.from {
                self.last = zxid;
                QuorumPacket::with(PacketKind::Proposal, zxid, entry.bytes).encode(&mut piece);
                QuorumPacket::new(PacketKind::Commit, zxid).encode(&mut piece);
            }
        }
        let piece = piece.into_bytes();
        Ok(Some(piece).filter(|piece| !piece.is_empty()))
    }
}

/// Reads the transactions from `from` to `to`, as long as they are wanted.
fn walk(
    directories: &Directories,
    from: Zxid,
    to: Zxid,
    mut wanted: impl FnMut(Zxid, Bytes) -> bool,
) -> store::Result<()> {
    let mut log = LogReader::open(directories, from.0, false)?;
    while let Some(entry) = log.next_entry()? {
        if entry.zxid > to.0 || !wanted(Zxid(entry.zxid), entry.bytes) {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::base::bytes::Reader;
    use crate::base::disk::Disk;
    use crate::zookeeper::store::TxnLog;

    fn log(zxids: &[Zxid]) -> Directories {
        let directories =
            Directories::open(Disk::memory(), Path::new("/d"), Path::new("/d")).unwrap();
        let mut log = TxnLog::new(directories.clone(), 0, true);
        for zxid in zxids {
            let mut bytes = vec![0; 40];
            bytes[12..20].copy_from_slice(&zxid.0.to_be_bytes());
            log.append(zxid.0, &bytes);
        }
        log.flush().unwrap();
        directories
    }

    #[test]
    fn the_log_is_sent_where_it_has_no_hole() {
        let zxid = Zxid::new;
        let whole = [zxid(1, 1), zxid(1, 2), zxid(1, 3), zxid(2, 1)];
        let directories = log(&whole);
        assert!(covers(&directories, 0.33, zxid(1, 1), zxid(2, 1)), "there is no snapshot");
        assert!(!covers(&directories, -1.0, zxid(1, 1), zxid(2, 1)), "it may not be sent");
        assert!(!covers(&directories, 0.33, Zxid::ZERO, zxid(2, 1)), "it is not in the log");
        assert!(!covers(&directories, 0.33, zxid(1, 7), zxid(2, 1)), "the learner has another");
        assert!(!covers(&directories, 0.33, zxid(1, 1), zxid(2, 2)), "it does not reach");
        let mut supply = Supply::open(&directories, 0.33, zxid(1, 2), zxid(2, 1)).unwrap();
        let mut bytes = Vec::new();
        while let Some(piece) = supply.next().unwrap() {
            bytes.extend(piece);
        }
        let mut reader = Reader::new(&bytes);
        let mut read = Vec::new();
        while !reader.is_empty() {
            let packet = QuorumPacket::decode(&mut reader).unwrap();
            read.push((packet.kind().unwrap(), packet.zxid));
        }
        assert_eq!(
            read,
            [
                (PacketKind::Diff, zxid(2, 1)),
                (PacketKind::Proposal, zxid(1, 3)),
                (PacketKind::Commit, zxid(1, 3)),
                (PacketKind::Proposal, zxid(2, 1)),
                (PacketKind::Commit, zxid(2, 1)),
            ]
        );
        let mut cut = Supply::open(&directories, 0.33, zxid(1, 2), zxid(2, 1)).unwrap();
        cut.to = zxid(2, 9);
        assert!(cut.next().is_err(), "the log was cut meanwhile");
        let holed = log(&[zxid(1, 1), zxid(1, 3)]);
        assert!(!covers(&holed, 0.33, zxid(1, 1), zxid(1, 3)), "a hole");
    }
}
