//! Pages of settings, one a table of rows, and the manual pages of the two servers' files.

use crate::config::describe::{manual, markdown};
use crate::config::{
    AdminConfig, BrokerConfig, ConsumerConfig, Key, ProducerConfig, QuorumConfig, TopicConfig,
};

/// A table and what is said above it.
struct Page {
    name: &'static str,
    title: &'static str,
    about: &'static str,
    keys: fn() -> Vec<&'static Key>,
}

/// What is said above the settings of clients.
macro_rules! client {
    ($what:literal) => {
        concat!(
            "Settings of ",
            $what,
            ", from `--*.config` files and `--*-property` options of the tools. All keys of Kafka \
             3.9 are read and checked; a key that is not known is warned about with the nearest \
             one that is. TLS, SASL and plugins are not offered yet: README.md has the list."
        )
    };
}

const PAGES: &[Page] = &[
    Page {
        name: "broker",
        title: "Settings of a broker",
        about: "The keys of `server.properties`, one `key=value` a line. All keys of Kafka 3.9 in \
                ZooKeeper mode are read and checked; a key that is not known is warned about with \
                the nearest one that is. Features that are not there yet, and with them their keys, \
                are listed in README.md; one of them is changing keys while the broker runs, which \
                *changed* tells of. [topic.md](topic.md) has what a topic may set for itself.",
        keys: BrokerConfig::keys,
    },
    Page {
        name: "topic",
        title: "Settings of a topic",
        about: "What `kafka-topics --config key=value` and AlterConfigs take. A topic that does not \
                set a key follows the broker's key that is named, else the default.",
        keys: TopicConfig::keys,
    },
    Page {
        name: "producer",
        title: "Settings of a producer",
        about: client!("a producer"),
        keys: ProducerConfig::keys,
    },
    Page {
        name: "consumer",
        title: "Settings of a consumer",
        about: client!("a consumer"),
        keys: ConsumerConfig::keys,
    },
    Page {
        name: "admin",
        title: "Settings of an admin client",
        about: client!("an admin client"),
        keys: AdminConfig::keys,
    },
    Page {
        name: "zookeeper",
        title: "Settings of a ZooKeeper server",
        about: "The keys of `zoo.cfg` or `zookeeper.properties`, one `key=value` a line. A key may \
                carry the prefix `zookeeper.`, as on a Java command line. Beside them stand \
                `server.N`, `group.N` and `weight.N` lines for the members of an ensemble.",
        keys: QuorumConfig::keys,
    },
];

const SERVER_PROPERTIES: &str = "One key=value a line. Lines that begin with # or ! say nothing; a \
    backslash at the end of a line goes on with the next. Values of the command line \
    (kafka-server-start --override key=value) come before those of the file.";
const ZOO_CFG: &str = "One key=value a line. Lines that begin with # or ! say nothing. Members of an \
    ensemble are server.N=host:port:port lines. What no key below names is kept and not spoken of, as \
    ZooKeeper makes system properties of it.";

/// The pages, and the manual pages.
pub(super) fn files() -> Vec<(String, String)> {
    let page = |page: &Page| {
        let text = markdown(page.title, page.about, &(page.keys)());
        (format!("docs/config/{}.md", page.name), text)
    };
    let mut files: Vec<(String, String)> = PAGES.iter().map(page).collect();
    let broker = BrokerConfig::keys();
    let about = "settings of a broker";
    let text = manual("server.properties", about, SERVER_PROPERTIES, &broker);
    files.push(("man/man5/server.properties.5".to_owned(), text));
    let about = "settings of a ZooKeeper server";
    let text = manual("zoo.cfg", about, ZOO_CFG, &QuorumConfig::keys());
    files.push(("man/man5/zoo.cfg.5".to_owned(), text));
    files
}
