//! Which source of a value wins, and where a value came from.
//!
//! Default, then file, then what ZooKeeper holds for the whole cluster, then for this broker, then
//! for the topic. A value of a stronger source also takes the place of its synonyms in weaker ones:
//! `log.roll.ms` for the cluster hides `log.roll.hours` of the file.

use super::broker::{listener_prefix, listener_prefix_of};
use super::check::at_least;
use super::{BrokerConfig, Error, Key, Properties, Type, Update, Value};

config! {
    /// Throttles of replication, which are known at run time only.
    pub struct ThrottleConfig {
        /// How many bytes a second a throttled leader sends to its followers.
        leader_replication_throttled_rate: i64 =
            "9223372036854775807", "leader.replication.throttled.rate", at_least(0), Medium,
            PerBroker;
        /// How many bytes a second a throttled follower takes from its leaders.
        follower_replication_throttled_rate: i64 =
            "9223372036854775807", "follower.replication.throttled.rate", at_least(0), Medium,
            PerBroker;
        /// How many bytes a second moving replicas between folders may write.
        replica_alter_log_dirs_io_max_bytes_per_second: i64 =
            "9223372036854775807", "replica.alter.log.dirs.io.max.bytes.per.second", at_least(0),
            Medium, PerBroker;
    }
}

/// Where a value came from, with DescribeConfigs' numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    Topic = 1,
    Broker = 2,
    Cluster = 3,
    File = 4,
    Default = 5,
}

impl Source {
    /// The number on the wire.
    pub fn id(self) -> i8 {
        self as i8
    }
}

/// One place where a value, or one in its stead, is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Synonym {
    pub name: String,
    /// `None` for a secret.
    pub value: Option<String>,
    pub source: Source,
}

/// The sources of a broker's settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layers {
    /// server.properties and `--override`.
    pub file: Properties,
    /// What `/config/brokers/<default>` holds.
    pub cluster: Properties,
    /// What `/config/brokers/N` holds.
    pub broker: Properties,
}

impl Layers {
    /// Only a file yet.
    pub fn new(file: Properties) -> Layers {
        Layers { file, ..Layers::default() }
    }

    /// What is in force, defaults left out.
    pub fn effective(&self) -> Properties {
        let mut effective = self.file.clone();
        for layer in [&self.cluster, &self.broker] {
            for (name, value) in layer.iter() {
                for synonym in synonyms(name) {
                    effective.remove(&synonym);
                }
                effective.set(name, value);
            }
        }
        effective
    }

    /// The settings in force.
    pub fn config(&self) -> Result<BrokerConfig, Error> {
        BrokerConfig::parse(&self.effective())
    }

    /// The throttles in force.
    pub fn throttles(&self) -> Result<ThrottleConfig, Error> {
        ThrottleConfig::read(&self.effective())
    }

    /// Every place where `name` is set, the one that wins first.
    ///
    /// The list begins at `name` itself: what only stands in for it is not told, as in Kafka.
    pub fn synonyms(&self, name: &str) -> Vec<Synonym> {
        let names = synonyms(name);
        let hidden = find_key(name).is_none_or(Key::is_sensitive);
        let mut found = Vec::new();
        let layers = [
            (&self.broker, Source::Broker),
            (&self.cluster, Source::Cluster),
            (&self.file, Source::File),
        ];
        for (layer, source) in layers {
            for name in &names {
                if let Some(value) = layer.get(name) {
                    let value = (!hidden).then(|| value.to_owned());
                    found.push(Synonym { name: name.clone(), value, source });
                }
            }
        }
        for name in &names {
            if let Some(value) = find_key(name).and_then(Key::default_text) {
                let value = (!hidden).then(|| value.to_owned());
                found.push(Synonym { name: name.clone(), value, source: Source::Default });
            }
        }
        let first = found.iter().position(|synonym| synonym.name == name);
        first.map(|first| found.split_off(first)).unwrap_or_default()
    }

    /// Tests what a client wants the broker's (or, not `per_broker`, the cluster's) layer to be,
    /// and gives the settings that would be in force.
    pub fn validate(&self, per_broker: bool, wanted: &Properties) -> Result<BrokerConfig, Error> {
        let names = |test: &dyn Fn(&str) -> bool| {
            wanted.iter().map(|(name, _)| name).filter(|name| test(name)).collect::<Vec<_>>()
        };
        let is =
            |name: &str, update: Update| find_key(name).is_some_and(|key| key.update == update);
        // As Scala prints a set.
        let refuse = |names: Vec<&str>, message: &str, set: &str| match names.len() {
            0 => Ok(()),
            5.. => Err(Error::conflict(format!("{message}: HashSet({})", names.join(", ")))),
            _ => Err(Error::conflict(format!("{message}: {set}({})", names.join(", ")))),
        };
        refuse(names(&|name| is(name, Update::ReadOnly)), READ_ONLY, "Set")?;
        refuse(
            names(&|name| LISTENER_ONLY.contains(&name)),
            "These security configs can be dynamically updated only per-listener using the \
             listener prefix",
            "HashSet",
        )?;
        if !per_broker {
            let of_broker = |name: &str| {
                listener_prefix_of(name).is_some()
                    || (is(name, Update::PerBroker) && throttle(name).is_none())
            };
            refuse(
                names(&of_broker),
                "Cannot update these configs at default cluster level, broker id must be specified",
                "Set",
            )?;
        }
        refuse(names(&is_fixed), READ_ONLY, "Set")?;
        for (name, text) in wanted.iter() {
            if let Some(key) = find_key(name) {
                key.parse(text).map_err(|expected| Error::invalid(name, text, expected))?;
            }
        }
        let mut next = self.clone();
        *(if per_broker { &mut next.broker } else { &mut next.cluster }) = wanted.clone();
        let (now, new) = (self.config()?, next.config()?);
        let check = check_threads(&now, &new).and_then(|()| self.check_listeners(&now, &next));
        check.map_err(|error| Error::conflict(invalid(&error.to_string())))?;
        Ok(new)
    }

    /// What is set for one listener stays as it was at the start, but for its connections.
    fn check_listeners(&self, now: &BrokerConfig, next: &Layers) -> Result<(), Error> {
        let (old, new) = (self.effective(), next.effective());
        for endpoint in now.listeners()?.bound {
            let prefix = listener_prefix(&endpoint.listener);
            let own = |all: &Properties| -> Vec<(String, String)> {
                let own = all.iter().filter(|(name, _)| name.starts_with(&prefix));
                let fixed = own.filter(|(name, _)| !OF_LISTENERS.contains(&&name[prefix.len()..]));
                fixed.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
            };
            if own(&old) != own(&new) {
                return Err(Error::conflict(format!(
                    "Configs cannot be updated dynamically for existing listener \
                     ListenerName({}), restart broker or create a new listener for update",
                    endpoint.listener
                )));
            }
        }
        Ok(())
    }

    /// Takes a layer as ZooKeeper holds it. An entry that does not hold is left out and named, so
    /// that one bad value does not cost all the others.
    pub fn take(&mut self, per_broker: bool, held: &Properties) -> Vec<Error> {
        let mut errors = Vec::new();
        let mut good = Properties::new();
        for (name, value) in held.iter() {
            let mut trial = good.clone();
            trial.set(name, value);
            match self.validate_entry(per_broker, name, &trial) {
                Ok(()) => good = trial,
                Err(error) => errors.push(error),
            }
        }
        *(if per_broker { &mut self.broker } else { &mut self.cluster }) = good;
        errors
    }

    fn validate_entry(
        &self,
        per_broker: bool,
        name: &str,
        trial: &Properties,
    ) -> Result<(), Error> {
        let mut next = self.clone();
        *(if per_broker { &mut next.broker } else { &mut next.cluster }) = trial.clone();
        if find_key(name).is_some_and(|key| key.update == Update::ReadOnly) || is_fixed(name) {
            return Err(Error::conflict(format!("{READ_ONLY}: Set({name})")));
        }
        next.throttles()?;
        next.config().map(|_| ())
    }
}

/// Keys that may change at run time only with the prefix of a listener.
const LISTENER_ONLY: [&str; 10] = [
    "ssl.keystore.type",
    "ssl.keystore.location",
    "ssl.keystore.password",
    "ssl.key.password",
    "ssl.keystore.certificate.chain",
    "ssl.keystore.key",
    "ssl.truststore.type",
    "ssl.truststore.location",
    "ssl.truststore.password",
    "ssl.truststore.certificates",
];

const READ_ONLY: &str = "Cannot update these configs dynamically";

/// What Kafka's validation of a whole configuration says where something in it is refused.
fn invalid(why: &str) -> String {
    format!(
        "Invalid value org.apache.kafka.common.config.ConfigException: {why} for configuration \
         Invalid dynamic configuration"
    )
}

/// What may change of a listener that is open.
const OF_LISTENERS: [&str; 3] =
    ["max.connections", "max.connection.creation.rate", "num.network.threads"];

/// Whether Kafka changes a key at run time and this broker does not: its listeners are those of its
/// start, and so is what they are secured with.
pub fn is_fixed(name: &str) -> bool {
    let base = listener_prefix_of(name).map_or(name, |prefix| &name[prefix..]);
    ["listeners", "advertised.listeners", "listener.security.protocol.map"].contains(&name)
        || (base.len() < name.len() && LISTENER_ONLY.contains(&base))
}

/// The row of a broker key or of a throttle.
pub fn find_key(name: &str) -> Option<&'static Key> {
    BrokerConfig::key(name).or_else(|| throttle(name))
}

fn throttle(name: &str) -> Option<&'static Key> {
    ThrottleConfig::own_keys().iter().find(|key| key.name == name)
}

/// The names of all keys that may change at run time, for completion.
pub fn dynamic_names() -> Vec<&'static str> {
    let dynamic = BrokerConfig::keys().into_iter().chain(ThrottleConfig::own_keys());
    let dynamic = dynamic.filter(|key| key.update != Update::ReadOnly && !is_fixed(key.name));
    let mut names: Vec<&str> = dynamic.map(|key| key.name).collect();
    names.sort_unstable();
    names
}

/// The names that stand for one value, the strongest first: `log.roll.ms` and `log.roll.hours`;
/// a listener's key and its base.
fn synonyms(name: &str) -> Vec<String> {
    if let Some(prefix) = listener_prefix_of(name) {
        return vec![name.to_owned(), name[prefix..].to_owned()];
    }
    let heads = BrokerConfig::own_keys().iter().filter(|key| is_synonym_head(key.name));
    for key in heads {
        let mut names = vec![key.name];
        names.extend(key.inherits().map(|(name, _)| name));
        if names.contains(&name) {
            return names.into_iter().map(str::to_owned).collect();
        }
    }
    vec![name.to_owned()]
}

/// Kafka tells of these groups only; that `log.dirs` follows `log.dir` it keeps to itself.
fn is_synonym_head(name: &str) -> bool {
    ["log.roll.ms", "log.roll.jitter.ms", "log.retention.ms", "log.flush.interval.ms"]
        .contains(&name)
}

/// Threads may at most double or halve at once: a slip of the finger must not stop a broker.
fn check_threads(now: &BrokerConfig, next: &BrokerConfig) -> Result<(), Error> {
    let pairs = [
        ("num.io.threads", now.num_io_threads, next.num_io_threads),
        ("num.network.threads", now.num_network_threads, next.num_network_threads),
        ("num.replica.fetchers", now.num_replica_fetchers, next.num_replica_fetchers),
        (
            "num.recovery.threads.per.data.dir",
            now.num_recovery_threads_per_data_dir,
            next.num_recovery_threads_per_data_dir,
        ),
        ("background.threads", now.background_threads, next.background_threads),
        ("log.cleaner.threads", now.log_cleaner_threads, next.log_cleaner_threads),
    ];
    for (key, now, next) in pairs {
        let failed = format!("Dynamic thread count update validation failed for {key}={next}");
        let refuse = |why: String| Err(Error::conflict(format!("{failed}, {why}")));
        if next == now {
            continue;
        }
        if next <= 0 {
            return refuse("value should be at least 1".to_owned());
        }
        if next < now / 2 {
            return refuse(format!("value should be at least half the current value {now}"));
        }
        if next > now.saturating_mul(2) {
            return refuse(format!(
                "value should not be greater than double the current value {now}"
            ));
        }
    }
    Ok(())
}

/// What IncrementalAlterConfigs does to a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Set,
    Delete,
    Append,
    Subtract,
}

impl Op {
    /// The operation of that number on the wire.
    pub fn of(id: i8) -> Option<Op> {
        [Op::Set, Op::Delete, Op::Append, Op::Subtract].get(usize::try_from(id).ok()?).copied()
    }
}

/// One change of IncrementalAlterConfigs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alteration {
    pub name: String,
    pub op: Op,
    pub value: Option<String>,
}

/// The overrides after `changes`; `key` knows the rows of the resource.
pub fn alter(
    overrides: &Properties,
    key: impl Fn(&str) -> Option<&'static Key>,
    changes: &[Alteration],
) -> Result<Properties, Error> {
    let mut next = overrides.clone();
    for change in changes {
        let name = change.name.as_str();
        let value = change.value.as_deref().unwrap_or_default();
        match change.op {
            Op::Set => next.set(name, value),
            Op::Delete => {
                next.remove(name);
            }
            Op::Append | Op::Subtract => {
                let row = key(name).filter(|row| row.kind == Type::List);
                let word = if change.op == Op::Append { "append" } else { "subtract" };
                let Some(row) = row else {
                    return Err(Error::conflict(format!(
                        "Config value {word} is not allowed for config key: {name}"
                    )));
                };
                let now = next.get(name).or(row.default_text()).unwrap_or_default();
                let list = changed_list(change.op, &items(now), &items(value));
                next.set(name, list.join(","));
            }
        }
    }
    Ok(next)
}

fn items(text: &str) -> Vec<String> {
    match Type::List.parse(text) {
        Ok(Value::List(items)) => items,
        _ => Vec::new(),
    }
}

fn changed_list(op: Op, now: &[String], given: &[String]) -> Vec<String> {
    let mut list = now.to_vec();
    if op == Op::Append {
        list.extend(given.iter().filter(|item| !now.contains(item)).cloned());
    } else {
        list.retain(|item| !given.contains(item));
    }
    list
}

#[cfg(test)]
mod tests;
