//! The quorum port: packets to and from the leader, or the learners.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};
use tracing::{info, warn};

use super::Arrival;
use crate::base::bytes::Reader;
use crate::base::error::io_text;
use crate::config::quorum::ServerAddress;
use crate::limits;
use crate::net::Stop;
use crate::net::socket::{FrameReader, FrameWriter, Listener, Stream};
use crate::zookeeper::jute::quorum_packet::SNAPSHOT_END;
use crate::zookeeper::jute::{Jute, PacketKind, QuorumPacket, Transaction, to_bytes};
use crate::zookeeper::tree::snapshot::Extent;
use crate::zookeeper::zab::{Event, LinkId};

const LOGGER: &str = "org.apache.zookeeper.server.quorum.Learner";
/// How long it is before a leader that does not listen yet is tried again.
const AGAIN: Duration = Duration::from_millis(20);

/// What is to be written.
#[derive(Debug)]
pub(super) enum Out {
    Bytes(Bytes),
    /// As it is read from the tree or the log.
    Pieces(mpsc::Receiver<Result<Bytes, String>>),
}

/// A link, as its owner holds it; dropped, the connection ends.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) id: LinkId,
    pub(super) out: mpsc::Sender<Out>,
    _alive: oneshot::Sender<()>,
}

/// What makes links for one role.
#[derive(Clone, Debug)]
pub(super) struct Linker {
    pub(super) arrivals: mpsc::Sender<Arrival>,
    pub(super) numbers: Arc<AtomicU64>,
    /// The role the links belong to: what comes of an earlier one is too late.
    pub(super) role: u64,
    pub(super) stop: Stop,
    /// The most data of a packet, in bytes.
    pub(super) bytes_max: usize,
}

impl Linker {
    /// Takes learners.
    pub(super) fn listen(&self, host: String, port: u16) {
        let linker = self.clone();
        let mut signal = self.stop.signal();
        self.stop.spawn(async move {
            let serving = async {
                let listener = loop {
                    match Listener::bind(&host, port).await {
                        Ok(listener) => break listener,
                        Err(error) => {
                            let text = io_text(&error);
                            warn!(target: LOGGER, "cannot bind to quorum port {host}:{port}: {text}");
                            tokio::time::sleep(AGAIN * 10).await;
                        }
                    }
                };
                while let Ok((stream, peer)) = listener.accept().await {
                    info!(target: LOGGER, "Learner connected from {peer}");
                    let link = linker.link(stream);
                    if linker.arrivals.send(Arrival::Learner(linker.role, link)).await.is_err() {
                        return;
                    }
                }
            };
            tokio::select! { biased; () = signal.raised() => {}, () = serving => {} }
        });
    }

    /// Connects to the leader, who may not listen yet.
    pub(super) fn connect(&self, leader: Vec<ServerAddress>, within: Duration) {
        let linker = self.clone();
        let mut signal = self.stop.signal();
        self.stop.spawn(async move {
            let connecting = async {
                loop {
                    for place in &leader {
                        let patience = within / u32::try_from(leader.len()).unwrap_or(1).max(1);
                        let stream = Stream::connect(&place.host, place.quorum_port, patience);
                        if let Ok(stream) = stream.await {
                            return stream;
                        }
                    }
                    tokio::time::sleep(AGAIN).await;
                }
            };
            let connected = tokio::select! {
                biased;
                () = signal.raised() => return,
                connected = tokio::time::timeout(within, connecting) => connected,
            };
            let link = connected.ok().map(|stream| linker.link(stream));
            // Its owner may wait for this task to end instead of listening to it.
            tokio::select! {
                biased;
                _ = linker.arrivals.send(Arrival::Leader(linker.role, link)) => {}
                () = signal.raised() => {}
            }
        });
    }

    fn link(&self, stream: Stream) -> Link {
        let id = LinkId(self.numbers.fetch_add(1, Ordering::Relaxed));
        let (out, outgoing) = mpsc::channel(limits::QUORUM_MESSAGES_QUEUED_MAX);
        let (alive, mut gone) = oneshot::channel::<()>();
        let (reader, writer) = stream.split();
        let (arrivals, bytes_max) = (self.arrivals.clone(), self.bytes_max);
        let mut signal = self.stop.signal();
        self.stop.spawn(async move {
            let ended = tokio::select! {
                biased;
                ended = read(reader, id, &arrivals, bytes_max) => ended,
                ended = write(writer, outgoing) => ended,
                _ = &mut gone => return,
                () = signal.raised() => return,
            };
            if let Err(error) = ended {
                info!(target: LOGGER, "Quorum connection {} has ended: {}", id.0, io_text(&error));
            }
            tokio::select! {
                biased;
                _ = arrivals.send(Arrival::Peer(Event::Closed(id))) => {}
                _ = &mut gone => {}
                () = signal.raised() => {}
            }
        });
        Link { id, out, _alive: alive }
    }
}

async fn write(mut writer: FrameWriter, mut outgoing: mpsc::Receiver<Out>) -> io::Result<()> {
    while let Some(out) = outgoing.recv().await {
        match out {
            Out::Bytes(bytes) => writer.bytes(bytes).await?,
            Out::Pieces(mut pieces) => {
                while let Some(piece) = pieces.recv().await {
                    // What is behind would not fit to half of it.
                    writer.bytes(piece.map_err(invalid)?).await?;
                }
            }
        }
    }
    Ok(())
}

fn invalid(text: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

async fn read(
    mut reader: FrameReader,
    id: LinkId,
    arrivals: &mpsc::Sender<Arrival>,
    bytes_max: usize,
) -> io::Result<()> {
    let ended = || io::Error::from(io::ErrorKind::ConnectionAborted);
    loop {
        let extent = QuorumPacket::extent(reader.buffer(), bytes_max).map_err(invalid)?;
        let Some(length) = extent else {
            if !reader.more().await? {
                return Ok(());
            }
            continue;
        };
        let bytes = reader.buffer().split_to(length).freeze();
        let packet = QuorumPacket::decode(&mut Reader::shared(&bytes)).map_err(invalid)?;
        match packet.kind() {
            Some(PacketKind::Proposal) => check(&packet)?,
            Some(PacketKind::Snap) => {
                let state = snapshot(&mut reader).await?;
                arrivals.send(Arrival::State(id, state)).await.map_err(|_| ended())?;
            }
            _ => {}
        }
        let event = Event::Packet(id, packet);
        arrivals.send(Arrival::Peer(event)).await.map_err(|_| ended())?;
    }
}

/// A proposal that we do not understand must not be logged.
fn check(packet: &QuorumPacket) -> io::Result<()> {
    let data = packet.data.clone().unwrap_or_default();
    let transaction = Transaction::decode(&mut Reader::shared(&data)).map_err(invalid)?;
    if transaction.header.zxid != packet.zxid {
        return Err(invalid("a proposal whose transaction has another number"));
    }
    Ok(())
}

/// The snapshot behind a SNAP packet, with the text that ends it.
async fn snapshot(reader: &mut FrameReader) -> io::Result<Bytes> {
    static SIGNATURE: OnceLock<Bytes> = OnceLock::new();
    let signature = SIGNATURE.get_or_init(|| to_bytes(&SNAPSHOT_END.to_owned()));
    let mut extent = Extent::default();
    loop {
        if let Some(nodes) = extent.find(reader.buffer()).map_err(invalid)? {
            let length = nodes + signature.len();
            if reader.buffer().len() >= length {
                let bytes = reader.buffer().split_to(length).freeze();
                return match bytes.ends_with(signature) {
                    true => Ok(bytes),
                    false => Err(invalid("a snapshot without its signature")),
                };
            }
        }
        if !reader.more().await? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}
