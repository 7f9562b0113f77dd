//! The election port: one connection between any two servers, made by the one with the higher
//! number.
//!
//! A server that no configuration names yet may call too: one that is to join begins so.
//!
//! Each other server has a task and a slot that holds our latest vote; a newer one replaces it. Who
//! is connected with a vote it has not sent sends it. The lower number only knocks: it connects,
//! says who it is and hangs up, and the other connects back.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tracing::{info, warn};

use super::Arrival;
use crate::base::bytes::Reader;
use crate::base::error::io_text;
use crate::config::quorum::Membership;
use crate::limits;
use crate::net::Stop;
use crate::net::socket::{FrameReader, FrameWriter, Listener, Stream};
use crate::zookeeper::jute::{Introduction, Jute, Notification, ServerId, to_bytes};
use crate::zookeeper::server::ensemble::Ensemble;
use crate::zookeeper::zab::Event;

const LOGGER: &str = "org.apache.zookeeper.server.quorum.QuorumCnxManager";

/// The votes of this server on their way.
#[derive(Clone, Debug)]
pub(super) struct Votes {
    me: ServerId,
    introduction: Bytes,
    timeout: Duration,
    arrivals: mpsc::Sender<Arrival>,
    stop: Stop,
    lines: Arc<Mutex<BTreeMap<ServerId, Desk>>>,
}

/// What reaches a server's task.
#[derive(Debug)]
struct Desk {
    slot: watch::Sender<Bytes>,
    calls: mpsc::Sender<Call>,
    /// Where its election port is: as our configuration says, or as it said itself.
    places: watch::Sender<Vec<Place>>,
    /// It is in no configuration of ours: one that wants to join, or a stranger.
    stranger: bool,
}

/// Host and port.
type Place = (String, u16);

/// What a server's task hears of the port.
#[derive(Debug)]
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
    places: watch::Receiver<Vec<Place>>,
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
        listeners: Vec<Listener>,
        arrivals: &mpsc::Sender<Arrival>,
        stop: &Stop,
    ) -> Votes {
        let own = ensemble.line().map(|line| line.addresses.as_slice()).unwrap_or_default();
        let places: Vec<String> = own.iter().map(|it| join(&it.host, it.election_port)).collect();
        let addresses = Some(places.join("|"));
        let introduction = Introduction { server: ensemble.id, addresses };
        let votes = Votes {
            me: ensemble.id,
            introduction: to_bytes(&introduction),
            timeout: ensemble.connect_timeout,
            arrivals: arrivals.clone(),
            stop: stop.clone(),
            lines: Arc::default(),
        };
        votes.configure(&[&ensemble.members]);
        for listener in listeners {
            votes.accept(listener);
        }
        votes
    }

    fn lines(&self) -> MutexGuard<'_, BTreeMap<ServerId, Desk>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// These are the configurations now: who is new gets a task, who is gone loses it.
    pub(super) fn configure(&self, all: &[&Membership]) {
        let mut members: BTreeMap<ServerId, Vec<Place>> = BTreeMap::new();
        for (&id, line) in all.iter().flat_map(|members| &members.servers) {
            let places = members.entry(ServerId(id)).or_default();
            let said = line.addresses.iter().map(|it| (it.host.clone(), it.election_port));
            places.extend(said.filter(|place| !places.contains(place)).collect::<Vec<_>>());
        }
        members.remove(&self.me);
        let mut lines = self.lines();
        lines.retain(|id, desk| desk.stranger || members.contains_key(id));
        for (them, places) in members {
            match lines.get_mut(&them) {
                Some(desk) => {
                    desk.stranger = false;
                    desk.places.send_replace(places);
                }
                None => {
                    lines.insert(them, self.open(them, places, false));
                }
            }
        }
    }

    /// Starts the task for a server.
    fn open(&self, them: ServerId, places: Vec<Place>, stranger: bool) -> Desk {
        let (slot, votes) = watch::channel(Bytes::new());
        let (calls, called) = mpsc::channel(1);
        let (moves, places) = watch::channel(places);
        let line = Line {
            me: self.me,
            them,
            places,
            introduction: self.introduction.clone(),
            votes,
            calls: called,
            arrivals: self.arrivals.clone(),
            timeout: self.timeout,
        };
        let mut signal = self.stop.signal();
        self.stop.spawn(async move {
            tokio::select! { biased; () = signal.raised() => {}, () = line.run() => {} }
        });
        Desk { slot, calls, places: moves, stranger }
    }

    /// Says a vote.
    pub(super) fn send(&self, to: ServerId, said: &Notification) {
        if let Some(desk) = self.lines().get(&to) {
            desk.slot.send_replace(to_bytes(said));
        }
    }

    /// Who is to hear of a caller; one that no configuration names is called back where it says
    /// it is, as long as there are not too many of those.
    fn desk(&self, said: &Introduction) -> Option<mpsc::Sender<Call>> {
        if said.server == self.me {
            return None;
        }
        let mut lines = self.lines();
        let places = said.addresses.as_deref().map(places).unwrap_or_default();
        match lines.get(&said.server) {
            None if places.is_empty() => return None,
            None => {
                let strangers = lines.iter().filter(|(_, desk)| desk.stranger);
                let (first, count) = (strangers.clone().next().map(|it| *it.0), strangers.count());
                if count >= limits::STRANGERS_MAX {
                    first.and_then(|first| lines.remove(&first));
                }
                lines.insert(said.server, self.open(said.server, places, true));
            }
            Some(desk) if desk.stranger && !places.is_empty() => {
                desk.places.send_replace(places);
            }
            Some(_) => {}
        }
        lines.get(&said.server).map(|desk| desk.calls.clone())
    }

    fn accept(&self, listener: Listener) {
        let mut signal = self.stop.signal();
        let votes = self.clone();
        self.stop.spawn(async move {
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
                let handler = votes.clone();
                let mut signal = votes.stop.signal();
                votes.stop.spawn(async move {
                    let welcome = tokio::time::timeout(handler.timeout, welcome(stream, &handler));
                    let ended = tokio::select! {
                        biased;
                        () = signal.raised() => return,
                        ended = welcome => ended,
                    };
                    match ended {
                        Ok(Ok(())) => {}
                        Ok(Err(error)) => {
                            warn!(target: LOGGER, "Connection of {peer}: {}", io_text(&error));
                        }
                        Err(_) => {
                            warn!(target: LOGGER, "{peer} has connected and not said who it is");
                        }
                    }
                });
            }
        });
    }
}

/// Host and port as text, an IPv6 address in brackets.
fn join(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// The places an introduction names; addresses that only a listener has are none.
fn places(text: &str) -> Vec<Place> {
    let place = |text: &str| {
        let (host, port) = text.rsplit_once(':')?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let wildcard = host.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_unspecified());
        Some((host.to_owned(), port.parse().ok()?)).filter(|_| !host.is_empty() && !wildcard)
    };
    text.split('|').filter_map(place).collect()
}

/// Hears who has connected.
async fn welcome(stream: Stream, votes: &Votes) -> io::Result<()> {
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
    let Some(line) = votes.desk(&said) else {
        let text = match said.server == votes.me {
            true => format!(
                "it says it is server {}, as this one is: two servers have the same myid; each must \
                 have its own",
                said.server
            ),
            false => format!("server {} is not in our configuration", said.server),
        };
        return Err(io::Error::new(io::ErrorKind::InvalidData, text));
    };
    let call = match said.server > votes.me {
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
        let places = self.places.borrow().clone();
        let mut connected = None;
        for (host, port) in &places {
            match Stream::connect(host, *port, self.timeout).await {
                Ok(stream) => {
                    connected = Some(stream);
                    break;
                }
                Err(error) => {
                    let (text, place) = (io_text(&error), join(host, *port));
                    info!(
                        target: LOGGER,
                        "Cannot open channel to {} at election address {place}: {text}", self.them
                    );
                }
            }
        }
        let (reader, mut writer) = connected?.split();
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
