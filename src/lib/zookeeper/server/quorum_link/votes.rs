//! The election port: one connection between any two servers, made by the one with the higher
//! number.
//!
//! Each other server has a task and a slot that holds our latest vote; a newer one replaces it. Who
//! is connected with a vote it has not sent sends it. The lower number only knocks: it connects,
//! says who it is and hangs up, and the other connects back.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tracing::{info, warn};

use super::Arrival;
use crate::base::bytes::Reader;
use crate::base::error::io_text;
use crate::limits;
use crate::net::Stop;
use crate::net::socket::{FrameReader, FrameWriter, Listener, Stream};
use crate::zookeeper::jute::{Introduction, Jute, Notification, ServerId, to_bytes};
use crate::zookeeper::server::ensemble::{Ensemble, Member};
use crate::zookeeper::zab::Event;

const LOGGER: &str = "org.apache.zookeeper.server.quorum.QuorumCnxManager";

/// The votes of this server on their way.
#[derive(Debug)]
pub(super) struct Votes {
    slots: BTreeMap<ServerId, watch::Sender<Bytes>>,
}

/// What a server's task hears of the port.
enum Call {
    /// The higher number has connected.
    Connected(FrameReader, FrameWriter),
    /// The lower number has knocked.
    Knocked,
}

/// One other server.
struct Line {
    me: ServerId,
    them: ServerId,
    member: Member,
    introduction: Bytes,
    votes: watch::Receiver<Bytes>,
    calls: mpsc::Receiver<Call>,
    arrivals: mpsc::Sender<Arrival>,
    timeout: Duration,
}

impl Votes {
    /// Opens the port and starts the tasks.
    pub(super) fn start(
        ensemble: &Ensemble,
        listener: Listener,
        arrivals: &mpsc::Sender<Arrival>,
        stop: &Stop,
    ) -> Votes {
        let mut slots = BTreeMap::new();
        let mut lines = BTreeMap::new();
        let me = &ensemble.members[&ensemble.id];
        let addresses = Some(format!("{}:{}", me.host, me.election_port));
        let introduction = to_bytes(&Introduction { server: ensemble.id, addresses });
        for (&them, member) in ensemble.members.iter().filter(|(id, _)| **id != ensemble.id) {
            let (slot, votes) = watch::channel(Bytes::new());
            let (caller, calls) = mpsc::channel(1);
            let line = Line {
                me: ensemble.id,
                them,
                member: member.clone(),
                introduction: introduction.clone(),
                votes,
                calls,
                arrivals: arrivals.clone(),
                timeout: ensemble.connect_timeout,
            };
            let mut signal = stop.signal();
            stop.spawn(async move {
                tokio::select! { biased; () = signal.raised() => {}, () = line.run() => {} }
            });
            slots.insert(them, slot);
            lines.insert(them, caller);
        }
        accept(listener, ensemble.id, lines, ensemble.connect_timeout, stop);
        Votes { slots }
    }

    /// Says a vote.
    pub(super) fn send(&self, to: ServerId, said: &Notification) {
        if let Some(slot) = self.slots.get(&to) {
            slot.send_replace(to_bytes(said));
        }
    }
}

fn accept(
    listener: Listener,
    me: ServerId,
    lines: BTreeMap<ServerId, mpsc::Sender<Call>>,
    timeout: Duration,
    stop: &Stop,
) {
    let mut signal = stop.signal();
    let handlers = stop.clone();
    stop.spawn(async move {
        loop {
            let accepted = tokio::select! {
                biased;
                () = signal.raised() => return,
                accepted = listener.accept() => accepted,
            };
            let Ok((stream, peer)) = accepted else {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let lines = lines.clone();
            let mut signal = handlers.signal();
            handlers.spawn(async move {
                let welcome = tokio::time::timeout(timeout, welcome(stream, me, &lines));
                let ended = tokio::select! {
                    biased;
                    ended = welcome => ended,
                    () = signal.raised() => return,
                };
                match ended {
                    Ok(Ok(())) => {}
                    Ok(Err(error)) => {
                        warn!(target: LOGGER, "Connection of {peer}: {}", io_text(&error));
                    }
                    Err(_) => warn!(target: LOGGER, "{peer} has connected and not said who it is"),
                }
            });
        }
    });
}

/// Hears who has connected.
async fn welcome(
    stream: Stream,
    me: ServerId,
    lines: &BTreeMap<ServerId, mpsc::Sender<Call>>,
) -> io::Result<()> {
    let (mut reader, writer) = stream.split();
    let invalid = |error| io::Error::new(io::ErrorKind::InvalidData, error);
    let length = loop {
        match Introduction::extent(reader.buffer()).map_err(invalid)? {
            Some(length) if reader.buffer().len() >= length => break length,
            _ => {}
        }
        if !reader.more().await? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    };
    let bytes = reader.buffer().split_to(length).freeze();
    let said = Introduction::decode(&mut Reader::shared(&bytes)).map_err(invalid)?;
    info!(target: LOGGER, "Received connection request from server {}", said.server);
    let Some(line) = lines.get(&said.server) else {
        let text = format!("server {} is not in our configuration", said.server);
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    };
    let call = match said.server > me {
        true => Call::Connected(reader, writer),
        false => Call::Knocked,
    };
    // An error is the end of this server.
    let _ = line.send(call).await;
    Ok(())
}

impl Line {
    async fn run(mut self) {
        loop {
            let connected = tokio::select! {
                biased;
                changed = self.votes.changed() => match changed {
                    Ok(()) => self.dial().await,
                    Err(_) => return,
                },
                call = self.calls.recv() => match call {
                    Some(Call::Connected(reader, writer)) => Some((reader, writer)),
                    Some(Call::Knocked) => self.dial().await,
                    None => return,
                },
            };
            let mut connected = connected;
            while let Some((reader, writer)) = connected.take() {
                connected = self.talk(reader, writer).await;
            }
        }
    }

    /// Connects, or knocks.
    async fn dial(&self) -> Option<(FrameReader, FrameWriter)> {
        let Member { host, election_port, .. } = &self.member;
        let stream = Stream::connect(host, *election_port, self.timeout).await;
        let (reader, mut writer) = match stream {
            Ok(stream) => stream.split(),
            Err(error) => {
                let text = io_text(&error);
                info!(
                    target: LOGGER,
                    "Cannot open channel to {} at election address {host}:{election_port}: {text}",
                    self.them
                );
                return None;
            }
        };
        let said = writer.bytes(self.introduction.clone()).await;
        (said.is_ok() && self.me > self.them).then_some((reader, writer))
    }

    /// Sends and takes votes until the connection ends, or another takes its place.
    async fn talk(
        &mut self,
        mut reader: FrameReader,
        mut writer: FrameWriter,
    ) -> Option<(FrameReader, FrameWriter)> {
        self.votes.mark_changed();
        loop {
            tokio::select! {
                biased;
                changed = self.votes.changed() => {
                    changed.ok()?;
                    let vote = self.votes.borrow_and_update().clone();
                    if vote.is_empty() {
                        continue;
                    }
                    let length = i32::try_from(vote.len()).unwrap_or(i32::MAX).to_be_bytes();
                    let framed = Bytes::from([&length[..], &vote].concat());
                    writer.bytes(framed).await.ok()?;
                }
                call = self.calls.recv() => match call? {
                    Call::Connected(reader, writer) => return Some((reader, writer)),
                    Call::Knocked => return self.dial().await,
                },
                frame = reader.frame(limits::NOTIFICATION_BYTES_MAX) => {
                    let frame = frame.ok().flatten()?;
                    match Notification::decode(&mut Reader::shared(&frame)) {
                        Ok(said) => {
                            let event = Event::Heard(self.them, said);
                            self.arrivals.send(Arrival::Peer(event)).await.ok()?;
                        }
                        Err(error) => {
                            warn!(target: LOGGER, "A vote of {} is not understood: {error}", self.them);
                        }
                    }
                }
            }
        }
    }
}
