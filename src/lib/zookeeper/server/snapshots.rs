//! Takes snapshots while the server goes on, and purges old files.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::Builder;

use tracing::{error, info};

use super::pipeline::Pipeline;
use crate::base::bytes::Writer;
use crate::base::error::Chain;
use crate::zookeeper::jute::Zxid;
use crate::zookeeper::store::directories::Packing;
use crate::zookeeper::store::{self, Directories, SnapshotWriter};
use crate::zookeeper::tree::DataTree;

const LOGGER: &str = "org.apache.zookeeper.server.ZooKeeperServer";
/// How much of the tree is written into memory at a time, in bytes: the lock is held for as long.
const PIECE_BYTES: usize = 64 * 1024;

/// Where snapshots go.
#[derive(Debug)]
pub(super) struct Snapshots {
    directories: Directories,
    packing: Packing,
    digest: bool,
    busy: Arc<AtomicBool>,
}

impl Snapshots {
    pub(super) fn new(directories: Directories, packing: Packing, digest: bool) -> Snapshots {
        Snapshots { directories, packing, digest, busy: Arc::default() }
    }

    /// The folders.
    pub(super) fn directories(&self) -> &Directories {
        &self.directories
    }

    /// Begins a snapshot on a thread of its own; false where one is being taken.
    pub(super) fn start(self: &Arc<Snapshots>, pipeline: &Arc<Pipeline>) -> bool {
        if self.busy.swap(true, Ordering::AcqRel) {
            return false;
        }
        let (snapshots, pipeline) = (self.clone(), pipeline.clone());
        let thread = Builder::new().name("Snapshot Thread".to_owned()).spawn(move || {
            snapshots.take(&pipeline);
            snapshots.busy.store(false, Ordering::Release);
        });
        if let Err(error) = thread {
            error!(target: LOGGER, "cannot start the snapshot's thread: {error}");
            self.busy.store(false, Ordering::Release);
        }
        true
    }

    /// Whether a snapshot is being taken.
    pub(super) fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Acquire)
    }

    fn take(&self, pipeline: &Pipeline) {
        let clock = &pipeline.settings.clock;
        let started = clock.now();
        let taken = self.write(|use_tree| use_tree(&mut pipeline.state().tree));
        match taken {
            Ok(()) => info!(
                target: LOGGER,
                "Snapshot taken in {} ms", clock.now().since(started).as_millis()
            ),
            Err(error) => error!(target: LOGGER, "Severe error: {}", Chain(&error)),
        }
    }

    /// Writes the snapshot of a tree nobody else has.
    pub(super) fn write_alone(&self, tree: &mut DataTree) -> store::Result<()> {
        self.write(|use_tree| use_tree(tree))
    }

    /// Writes a snapshot of the tree that `with` lends, piece by piece.
    fn write(&self, mut with: impl FnMut(&mut dyn FnMut(&mut DataTree))) -> store::Result<()> {
        let mut walk = None;
        with(&mut |tree| walk = Some(tree.begin_snapshot()));
        let mut walk = walk.expect("the tree was lent");
        let zxid = walk.zxid();
        let mut end = Writer::new();
        let nodes = self.write_nodes(zxid, |piece| {
            let mut more = false;
            with(&mut |tree| more = tree.write_snapshot(&mut walk, piece, PIECE_BYTES));
            more
        });
        let mut walk = Some(walk);
        let mut last = Zxid::ZERO;
        with(&mut |tree| {
            last = tree.last_zxid();
            tree.write_digest(&mut end);
            walk.take().into_iter().for_each(|walk| tree.end_snapshot(walk));
        });
        let mut writer = nodes?;
        writer.seal()?;
        if self.digest {
            writer.write(&end.into_bytes())?;
            writer.seal()?;
            writer.write(&last.0.to_be_bytes())?;
            writer.seal()?;
        }
        writer.finish().map(|_| ())
    }

    fn write_nodes(
        &self,
        zxid: Zxid,
        mut next: impl FnMut(&mut Writer) -> bool,
    ) -> store::Result<SnapshotWriter> {
        info!(
            target: LOGGER,
            "Snapshotting: {zxid} to {}/snapshot.{:x}",
            self.directories.snapshot_folder().display(), zxid.0
        );
        let mut writer = SnapshotWriter::create(&self.directories, zxid.0, self.packing)?;
        loop {
            let mut piece = Writer::with_capacity(PIECE_BYTES + PIECE_BYTES / 4);
            let more = next(&mut piece);
            writer.write(&piece.into_bytes())?;
            if !more {
                return Ok(writer);
            }
        }
    }

    /// Deletes what the newest `keep` snapshots do not need.
    pub(super) fn purge(&self, keep: usize) {
        info!(target: "org.apache.zookeeper.server.DatadirCleanupManager", "Purge task started.");
        if let Err(error) = store::purge::purge(&self.directories, keep) {
            error!(
                target: "org.apache.zookeeper.server.DatadirCleanupManager",
                "Error occurred while purging: {}", Chain(&error)
            );
        }
        info!(target: "org.apache.zookeeper.server.DatadirCleanupManager", "Purge task completed.");
    }
}
