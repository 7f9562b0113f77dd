//! Scripts of an ensemble's life: servers with disks, a network that can be cut, time by hand.
//!
//! Whatever a script does, what any two servers have committed must be the same as far as both go.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use goldenscript::{Command, Context, Runner};

use super::{Action, Config, Entry, Event, LinkId, Pace, Peer, Rules, Settings};
use crate::base::bytes::Reader;
use crate::base::clock::Instant;
use crate::config::quorum::Membership;
use crate::zookeeper::jute::quorum_packet::{Forwarded, Revalidated, Touched};
use crate::zookeeper::jute::txn::{SetDataTxn, TxnHeader};
use crate::zookeeper::jute::{
    Jute, OpCode, PacketKind, QuorumPacket, ServerId, ServerState, SessionId, Transaction, Txn,
    Zxid, to_bytes,
};

type Failure = Box<dyn Error>;

/// One server: its disk outlives its peer.
#[derive(Default)]
struct Node {
    peer: Option<Peer>,
    epochs: (i64, i64),
    log: Vec<Entry>,
    applied: Zxid,
    /// What is older is only in a snapshot.
    base: Zxid,
    listens: bool,
    /// It takes observers as a follower.
    masters: bool,
    /// The last number its pipeline gave out.
    numbered: Zxid,
    /// Its disk does not answer; this is what it will say.
    held: Option<Vec<Zxid>>,
    /// The state behind a SNAP packet.
    received: Vec<Entry>,
    /// Its disk is empty and nobody says that it always was.
    lost: bool,
}

/// All of them.
struct Life {
    nodes: BTreeMap<ServerId, Node>,
    /// What the servers' files say.
    config: Arc<Config>,
    reconfigures: bool,
    /// Followers take the observers.
    takes_observers: bool,
    forces_snapshot: bool,
    now: u64,
    mail: VecDeque<(ServerId, Event)>,
    /// The learner's end and the leader's.
    links: BTreeMap<LinkId, (ServerId, ServerId)>,
    linked: u64,
    /// Who would connect to whom, as soon as that one listens.
    dialling: BTreeMap<ServerId, ServerId>,
    cut: BTreeSet<(ServerId, ServerId)>,
    /// What these say to each other is lost, and their connections stand.
    mute: BTreeSet<(ServerId, ServerId)>,
    history_max: usize,
    /// What is printed.
    votes: bool,
    rest: bool,
    committed: BTreeMap<Zxid, Bytes>,
    trace: String,
}

impl Life {
    fn new() -> Life {
        Life {
            nodes: BTreeMap::new(),
            config: Arc::new(Config::new(Membership::default())),
            reconfigures: false,
            takes_observers: false,
            forces_snapshot: false,
            now: 1_000,
            mail: VecDeque::new(),
            links: BTreeMap::new(),
            linked: 0,
            dialling: BTreeMap::new(),
            cut: BTreeSet::new(),
            mute: BTreeSet::new(),
            history_max: 500,
            votes: false,
            rest: true,
            committed: BTreeMap::new(),
            trace: String::new(),
        }
    }

    fn now(&self) -> Instant {
        Instant::from_millis(self.now)
    }

    fn start(&mut self, id: ServerId) {
        let node = self.nodes.entry(id).or_default();
        let logged = node.log.iter().rev().find_map(|entry| entry.config()?.ok());
        let proposed = logged.filter(|config| config.version() > self.config.version());
        let settings = Settings {
            id,
            rules: Rules { current: self.config.clone(), proposed: proposed.map(Arc::new) },
            observer: false,
            reconfigures: self.reconfigures,
            tick: Duration::from_millis(100),
            init_limit: 10,
            sync_limit: 5,
            pace: Pace {
                shortest: Duration::from_millis(200),
                longest: Duration::from_millis(60_000),
            },
            history_max: self.history_max,
            forces_snapshot: self.forces_snapshot,
            takes_observers: self.takes_observers,
        };
        let now = self.now();
        let node = self.nodes.entry(id).or_default();
        let empty = if node.lost { Zxid(-1) } else { Zxid::ZERO };
        let last = node.log.last().map_or(empty, |entry| entry.zxid);
        node.applied = last;
        let from = node.log.len().saturating_sub(self.history_max);
        let newest = node.log[from..].to_vec();
        node.peer = Some(Peer::new(settings, node.epochs, last, newest, now));
        self.act(id);
    }

    fn crash(&mut self, id: ServerId) {
        let node = self.nodes.get_mut(&id).expect("a server");
        (node.peer, node.listens, node.masters) = (None, false, false);
        self.dialling.remove(&id);
        self.mail.retain(|(to, _)| *to != id);
        self.unlink(|(a, b)| *a == id || *b == id, id);
    }

    /// Ends links; the other ends hear of it.
    fn unlink(&mut self, which: impl Fn(&(ServerId, ServerId)) -> bool, by: ServerId) {
        let gone: Vec<_> =
            self.links.iter().filter(|(_, ends)| which(ends)).map(|(&l, &e)| (l, e)).collect();
        for (link, (learner, leader)) in gone {
            self.links.remove(&link);
            for end in [learner, leader] {
                if end != by {
                    self.mail.push_back((end, Event::Closed(link)));
                }
            }
        }
    }

    /// Delivers until nothing is under way.
    fn settle(&mut self) {
        let mut steps = 0;
        while let Some((to, event)) = self.mail.pop_front() {
            self.feed(to, event);
            steps += 1;
            assert!(steps < 100_000, "the ensemble does not come to rest");
        }
    }

    fn feed(&mut self, to: ServerId, event: Event) {
        let now = self.now();
        let Some(peer) = self.nodes.get_mut(&to).and_then(|node| node.peer.as_mut()) else {
            return;
        };
        peer.step(now, event);
        self.act(to);
    }

    fn act(&mut self, id: ServerId) {
        while let Some(action) =
            self.nodes.get_mut(&id).and_then(|n| n.peer.as_mut()).and_then(Peer::next_action)
        {
            let printed = match &action {
                Action::Vote(..) => self.votes,
                Action::Send(_, packet) => self.rest && packet.kind() != Some(PacketKind::Ping),
                Action::Pong(..) | Action::Touch(..) => false,
                _ => self.rest,
            };
            if printed {
                writeln!(self.trace, "{id}: {action}").expect("a string takes it");
            }
            if let Some(event) = self.carry_out(id, action) {
                self.feed(id, event);
            }
        }
    }

    fn reachable(&self, from: ServerId, to: ServerId) -> bool {
        let pair = (from.min(to), from.max(to));
        !self.cut.contains(&pair) && !self.mute.contains(&pair)
    }

    fn send(&mut self, from: ServerId, link: LinkId, event: Event) {
        let Some(&(learner, leader)) = self.links.get(&link) else { return };
        let to = if from == learner { leader } else { learner };
        if !self.reachable(from, to) {
            return;
        }
        self.mail.push_back((to, event));
    }

    /// Makes the connections that can be made.
    fn dial(&mut self) {
        for (id, to) in self.dialling.clone() {
            let node = &self.nodes[&to];
            if (node.listens || node.masters) && self.reachable(id, to) {
                self.dialling.remove(&id);
                self.linked += 1;
                let link = LinkId(self.linked);
                self.links.insert(link, (id, to));
                self.mail.push_back((to, Event::Opened(link)));
                self.mail.push_back((id, Event::Connected(Some(link))));
            }
        }
    }

    fn carry_out(&mut self, id: ServerId, action: Action) -> Option<Event> {
        match action {
            Action::Vote(to, said) => {
                if self.reachable(id, to) {
                    self.mail.push_back((to, Event::Heard(id, said)));
                }
                None
            }
            Action::Connect(to) => {
                let observes = self.nodes[&id].peer.as_ref().map(Peer::state);
                let observes = observes == Some(ServerState::Observing) && self.takes_observers;
                // Any voter that takes observers will do: the first that does.
                let master = self.nodes.iter().find(|(_, node)| node.masters);
                let to = if observes { master.map_or(to, |(&id, _)| id) } else { to };
                self.dialling.insert(id, to);
                self.dial();
                None
            }
            Action::Send(link, packet) => {
                self.send(id, link, Event::Packet(link, packet));
                None
            }
            Action::Supply(link, _, _) => {
                let node = &self.nodes[&id];
                let zxid = node.applied;
                let state = node.log.iter().filter(|entry| entry.zxid <= zxid).cloned().collect();
                if let Some(&(learner, _)) = self.links.get(&link) {
                    self.nodes.get_mut(&learner).expect("a server").received = state;
                }
                let packet = QuorumPacket::new(PacketKind::Snap, zxid);
                self.send(id, link, Event::Packet(link, packet));
                None
            }
            Action::Pong(link, packet) => {
                self.send(id, link, Event::Packet(link, packet));
                None
            }
            // The leader's pipeline confirms a sync, and knows every session with an even number.
            Action::Ask(link, packet) => {
                let data = packet.data.unwrap_or_default();
                let asked = Forwarded::decode(&mut Reader::shared(&data)).expect("a request");
                (asked.op == OpCode::Sync.code()).then_some(Event::Sync(Some(link)))
            }
            Action::Revalidate(link, data) => {
                let asked = Touched::decode(&mut Reader::shared(&data)).expect("a question");
                let valid = asked.session.0 % 2 == 0;
                let said = to_bytes(&Revalidated { session: asked.session, valid });
                let packet = QuorumPacket::with(PacketKind::Revalidate, Zxid(-1), said);
                self.send(id, link, Event::Packet(link, packet));
                None
            }
            Action::Close(link, _) => {
                if let Some(ends) = self.links.get(&link).copied() {
                    self.unlink(|it| *it == ends, id);
                }
                None
            }
            Action::Retire(_) => {
                self.dialling.remove(&id);
                self.unlink(|(a, b)| *a == id || *b == id, id);
                let node = self.nodes.get_mut(&id).expect("a server");
                (node.listens, node.masters) = (false, false);
                let applied = node.applied;
                let tail: Vec<_> =
                    node.log.iter().filter(|entry| entry.zxid > applied).cloned().collect();
                node.applied = tail.last().map_or(applied, |entry| entry.zxid);
                Some(Event::Retired(tail))
            }
            action => self.write(id, action),
        }
    }

    /// What concerns a server's own disk and state.
    fn write(&mut self, id: ServerId, action: Action) -> Option<Event> {
        let node = self.nodes.get_mut(&id).expect("a server");
        match action {
            Action::Listen => {
                node.listens = true;
                self.dial();
            }
            Action::ListenForObservers => {
                node.masters = true;
                self.dial();
            }
            Action::SaveAccepted(epoch) => {
                node.epochs.0 = epoch;
                return Some(Event::Saved);
            }
            Action::SaveCurrent(epoch) => {
                node.epochs.1 = epoch;
                return Some(Event::Saved);
            }
            Action::Truncate(zxid) if zxid < node.base => return Some(Event::CannotCut),
            Action::Truncate(zxid) => {
                node.log.retain(|entry| entry.zxid <= zxid);
                node.applied = zxid;
                return Some(Event::Installed(zxid));
            }
            Action::Install(zxid) => {
                node.log = std::mem::take(&mut node.received);
                node.lost = false;
                node.applied = zxid;
                return Some(Event::Installed(zxid));
            }
            Action::Log(entry) => {
                let zxid = entry.zxid;
                node.log.push(entry);
                return self.logged(id, zxid);
            }
            Action::Commit(zxid) => {
                node.applied = zxid;
                for entry in node.log.iter().filter(|entry| entry.zxid <= zxid) {
                    let known = self.committed.entry(entry.zxid).or_insert(entry.bytes.clone());
                    assert_eq!(*known, entry.bytes, "{id} commits another {}", entry.zxid);
                }
            }
            Action::Serve(ServerState::Leading, zxid) => node.numbered = zxid,
            _ => {}
        }
        None
    }

    fn logged(&mut self, id: ServerId, zxid: Zxid) -> Option<Event> {
        match &mut self.nodes.get_mut(&id).expect("a server").held {
            Some(held) => {
                held.push(zxid);
                None
            }
            None => Some(Event::Logged(zxid)),
        }
    }

    fn propose(&mut self, id: ServerId) {
        let node = self.nodes.get_mut(&id).expect("a server");
        let bytes = Bytes::from(format!("{} of {id}", node.numbered.next()));
        self.propose_bytes(id, bytes);
    }

    fn propose_bytes(&mut self, id: ServerId, bytes: Bytes) {
        let node = self.nodes.get_mut(&id).expect("a server");
        let zxid = node.numbered.next();
        node.numbered = zxid;
        let entry = Entry { zxid, bytes };
        node.log.push(entry.clone());
        self.feed(id, Event::Proposed(entry));
        if let Some(event) = self.logged(id, zxid) {
            self.feed(id, event);
        }
    }

    /// Lets time pass, from one thing that happens to the next.
    fn pass(&mut self, ms: u64) {
        let end = self.now + ms;
        self.settle();
        loop {
            let wake = self.nodes.values().filter_map(|node| node.peer.as_ref()?.wake_at());
            let next = wake.min().map_or(end, |at| at.as_millis().max(self.now));
            if next > end || self.now == end {
                self.now = end;
                return;
            }
            self.now = next.max(self.now + u64::from(next == self.now));
            let ids: Vec<_> = self.nodes.keys().copied().collect();
            ids.into_iter().for_each(|id| self.feed(id, Event::Tick));
            self.settle();
        }
    }

    fn status(&mut self) {
        for (id, node) in &self.nodes {
            let last = node.log.last().map_or(Zxid::ZERO, |entry| entry.zxid);
            let text = match &node.peer {
                Some(peer) => format!("{peer}; log {last}, applied {}", node.applied),
                None => format!("{id} is down; log {last}, epochs {:?}", node.epochs),
            };
            writeln!(self.trace, "{text}").expect("a string takes it");
        }
    }
}

impl Runner for Life {
    type Command = Command;

    fn run(&mut self, command: &Command, _: &Context) -> Result<String, Failure> {
        let mut args = command.consume_args();
        let mut words = Vec::new();
        while let Some(word) = args.next_pos() {
            words.push(word.to_owned());
        }
        let ids = || ids_of(&words);
        match command.name.as_str() {
            "voters" => {
                *self = Life { votes: false, ..Life::new() };
                self.begin(&ids()?, "")?;
            }
            // `observers 4 5`, `lines group.1=1:2 weight.1=0`: more of the same configuration.
            "observers" => {
                let line = |id: &ServerId| format!("server.{id}=h:{id}:1{id}:observer\n");
                let lines: String = ids()?.iter().map(line).collect();
                self.begin(&[], &lines)?;
            }
            "joins" => self.begin(&ids()?, "")?,
            "reconfigures" => self.reconfigures = true,
            "masters" => self.takes_observers = true,
            "snapshots" => self.forces_snapshot = true,
            // `reconfigure 3 server.1=h:1:11 ...`: the leader 3 proposes these lines.
            "reconfigure" => {
                self.reconfigure(ServerId(words[0].parse()?), &words[1..])?;
                self.settle();
            }
            "lines" => self.begin(&[], &format!("{}\n", words.join("\n")))?,
            "history" => self.history_max = words[0].parse()?,
            "trace" => (self.votes, self.rest) = (words[0] == "all", words[0] != "nothing"),
            "disk" => self.disk(&words)?,
            // `base 1 2 3`: the oldest snapshot of server 1 has everything up to 2's third.
            "base" => {
                let base = Zxid::new(words[1].parse()?, words[2].parse()?);
                self.nodes.get_mut(&ids()?[0]).ok_or("no such server")?.base = base;
            }
            "lose" => ids()?.into_iter().for_each(|id| {
                let node = self.nodes.get_mut(&id).expect("a server");
                assert!(node.peer.is_none(), "it runs");
                *node = Node { lost: true, ..Node::default() };
            }),
            "start" => ids()?.into_iter().for_each(|id| self.start(id)),
            "crash" => ids()?.into_iter().for_each(|id| self.crash(id)),
            "run" => self.pass(words[0].parse()?),
            "hold" => ids()?.iter().for_each(|id| {
                self.nodes.get_mut(id).expect("a server").held = Some(Vec::new());
            }),
            "release" => {
                for id in ids()? {
                    let held = self.nodes.get_mut(&id).expect("a server").held.take();
                    held.into_iter().flatten().for_each(|at| self.feed(id, Event::Logged(at)));
                }
                self.settle();
            }
            "propose" => {
                let count = words.get(1).map_or(Ok(1), |count| count.parse())?;
                (0..count).for_each(|_| self.propose(ids().expect("numbers")[0]));
                self.settle();
            }
            "sync" => {
                self.feed(ids()?[0], Event::Sync(None));
                self.settle();
            }
            // `forward 4 sync`: what a client of server 4 wants of the leader; `revalidate 7`, `create`.
            "forward" => {
                self.forward(ids_of(&words[..1])?[0], &words[1..])?;
                self.settle();
            }
            "cut" => {
                let ids = ids()?;
                let pair = (ids[0].min(ids[1]), ids[0].max(ids[1]));
                self.cut.insert(pair);
                self.unlink(|(a, b)| (*a.min(b), *a.max(b)) == pair, ServerId(0));
                self.settle();
            }
            "mute" => {
                let ids = ids()?;
                self.mute.insert((ids[0].min(ids[1]), ids[0].max(ids[1])));
            }
            "heal" => {
                self.cut.clear();
                self.mute.clear();
            }
            "packet" => self.forge(&words)?,
            "status" => self.status(),
            name => return Err(format!("no command '{name}'").into()),
        }
        Ok(std::mem::take(&mut self.trace))
    }
}

fn ids_of(words: &[String]) -> Result<Vec<ServerId>, Failure> {
    words.iter().map(|word| Ok(ServerId(word.parse()?))).collect()
}

impl Life {
    fn forward(&mut self, id: ServerId, words: &[String]) -> Result<(), Failure> {
        let session = words.get(1).map_or(Ok(0), |word| word.parse())?;
        let packet = match words[0].as_str() {
            "revalidate" => {
                let asked = to_bytes(&Touched { session: SessionId(session), timeout_ms: 4_000 });
                QuorumPacket::with(PacketKind::Revalidate, Zxid(-1), asked)
            }
            name => {
                let op = if name == "sync" { OpCode::Sync } else { OpCode::Create };
                let session = SessionId(session);
                let asked = Forwarded { session, cxid: 1, op: op.code(), body: Bytes::new() };
                QuorumPacket::with(PacketKind::Request, Zxid(-1), to_bytes(&asked))
            }
        };
        self.feed(id, Event::Forward(packet));
        Ok(())
    }

    /// Adds voters and other lines to the configuration, with a server for each that is new.
    fn begin(&mut self, voters: &[ServerId], lines: &str) -> Result<(), Failure> {
        let before = self.config.members.lines().join("\n");
        let voters = voters.iter().map(|id| format!("server.{id}=h:{id}:1{id}\n"));
        let text = format!("{}{lines}{before}", voters.collect::<String>());
        let members = Membership::parse(&text)?;
        for &id in members.servers.keys() {
            self.nodes.entry(ServerId(id)).or_default();
        }
        self.config = Arc::new(Config::new(members));
        Ok(())
    }

    fn reconfigure(&mut self, id: ServerId, lines: &[String]) -> Result<(), Failure> {
        let zxid = self.nodes[&id].numbered.next();
        let members = Membership::parse(&lines.join("\n"))?;
        let text = Membership { version: zxid.0, ..members }.to_string();
        let set = SetDataTxn {
            path: "/zookeeper/config".to_owned(),
            data: Some(Bytes::from(text)),
            version: -1,
        };
        let header = TxnHeader { zxid, op: OpCode::Reconfig, ..TxnHeader::default() };
        let transaction = Transaction { header, txn: Txn::Reconfig(set), digest: None };
        self.propose_bytes(id, to_bytes(&transaction));
        Ok(())
    }

    /// `disk 1 accepted current 1/3 2/1`: three transactions of epoch 1 and one of epoch 2.
    fn disk(&mut self, words: &[String]) -> Result<(), Failure> {
        let mut log = Vec::new();
        for part in &words[3..] {
            let (epoch, count) = part.split_once('/').ok_or("expected epoch/count")?;
            for counter in 1..=count.parse()? {
                let zxid = Zxid::new(epoch.parse()?, counter);
                log.push(Entry { zxid, bytes: Bytes::from(format!("{zxid}")) });
            }
        }
        let node = self.nodes.get_mut(&ServerId(words[0].parse()?)).ok_or("no such server")?;
        node.epochs = (words[1].parse()?, words[2].parse()?);
        node.log = log;
        Ok(())
    }

    /// `packet 2 COMMIT 1 7`: the leader's end of a learner's link says what it would not.
    fn forge(&mut self, words: &[String]) -> Result<(), Failure> {
        let id = ServerId(words[0].parse()?);
        let kind = (0..20).filter_map(PacketKind::of).find(|kind| kind.name() == words[1]);
        let zxid = Zxid::new(words[2].parse()?, words[3].parse()?);
        let packet = QuorumPacket::with(kind.ok_or("no such kind")?, zxid, Bytes::new());
        let link = self.links.iter().find(|(_, ends)| ends.0 == id).ok_or("no link")?.0;
        self.feed(id, Event::Packet(*link, packet));
        self.settle();
        Ok(())
    }
}

#[test]
fn lives_go_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib/zookeeper/zab/golden");
    for name in SCRIPTS {
        goldenscript::run(&mut Life::new(), folder.join(name))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

const SCRIPTS: [&str; 11] = [
    "election",
    "epochs",
    "synchronisation",
    "broadcast",
    "rules",
    "known_failures",
    "lost_disk",
    "observers",
    "observer_master",
    "weights",
    "reconfiguration",
];
