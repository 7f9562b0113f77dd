//! Where a broker listens and where it tells others to go.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::net::IpAddr;

use super::BrokerConfig;
use crate::config::{Error, Properties};

/// How a listener is secured, with Kafka's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SecurityProtocol {
    Plaintext,
    Ssl,
    SaslPlaintext,
    SaslSsl,
}

impl SecurityProtocol {
    pub const ALL: [SecurityProtocol; 4] = [
        SecurityProtocol::Plaintext,
        SecurityProtocol::Ssl,
        SecurityProtocol::SaslPlaintext,
        SecurityProtocol::SaslSsl,
    ];

    /// Reads the name, in any case.
    pub fn parse(name: &str) -> Option<SecurityProtocol> {
        Self::ALL.into_iter().find(|protocol| protocol.name().eq_ignore_ascii_case(name.trim()))
    }

    /// Kafka's name.
    pub fn name(self) -> &'static str {
        match self {
            SecurityProtocol::Plaintext => "PLAINTEXT",
            SecurityProtocol::Ssl => "SSL",
            SecurityProtocol::SaslPlaintext => "SASL_PLAINTEXT",
            SecurityProtocol::SaslSsl => "SASL_SSL",
        }
    }

    /// The number UpdateMetadata uses.
    pub fn id(self) -> i16 {
        match self {
            SecurityProtocol::Plaintext => 0,
            SecurityProtocol::Ssl => 1,
            SecurityProtocol::SaslPlaintext => 2,
            SecurityProtocol::SaslSsl => 3,
        }
    }

    /// The protocol of a number.
    pub fn of(id: i16) -> Option<SecurityProtocol> {
        Self::ALL.into_iter().find(|protocol| protocol.id() == id)
    }

    /// Whether a client must authenticate by SASL.
    pub fn is_sasl(self) -> bool {
        matches!(self, SecurityProtocol::SaslPlaintext | SecurityProtocol::SaslSsl)
    }

    /// Whether bytes are encrypted.
    pub fn is_tls(self) -> bool {
        matches!(self, SecurityProtocol::Ssl | SecurityProtocol::SaslSsl)
    }
}

impl fmt::Display for SecurityProtocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One address under one listener name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// In capital letters, as they are compared; as it is written where another broker told it.
    pub listener: String,
    /// Empty for every interface.
    pub host: String,
    pub port: u16,
    pub protocol: SecurityProtocol,
}

impl Endpoint {
    /// The only address of a broker of before there were listeners.
    pub fn plain(host: &str, port: u16) -> Endpoint {
        let protocol = SecurityProtocol::Plaintext;
        Endpoint { listener: protocol.name().to_owned(), host: host.to_owned(), port, protocol }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (open, close) = if self.host.contains(':') { ("[", "]") } else { ("", "") };
        write!(f, "{}://{open}{}{close}:{}", self.listener, self.host, self.port)
    }
}

/// All that the listener settings say together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listeners {
    /// Where sockets are opened.
    pub bound: Vec<Endpoint>,
    /// What is told to clients and brokers. A host may be empty where a listener is on every
    /// interface and nothing is advertised: the machine's own name is meant.
    pub advertised: Vec<Endpoint>,
    /// The listener brokers use among themselves.
    pub inter_broker: String,
    /// The listener the controller uses, where it is another.
    pub control_plane: Option<String>,
}

impl Listeners {
    /// The bound endpoint of a listener.
    pub fn bound(&self, listener: &str) -> Option<&Endpoint> {
        self.bound.iter().find(|endpoint| endpoint.listener == listener)
    }

    /// The advertised endpoint of a listener.
    pub fn advertised(&self, listener: &str) -> Option<&Endpoint> {
        self.advertised.iter().find(|endpoint| endpoint.listener == listener)
    }
}

/// The host that nobody can connect to.
const META_ADDRESS: &str = "0.0.0.0";

impl BrokerConfig {
    /// What the listener settings say together.
    pub fn listeners(&self) -> Result<Listeners, Error> {
        let protocols = self.protocol_map()?;
        let bound = self.bound_text();
        let advertised = self.advertised_text(&bound);
        let listeners = Listeners {
            bound: parse_list(&bound, &protocols)?,
            advertised: parse_list(&advertised, &protocols)?,
            inter_broker: self.inter_broker_listener(&protocols)?,
            control_plane: self.control_plane_listener_name.as_deref().map(str::to_ascii_uppercase),
        };
        check_names(&listeners.bound, &bound)?;
        check_names(&listeners.advertised, &advertised)?;
        check_ports(&listeners.bound, &bound)?;
        listeners.check()?;
        Ok(listeners)
    }

    /// `listener.security.protocol.map` by listener.
    fn protocol_map(&self) -> Result<BTreeMap<String, SecurityProtocol>, Error> {
        let key = "listener.security.protocol.map";
        let text = &self.listener_security_protocol_map;
        let mut map = BTreeMap::new();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let Some((name, protocol)) = item.rsplit_once(':') else {
                return Err(Error::invalid(key, text, "expected NAME:PROTOCOL,..."));
            };
            let Some(known) = SecurityProtocol::parse(protocol) else {
                let protocol = protocol.trim();
                return Err(Error::conflict(format!(
                    "Invalid security protocol `{protocol}` defined in {key}"
                )));
            };
            map.insert(name.trim().to_ascii_uppercase(), known);
        }
        Ok(map)
    }

    /// `listeners`, or what `host.name` and `port` of older releases say.
    fn bound_text(&self) -> String {
        let is_default = self.listeners == "PLAINTEXT://:9092";
        if is_default && (!self.host_name.is_empty() || self.port != 9092) {
            return format!("PLAINTEXT://{}:{}", self.host_name, self.port);
        }
        self.listeners.clone()
    }

    /// `advertised.listeners`, or what its older names say, or the listeners themselves.
    fn advertised_text(&self, bound: &str) -> String {
        if let Some(text) = &self.advertised_listeners {
            return text.clone();
        }
        match (&self.advertised_host_name, self.advertised_port) {
            (None, None) => bound.to_owned(),
            (host, port) => {
                let host = host.as_deref().unwrap_or(&self.host_name);
                format!("PLAINTEXT://{host}:{}", port.unwrap_or(self.port))
            }
        }
    }

    fn inter_broker_listener(
        &self,
        protocols: &BTreeMap<String, SecurityProtocol>,
    ) -> Result<String, Error> {
        let Some(name) = &self.inter_broker_listener_name else {
            return Ok(self.security_inter_broker_protocol.to_ascii_uppercase());
        };
        let name = name.to_ascii_uppercase();
        if !protocols.contains_key(&name) {
            return Err(Error::conflict(format!(
                "Listener with name {name} defined in inter.broker.listener.name not found in \
                 listener.security.protocol.map."
            )));
        }
        Ok(name)
    }

    /// A name and a protocol for one listener would say the same thing twice.
    pub(super) fn check_inter_broker(&self, properties: &Properties) -> Result<(), Error> {
        let both = self.inter_broker_listener_name.is_some()
            && properties.get("security.inter.broker.protocol").is_some();
        if both {
            return Err(Error::conflict(
                "Only one of inter.broker.listener.name and security.inter.broker.protocol should \
                 be set.",
            ));
        }
        Ok(())
    }
}

impl Listeners {
    fn check(&self) -> Result<(), Error> {
        let names = |endpoints: &[Endpoint]| {
            let names: BTreeSet<&str> = endpoints.iter().map(|it| it.listener.as_str()).collect();
            names.into_iter().collect::<Vec<_>>().join(",")
        };
        if let Some(extra) = self.advertised.iter().find(|it| self.bound(&it.listener).is_none()) {
            return Err(Error::conflict(format!(
                "advertised.listeners listener names must be equal to or a subset of the ones \
                 defined in listeners. Found {}. The valid options based on the current \
                 configuration are {}",
                extra.listener,
                names(&self.bound)
            )));
        }
        if self.advertised(&self.inter_broker).is_none() {
            return Err(Error::conflict(format!(
                "inter.broker.listener.name must be a listener name defined in \
                 advertised.listeners. The valid options based on currently configured listeners \
                 are {}",
                names(&self.advertised)
            )));
        }
        if let Some(name) = &self.control_plane {
            let known = self.bound(name).is_some() && self.advertised(name).is_some();
            if !known || *name == self.inter_broker {
                return Err(Error::conflict(format!(
                    "control.plane.listener.name must be a listener name defined in \
                     advertised.listeners, and another than inter.broker.listener.name. The valid \
                     options based on currently configured listeners are {}",
                    names(&self.advertised)
                )));
            }
        }
        // Bound to every interface, a listener is not what was meant to be advertised: brokers
        // would be told to connect to themselves.
        if self.advertised.iter().any(|endpoint| endpoint.host == META_ADDRESS) {
            return Err(Error::conflict(
                "advertised.listeners cannot use the nonroutable meta-address 0.0.0.0. Use a \
                 routable IP address.",
            ));
        }
        Ok(())
    }
}

/// Reads `NAME://host:port,...`.
fn parse_list(
    text: &str,
    protocols: &BTreeMap<String, SecurityProtocol>,
) -> Result<Vec<Endpoint>, Error> {
    let failed = |why: String| {
        Error::conflict(format!("Error creating broker listeners from '{text}': {why}"))
    };
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    items.map(|item| parse_endpoint(item, protocols).map_err(failed)).collect()
}

fn parse_endpoint(
    text: &str,
    protocols: &BTreeMap<String, SecurityProtocol>,
) -> Result<Endpoint, String> {
    let unparsed = || format!("Unable to parse {text} to a broker endpoint");
    let (listener, address) = text.split_once("://").ok_or_else(unparsed)?;
    let (host, port) = address.rsplit_once(':').ok_or_else(unparsed)?;
    let host = host.strip_prefix('[').unwrap_or(host);
    let host = host.strip_suffix(']').unwrap_or(host);
    let is_host = |c: char| c.is_ascii_alphanumeric() || "-%._:".contains(c);
    if !host.chars().all(is_host) {
        return Err(unparsed());
    }
    let number: i64 = port.parse().map_err(|_| unparsed())?;
    let port = u16::try_from(number).map_err(|_| format!("port out of range:{number}"))?;
    let listener = listener.to_ascii_uppercase();
    let protocol = *protocols
        .get(&listener)
        .ok_or_else(|| format!("No security protocol defined for listener {listener}"))?;
    Ok(Endpoint { listener, host: host.to_owned(), port, protocol })
}

fn check_names(endpoints: &[Endpoint], text: &str) -> Result<(), Error> {
    let names: BTreeSet<&str> = endpoints.iter().map(|it| it.listener.as_str()).collect();
    if endpoints.is_empty() {
        return Err(Error::conflict("There must be at least one listener."));
    }
    if names.len() != endpoints.len() {
        return Err(Error::conflict(format!(
            "Each listener must have a different name, listeners: {text}"
        )));
    }
    Ok(())
}

/// Two listeners may share a port only when one is on IPv4 and the other on IPv6 (KIP-797).
fn check_ports(endpoints: &[Endpoint], text: &str) -> Result<(), Error> {
    let families = |a: &Endpoint, b: &Endpoint| {
        let hosts = (a.host.parse(), b.host.parse());
        matches!(
            hosts,
            (Ok(IpAddr::V4(_)), Ok(IpAddr::V6(_))) | (Ok(IpAddr::V6(_)), Ok(IpAddr::V4(_)))
        )
    };
    for (index, first) in endpoints.iter().enumerate() {
        let clashes = |other: &&Endpoint| other.port == first.port && !families(first, other);
        if first.port != 0 && endpoints.iter().skip(index + 1).any(|other| clashes(&other)) {
            return Err(Error::conflict(format!(
                "Each listener must have a different port unless you have exactly one listener on \
                 IPv4 and the other IPv6 on the same port, listeners: {text}"
            )));
        }
    }
    Ok(())
}
