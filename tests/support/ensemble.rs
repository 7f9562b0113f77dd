//! Ensembles of ZooKeeper servers in this process.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use milena::base::disk::Disk;
use milena::config::quorum::{Membership, Role, ServerAddress, ServerLine, ZooCfg};
use milena::zookeeper::client::{Client, ConnectString, Events, Options};
use milena::zookeeper::jute::{KeeperError, ServerId};
use milena::zookeeper::server::{Admin, Ensemble as Lines, Place, Running, Server, Settings};

use super::folder::Folder;
use super::{WITHIN, servers, within};

/// Servers that vote or observe, each with a folder, some of them running.
pub struct Ensemble {
    folder: Folder,
    pub members: Membership,
    ports: BTreeMap<i64, u16>,
    host: String,
    /// Those that the files of the first servers do not name: they join later.
    pub joining: i64,
    /// Whether each has a zoo.cfg of its own, and may be reconfigured.
    pub reconfigures: bool,
    /// What else is said to the servers.
    pub adjust: fn(&mut Lines),
    /// Transactions that are kept at hand for learners.
    pub history_max: usize,
    /// `db.autocreate`.
    pub autocreate: bool,
    pub running: BTreeMap<i64, Running>,
}

impl Ensemble {
    /// One of `size` voters, none of which runs.
    pub fn of(size: i64) -> Ensemble {
        Ensemble::with(size, 0)
    }

    /// One of some voters and some observers, none of which runs.
    pub fn with(voters: i64, observers: i64) -> Ensemble {
        let size = voters + observers;
        // An address of its own: ports that are free on it stay so while a server is down.
        static NEXT: AtomicU8 = AtomicU8::new(1);
        let process = std::process::id().to_be_bytes();
        let host =
            Ipv4Addr::new(127, process[3] | 1, process[2], NEXT.fetch_add(1, Ordering::SeqCst));
        let bound = |_| TcpListener::bind((host, 0)).expect("a port");
        let held: Vec<_> = (0..size * 3).map(bound).collect();
        let mut free = held.iter().map(|it| it.local_addr().expect("its address").port());
        let (mut members, mut ports) = (Membership::default(), BTreeMap::new());
        let mut next = || free.next().expect("enough ports");
        for id in 1..=size {
            let (quorum_port, election_port) = (next(), next());
            let address = ServerAddress { host: host.to_string(), quorum_port, election_port };
            let role = if id > voters { Role::Observer } else { Role::Participant };
            let line = ServerLine { addresses: vec![address], role, client: None };
            members.servers.insert(id, line);
            ports.insert(id, next());
        }
        let (folder, running) = (Folder::new(), BTreeMap::new());
        let (host, history_max, autocreate) = (host.to_string(), 500, true);
        Ensemble {
            folder,
            members,
            ports,
            host,
            joining: 0,
            reconfigures: false,
            adjust: |_| {},
            history_max,
            autocreate,
            running,
        }
    }

    /// One of `size` servers, all running, with a leader.
    pub async fn start(size: i64) -> Ensemble {
        let mut ensemble = Ensemble::of(size);
        for id in 1..=size {
            ensemble.up(id).await;
        }
        ensemble.leader().await;
        ensemble
    }

    /// Where a server's files are.
    pub fn folder_of(&self, id: i64) -> PathBuf {
        self.folder.path().join(id.to_string())
    }

    /// What a server is started with.
    pub fn settings(&self, id: i64) -> Settings {
        let folder = self.folder_of(id);
        let mut members = self.members.clone();
        let mut file = None;
        if self.reconfigures {
            let size = i64::try_from(members.servers.len()).expect("a few");
            members.servers.retain(|&other, _| other == id || other <= size - self.joining);
            let ports = &self.ports;
            for (other, line) in &mut members.servers {
                line.client = Some((self.host.clone(), ports[other]));
            }
            let name = format!("{id}.cfg");
            let path = self.folder.path().join(&name);
            if !Disk::System.exists(&path) {
                let lines = members.lines().join("\n");
                self.folder
                    .write(&name, &format!("dataDir=/d\ninitLimit=1\nsyncLimit=1\n{lines}\n"));
            }
            members = ZooCfg::load(&Disk::System, &path).expect("a file").members;
            file = Some(path);
        }
        let mut ensemble = Lines {
            file,
            reconfigures: self.reconfigures,
            notification_interval: (Duration::from_millis(50), Duration::from_millis(1_000)),
            // Other tests keep the processors busy.
            sync_limit: 20,
            init_limit: 50,
            history_max: self.history_max,
            ..Lines::of(ServerId(id), members)
        };
        (self.adjust)(&mut ensemble);
        Settings {
            host: self.host.clone(),
            port: self.ports[&id],
            tick_ms: 100,
            session_timeout_min_ms: Some(1_000),
            session_timeout_max_ms: Some(4_000),
            words: vec!["*".to_owned()],
            ensemble: Some(ensemble),
            autocreate: self.autocreate,
            admin: Some(Admin {
                place: Place { host: self.host.clone(), port: 0 },
                ..Admin::default()
            }),
            // super:secret
            super_digest: Some("super:lK75jTNcA+U9vtVEw5vB51mj/w4=".to_owned()),
            ..servers::zookeeper_settings(&folder)
        }
    }

    /// Starts a server.
    pub async fn up(&mut self, id: i64) {
        let started = within("the start of a member", Server::start(self.settings(id))).await;
        self.running.insert(id, started.expect("a member"));
    }

    /// Ends a server without a word to anybody, and returns when it is gone.
    pub async fn kill(&mut self, id: i64) {
        let running = self.running.remove(&id).expect("it runs");
        // Its connections end at once; what it had not said, it does not say any more.
        within("the end of a member", running.stop()).await;
    }

    /// The answer to a four-letter word; none where nobody answers.
    pub async fn word(&self, id: i64, word: &str) -> Option<String> {
        super::servers::word(&self.host, self.ports[&id], word).await
    }

    /// Where a server's clients connect.
    pub fn address(&self, id: i64) -> String {
        format!("{}:{}", self.host, self.ports[&id])
    }

    /// Where a server's quorum port is, and its election port.
    pub fn quorum_addresses(&self, id: i64) -> [(String, u16); 2] {
        let member = &self.members.servers[&id].addresses[0];
        [member.quorum_port, member.election_port].map(|port| (self.host.clone(), port))
    }

    /// The names of a server's snapshots.
    pub fn snapshots(&self, id: i64) -> Vec<String> {
        let folder = self.settings(id).data_dir.join("version-2");
        let names = Disk::System.list(&folder).expect("its folder").into_iter().map(|it| it.name);
        let mut names: Vec<_> = names.filter(|name| name.starts_with("snapshot.")).collect();
        names.sort();
        names
    }

    /// What a server says it is.
    pub async fn mode(&self, id: i64) -> Option<String> {
        let text = self.word(id, "srvr").await?;
        let line = text.lines().find_map(|line| line.strip_prefix("Mode: "))?;
        Some(line.to_owned())
    }

    /// Waits until a server serves in some role.
    pub async fn serves(&self, id: i64) -> String {
        within("a role", async {
            loop {
                if let Some(mode) = self.mode(id).await {
                    return mode;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await
    }

    /// Waits until all that run serve; gives the leader.
    pub async fn leader(&self) -> i64 {
        within("a leader", async {
            loop {
                let mut modes = BTreeMap::new();
                for &id in self.running.keys() {
                    modes.insert(id, self.serves(id).await);
                }
                let leaders: Vec<_> = modes.iter().filter(|(_, mode)| *mode == "leader").collect();
                if let [(leader, _)] = leaders[..] {
                    return *leader;
                }
            }
        })
        .await
    }

    /// The running servers that do not lead.
    pub async fn followers(&self) -> Vec<i64> {
        let leader = self.leader().await;
        self.running.keys().copied().filter(|&id| id != leader).collect()
    }

    /// A client with a session at one server.
    pub async fn client(&self, id: i64) -> (Client, Events) {
        self.client_of(&[id]).await
    }

    /// A client with a session that may be at any of these.
    pub async fn client_of(&self, ids: &[i64]) -> (Client, Events) {
        self.client_with(ids, Options::default()).await
    }

    /// The same with other options.
    pub async fn client_with(&self, ids: &[i64], options: Options) -> (Client, Events) {
        let addresses: Vec<_> =
            ids.iter().map(|id| format!("{}:{}", self.host, self.ports[id])).collect();
        let servers = ConnectString::parse(&addresses.join(",")).expect("a connect string");
        let (client, events) = Client::start(&servers, options);
        client.connected(WITHIN).await.expect("a session");
        (client, events)
    }

    /// Stops all.
    pub async fn stop(mut self) {
        for (_, running) in std::mem::take(&mut self.running) {
            within("the stop of a member", running.stop()).await;
        }
    }
}

/// Whether an error only says that a connection was lost.
pub fn is_loss(error: &milena::zookeeper::client::Error) -> bool {
    error.keeper().is_none_or(|code| code == KeeperError::ConnectionLoss)
}
