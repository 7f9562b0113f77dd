//! Takes snapshots while the server goes on, and purges old files.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use tokio::sync::{Notify, mpsc};
use tracing::{error, info};

use super::pipeline::Pipeline;
use crate::base::bytes::Writer;
use crate::base::error::Chain;
use crate::net::socket::{self, Worker};
use crate::zookeeper::jute::quorum_packet::SNAPSHOT_END;
use crate::zookeeper::jute::{PacketKind, QuorumPacket, Zxid, to_bytes};
use crate::zookeeper::store::directories::{Packing, SnapshotFile};
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
    /// Whether the tree is being walked: one walk at a time.
    busy: Mutex<bool>,
    /// Who waits for that to end.
    idle: Notify,
    /// The server stops: a snapshot that is not finished is not needed.
    abandoned: AtomicBool,
    worker: Mutex<Option<Worker>>,
}

impl Snapshots {
    pub(super) fn new(directories: Directories, packing: Packing, digest: bool) -> Snapshots {
        Snapshots {
            directories,
            packing,
            digest,
            busy: Mutex::new(false),
            idle: Notify::new(),
            abandoned: AtomicBool::new(false),
            worker: Mutex::new(None),
        }
    }

    /// The folders.
    pub(super) fn directories(&self) -> &Directories {
        &self.directories
    }

    /// Begins a snapshot on a thread of its own; false where one is being taken.
    pub(super) fn start(self: &Arc<Snapshots>, pipeline: &Arc<Pipeline>) -> bool {
        if std::mem::replace(&mut *self.busy(), true) {
            return false;
        }
        let (snapshots, pipeline) = (self.clone(), pipeline.clone());
        let worker = Worker::start("Snapshot Thread", async move {
            socket::platter().await;
            snapshots.take(&pipeline);
            snapshots.done();
        });
        match worker {
            Ok(worker) => *self.worker() = Some(worker),
            Err(error) => {
                error!(target: LOGGER, "cannot start the snapshot's thread: {error}");
                self.done();
            }
        }
        true
    }

    /// Waits for a snapshot that is being taken, which is given up.
    pub(super) async fn abandon(&self) {
        self.abandoned.store(true, Ordering::Release);
        let worker = self.worker().take();
        if let Some(worker) = worker
            && !worker.ended().await
        {
            error!(target: LOGGER, "the snapshot's thread has panicked");
        }
    }

    /// Gives up a snapshot that is being taken; others may follow.
    pub(super) async fn cancel(&self) {
        self.abandon().await;
        self.abandoned.store(false, Ordering::Release);
    }

    /// Hands a snapshot out as it goes over the wire, piece by piece: a packet that names it, the
    /// nodes, and the text that ends them. Ends early where a piece is not taken.
    pub(super) async fn stream(
        &self,
        pipeline: &Pipeline,
        pieces: mpsc::Sender<Result<Bytes, String>>,
    ) {
        self.reserve().await;
        let mut walk = pipeline.state().tree.begin_snapshot();
        let named = QuorumPacket::new(PacketKind::Snap, walk.zxid());
        let mut wanted = pieces.send(Ok(to_bytes(&named))).await.is_ok();
        let mut more = true;
        while wanted && more {
            let mut piece = Writer::with_capacity(PIECE_BYTES + PIECE_BYTES / 4);
            more = pipeline.state().tree.write_snapshot(&mut walk, &mut piece, PIECE_BYTES);
            wanted = pieces.send(Ok(piece.into_bytes())).await.is_ok();
        }
        pipeline.state().tree.end_snapshot(walk);
        self.done();
        if wanted {
            // Whoever took the nodes may have ended meanwhile.
            let _ = pieces.send(Ok(to_bytes(&SNAPSHOT_END.to_owned()))).await;
        }
    }

    /// Waits for its turn to walk the tree; [`Snapshots::done`] ends that.
    pub(super) async fn reserve(&self) {
        while std::mem::replace(&mut *self.busy(), true) {
            self.idle.notified().await;
        }
    }

    /// Writes a snapshot of the tree as it is at one moment, by whom the tree is reserved: unlike
    /// those that are taken by themselves it needs no log to be whole. Nothing else is done to the
    /// tree while it is copied.
    pub(super) fn take_now(&self, pipeline: &Pipeline) -> store::Result<SnapshotFile> {
        let clock = &pipeline.settings.clock;
        let started = clock.now();
        let (mut nodes, mut digest) = (Writer::new(), Writer::new());
        let zxid = {
            let mut state = pipeline.state();
            let mut walk = state.tree.begin_snapshot();
            let more = state.tree.write_snapshot(&mut walk, &mut nodes, usize::MAX);
            assert!(!more, "a piece without an end has all of it");
            state.tree.write_digest(&mut digest);
            let zxid = walk.zxid();
            state.tree.end_snapshot(walk);
            zxid
        };
        self.done();
        let mut writer = SnapshotWriter::create(&self.directories, zxid.0, self.packing)?;
        for section in
            [nodes.into_bytes(), digest.into_bytes(), zxid.0.to_be_bytes().to_vec().into()]
        {
            writer.write(&section)?;
            writer.seal()?;
        }
        let file = writer.finish()?;
        pipeline.metrics.snapshottime.time(clock.now().since(started));
        Ok(file)
    }

    fn busy(&self) -> MutexGuard<'_, bool> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The walk has ended; another may begin.
    fn done(&self) {
        *self.busy() = false;
        self.idle.notify_one();
    }

    fn worker(&self) -> MutexGuard<'_, Option<Worker>> {
        self.worker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, pipeline: &Pipeline) {
        let clock = &pipeline.settings.clock;
        let started = clock.now();
        let taken = self.write(|use_tree| use_tree(&mut pipeline.state().tree));
        match taken {
            Ok(None) => {}
            Ok(Some(_)) => {
                let took = clock.now().since(started);
                pipeline.metrics.snapshottime.time(took);
                info!(target: LOGGER, "Snapshot taken in {} ms", took.as_millis());
            }
            Err(error) => {
                pipeline.metrics.snapshot_error_count.up();
                error!(target: LOGGER, "Severe error: {}", Chain(&error));
            }
        }
    }

    /// Writes the snapshot of a tree nobody else has.
    pub(super) fn write_alone(&self, tree: &mut DataTree) -> store::Result<()> {
        self.write(|use_tree| use_tree(tree)).map(|_| ())
    }

    /// Writes a snapshot of the tree that `with` lends, piece by piece; none if it was abandoned.
    fn write(
        &self,
        mut with: impl FnMut(&mut dyn FnMut(&mut DataTree)),
    ) -> store::Result<Option<SnapshotFile>> {
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
        let Some(mut writer) = nodes? else { return Ok(None) };
        writer.seal()?;
        if self.digest {
            writer.write(&end.into_bytes())?;
            writer.seal()?;
            writer.write(&last.0.to_be_bytes())?;
            writer.seal()?;
        }
        writer.finish().map(Some)
    }

    fn write_nodes(
        &self,
        zxid: Zxid,
        mut next: impl FnMut(&mut Writer) -> bool,
    ) -> store::Result<Option<SnapshotWriter>> {
        info!(
            target: LOGGER,
            "Snapshotting: {zxid} to {}/snapshot.{:x}",
            self.directories.snapshot_folder().display(), zxid.0
        );
        let mut writer = SnapshotWriter::create(&self.directories, zxid.0, self.packing)?;
        while !self.abandoned.load(Ordering::Acquire) {
            let mut piece = Writer::with_capacity(PIECE_BYTES + PIECE_BYTES / 4);
            let more = next(&mut piece);
            writer.write(&piece.into_bytes())?;
            if !more {
                return Ok(Some(writer));
            }
        }
        Ok(None)
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
