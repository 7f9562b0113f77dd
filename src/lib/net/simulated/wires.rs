//! The network: who listens where, how long things take, what does not get through.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Waker;
use std::time::Duration;

use tokio::time::Instant;

use crate::base::rng::Rng;

use super::node::Node;
use super::pipe::{End, Line};
use super::stream::Stream;

/// Between the least and the most that a message may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delay {
    pub least: Duration,
    pub most: Duration,
}

/// What a life looked like so far. Equal for equal lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Of every message: when, between whom, what.
    pub hash: u64,
    pub messages: u64,
    pub bytes: u64,
    pub connections: u64,
}

/// The network. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Network(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// When the life began.
    origin: Instant,
    wires: Mutex<Wires>,
}

#[derive(Debug)]
struct Wires {
    rng: Rng,
    delay: Delay,
    /// What differs from that, by direction.
    delays: BTreeMap<(Ipv4Addr, Ipv4Addr), Delay>,
    /// How much slower than the link a connection may be, at most.
    spread: Duration,
    cut: BTreeSet<(Ipv4Addr, Ipv4Addr)>,
    powerless: BTreeSet<Ipv4Addr>,
    ports: BTreeMap<SocketAddrV4, Port>,
    lines: Vec<Weak<Line>>,
    /// Who waits until something gets through again.
    waiting: Vec<Waker>,
    seen: Seen,
}

#[derive(Debug, Default)]
struct Port {
    open: bool,
    backlog: VecDeque<Stream>,
    acceptor: Option<Waker>,
}

impl Network {
    /// A network on which everything arrives at once.
    pub fn new(rng: Rng) -> Network {
        let delay = Delay { least: Duration::ZERO, most: Duration::ZERO };
        let wires = Wires {
            rng,
            delay,
            delays: BTreeMap::new(),
            spread: Duration::ZERO,
            cut: BTreeSet::new(),
            powerless: BTreeSet::new(),
            ports: BTreeMap::new(),
            lines: Vec::new(),
            waiting: Vec::new(),
            seen: Seen::default(),
        };
        Network(Arc::new(Shared { origin: now(), wires: Mutex::new(wires) }))
    }

    fn wires(&self) -> MutexGuard<'_, Wires> {
        self.0.wires.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A machine on it, whose wall clock reads `wall_ms` at the life's beginning.
    pub fn node(&self, address: Ipv4Addr, wall_ms: i64) -> Node {
        let seed = self.wires().rng.next_u64();
        Node::new(self.clone(), address, Rng::seeded(seed), wall_ms)
    }

    /// How long the life has lasted.
    pub fn elapsed(&self) -> Duration {
        now().saturating_duration_since(self.0.origin)
    }

    /// What went over it so far.
    pub fn seen(&self) -> Seen {
        self.wires().seen
    }

    /// How long messages take, and how much slower one connection may be than another.
    pub fn delay(&self, delay: Delay, spread: Duration) {
        let mut wires = self.wires();
        (wires.delay, wires.spread) = (delay, spread);
    }

    /// How long messages take in one direction; as everywhere where that is not said.
    pub fn delay_between(&self, from: Ipv4Addr, to: Ipv4Addr, delay: Option<Delay>) {
        let mut wires = self.wires();
        match delay {
            Some(delay) => wires.delays.insert((from, to), delay),
            None => wires.delays.remove(&(from, to)),
        };
    }

    /// Lets nothing through in one direction. What is sent meanwhile comes later.
    pub fn cut(&self, from: Ipv4Addr, to: Ipv4Addr) {
        self.wires().cut.insert((from, to));
    }

    /// Lets everything through again.
    pub fn mend(&self) {
        let mut wires = self.wires();
        wires.cut.clear();
        wires.delays.clear();
        drop(wires);
        self.reached(None);
    }

    /// What did not get through may now, from and to one machine or all.
    fn reached(&self, address: Option<Ipv4Addr>) {
        let (waiting, lines) = {
            let mut wires = self.wires();
            let lines: Vec<_> = wires.lines.iter().filter_map(Weak::upgrade).collect();
            (std::mem::take(&mut wires.waiting), lines)
        };
        for line in lines {
            for end in [End::Caller, End::Called] {
                if address.is_none_or(|address| *line.at(end).ip() == address) {
                    line.reached(end);
                }
            }
        }
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Breaks one of the connections between two machines; says whether there was one.
    pub fn reset_one(&self) -> bool {
        let mut wires = self.wires();
        wires.lines.retain(|line| line.strong_count() > 0);
        let among = wires.lines.len() as u64;
        let chosen = usize::try_from(wires.rng.below(among)).unwrap_or(0);
        let Some(line) = wires.lines.get(chosen).and_then(Weak::upgrade) else { return false };
        drop(wires);
        line.reset();
        true
    }

    /// A machine loses its power, or has it again.
    pub(super) fn power(&self, address: Ipv4Addr, on: bool) {
        let was_off = {
            let mut wires = self.wires();
            match on {
                true => wires.powerless.remove(&address),
                false => !wires.powerless.insert(address),
            }
        };
        if on && was_off {
            self.reached(Some(address));
        }
    }

    pub(super) fn has_power(&self, address: Ipv4Addr) -> bool {
        !self.wires().powerless.contains(&address)
    }

    /// Whether something sent there now arrives there.
    pub(super) fn passes(&self, from: Ipv4Addr, to: Ipv4Addr) -> bool {
        let wires = self.wires();
        from == to
            || !(wires.cut.contains(&(from, to))
                || wires.powerless.contains(&from)
                || wires.powerless.contains(&to))
    }

    /// Wakes `waker` when something that did not get through may.
    pub(super) fn wait(&self, waker: Waker) {
        self.wires().waiting.push(waker);
    }

    /// When something sent now will be there.
    pub(super) fn due(&self, from: Ipv4Addr, to: Ipv4Addr, extra: Duration) -> Instant {
        let mut wires = self.wires();
        if from == to {
            return now();
        }
        let delay = wires.delays.get(&(from, to)).copied().unwrap_or(wires.delay);
        let between = delay.most.saturating_sub(delay.least);
        let micros = u64::try_from(between.as_micros()).unwrap_or(u64::MAX);
        let by_chance = Duration::from_micros(wires.rng.below(micros.saturating_add(1)));
        now() + delay.least + by_chance + extra
    }

    /// Writes a message into the life's trace.
    pub(super) fn trace(&self, from: SocketAddrV4, to: SocketAddrV4, bytes: &[u8]) {
        let when = u64::try_from(self.elapsed().as_micros()).unwrap_or(u64::MAX);
        let ends = [from, to].map(|it| (u64::from(it.ip().to_bits()) << 16) | u64::from(it.port()));
        let sum = u64::from(crate::base::crc32c::checksum(bytes));
        let mut wires = self.wires();
        let seen = &mut wires.seen;
        for word in [when, ends[0], ends[1], sum, bytes.len() as u64] {
            // FNV's step, on words.
            seen.hash = (seen.hash ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(29);
        }
        seen.messages += 1;
        seen.bytes += bytes.len() as u64;
    }

    /// Takes a port.
    pub(super) fn bind(&self, at: SocketAddrV4) -> io::Result<()> {
        let mut wires = self.wires();
        if wires.ports.contains_key(&at) {
            return Err(io::ErrorKind::AddrInUse.into());
        }
        wires.ports.insert(at, Port::default());
        Ok(())
    }

    /// A port nobody has taken.
    pub(super) fn free_port(&self, address: Ipv4Addr) -> u16 {
        let wires = self.wires();
        let is_free = |port: &u16| !wires.ports.contains_key(&SocketAddrV4::new(address, *port));
        (10_000..u16::MAX).find(is_free).unwrap_or(u16::MAX)
    }

    /// Opens a port that was taken.
    pub(super) fn open(&self, at: SocketAddrV4) {
        if let Some(port) = self.wires().ports.get_mut(&at) {
            port.open = true;
        }
    }

    /// Gives a port back.
    pub(super) fn unbind(&self, at: SocketAddrV4) {
        let port = self.wires().ports.remove(&at);
        // Connections that nobody accepted end with it, without the lock that ending them takes.
        drop(port);
    }

    /// The next connection of a port.
    pub(super) fn accept(&self, at: SocketAddrV4, waker: &Waker) -> Option<Stream> {
        let mut wires = self.wires();
        let port = wires.ports.get_mut(&at)?;
        port.acceptor = Some(waker.clone());
        port.backlog.pop_front()
    }

    /// Connects two machines that reach each other, or refuses.
    pub(super) fn join(&self, caller: SocketAddrV4, called: SocketAddrV4) -> io::Result<Stream> {
        let mut wires = self.wires();
        let micros = u64::try_from(wires.spread.as_micros()).unwrap_or(u64::MAX);
        let extra = match caller.ip() == called.ip() {
            true => Duration::ZERO,
            false => Duration::from_micros(wires.rng.below(micros.saturating_add(1))),
        };
        let port = wires.ports.get_mut(&called).filter(|port| port.open);
        let Some(port) = port else { return Err(io::ErrorKind::ConnectionRefused.into()) };
        let line = Arc::new(Line::new(caller, called, extra));
        port.backlog.push_back(Stream::new(self.clone(), line.clone(), End::Called));
        let acceptor = port.acceptor.take();
        wires.lines.retain(|line| line.strong_count() > 0);
        wires.lines.push(Arc::downgrade(&line));
        wires.seen.connections += 1;
        drop(wires);
        acceptor.into_iter().for_each(Waker::wake);
        Ok(Stream::new(self.clone(), line, End::Caller))
    }
}

/// The life's time: the runtime's, which is paused.
pub(super) fn now() -> Instant {
    Instant::now()
}

/// A name as the network knows it: addresses, and names of the own machine.
pub(super) fn resolve(node: &Node, host: &str) -> io::Result<Ipv4Addr> {
    match host {
        "" | "0.0.0.0" | "127.0.0.1" | "localhost" => Ok(node.address()),
        host => host.parse().map_err(|_| {
            io::Error::new(io::ErrorKind::NotFound, "the simulated network has no names")
        }),
    }
}

pub(super) fn general(at: SocketAddrV4) -> SocketAddr {
    SocketAddr::V4(at)
}
