//! A ZooKeeper server's settings: the rows, the server lines, and the rules between keys.
//!
//! Unknown keys are kept and not spoken of, as ZooKeeper makes system properties of them. A key may
//! carry ZooKeeper's prefix `zookeeper.`, as it would on a Java command line.

mod membership;
mod rows;
mod server;

pub use membership::{Difference, Membership};
pub use rows::QuorumConfig;
pub use server::{Role, ServerAddress, ServerLine};

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use membership::is_member_line;

use super::{Error, Origin, Properties, find};
use crate::base::disk::Disk;

/// All that zoo.cfg says.
#[derive(Clone, Debug, PartialEq)]
pub struct ZooCfg {
    pub keys: QuorumConfig,
    /// The `server.N`, `group.N` and `weight.N` lines, of this file or of the dynamic one.
    pub members: Membership,
    /// What no row knows, as it was written.
    pub others: BTreeMap<String, String>,
    pub file: Option<PathBuf>,
}

/// Purging never leaves fewer snapshots than these.
const SNAPSHOTS_RETAINED_MIN: i32 = 3;

impl ZooCfg {
    /// Reads a file, and the dynamic one it names.
    pub fn load(disk: &Disk, path: &Path) -> Result<ZooCfg, Error> {
        ZooCfg::load_over(disk, path, &[])
    }

    /// The same over pairs that hold where the file has none of their name, as what stands on a
    /// Java command line.
    pub fn load_over(
        disk: &Disk,
        path: &Path,
        beneath: &[(String, String)],
    ) -> Result<ZooCfg, Error> {
        let mut properties = Properties::load(disk, path)?;
        for (name, value) in beneath {
            let short = name.strip_prefix("zookeeper.").unwrap_or(name);
            if properties.get(name).is_none() && properties.get(short).is_none() {
                properties.set(name.as_str(), value.as_str());
            }
        }
        if let Some(dynamic) = properties.get("dynamicConfigFile").map(str::trim).map(PathBuf::from)
        {
            let lines = Properties::load(disk, &dynamic)?;
            if let Some((key, _)) = lines.iter().find(|(key, _)| !is_member_line(key)) {
                let message = format!("dynamic file {} must not set {key}", dynamic.display());
                return Err(Error::conflict(message));
            }
            for (key, value) in lines.iter() {
                properties.set(key, value);
            }
            let mut cfg = ZooCfg::parse(&properties)?;
            cfg.members.version = version_of(&dynamic);
            return Ok(cfg);
        }
        ZooCfg::parse(&properties)
    }

    /// Reads the pairs of zoo.cfg.
    pub fn parse(properties: &Properties) -> Result<ZooCfg, Error> {
        let known = QuorumConfig::keys();
        let mut own = properties.clone();
        let mut others = BTreeMap::new();
        let mut members = Membership::default();
        for (name, value) in properties.iter() {
            let name = name.trim();
            let short = name.strip_prefix("zookeeper.").unwrap_or(name);
            if is_member_line(name) {
                members.add(name, value.trim()).map_err(|error| at(properties, error))?;
            } else if find(&known, short).is_none() {
                others.insert(name.to_owned(), value.trim().to_owned());
            } else if short != name && own.get(short).is_none() {
                own.set(short, value);
            }
        }
        let file = properties.file().map(Path::to_owned);
        let keys = QuorumConfig::read(&own)?;
        let cfg = ZooCfg { keys, members, others, file };
        cfg.check().map_err(|error| at(properties, error))?;
        Ok(cfg)
    }

    /// The folder of snapshots.
    pub fn data_dir(&self) -> PathBuf {
        PathBuf::from(self.keys.data_dir.as_deref().unwrap_or_default())
    }

    /// The folder of the transaction log.
    pub fn data_log_dir(&self) -> PathBuf {
        match &self.keys.data_log_dir {
            Some(dir) => PathBuf::from(dir),
            None => self.data_dir(),
        }
    }

    /// The shortest session timeout, in milliseconds.
    pub fn min_session_timeout_ms(&self) -> i32 {
        match self.keys.min_session_timeout {
            -1 => self.keys.tick_time.saturating_mul(2),
            ms => ms,
        }
    }

    /// The longest session timeout, in milliseconds.
    pub fn max_session_timeout_ms(&self) -> i32 {
        match self.keys.max_session_timeout {
            -1 => self.keys.tick_time.saturating_mul(20),
            ms => ms,
        }
    }

    /// How many snapshots purging keeps.
    pub fn snapshots_retained(&self) -> i32 {
        self.keys.autopurge_snap_retain_count.max(SNAPSHOTS_RETAINED_MIN)
    }

    /// Whether this server belongs to an ensemble. One server line alone means stand-alone, as
    /// ZooKeeper reads it, unless `standaloneEnabled=false`.
    pub fn is_quorum(&self) -> bool {
        match self.members.voters().count() {
            0 => false,
            1 => self.members.servers.len() > 1 || !self.keys.standalone_enabled,
            _ => true,
        }
    }

    /// How large a request may be, in bytes.
    pub fn frame_bytes_max(&self) -> usize {
        usize::try_from(self.keys.jute_maxbuffer).unwrap_or_default()
    }

    fn check(&self) -> Result<(), Error> {
        let keys = &self.keys;
        let must = |holds: bool, message: &str| match holds {
            true => Ok(()),
            false => Err(Error::conflict(message)),
        };
        must(keys.data_dir.as_deref().is_some_and(|dir| !dir.is_empty()), "dataDir is not set")?;
        must(
            keys.client_port.is_some() || keys.client_port_address.is_none(),
            "clientPortAddress is set but clientPort is not set",
        )?;
        must(
            keys.secure_client_port.is_some() || keys.secure_client_port_address.is_none(),
            "secureClientPortAddress is set but secureClientPort is not set",
        )?;
        must(
            self.min_session_timeout_ms() <= self.max_session_timeout_ms(),
            "minSessionTimeout must not be larger than maxSessionTimeout",
        )?;
        let peer_types = ["participant", "observer"];
        if !peer_types.iter().any(|known| known.eq_ignore_ascii_case(&keys.peer_type)) {
            let message = format!("Unrecognised peertype: {}", keys.peer_type);
            return Err(Error::conflict(message));
        }
        must(keys.election_alg == 3, "Invalid electionAlg value. Only 3 is supported.")?;
        if self.is_quorum() {
            must(keys.init_limit > 0, "initLimit is not set")?;
            must(keys.sync_limit > 0, "syncLimit is not set")?;
        }
        self.members.check()
    }
}

/// The version of a dynamic file: what its name ends with, in hexadecimal.
fn version_of(dynamic: &Path) -> i64 {
    let suffix = dynamic.extension().and_then(|suffix| suffix.to_str());
    let version = suffix.and_then(|suffix| u64::from_str_radix(suffix, 16).ok());
    version.map_or(0, u64::cast_signed)
}

/// The error, said to come from the line of its key, else from the file.
fn at(properties: &Properties, error: Error) -> Error {
    let file = || Origin { file: properties.file().map(Path::to_owned), line: None };
    let origin = error.key().map_or_else(file, |key| properties.origin(key));
    error.with_origin(origin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::disk::Mode;

    fn parse(text: &str) -> Result<ZooCfg, Error> {
        ZooCfg::parse(&Properties::parse(text).unwrap())
    }

    #[test]
    fn the_file_of_kafkas_distribution_is_read() {
        let text = "dataDir=/tmp/zookeeper\nclientPort=2181\nmaxClientCnxns=0\n\
                    admin.enableServer=false\n";
        let cfg = parse(text).unwrap();
        assert_eq!(cfg.data_log_dir(), PathBuf::from("/tmp/zookeeper"));
        assert_eq!((cfg.keys.client_port, cfg.keys.max_client_cnxns), (Some(2181), 0));
        assert_eq!((cfg.min_session_timeout_ms(), cfg.max_session_timeout_ms()), (6000, 60_000));
        assert!(!cfg.is_quorum() && !cfg.keys.admin_enable_server);
    }

    #[test]
    fn unknown_keys_are_kept_and_prefixed_ones_are_known() {
        let cfg = parse(
            "dataDir=/d\nmy.key= x \nzookeeper.snapCount=7\nauthProvider.1=a.B\n\
             4lw.commands.whitelist=*\n",
        )
        .unwrap();
        assert_eq!(cfg.others.get("my.key").map(String::as_str), Some("x"));
        assert_eq!(cfg.others.get("authProvider.1").map(String::as_str), Some("a.B"));
        assert_eq!(cfg.others.len(), 2);
        assert_eq!(cfg.keys.snap_count, 7);
        assert_eq!(cfg.keys.four_letter_words_whitelist, ["*"]);
    }

    #[test]
    fn ensembles_are_told_from_single_servers() {
        let lines = "dataDir=/d\ninitLimit=10\nsyncLimit=5\n";
        let one = format!("{lines}server.1=a:2888:3888\n");
        assert!(!parse(&one).unwrap().is_quorum());
        assert!(parse(&format!("{one}standaloneEnabled=false\n")).unwrap().is_quorum());
        let three = format!("{one}server.2=b:2888:3888\nserver.3=c:2888:3888:observer\n");
        let cfg = parse(&format!("{three}group.1=1:2\nweight.1=2\n")).unwrap();
        assert!(cfg.is_quorum());
        assert_eq!(cfg.members.servers[&3].role, Role::Observer);
        assert_eq!(
            (cfg.members.groups[&1].as_slice(), cfg.members.weights[&1]),
            ([1, 2].as_slice(), 2)
        );
    }

    #[test]
    fn wrong_files_are_refused_with_key_value_and_line() {
        let disk = Disk::memory();
        disk.create_dir_all(Path::new("/conf")).unwrap();
        let cases = [
            ("clientPort=2181\n", "dataDir is not set (/conf/zoo.cfg)"),
            (
                "dataDir=/d\ntickTime=x\n",
                "Invalid value x for configuration tickTime: Not a number of type INT \
                 (/conf/zoo.cfg, line 2)",
            ),
            (
                "dataDir=/d\nreconfigEnabled=yes\n",
                "Invalid value yes for configuration reconfigEnabled: Expected value to be either \
                 true or false (/conf/zoo.cfg, line 2)",
            ),
            (
                "dataDir=/d\nserver.1=host\n",
                "Invalid value host for configuration server.1: expected \
                 host:port:port[:role][;[host:]port] (/conf/zoo.cfg, line 2)",
            ),
            (
                "dataDir=/d\nserver.x=a:1:2\n",
                "Invalid value a:1:2 for configuration server.x: a number behind the dot of the \
                 key (/conf/zoo.cfg, line 2)",
            ),
            (
                "dataDir=/d\nserver.1=a:1:2\nserver.2=b:1:2\n",
                "initLimit is not set (/conf/zoo.cfg)",
            ),
            (
                "dataDir=/d\nminSessionTimeout=9\nmaxSessionTimeout=8\n",
                "minSessionTimeout must not be larger than maxSessionTimeout (/conf/zoo.cfg)",
            ),
            (
                "dataDir=/d\nelectionAlg=0\n",
                "Invalid electionAlg value. Only 3 is supported. (/conf/zoo.cfg)",
            ),
        ];
        let path = Path::new("/conf/zoo.cfg");
        for (text, expected) in cases {
            disk.remove_file(path).unwrap();
            disk.open(path, Mode::Create).unwrap().write_all_at(text.as_bytes(), 0).unwrap();
            assert_eq!(ZooCfg::load(&disk, path).unwrap_err().to_string(), expected);
        }
    }
}
