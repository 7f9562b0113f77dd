//! How many connections clients may have: `max.connections` and what goes with it, of all listeners
//! and of one (`listener.name.<name>.max.connections`). They change while the broker runs.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::Properties;
use crate::config::broker::{BrokerConfig, Listeners, listener_prefix};
use crate::net::admission::{Bounds, Gate, Limits};

/// The limits of a broker's listeners.
#[derive(Debug, Default)]
pub struct Connections {
    shared: Arc<Limits>,
    own: Mutex<BTreeMap<String, Arc<Limits>>>,
}

impl Connections {
    /// What stands before a listener. Other brokers do not wait for a place where they have a
    /// listener beside that of the clients.
    pub fn gate(&self, listener: &str, all: &Listeners) -> Gate {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        let ahead = all.bound.len() > 1 && *listener == *all.inter_broker;
        let own = own.entry(listener.to_owned()).or_default().clone();
        Gate { shared: self.shared.clone(), own, ahead }
    }

    /// The limits are as these settings say; `properties` are those in force.
    pub fn set(&self, config: &BrokerConfig, properties: &Properties) {
        self.shared.set(of_all(config));
        let own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        for (listener, limits) in own.iter() {
            limits.set(of_one(properties, listener));
        }
    }
}

/// The largest number stands for no limit.
fn limit(number: i32) -> Option<usize> {
    usize::try_from(number).ok().filter(|_| number != i32::MAX)
}

fn rate(number: i32) -> Option<u32> {
    u32::try_from(number).ok().filter(|_| number != i32::MAX)
}

fn of_all(config: &BrokerConfig) -> Bounds {
    let mut overrides = BTreeMap::new();
    for (address, most) in config.connections_per_ip().unwrap_or_default() {
        let Ok(address) = address.parse::<IpAddr>() else {
            tracing::warn!(
                target: "kafka.network.ConnectionQuotas",
                "max.connections.per.ip.overrides: '{address}' is no address and is not used; names are not looked up"
            );
            continue;
        };
        overrides.insert(address, usize::try_from(most).unwrap_or(0));
    }
    Bounds {
        most: limit(config.max_connections),
        per_address: limit(config.max_connections_per_ip),
        overrides,
        rate: rate(config.max_connection_creation_rate),
    }
}

fn of_one(properties: &Properties, listener: &str) -> Bounds {
    let prefix = listener_prefix(listener);
    let set = |key: &str| properties.get(&format!("{prefix}{key}"))?.trim().parse().ok();
    Bounds {
        most: set("max.connections").and_then(limit),
        rate: set("max.connection.creation.rate").and_then(rate),
        ..Bounds::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_become_bounds() {
        let text = "zookeeper.connect=z\n\
                    max.connections.per.ip=7\n\
                    max.connections.per.ip.overrides=10.0.0.1:2, some.host:3\n\
                    max.connection.creation.rate=5\n\
                    listener.name.plaintext.max.connections=9";
        let properties = Properties::parse(text).unwrap();
        let config = BrokerConfig::parse(&properties).unwrap();
        let bounds = of_all(&config);
        assert_eq!((bounds.most, bounds.per_address, bounds.rate), (None, Some(7), Some(5)));
        assert_eq!(bounds.overrides, BTreeMap::from([("10.0.0.1".parse().unwrap(), 2)]));
        let own = of_one(&properties, "PLAINTEXT");
        assert_eq!(own, Bounds { most: Some(9), ..Bounds::default() });
        assert_eq!(of_one(&properties, "OTHER"), Bounds::default());
    }
}
