//! The machines of a life: the servers of an ensemble, and those of its clients.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use milena::base::disk::{Disk, Mode};
use milena::base::error::Chain;
use milena::base::rng::Rng;
use milena::config::quorum::{Membership, ZooCfg};
use milena::net::simulated::{Network, Node};
use milena::zookeeper::client::{Client, ConnectString, Events, Options};
use milena::zookeeper::jute::ServerState;
use milena::zookeeper::server::{Ensemble, Server, Settings, Standing, View};

use super::super::log::{Listener, Mark};
use super::super::machine::{FOLDER, Machine, WALL_MS};

const PORT: u16 = 2181;
/// How many machines clients run on, one each.
pub const CLIENTS: usize = 3;
const ZOO_CFG: &str = "/conf/zoo.cfg";
/// super:secret
const SUPER: &str = "super:lK75jTNcA+U9vtVEw5vB51mj/w4=";

/// What the servers say of themselves that counts.
const MARKS: &[Mark] = &[
    (PEER, "Sending DIFF", "DIFF sent"),
    (PEER, "from the log on disk", "DIFF from disk"),
    (PEER, "Truncating log to get in sync", "TRUNC"),
    (PEER, "Getting a snapshot from leader", "SNAP"),
    (PEER, "holds: [", "configuration"),
    (SERVER, "Snapshot taken in", "snapshot"),
];
const PEER: &str = "org.apache.zookeeper.server.quorum.QuorumPeer";
const SERVER: &str = "org.apache.zookeeper.server.ZooKeeperServer";

/// What differs between lives.
#[derive(Clone, Copy, Debug)]
pub struct Traits {
    pub size: usize,
    /// What the disks take at their best.
    pub disk: Duration,
    snapshot_count: u32,
    history_max: usize,
    snapshot_size_factor: f64,
}

/// All of them.
pub struct World {
    pub network: Network,
    pub listener: Listener,
    pub servers: Vec<Machine>,
    pub clients: Vec<Node>,
    /// Whoever reconfigures, and looks at the end.
    pub operator: Node,
    pub traits: Traits,
    views: Vec<Arc<Mutex<View>>>,
    rng: Rng,
}

impl World {
    pub fn new(rng: &mut Rng, aloud: bool) -> World {
        let network = Network::new(Rng::seeded(rng.next_u64()));
        let traits = Traits {
            size: if rng.below(4) == 0 { 5 } else { 3 },
            disk: Duration::from_millis([0, 2, 10][rng.below(3) as usize]),
            snapshot_count: [40, 150, 600][rng.below(3) as usize],
            history_max: [3, 20, 500][rng.below(3) as usize],
            snapshot_size_factor: [-1.0, 0.0, 0.33][rng.below(3) as usize],
        };
        let server =
            |index: usize| Machine::new(&network, format!("server {}", index + 1), last(index));
        let client = |index: usize| network.node(Ipv4Addr::new(10, 0, 1, last(index)), WALL_MS);
        let world = World {
            servers: (0..traits.size).map(server).collect(),
            clients: (0..CLIENTS).map(client).collect(),
            operator: client(CLIENTS),
            views: (0..traits.size).map(|_| Arc::default()).collect(),
            listener: Listener::new(&network, aloud, MARKS),
            traits,
            network,
            rng: Rng::seeded(rng.next_u64()),
        };
        world.listener.say(&format!("{:?}", world.traits));
        for server in &world.servers {
            // As zkServer-initialize does, once.
            write(&server.disk, &Path::new(FOLDER).join("initialize"), "");
        }
        world
    }

    /// The line of a server, in some role.
    pub fn line(index: usize, role: &str) -> String {
        let host = Ipv4Addr::new(10, 0, 0, last(index));
        format!("server.{}={host}:2888:3888:{role};{host}:{PORT}", index + 1)
    }

    fn first_lines(&self) -> Vec<String> {
        (0..self.traits.size).map(|index| World::line(index, "participant")).collect()
    }

    /// What the files of all say at the latest, as an operator would see it.
    fn lines(&self) -> Vec<String> {
        let read = |machine: &Machine| ZooCfg::load(&machine.disk, Path::new(ZOO_CFG)).ok();
        let all = self.servers.iter().filter_map(read);
        let latest = all.max_by_key(|cfg| cfg.members.version);
        latest.map_or_else(|| self.first_lines(), |cfg| cfg.members.lines())
    }

    /// Sees to the files that a server must have before it is started.
    fn prepare(&self, index: usize) {
        let (disk, memory) = (&self.servers[index].disk, self.servers[index].memory());
        let id = index + 1;
        let own = ZooCfg::load(disk, Path::new(ZOO_CFG));
        let names = |members: &Membership| members.servers.contains_key(&(id as i64));
        if own.is_ok_and(|cfg| names(&cfg.members)) {
            return;
        }
        // Whoever writes these makes room for them.
        memory.limit_room(None);
        write(disk, &Path::new(FOLDER).join("myid"), &format!("{id}\n"));
        let mut lines = self.lines();
        if !lines.iter().any(|line| line.starts_with(&format!("server.{id}="))) {
            lines.push(World::line(index, "participant"));
        }
        let lines = lines.join("\n");
        let text = format!(
            "dataDir={FOLDER}\ntickTime=500\ninitLimit=6\nsyncLimit=4\nreconfigEnabled=true\n\
             admin.enableServer=false\nmaxClientCnxns=0\ndb.autocreate=false\npreAllocSize=4\n\
             minSessionTimeout=1000\nmaxSessionTimeout=20000\n{lines}\n"
        );
        write(disk, Path::new(ZOO_CFG), &text);
    }

    fn settings(&self, index: usize) -> Result<Settings, String> {
        let machine = &self.servers[index];
        let disk = machine.disk.clone();
        let cfg = ZooCfg::load(&disk, Path::new(ZOO_CFG)).map_err(|it| Chain(&it).to_string())?;
        let ensemble = Ensemble::from_zoo_cfg(&cfg, &disk)?;
        let Traits { snapshot_count, history_max, snapshot_size_factor, .. } = self.traits;
        let ensemble = ensemble.map(|it| Ensemble { history_max, snapshot_size_factor, ..it });
        Ok(Settings {
            port: PORT,
            host: machine.node.address().to_string(),
            super_digest: Some(SUPER.to_owned()),
            snapshot_count,
            ensemble,
            ..Settings::from_zoo_cfg(&cfg, disk, machine.node.clock())
        })
    }

    pub fn start(&mut self, index: usize) {
        self.servers[index].ready(&mut self.rng);
        self.servers[index].node.slow_disk(self.traits.disk);
        self.prepare(index);
        let settings = self.settings(index);
        let (view, listener) = (self.views[index].clone(), self.listener.clone());
        let machine = &self.servers[index];
        let (name, exited) = (machine.name.clone(), machine.exited.clone());
        machine.node.spawn(async move {
            let started = match settings {
                Ok(settings) => Server::start(settings).await.map_err(|it| Chain(&it).to_string()),
                Err(text) => Err(text),
            };
            let why = match started {
                Ok(running) => {
                    *view.lock().unwrap_or_else(PoisonError::into_inner) = running.view();
                    let why = running.failed().await;
                    running.stop().await;
                    why
                }
                Err(text) => text,
            };
            listener.say(&format!("{name} has ended: {why}"));
            exited.store(true, Ordering::Release);
        });
    }

    /// What a server is, where it runs.
    pub fn standing(&self, index: usize) -> Option<Standing> {
        self.views[index].lock().unwrap_or_else(PoisonError::into_inner).standing()
    }

    /// Who serves as leader.
    pub fn leader(&self) -> Option<usize> {
        let leads = |index: &usize| {
            self.standing(*index).is_some_and(|it| it.state == ServerState::Leading)
        };
        (0..self.traits.size).find(leads)
    }
}

/// A client on a machine, of some servers.
pub fn start(node: &Node, servers: &[usize], timeout: Duration) -> (Client, Events) {
    let host = |index: &usize| format!("10.0.0.{}:{PORT}", last(*index));
    let hosts: Vec<String> = servers.iter().map(host).collect();
    let servers = ConnectString::parse(&hosts.join(",")).expect("hosts");
    let options = Options { session_timeout: timeout, clock: node.clock(), ..Options::default() };
    Client::start(&servers, options)
}

fn last(index: usize) -> u8 {
    u8::try_from(index + 1).expect("a few")
}

/// Writes a file durably, as one who is not a part of what is tested.
fn write(disk: &Disk, path: &Path, text: &str) {
    let folder: PathBuf = path.parent().expect("a folder").into();
    disk.create_dir_all(&folder).expect("a folder");
    let file = disk.open(path, Mode::Create).expect("a file");
    file.set_len(0).expect("a file");
    file.write_all_at(text.as_bytes(), 0).expect("room");
    file.sync().expect("power");
    disk.sync_dir(&folder).expect("power");
}
