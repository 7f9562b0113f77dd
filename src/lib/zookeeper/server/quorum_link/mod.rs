//! The server's side of an ensemble: runs the peer of `zab` over sockets, the journal and the disk.
//!
//! One task owns the peer. What comes (votes, packets, what the pipeline and the journal have to
//! say) goes through it one after the other, and what the peer wants is done in that order: what
//! must be durable is waited for, what is to be said is gathered and sent at the end of a turn.
//!
//! * `votes`: the election port.
//! * `links`: the quorum port.
//! * `configuration`: the files of configurations.
//! * `supply`: what a learner lacks, from the log on disk.
//! * `disk`: epochs, a log that is cut, a state that is replaced.

mod configuration;
mod disk;
mod links;
mod supply;
mod votes;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tracing::{error, info, warn};

use super::ensemble::Ensemble;
use super::pipeline::Pipeline;
use super::snapshots::Snapshots;
use super::startup::{self, Error, Port};
use crate::base::bytes::{Reader, Writer};
use crate::base::clock::Instant;
use crate::config::quorum::{Membership, ServerAddress};
use crate::limits;
use crate::net::socket;
use crate::net::{Stop, StopSignal};
use crate::zookeeper::jute::quorum_packet::{Revalidated, Touched};
use crate::zookeeper::jute::{
    Jute, PacketKind, QuorumPacket, ServerId, ServerState, Zxid, to_bytes,
};
use crate::zookeeper::zab::{self, Action, Config, Entry, Event, LinkId, Pace, Peer};

use links::{Link, Linker, Out};
use votes::Votes;

const LOGGER: &str = "org.apache.zookeeper.server.quorum.QuorumPeer";
/// How long the tasks of a role may take to end.
const END_WITHIN: Duration = Duration::from_secs(60);
/// How long an observer tries to reach a leader before it asks anew who leads.
const OBSERVER_TRIES: Duration = Duration::from_secs(1);
/// How long a server looks for a leader before it serves reads without one; a tick if that is more.
const READ_ONLY_AFTER: Duration = Duration::from_secs(2);
/// What a packet may have beyond the largest request, in bytes.
const PACKET_EXTRA_BYTES: usize = 1024 * 1024;

/// What comes from the tasks.
#[derive(Debug)]
enum Arrival {
    Peer(Event),
    /// A learner has connected, or we to the leader, in the role of that number.
    Learner(u64, Link),
    Leader(u64, Option<Link>),
    /// The snapshot behind the SNAP packet that comes next.
    State(LinkId, Bytes),
}

/// The task.
struct Member {
    peer: Peer,
    ensemble: Ensemble,
    pipeline: Arc<Pipeline>,
    snapshots: Arc<Snapshots>,
    votes: Votes,
    linker: Linker,
    links: BTreeMap<LinkId, Link>,
    /// What was said to each link in this turn.
    said: BTreeMap<LinkId, Writer>,
    state: Option<Bytes>,
    looking_since: Instant,
    /// The configurations others have told of, each compared once with ours.
    compared: BTreeMap<ServerId, Bytes>,
    /// Since when it has known no leader.
    looking: Option<Instant>,
}

/// Joins the ensemble. `newest` are the last transactions of the log.
pub(super) async fn join(
    ensemble: Ensemble,
    pipeline: &Arc<Pipeline>,
    snapshots: &Arc<Snapshots>,
    newest: Vec<Entry>,
    stop: &Stop,
) -> Result<(), Error> {
    let settings = &pipeline.settings;
    let last = pipeline.state().tree.last_zxid();
    let directories = snapshots.directories().clone();
    let epochs = socket::blocking(move || disk::epochs(&directories, last)).await;
    let epochs = epochs.map_err(Error::Ensemble)?;
    let voters = ensemble.members.voters().count();
    if voters.is_multiple_of(2) {
        warn!(
            target: LOGGER,
            "Non-optimal configuration, consider an odd number of servers: {voters} voters outlive no \
             more losses than {} do",
            voters - 1
        );
    }
    let mut election = Vec::new();
    for (host, place) in listens(&ensemble) {
        // The quorum port is open only while this server leads; a port that is taken is told now.
        drop(startup::bind(Port::Quorum, &host, place.quorum_port).await?);
        election.push(startup::bind(Port::Election, &host, place.election_port).await?);
        let port = place.election_port;
        info!(target: LOGGER, "{port} is my election port, server {}", ensemble.id);
    }
    let (arrivals, arriving) = mpsc::channel(limits::MACHINE_INBOX_MAX);
    let votes = Votes::start(&ensemble, election, &arrivals, stop);
    let (shortest, longest) = ensemble.notification_interval;
    let rules = zab::Settings {
        id: ensemble.id,
        rules: configuration::rules(&ensemble, pipeline),
        observer: ensemble.observer,
        reconfigures: ensemble.reconfigures,
        tick: Duration::from_millis(u64::from(settings.tick_ms.max(1))),
        init_limit: ensemble.init_limit,
        sync_limit: ensemble.sync_limit,
        pace: Pace { shortest, longest },
        history_max: ensemble.history_max,
        forces_snapshot: ensemble.forces_snapshot,
        takes_observers: ensemble.observer_master_port.is_some(),
    };
    let peer = Peer::new(rules, epochs, last, newest, settings.clock.now());
    let linker = Linker {
        arrivals,
        numbers: Arc::new(AtomicU64::new(1)),
        role: 0,
        stop: Stop::new(),
        bytes_max: settings.frame_bytes_max + PACKET_EXTRA_BYTES,
    };
    let member = Member {
        peer,
        ensemble,
        pipeline: pipeline.clone(),
        snapshots: snapshots.clone(),
        votes,
        linker,
        links: BTreeMap::new(),
        said: BTreeMap::new(),
        state: None,
        looking_since: pipeline.settings.clock.now(),
        compared: BTreeMap::new(),
        looking: None,
    };
    pipeline.metrics.looking_count.up();
    let signal = stop.signal();
    stop.spawn(member.run(arriving, signal));
    Ok(())
}

impl Member {
    async fn run(mut self, mut arriving: mpsc::Receiver<Arrival>, mut signal: StopSignal) {
        let ended = tokio::select! {
            biased;
            ended = self.go_on(&mut arriving) => ended,
            () = signal.raised() => Ok(()),
        };
        if let Err(text) = ended {
            self.pipeline.fail(text);
        }
        self.links.clear();
        self.linker.stop.stop(END_WITHIN).await;
    }

    /// Runs the peer; an error is a disk that cannot be relied upon.
    async fn go_on(&mut self, arriving: &mut mpsc::Receiver<Arrival>) -> Result<(), String> {
        let pipeline = self.pipeline.clone();
        let clock = pipeline.settings.clock.clone();
        self.carry_out().await?;
        loop {
            let wake = self.peer.wake_at().into_iter().chain(self.read_only());
            let pause = wake.min().map(|at| at.since(clock.now()));
            // A hair behind the mark, so that it is passed.
            let pause = pause.unwrap_or(END_WITHIN) + Duration::from_millis(1);
            tokio::select! {
                biased;
                events = pipeline.for_peer() => {
                    for event in events {
                        self.feed(event).await?;
                    }
                    // What the others say must not wait until our own clients are silent.
                    while let Ok(arrival) = arriving.try_recv() {
                        self.arrived(arrival).await?;
                    }
                }
                arrival = arriving.recv() => {
                    let mut next = arrival;
                    while let Some(arrival) = next {
                        self.arrived(arrival).await?;
                        next = arriving.try_recv().ok();
                    }
                }
                () = tokio::time::sleep(pause) => {}
            }
            self.feed(Event::Tick).await?;
            self.flush();
            pipeline.state().learners = self.peer.learners();
        }
    }

    /// Begins to serve reads when it has looked for a leader long enough; says when that will be.
    fn read_only(&mut self) -> Option<Instant> {
        if !self.ensemble.read_only || self.peer.state() != ServerState::Looking {
            self.looking = None;
            return None;
        }
        let now = self.pipeline.settings.clock.now();
        let tick = Duration::from_millis(u64::from(self.pipeline.settings.tick_ms));
        let due = *self.looking.get_or_insert(now) + tick.max(READ_ONLY_AFTER);
        if now < due {
            return Some(due);
        }
        self.pipeline.serve_read_only();
        None
    }

    async fn arrived(&mut self, arrival: Arrival) -> Result<(), String> {
        if let Arrival::Peer(Event::Heard(from, said)) = &arrival {
            self.compare(*from, said.config.as_ref());
        }
        let event = match arrival {
            Arrival::Peer(event) => event,
            Arrival::Learner(role, link) if role == self.linker.role => {
                let id = link.id;
                self.links.insert(id, link);
                Event::Opened(id)
            }
            Arrival::Leader(role, link) if role == self.linker.role => {
                let id = link.as_ref().map(|link| link.id);
                self.links.extend(link.map(|link| (link.id, link)));
                Event::Connected(id)
            }
            Arrival::State(link, state) => {
                if self.links.contains_key(&link) {
                    self.state = Some(state);
                }
                return Ok(());
            }
            Arrival::Learner(..) | Arrival::Leader(..) => return Ok(()),
        };
        self.feed(event).await
    }

    async fn feed(&mut self, event: Event) -> Result<(), String> {
        self.peer.step(self.pipeline.settings.clock.now(), event);
        self.carry_out().await
    }

    async fn carry_out(&mut self) -> Result<(), String> {
        while let Some(action) = self.peer.next_action() {
            if let Some(event) = self.act(action).await? {
                self.peer.step(self.pipeline.settings.clock.now(), event);
            }
        }
        Ok(())
    }

    async fn act(&mut self, action: Action) -> Result<Option<Event>, String> {
        match action {
            Action::Vote(to, said) => self.votes.send(to, &said),
            Action::Connect(leader) => {
                self.pipeline.end_read_only();
                let observes = self.peer.state() == ServerState::Observing;
                let role = if observes { "OBSERVING" } else { "FOLLOWING" };
                info!(target: LOGGER, "{role} {leader}");
                self.pipeline.state().leader = Some(leader);
                self.pipeline.metrics.election_time.time(self.looked_for());
                let rules = self.peer.rules();
                let configs = rules.proposed.iter().chain([&rules.current]);
                let mut lines = configs.filter_map(|it| it.members.servers.get(&leader.0));
                let places = match self.ensemble.observer_master_port.filter(|_| observes) {
                    Some(port) => self.observer_masters(port),
                    None => lines.next().map(|line| line.addresses.clone()).unwrap_or_default(),
                };
                let tick = u64::from(self.pipeline.settings.tick_ms);
                let within = Duration::from_millis(tick) * self.ensemble.init_limit;
                // Voters may name to an observer a leader that they have not missed yet.
                let within = if observes { within.min(OBSERVER_TRIES) } else { within };
                self.linker.connect(places, within);
            }
            Action::Listen => {
                info!(target: LOGGER, "LEADING");
                self.pipeline.state().leader = Some(self.ensemble.id);
                self.pipeline.metrics.election_time.time(self.looked_for());
                self.pipeline.end_read_only();
                for (host, place) in listens(&self.ensemble) {
                    self.linker.listen(host, place.quorum_port);
                }
            }
            Action::ListenForObservers => {
                for (host, _) in listens(&self.ensemble) {
                    let port = self.ensemble.observer_master_port.unwrap_or_default();
                    self.linker.listen(host, port);
                }
            }
            Action::Send(link, packet) => {
                if let Some(kind @ (PacketKind::Diff | PacketKind::Trunc)) = packet.kind() {
                    let (name, zxid) = (kind.name(), packet.zxid);
                    info!(target: LOGGER, "Sending {name} {zxid} to connection {}", link.0);
                    self.pipeline.metrics.diff_count.up();
                }
                self.say(link, &packet);
            }
            Action::Supply(link, from, to) => self.supply(link, from, to),
            Action::Close(link, why) => {
                warn!(target: LOGGER, "Closing quorum connection {}: {why}", link.0);
                self.links.remove(&link);
                self.said.remove(&link);
            }
            Action::Log(entry) => {
                let accepted = self.pipeline.accept(entry);
                accepted.map_err(|error| format!("a proposal is not understood: {error}"))?;
            }
            Action::Commit(zxid) => self.pipeline.commit(zxid),
            Action::Serve(role, zxid) => {
                info!(target: LOGGER, "serving in epoch {}: {role:?}", zxid.epoch());
                self.pipeline.serve(role, zxid);
                let metrics = &self.pipeline.metrics;
                metrics.unavailable_time.time(self.looked_for());
                if role == ServerState::Leading {
                    metrics.leader_unavailable_time.time(self.looked_for());
                }
            }
            Action::Retire(why) => return self.retire(&why).await.map(Some),
            action => return self.act_for_clients(action).await,
        }
        Ok(None)
    }

    /// What concerns sessions, requests and the disk.
    async fn act_for_clients(&mut self, action: Action) -> Result<Option<Event>, String> {
        let pipeline = self.pipeline.clone();
        match action {
            Action::Ask(link, packet) => {
                if let Err(why) = pipeline.ask(link, &packet) {
                    return Ok(Some(self.violated(link, &why)));
                }
            }
            Action::Touch(link, data) => match touched(&data) {
                Some(sessions) => pipeline.touched_elsewhere(&sessions),
                None => return Ok(Some(self.violated(link, "a PING that cannot be read"))),
            },
            Action::Pong(link, packet) => {
                let mut writer = Writer::new();
                pipeline.take_touched().iter().for_each(|touched| touched.encode(&mut writer));
                self.say(link, &QuorumPacket { data: Some(writer.into_bytes()), ..packet });
            }
            Action::Revalidate(link, data) => {
                let Ok(asked) = Touched::decode(&mut Reader::shared(&data)) else {
                    return Ok(Some(self.violated(link, "a REVALIDATE that cannot be read")));
                };
                let valid = pipeline.revalidate(link, &asked);
                let answer = to_bytes(&Revalidated { session: asked.session, valid });
                self.say(link, &QuorumPacket::with(PacketKind::Revalidate, Zxid(-1), answer));
            }
            Action::Revalidated(data) => {
                // Our own leader's; what cannot be read answers nobody.
                if let Ok(said) = Revalidated::decode(&mut Reader::shared(&data)) {
                    pipeline.revalidated(said.session, said.valid);
                }
            }
            Action::Synced(_) => pipeline.synced(),
            Action::Prepare(config) => self.configure(&config, false).await?,
            Action::Configure(config) => self.configure(&config, true).await?,
            action => return self.write(action).await,
        }
        Ok(None)
    }

    /// Says once where the configuration of another server is not ours.
    fn compare(&mut self, from: ServerId, text: Option<&Bytes>) {
        let Some(text) = text.filter(|text| self.compared.get(&from) != Some(*text)) else {
            return;
        };
        self.compared.insert(from, text.clone());
        if let Some(difference) = configuration::difference(&self.peer.rules().current, text) {
            warn!(
                target: LOGGER,
                "Server {from} has another configuration: {difference}; make the lines the same on \
                 all servers and restart those that had others"
            );
        }
    }

    /// A configuration holds from now on, or is proposed.
    async fn configure(&mut self, config: &Arc<Config>, holds: bool) -> Result<(), String> {
        let word = if holds { "holds" } else { "is proposed" };
        info!(target: LOGGER, "Configuration {:x} {word}: {:?}", config.version(), config.members.lines());
        let rules = self.peer.rules();
        let all = [Some(&rules.current), rules.proposed.as_ref(), Some(config)];
        let all: Vec<&Membership> = all.into_iter().flatten().map(|it| &it.members).collect();
        self.votes.configure(&all);
        if holds {
            let before = self.ensemble.line().cloned();
            self.ensemble.members = config.members.clone();
            configuration::warn_of_moves(before.as_ref(), self.ensemble.line());
            self.pipeline.configured(&config.members);
        }
        let Some(file) = self.ensemble.file.clone() else { return Ok(()) };
        let (disk, members) = (self.pipeline.settings.disk.clone(), config.members.clone());
        let id = self.ensemble.id;
        let kept = socket::blocking(move || match holds {
            true => configuration::activate(&disk, &file, &members, id),
            false => configuration::prepare(&disk, &file, &members),
        });
        kept.await
    }

    /// What must be durable before anything else happens.
    async fn write(&mut self, action: Action) -> Result<Option<Event>, String> {
        let (pipeline, snapshots) = (self.pipeline.clone(), self.snapshots.clone());
        let state = self.state.take_if(|_| matches!(action, Action::Install(_)));
        match action {
            Action::Truncate(zxid) => {
                warn!(target: LOGGER, "Truncating log to get in sync with the leader {zxid}");
            }
            Action::Install(zxid) => {
                info!(target: LOGGER, "Getting a snapshot from leader {zxid}");
            }
            _ => {}
        }
        // What was said before may be needed elsewhere meanwhile.
        self.flush();
        let done = socket::blocking(move || {
            let directories = snapshots.directories();
            match action {
                Action::SaveAccepted(epoch) => {
                    disk::save_accepted(directories, epoch).map(|()| Event::Saved)
                }
                Action::SaveCurrent(epoch) => {
                    disk::save_current(directories, epoch).map(|()| Event::Saved)
                }
                Action::Truncate(zxid) => {
                    let cut = disk::truncate(&pipeline, directories, zxid);
                    cut.map(|cut| cut.map_or(Event::CannotCut, Event::Installed))
                }
                Action::Install(zxid) => {
                    let state = state.unwrap_or_default();
                    disk::install(&pipeline, &snapshots, zxid, &state).map(Event::Installed)
                }
                // All others were done before.
                other => Err(format!("nobody does this: {other}")),
            }
        });
        done.await.map(Some)
    }

    /// Ends a role altogether; what was logged in it counts in the next election.
    async fn retire(&mut self, why: &str) -> Result<Event, String> {
        warn!(target: LOGGER, "Shutting down the role: {why}");
        self.flush();
        self.pipeline.retire();
        self.links.clear();
        self.said.clear();
        self.state = None;
        if !self.linker.stop.stop(END_WITHIN).await {
            error!(target: LOGGER, "some quorum connections did not end in time");
        }
        self.linker.stop = Stop::new();
        self.linker.role += 1;
        self.snapshots.cancel().await;
        self.pipeline.drained().await;
        info!(target: LOGGER, "LOOKING");
        self.looking_since = self.pipeline.settings.clock.now();
        self.pipeline.metrics.looking_count.up();
        Ok(Event::Retired(self.pipeline.apply_tail()))
    }

    /// Where the voters take observers; only those that follow do. Each role begins with another.
    fn observer_masters(&self, port: u16) -> Vec<ServerAddress> {
        let members = &self.peer.rules().current.members;
        let mut places: Vec<ServerAddress> = members
            .voters()
            .filter_map(|id| members.servers.get(&id)?.addresses.first().cloned())
            .map(|place| ServerAddress { quorum_port: port, ..place })
            .collect();
        let first = self.ensemble.id.0.unsigned_abs().wrapping_add(self.linker.role);
        let count = places.len().max(1) as u64;
        places.rotate_left(usize::try_from(first % count).unwrap_or(0));
        places
    }

    /// How long ago the last election began.
    fn looked_for(&self) -> Duration {
        self.pipeline.settings.clock.now().since(self.looking_since)
    }

    fn violated(&mut self, link: LinkId, why: &str) -> Event {
        warn!(target: LOGGER, "Closing quorum connection {}: {why}", link.0);
        self.links.remove(&link);
        self.said.remove(&link);
        Event::Closed(link)
    }

    fn say(&mut self, link: LinkId, packet: &QuorumPacket) {
        if self.links.contains_key(&link) {
            packet.encode(self.said.entry(link).or_default());
        }
    }

    /// Hands what was said to the tasks of the links.
    fn flush(&mut self) {
        for (link, writer) in std::mem::take(&mut self.said) {
            self.push(link, Out::Bytes(writer.into_bytes()));
        }
    }

    fn push(&mut self, id: LinkId, out: Out) {
        let Some(link) = self.links.get(&id) else { return };
        if link.out.try_send(out).is_err() {
            warn!(target: LOGGER, "Closing quorum connection {}: it does not read", id.0);
            // Its task notices, and says that the link is closed.
            self.links.remove(&id);
            let closed = self.linker.arrivals.try_send(Arrival::Peer(Event::Closed(id)));
            if closed.is_err() {
                warn!(target: LOGGER, "quorum connection {} ends by its timeout", id.0);
            }
        }
    }

    fn supply(&mut self, link: LinkId, from: Zxid, to: Zxid) {
        self.flush();
        let (pieces, outgoing) = mpsc::channel(limits::SNAPSHOT_PIECES_QUEUED_MAX);
        self.push(link, Out::Pieces(outgoing));
        let (pipeline, snapshots) = (self.pipeline.clone(), self.snapshots.clone());
        let factor = self.ensemble.snapshot_size_factor;
        self.linker.stop.spawn(async move {
            let directories = snapshots.directories().clone();
            let open = move || supply::Supply::open(&directories, factor, from, to);
            let Some(mut supply) = socket::blocking(open).await else {
                info!(target: LOGGER, "Sending a snapshot to the learner of connection {}", link.0);
                pipeline.metrics.snap_count.up();
                snapshots.stream(&pipeline, pieces).await;
                return;
            };
            info!(target: LOGGER, "Sending DIFF {to} to connection {}, from the log on disk", link.0);
            loop {
                let read = move || {
                    let piece = supply.next();
                    (supply, piece)
                };
                let (rest, piece) = socket::blocking(read).await;
                supply = rest;
                let Some(piece) = piece.transpose() else { return };
                // Nobody listens where the link has ended.
                let failed = piece.is_err();
                if pieces.send(piece).await.is_err() || failed {
                    return;
                }
            }
        });
    }
}

/// Where this server's own ports are, each with the address to listen on.
fn listens(ensemble: &Ensemble) -> Vec<(String, ServerAddress)> {
    let places = ensemble.line().map(|line| line.addresses.clone()).unwrap_or_default();
    let host = |place: &ServerAddress| match ensemble.listen_everywhere {
        true => String::new(),
        false => place.host.clone(),
    };
    places.into_iter().map(|place| (host(&place), place)).collect()
}

fn touched(data: &Bytes) -> Option<Vec<Touched>> {
    let mut reader = Reader::shared(data);
    let mut sessions = Vec::new();
    while !reader.is_empty() {
        sessions.push(Touched::decode(&mut reader).ok()?);
    }
    Some(sessions)
}
