//! A machine of a life, with its disk.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use milena::base::disk::{Disk, Memory};
use milena::base::rng::Rng;
use milena::net::simulated::{Network, Node};

/// Where every machine keeps its data.
pub const FOLDER: &str = "/data";
/// What the wall clocks read when a life begins.
pub const WALL_MS: i64 = 1_700_000_000_000;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Death {
    /// Killed: what it wrote is there.
    Killed,
    /// With its machine: what was not synced is gone.
    PowerLost,
    /// With its machine: of what was not synced, some is there.
    Torn,
    /// With its machine and its disk.
    DiskLost,
}

/// A machine with its disk.
pub struct Machine {
    pub name: String,
    pub node: Node,
    pub disk: Disk,
    pub is_up: bool,
    pub is_held: bool,
    /// Its process has ended by itself.
    pub exited: Arc<AtomicBool>,
    died: Death,
}

impl Machine {
    pub fn new(network: &Network, name: String, last: u8) -> Machine {
        let node = network.node(Ipv4Addr::new(10, 0, 0, last), WALL_MS);
        let disk = Disk::memory();
        let exited = Arc::default();
        Machine { name, node, disk, is_up: false, is_held: false, exited, died: Death::Killed }
    }

    pub fn memory(&self) -> &Arc<Memory> {
        match &self.disk {
            Disk::Memory(memory) => memory,
            Disk::System => unreachable!("a machine's disk is in memory"),
        }
    }

    /// Ends its process, or the machine with it.
    pub async fn end(&mut self, death: Death) {
        // First of all: a dying process writes nothing.
        self.memory().cut_power();
        match death {
            Death::Killed => self.node.kill().await,
            _ => self.node.cut_power().await,
        }
        (self.is_up, self.is_held, self.died) = (false, false, death);
        self.exited.store(false, Ordering::Release);
    }

    /// Clears away a process that has ended by itself; says whether one has.
    pub async fn bury(&mut self) -> bool {
        let exited = self.exited.swap(false, Ordering::AcqRel) && self.is_up;
        if exited {
            self.end(Death::Killed).await;
        }
        exited
    }

    /// Makes it ready for a process.
    pub fn ready(&mut self, rng: &mut Rng) {
        match self.died {
            Death::Killed => self.memory().restore_power_keeping_writes(),
            Death::PowerLost => self.memory().restore_power(),
            Death::Torn => self.memory().restore_power_torn(rng),
            Death::DiskLost => self.disk = Disk::memory(),
        }
        self.node.ready();
        self.is_up = true;
    }
}
