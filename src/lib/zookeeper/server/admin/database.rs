//! A snapshot taken or put back while the server runs.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use tracing::{info, warn};

use super::super::dispatch::Dispatch;
use crate::base::disk::{File, Mode};
use crate::base::error::Chain;
use crate::net::socket;
use crate::zookeeper::jute::{Request, Zxid};
use crate::zookeeper::store::directories::SnapshotFile;
use crate::zookeeper::store::{self, Content, snapshot};
use crate::zookeeper::tree::DataTree;

use super::server::LOGGER;

/// Writes a snapshot now; gives its zxid, its file and how long that is.
pub(super) async fn snapshot(server: &Arc<Dispatch>) -> Result<(Zxid, File, u64), String> {
    let server = server.clone();
    server.snapshots.reserve().await;
    socket::blocking(move || {
        let taken = server.snapshots.take_now(&server.pipeline);
        let file: SnapshotFile = taken.map_err(|error| Chain(&error).to_string())?;
        let disk = server.snapshots.directories().disk();
        let opened = disk.open(&file.path, Mode::Read).map_err(|error| error.to_string())?;
        let bytes = opened.len().map_err(|error| error.to_string())?;
        Ok((Zxid(file.zxid), opened, bytes))
    })
    .await
}

/// Puts a snapshot in the place of all there is; gives its zxid. Every client is cut, and the log
/// that was there goes: nothing of it may come back at the next start.
pub(super) async fn restore(server: &Arc<Dispatch>, bytes: Bytes) -> Result<Zxid, String> {
    let pipeline = &server.pipeline;
    if pipeline.settings.ensemble.is_some() {
        return Err("a member of an ensemble gets its state from its leader: restore one server \
                    that runs alone, and let the others join it with empty folders"
            .to_owned());
    }
    let started = pipeline.settings.clock.now();
    let parsing = server.clone();
    let tree = socket::blocking(move || parse(&parsing, bytes)).await?;
    let zxid = tree.last_zxid();
    warn!(target: LOGGER, "Restoring a snapshot of {zxid}: all clients are cut");
    pipeline.retire();
    server.snapshots.cancel().await;
    pipeline.drained().await;
    let installing = server.clone();
    let installed = socket::blocking(move || {
        let mut tree = tree;
        // The files first: only when the new snapshot is durable does the old state go.
        let directories = installing.snapshots.directories();
        let written = installing.snapshots.write_alone(&mut tree).and_then(|()| {
            // Snapshots later than this one would be loaded in its place.
            store::truncate(directories, zxid.0)
        });
        installing.pipeline.replace_tree(tree);
        written.map(|_| ()).map_err(|error| Chain(&error).to_string())
    })
    .await;
    if let Err(why) = installed {
        // What is in memory and what is on disk are not the same: the server must not go on.
        pipeline.fail(format!("a restored snapshot could not be written: {why}"));
        return Err(why);
    }
    pipeline.serve_alone(zxid);
    let orphans = pipeline.state().orphans();
    for session in orphans {
        pipeline.write_own(session, Request::CloseSession);
    }
    let took = pipeline.settings.clock.now().since(started);
    pipeline.metrics.restore_time.time(took);
    info!(target: LOGGER, "Restored a snapshot of {zxid} in {} ms", took.as_millis());
    Ok(zxid)
}

/// Reads a whole snapshot file. Its zxid is the one behind its digest (3.9), which no name says.
fn parse(server: &Dispatch, bytes: Bytes) -> Result<DataTree, String> {
    let named = SnapshotFile::at(Path::new("the snapshot"), bytes.len() as u64);
    let content = Content::of(&named, bytes).map_err(|error| error.to_string())?;
    let settings = server.pipeline.settings.tree.clone();
    let mut sections = content.sections();
    let tree = DataTree::from_snapshot(settings, Zxid::ZERO, &mut sections, snapshot::skip_seal);
    let mut tree = tree.map_err(|error| error.to_string())?;
    let last = content.last_zxid().ok_or(
        "it does not say which transaction was its last: only snapshots of ZooKeeper 3.9 with \
         serializeLastProcessedZxid.enabled do",
    )?;
    tree.set_last_zxid(Zxid(last));
    Ok(tree)
}
