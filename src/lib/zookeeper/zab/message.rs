//! What goes into the peer and what comes out of it.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::history::Entry;
use super::quorum::Config;
use crate::zookeeper::jute::{Notification, QuorumPacket, ServerId, ServerState, Zxid};

/// A connection of the quorum port, ours to the leader or a learner's to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(pub u64);

/// Who waits for a `sync`: a learner, or a client of this server.
pub type Waiter = Option<LinkId>;

/// What happens to a peer.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// Time has passed.
    Tick,
    /// A server said whom it votes for.
    Heard(ServerId, Notification),
    /// A learner has connected.
    Opened(LinkId),
    /// We have connected to the leader, or given up.
    Connected(Option<LinkId>),
    Packet(LinkId, QuorumPacket),
    Closed(LinkId),
    /// The epoch that was to be saved is durable.
    Saved,
    /// The log is cut, or the snapshot installed: the state ends there now.
    Installed(Zxid),
    /// The log cannot be cut there: what is older is only in a snapshot that has more. Nothing was
    /// touched.
    CannotCut,
    /// Everything logged up to there is durable.
    Logged(Zxid),
    /// The leader's own pipeline prepared and logged the next transaction.
    Proposed(Entry),
    /// A client's request for the leader, of a follower's own pipeline.
    Forward(QuorumPacket),
    /// Somebody wants to be told when all that is proposed so far is committed.
    Sync(Waiter),
    /// The role is over and everything of it ended; these were logged and never committed.
    Retired(Vec<Entry>),
}

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Say our vote.
    Vote(ServerId, Notification),
    /// Connect to the leader's quorum port.
    Connect(ServerId),
    /// Take learners' connections.
    Listen,
    /// Take observers' connections, where they do not follow the leader.
    ListenForObservers,
    Send(LinkId, QuorumPacket),
    /// The transactions at hand do not reach back to where a learner's log ends, the first of these:
    /// send what the log on disk has up to the second, or a SNAP packet and the state behind it.
    Supply(LinkId, Zxid, Zxid),
    Close(LinkId, String),
    /// Make the epoch durable; answered by [`Event::Saved`].
    SaveAccepted(i64),
    SaveCurrent(i64),
    /// Cut the log and go back to what it then holds; answered by [`Event::Installed`].
    Truncate(Zxid),
    /// Put the state that came behind the SNAP packet in the place of ours; answered likewise.
    Install(Zxid),
    /// Append to the log, and keep for a commit.
    Log(Entry),
    /// Apply everything up to there.
    Commit(Zxid),
    /// Serve clients, in this role; the leader gives out numbers behind this one.
    Serve(ServerState, Zxid),
    /// End the role: connections, links, what is under way; answered by [`Event::Retired`].
    Retire(String),
    /// A learner's request, for the leader's pipeline.
    Ask(LinkId, QuorumPacket),
    /// Sessions that a learner has heard of.
    Touch(LinkId, Bytes),
    /// Answer the leader's ping with the sessions heard of here.
    Pong(LinkId, QuorumPacket),
    /// A learner's client came back to a session.
    Revalidate(LinkId, Bytes),
    /// What the leader says about one of ours.
    Revalidated(Bytes),
    /// All that was proposed when it was asked for is committed.
    Synced(Waiter),
    /// A configuration is proposed to take the place of the one that holds.
    Prepare(Arc<Config>),
    /// This configuration holds from now on.
    Configure(Arc<Config>),
}

fn packet(f: &mut fmt::Formatter<'_>, packet: &QuorumPacket) -> fmt::Result {
    match packet.kind() {
        Some(kind) => write!(f, "{} {}", kind.name(), packet.zxid)?,
        None => write!(f, "packet {} {}", packet.code, packet.zxid)?,
    }
    match packet.data.as_deref() {
        // An epoch.
        Some(&[a, b, c, d]) => write!(f, " data {}", i32::from_be_bytes([a, b, c, d])),
        Some(data) => write!(f, " ({} bytes)", data.len()),
        None => Ok(()),
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Action::Vote(to, said) => write!(
                f,
                "vote to {to}: {:?} {} ({}, {}) round {}",
                said.state, said.vote.leader, said.vote.epoch, said.vote.zxid, said.round
            ),
            Action::Connect(to) => write!(f, "connect to {to}"),
            Action::Listen => f.write_str("listen"),
            Action::ListenForObservers => f.write_str("listen for observers"),
            Action::Send(link, sent) => {
                write!(f, "to {}: ", link.0)?;
                packet(f, sent)
            }
            Action::Supply(link, from, to) => {
                write!(f, "to {}: the log from {from} to {to}, or the snapshot", link.0)
            }
            Action::Close(link, why) => write!(f, "close {}: {why}", link.0),
            Action::SaveAccepted(epoch) => write!(f, "save accepted epoch {epoch}"),
            Action::SaveCurrent(epoch) => write!(f, "save current epoch {epoch}"),
            Action::Truncate(zxid) => write!(f, "cut the log at {zxid}"),
            Action::Install(zxid) => write!(f, "install the snapshot {zxid}"),
            Action::Log(entry) => write!(f, "log {}", entry.zxid),
            Action::Commit(zxid) => write!(f, "commit {zxid}"),
            Action::Serve(state, zxid) => write!(f, "serve, {state:?} from {zxid}"),
            Action::Retire(why) => write!(f, "retire: {why}"),
            Action::Ask(link, asked) => {
                write!(f, "asked by {}: ", link.0)?;
                packet(f, asked)
            }
            Action::Touch(link, data) => write!(f, "touched at {}: {} bytes", link.0, data.len()),
            Action::Pong(link, _) => write!(f, "to {}: PING with what was touched", link.0),
            Action::Revalidate(link, _) => write!(f, "revalidate for {}", link.0),
            Action::Revalidated(_) => f.write_str("revalidated"),
            Action::Synced(Some(link)) => write!(f, "synced for {}", link.0),
            Action::Synced(None) => f.write_str("synced"),
            Action::Prepare(config) => write!(f, "prepare configuration {:x}", config.version()),
            Action::Configure(config) => write!(f, "configuration {:x} holds", config.version()),
        }
    }
}
