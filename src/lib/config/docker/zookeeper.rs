//! A ZooKeeper server's properties from its environment.

use super::{Environment, get};
use crate::config::Properties;

/// The image whose variables an environment is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZooKeeperDialect {
    /// wurstmeister/zookeeper, which reads no variables at all.
    Wurstmeister,
    /// The official image.
    Official,
    /// confluentinc/cp-zookeeper.
    Confluent,
}

/// What an environment makes of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZooKeeperPlan {
    pub properties: Properties,
    /// What belongs into `myid`; only members of an ensemble read it.
    pub my_id: Option<String>,
}

/// What wurstmeister/zookeeper:3.4.6 starts with: the sample file, purging switched on.
const WURSTMEISTER: &[(&str, &str)] = &[
    ("tickTime", "2000"),
    ("initLimit", "10"),
    ("syncLimit", "5"),
    ("dataDir", "/opt/zookeeper-3.4.6/data"),
    ("clientPort", "2181"),
    ("autopurge.snapRetainCount", "3"),
    ("autopurge.purgeInterval", "1"),
    // There was none in 3.4.
    ("admin.enableServer", "false"),
];

/// The official image's variables: name, key, default.
const OFFICIAL: &[(&str, &str, &str)] = &[
    ("ZOO_DATA_DIR", "dataDir", "/data"),
    ("ZOO_DATA_LOG_DIR", "dataLogDir", "/datalog"),
    ("ZOO_TICK_TIME", "tickTime", "2000"),
    ("ZOO_INIT_LIMIT", "initLimit", "5"),
    ("ZOO_SYNC_LIMIT", "syncLimit", "2"),
    ("ZOO_AUTOPURGE_SNAPRETAINCOUNT", "autopurge.snapRetainCount", "3"),
    ("ZOO_AUTOPURGE_PURGEINTERVAL", "autopurge.purgeInterval", "0"),
    ("ZOO_MAX_CLIENT_CNXNS", "maxClientCnxns", "60"),
    ("ZOO_STANDALONE_ENABLED", "standaloneEnabled", "true"),
    ("ZOO_ADMINSERVER_ENABLED", "admin.enableServer", "true"),
    ("ZOO_4LW_COMMANDS_WHITELIST", "4lw.commands.whitelist", ""),
];

/// cp-zookeeper's variables whose key is not their name in camel case.
const CONFLUENT_ODD: &[(&str, &str)] = &[
    ("ZOOKEEPER_AUTOPURGE_PURGE_INTERVAL", "autopurge.purgeInterval"),
    ("ZOOKEEPER_AUTOPURGE_SNAP_RETAIN_COUNT", "autopurge.snapRetainCount"),
    ("ZOOKEEPER_JUTE_MAX_BUFFER", "jute.maxbuffer"),
    ("ZOOKEEPER_CNX_TIMEOUT", "cnxTimeout"),
    ("ZOOKEEPER_ADMIN_ENABLE_SERVER", "admin.enableServer"),
    ("ZOOKEEPER_ADMIN_SERVER_PORT", "admin.serverPort"),
    ("ZOOKEEPER_QUORUM_LISTEN_ON_ALL_IPS", "quorumListenOnAllIPs"),
];

/// Variables of cp-zookeeper that are no keys.
const CONFLUENT_OTHERS: &[&str] =
    &["ZOOKEEPER_SERVERS", "ZOOKEEPER_GROUPS", "ZOOKEEPER_WEIGHTS", "ZOOKEEPER_SERVER_ID"];

impl ZooKeeperDialect {
    /// Guesses the dialect by its prefix.
    pub fn detect(environment: &Environment) -> ZooKeeperDialect {
        let any = |prefix: &str| environment.keys().any(|name| name.starts_with(prefix));
        if any("ZOOKEEPER_CLIENT_PORT") || any("ZOOKEEPER_SERVER_ID") {
            ZooKeeperDialect::Confluent
        } else if any("ZOO_") {
            ZooKeeperDialect::Official
        } else {
            ZooKeeperDialect::Wurstmeister
        }
    }
}

/// The server an environment describes.
pub fn zookeeper_plan(dialect: ZooKeeperDialect, environment: &Environment) -> ZooKeeperPlan {
    match dialect {
        ZooKeeperDialect::Wurstmeister => {
            ZooKeeperPlan { properties: WURSTMEISTER.iter().copied().collect(), my_id: None }
        }
        ZooKeeperDialect::Official => official(environment),
        ZooKeeperDialect::Confluent => confluent(environment),
    }
}

fn official(environment: &Environment) -> ZooKeeperPlan {
    let mut properties = Properties::new();
    for (variable, key, default) in OFFICIAL {
        let value = get(environment, variable).unwrap_or(default);
        if !value.is_empty() {
            properties.set(*key, value);
        }
    }
    match get(environment, "ZOO_SERVERS") {
        Some(servers) => {
            for server in servers.split_whitespace() {
                if let Some((key, value)) = server.split_once('=') {
                    properties.set(key, value);
                }
            }
        }
        None => properties.set("clientPort", "2181"),
    }
    let extra = get(environment, "ZOO_CFG_EXTRA").unwrap_or_default();
    for (key, value) in extra.split_whitespace().filter_map(|pair| pair.split_once('=')) {
        properties.set(key, value);
    }
    let my_id = get(environment, "ZOO_MY_ID").unwrap_or("1").to_owned();
    ZooKeeperPlan { properties, my_id: Some(my_id) }
}

fn confluent(environment: &Environment) -> ZooKeeperPlan {
    let defaults =
        [("dataDir", "/var/lib/zookeeper/data"), ("dataLogDir", "/var/lib/zookeeper/log")];
    let mut properties: Properties = defaults.into_iter().collect();
    for (variable, value) in environment {
        let Some(name) = variable.strip_prefix("ZOOKEEPER_") else { continue };
        if CONFLUENT_OTHERS.contains(&variable.as_str()) || value.is_empty() {
            continue;
        }
        let odd = CONFLUENT_ODD.iter().find(|(odd, _)| odd == variable);
        let key = odd.map_or_else(|| camel_case(name), |(_, key)| (*key).to_owned());
        properties.set(key, value);
    }
    let lists = [
        ("ZOOKEEPER_SERVERS", "server"),
        ("ZOOKEEPER_GROUPS", "group"),
        ("ZOOKEEPER_WEIGHTS", "weight"),
    ];
    for (variable, kind) in lists {
        let list = get(environment, variable).unwrap_or_default();
        for (index, value) in list.split(';').filter(|item| !item.is_empty()).enumerate() {
            properties.set(format!("{kind}.{}", index + 1), value.trim());
        }
    }
    let my_id = get(environment, "ZOOKEEPER_SERVER_ID").map(str::to_owned);
    ZooKeeperPlan { properties, my_id }
}

/// `TICK_TIME` as `tickTime`.
fn camel_case(name: &str) -> String {
    let mut key = String::new();
    for (index, word) in name.split('_').enumerate() {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if index > 0 => {
                key.push(first);
                key.push_str(&letters.as_str().to_ascii_lowercase());
            }
            _ => key.push_str(&word.to_ascii_lowercase()),
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::ZooCfg;

    fn plan(pairs: &[(&str, &str)]) -> (ZooKeeperDialect, ZooCfg, Option<String>) {
        let environment =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let dialect = ZooKeeperDialect::detect(&environment);
        let plan = zookeeper_plan(dialect, &environment);
        (dialect, ZooCfg::parse(&plan.properties).unwrap(), plan.my_id)
    }

    #[test]
    fn every_dialect_makes_a_server() {
        let (dialect, cfg, _) = plan(&[("PATH", "/bin")]);
        assert_eq!(dialect, ZooKeeperDialect::Wurstmeister);
        assert_eq!((cfg.keys.tick_time, cfg.keys.client_port), (2000, Some(2181)));
        assert_eq!(cfg.keys.autopurge_purge_interval, 1);

        let servers = "server.1=a:2888:3888;2181 server.2=b:2888:3888;2181";
        let (dialect, cfg, my_id) = plan(&[
            ("ZOO_MY_ID", "2"),
            ("ZOO_SERVERS", servers),
            ("ZOO_CFG_EXTRA", "quorumListenOnAllIPs=true"),
        ]);
        assert_eq!((dialect, my_id.as_deref()), (ZooKeeperDialect::Official, Some("2")));
        assert!(cfg.is_quorum() && cfg.keys.quorum_listen_on_all_ips);

        let (dialect, cfg, my_id) = plan(&[
            ("ZOOKEEPER_CLIENT_PORT", "32181"),
            ("ZOOKEEPER_TICK_TIME", "500"),
            ("ZOOKEEPER_JUTE_MAX_BUFFER", "2000"),
            ("ZOOKEEPER_MAX_CLIENT_CNXNS", "7"),
            ("ZOOKEEPER_ADMIN_ENABLE_SERVER", "false"),
        ]);
        assert!(!cfg.keys.admin_enable_server);
        assert_eq!((dialect, my_id), (ZooKeeperDialect::Confluent, None));
        assert_eq!((cfg.keys.client_port, cfg.keys.tick_time), (Some(32181), 500));
        assert_eq!((cfg.frame_bytes_max(), cfg.keys.max_client_cnxns), (2000, 7));
    }
}
