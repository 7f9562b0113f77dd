//! A machine with one process on it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::future::Future;
use std::net::Ipv4Addr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::task::AbortHandle;

use crate::base::clock::{Clock, Instant, ManualClock};
use crate::base::rng::{self, Rng};

use super::wires::Network;

thread_local! {
    /// Whose task this thread runs.
    static CURRENT: RefCell<Option<Node>> = const { RefCell::new(None) };
}

/// The node whose task runs here; none outside a simulated life.
pub(in super::super) fn current() -> Option<Node> {
    CURRENT.with_borrow(Clone::clone)
}

/// The machine. Clones are the same one.
#[derive(Clone, Debug)]
pub struct Node(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    network: Network,
    address: Ipv4Addr,
    hands: Arc<ManualClock>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    held: bool,
    /// Its process was killed; nothing is started before the last of its tasks is gone.
    dead: bool,
    tasks: BTreeMap<u64, AbortHandle>,
    next_task: u64,
    /// Tasks that want to run and may not, the node being held.
    waiting: Vec<Waker>,
    rng: Option<Rng>,
    /// How long work on the disk takes.
    disk_takes: Duration,
    next_port: u16,
}

/// The first port that the machine gives to those who connect.
const FIRST_OWN_PORT: u16 = 32_768;

impl Node {
    pub(super) fn new(network: Network, address: Ipv4Addr, rng: Rng, wall_ms: i64) -> Node {
        let state = State {
            held: false,
            dead: false,
            tasks: BTreeMap::new(),
            next_task: 0,
            waiting: Vec::new(),
            rng: Some(rng),
            disk_takes: Duration::ZERO,
            next_port: FIRST_OWN_PORT,
        };
        let hands = ManualClock::at(wall_ms);
        Node(Arc::new(Inner { network, address, hands, state: Mutex::new(state) }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its address on the network.
    pub fn address(&self) -> Ipv4Addr {
        self.0.address
    }

    /// The network it is on.
    pub(in super::super) fn network(&self) -> &Network {
        &self.0.network
    }

    /// Its clock: the life's time, and a wall of its own.
    pub fn clock(&self) -> Clock {
        Clock::Manual(self.0.hands.clone())
    }

    /// Sets its wall clock by so much.
    pub fn jump(&self, millis: i64) {
        self.0.hands.set_wall_by(millis);
    }

    /// Lets work on its disk take so long from now on.
    pub fn slow_disk(&self, takes: Duration) {
        self.state().disk_takes = takes;
    }

    /// Starts a task on this node.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let id = {
            let mut state = self.state();
            if state.dead {
                // What a dying process starts never runs.
                return;
            }
            state.next_task += 1;
            state.next_task
        };
        let inside = Inside { node: self.clone(), id, task: Some(Box::pin(task)) };
        let handle = tokio::spawn(inside);
        self.state().tasks.insert(id, handle.abort_handle());
    }

    /// Holds the process: none of its tasks runs, while its kernel goes on taking what comes.
    pub fn hold(&self) {
        self.state().held = true;
    }

    /// Lets it go on.
    pub fn let_go(&self) {
        let waiting = {
            let mut state = self.state();
            state.held = false;
            std::mem::take(&mut state.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Kills the process, whose peers hear of it from its kernel. Returns when nothing of it is left.
    pub async fn kill(&self) {
        self.end().await;
    }

    /// Takes the machine's power: its peers hear nothing any more. Its connections are unknown to it
    /// when it has power again. Returns when nothing of its process is left.
    pub async fn cut_power(&self) {
        self.0.network.power(self.0.address, false);
        self.end().await;
    }

    /// Makes the machine ready for a process, after [`Node::kill`] or [`Node::cut_power`].
    pub fn ready(&self) {
        let mut state = self.state();
        (state.dead, state.held) = (false, false);
        drop(state);
        self.0.network.power(self.0.address, true);
    }

    async fn end(&self) {
        let tasks = {
            let mut state = self.state();
            state.dead = true;
            std::mem::take(&mut state.waiting);
            state.tasks.values().cloned().collect::<Vec<_>>()
        };
        tasks.iter().for_each(AbortHandle::abort);
        while !self.state().tasks.is_empty() {
            tokio::task::yield_now().await;
        }
    }

    /// Waits as long as the disk takes.
    pub(in super::super) async fn disk(&self) {
        let takes = self.state().disk_takes;
        if !takes.is_zero() {
            tokio::time::sleep(takes).await;
        }
    }

    pub(super) fn next_port(&self) -> u16 {
        let mut state = self.state();
        let port = state.next_port;
        state.next_port = port.checked_add(1).unwrap_or(FIRST_OWN_PORT);
        port
    }

    /// Makes this the current node until the guard goes.
    fn enter(&self) -> Entered {
        let now = self.0.network.elapsed();
        // As the system's clock: an early moment minus a timeout stays above zero.
        self.0.hands.advance_to(Instant::from_millis(1_000) + now);
        let rng = self.state().rng.take();
        Entered { before: CURRENT.replace(Some(self.clone())), rng_before: rng::lend(rng) }
    }
}

/// While this lives, its node is the current one.
struct Entered {
    before: Option<Node>,
    rng_before: Option<Rng>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        let rng = rng::lend(self.rng_before.take());
        if let Some(node) = CURRENT.replace(self.before.take())
            && rng.is_some()
        {
            node.state().rng = rng;
        }
    }
}

/// A task of a node.
struct Inside {
    node: Node,
    id: u64,
    task: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
}

impl Future for Inside {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        {
            let mut state = self.node.state();
            if state.held && !state.dead {
                state.waiting.push(cx.waker().clone());
                return Poll::Pending;
            }
        }
        let _entered = self.node.enter();
        match &mut self.task {
            Some(task) => task.as_mut().poll(cx),
            None => Poll::Ready(()),
        }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        let entered = self.node.enter();
        // What the task held ends as of this node.
        self.task = None;
        drop(entered);
        self.node.state().tasks.remove(&self.id);
    }
}
