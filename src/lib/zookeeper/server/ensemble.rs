//! What zoo.cfg says about the ensemble this server is a member of.

use std::path::PathBuf;
use std::time::Duration;

use crate::base::disk::Disk;
use crate::base::error::io_text;
use crate::config::quorum::{Membership, ServerLine, ZooCfg};
use crate::zookeeper::jute::ServerId;
use crate::zookeeper::server::pipeline::Reconfiguration;

/// The file in `dataDir` that says which of the servers this one is.
const MY_ID: &str = "myid";

/// The ensemble, as one of its members knows it.
#[derive(Clone, Debug)]
pub struct Ensemble {
    /// `myid`.
    pub id: ServerId,
    /// All of them, this one too.
    pub members: Membership,
    /// `peerType=observer`, where no line says what this server is.
    pub observer: bool,
    /// `localSessionsEnabled`, and `localSessionsUpgradingEnabled`.
    pub local_sessions: bool,
    pub local_sessions_upgrade: bool,
    /// `readonlymode.enabled`: whether clients that allow it are served without a quorum.
    pub read_only: bool,
    /// `reconfigEnabled`.
    pub reconfigures: bool,
    /// `standaloneEnabled`: whether one voter is too few for an ensemble.
    pub standalone: bool,
    /// `snapshotSizeFactor`: how large the log that is sent to a learner may be beside a snapshot;
    /// negative never sends it.
    pub snapshot_size_factor: f64,
    /// zoo.cfg: configurations are kept beside it, and it names the one that holds.
    pub file: Option<PathBuf>,
    /// `initLimit`, in ticks.
    pub init_limit: u32,
    /// `syncLimit`, in ticks.
    pub sync_limit: u32,
    /// `fastleader.minNotificationInterval` and `.maxNotificationInterval`.
    pub notification_interval: (Duration, Duration),
    /// `cnxTimeout`.
    pub connect_timeout: Duration,
    /// `commitLogCount`: transactions kept at hand for learners that lack a few.
    pub history_max: usize,
    /// `quorumListenOnAllIPs`.
    pub listen_everywhere: bool,
    /// `observerMasterPort`: where followers take observers, which then do not follow the leader.
    pub observer_master_port: Option<u16>,
    /// `forceSnapshotSync`: learners are sent a snapshot, however little they lack.
    pub forces_snapshot: bool,
    /// `leaderServes`: whether a leader takes clients.
    pub leader_serves: bool,
}

impl Ensemble {
    /// An ensemble of these members with ZooKeeper's defaults.
    pub fn of(id: ServerId, members: Membership) -> Ensemble {
        Ensemble {
            id,
            members,
            observer: false,
            local_sessions: false,
            local_sessions_upgrade: false,
            read_only: false,
            reconfigures: false,
            standalone: true,
            snapshot_size_factor: 0.33,
            file: None,
            init_limit: 10,
            sync_limit: 5,
            notification_interval: (Duration::from_millis(200), Duration::from_secs(60)),
            connect_timeout: Duration::from_secs(5),
            history_max: 500,
            listen_everywhere: false,
            observer_master_port: None,
            forces_snapshot: false,
            leader_serves: true,
        }
    }

    /// What reconfigurations are held to.
    pub(super) fn reconfiguration(&self) -> Reconfiguration {
        let voters_min = if self.standalone { 2 } else { 1 };
        Reconfiguration { enabled: self.reconfigures, voters_min }
    }

    /// The line of this server.
    pub fn line(&self) -> Option<&ServerLine> {
        self.members.servers.get(&self.id.0)
    }

    /// What the file says; none where it describes a server that is alone. The error is a sentence.
    pub fn from_zoo_cfg(cfg: &ZooCfg, disk: &Disk) -> Result<Option<Ensemble>, String> {
        if !cfg.is_quorum() {
            return Ok(None);
        }
        refuse_unbuilt(cfg)?;
        let several = cfg.members.servers.iter().find(|(_, line)| line.addresses.len() > 1);
        if let Some((id, _)) = several.filter(|_| !cfg.keys.multi_address_enabled) {
            return Err(format!(
                "Multiple address feature is disabled, but multiple addresses were specified for sid \
                 {id}; set multiAddress.enabled=true, or leave one address"
            ));
        }
        let id = my_id(cfg, disk)?;
        let members = cfg.members.clone();
        if !members.servers.contains_key(&id.0) {
            return Err(format!("My id {id} not in the peer list: there is no line server.{id}"));
        }
        let keys = &cfg.keys;
        let millis = |ms: i32| Duration::from_millis(u64::try_from(ms).unwrap_or(0));
        Ok(Some(Ensemble {
            reconfigures: keys.reconfig_enabled,
            local_sessions: keys.local_sessions_enabled,
            local_sessions_upgrade: keys.local_sessions_upgrading_enabled,
            read_only: keys.readonlymode_enabled,
            standalone: keys.standalone_enabled,
            file: cfg.file.clone(),
            snapshot_size_factor: keys.snapshot_size_factor,
            observer: keys.peer_type.eq_ignore_ascii_case("observer"),
            init_limit: u32::try_from(keys.init_limit).unwrap_or(0),
            sync_limit: u32::try_from(keys.sync_limit).unwrap_or(0),
            notification_interval: (
                millis(keys.fastleader_min_notification_interval),
                millis(keys.fastleader_max_notification_interval),
            ),
            connect_timeout: millis(keys.cnx_timeout),
            history_max: usize::try_from(keys.commit_log_count).unwrap_or(0).max(500),
            listen_everywhere: keys.quorum_listen_on_all_ips,
            observer_master_port: u16::try_from(keys.observer_master_port)
                .ok()
                .filter(|&it| it > 0),
            forces_snapshot: keys.force_snapshot_sync,
            leader_serves: keys.leader_serves != "no",
            ..Ensemble::of(id, members)
        }))
    }
}

/// Keys whose meaning this build does not have: to ignore them would be worse than to stop.
fn refuse_unbuilt(cfg: &ZooCfg) -> Result<(), String> {
    let keys = &cfg.keys;
    let unbuilt = [
        (keys.ssl_quorum, "sslQuorum=true"),
        (keys.port_unification, "portUnification=true"),
        (keys.quorum_auth_enable_sasl, "quorum.auth.enableSasl=true"),
        (keys.oracle_path.is_some(), "oraclePath"),
    ];
    let found = unbuilt.iter().find(|(set, _)| *set);
    match found {
        Some((_, key)) => {
            Err(format!("{key} is not supported in an ensemble by this build; take it out"))
        }
        None => Ok(()),
    }
}

fn my_id(cfg: &ZooCfg, disk: &Disk) -> Result<ServerId, String> {
    let path = cfg.data_dir().join(MY_ID);
    let text = disk.read_text(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!(
            "{} file is missing: it says which of the server lines this server is",
            path.display()
        ),
        _ => format!("cannot read {}: {}", path.display(), io_text(&error)),
    })?;
    let id = text.trim().parse().ok().filter(|&id: &i64| id >= 0);
    id.map(ServerId).ok_or_else(|| format!("serverid {} is not a number", text.trim()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::base::disk::Mode;
    use crate::config::Properties;

    const THREE: &str = "dataDir=/d\ninitLimit=10\nsyncLimit=5\nserver.1=a:2888:3888\n\
                         server.2=b:2888:3888\nserver.3=c:2888:3888\n";

    fn read(text: &str, my_id: Option<&str>) -> Result<Option<Ensemble>, String> {
        let disk = Disk::memory();
        disk.create_dir_all(Path::new("/d")).unwrap();
        if let Some(my_id) = my_id {
            let file = disk.open(Path::new("/d/myid"), Mode::Create).unwrap();
            file.write_all_at(my_id.as_bytes(), 0).unwrap();
        }
        let cfg = ZooCfg::parse(&Properties::parse(text).unwrap()).unwrap();
        Ensemble::from_zoo_cfg(&cfg, &disk)
    }

    #[test]
    fn members_are_read_from_the_server_lines() {
        assert!(read("dataDir=/d\nclientPort=2181\n", None).unwrap().is_none());
        let ensemble = read(THREE, Some("2\n")).unwrap().unwrap();
        assert_eq!((ensemble.id, ensemble.members.servers.len()), (ServerId(2), 3));
        assert_eq!(ensemble.members.servers[&3].addresses[0].host, "c");
        assert_eq!((ensemble.init_limit, ensemble.sync_limit), (10, 5));
        let config = ensemble.members.to_string();
        assert!(config.starts_with("server.1=a:2888:3888:participant\n"), "{config}");
        assert!(config.ends_with("\nversion=0"), "{config}");
    }

    #[test]
    fn what_is_not_built_is_refused_with_its_key() {
        let cases = [
            ("sslQuorum=true\n", "sslQuorum=true"),
            ("portUnification=true\n", "portUnification=true"),
        ];
        for (line, key) in cases {
            let error = read(&format!("{THREE}{line}"), Some("1")).unwrap_err();
            assert!(error.starts_with(key), "{error}");
        }
        let more = "observerMasterPort=4000\nforceSnapshotSync=true\nleaderServes=no\n";
        let ensemble = read(&format!("{THREE}{more}"), Some("1")).unwrap().unwrap();
        assert_eq!(ensemble.observer_master_port, Some(4000));
        assert!(ensemble.forces_snapshot && !ensemble.leader_serves);
        let two = "server.4=d:2888:3888|e:2888:3888\n";
        let error = read(&format!("{THREE}{two}"), Some("1")).unwrap_err();
        assert!(error.contains("specified for sid 4"), "{error}");
        let enabled = read(&format!("{THREE}{two}multiAddress.enabled=true\n"), Some("1"));
        assert_eq!(enabled.unwrap().unwrap().members.servers[&4].addresses.len(), 2);
        assert!(read(THREE, None).unwrap_err().contains("myid file is missing"));
        assert!(read(THREE, Some("x")).unwrap_err().contains("not a number"));
        assert!(read(THREE, Some("9")).unwrap_err().contains("no line server.9"));
    }
}
