//! What every client needs to know: where brokers are, who it says it is, how long it waits.

use std::fmt;
use std::time::Duration;

use super::error::{Error, Result};
use super::retry::Backoff;
use crate::base::clock::Clock;

/// Where a broker listens.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    pub host: String,
    pub port: u16,
}

impl Address {
    /// Reads `host:port`, `[v6]:port`, with or without a protocol in front.
    pub fn parse(text: &str) -> Result<Address> {
        let wrong = || Error::Address { text: text.to_owned() };
        let place = text.trim();
        let place = place.split_once("://").map_or(place, |(_, place)| place);
        let (host, port) = place.rsplit_once(':').ok_or_else(wrong)?;
        let host = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host);
        let port = port.parse().map_err(|_| wrong())?;
        if host.is_empty() {
            return Err(wrong());
        }
        Ok(Address { host: host.to_owned(), port })
    }

    /// Reads a list separated by commas.
    pub fn parse_list(text: &str) -> Result<Vec<Address>> {
        let list = text.split(',').filter(|it| !it.trim().is_empty());
        let list = list.map(Address::parse).collect::<Result<Vec<_>>>()?;
        if list.is_empty() {
            return Err(Error::Address { text: text.to_owned() });
        }
        Ok(list)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

/// The settings all clients share, with Kafka's defaults.
#[derive(Clone, Debug)]
pub struct Options {
    /// `bootstrap.servers`
    pub bootstrap: Vec<Address>,
    /// `client.id`
    pub client_id: String,
    /// `socket.connection.setup.timeout.ms`
    pub connect_timeout: Duration,
    /// `request.timeout.ms`
    pub request_timeout: Duration,
    /// `default.api.timeout.ms`: for a call with all its retries.
    pub call_timeout: Duration,
    /// `retry.backoff.ms`, `retry.backoff.max.ms`
    pub backoff: Backoff,
    /// `metadata.max.age.ms`
    pub metadata_max_age: Duration,
    pub clock: Clock,
}

impl Options {
    /// The defaults, with brokers to ask first.
    pub fn new(bootstrap: Vec<Address>) -> Options {
        Options {
            bootstrap,
            client_id: String::new(),
            connect_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            call_timeout: Duration::from_secs(60),
            backoff: Backoff::default(),
            metadata_max_age: Duration::from_secs(300),
            clock: Clock::System,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_parse_and_print() {
        for (text, host, port) in [
            ("localhost:9092", "localhost", 9092),
            (" a.b:1 ", "a.b", 1),
            ("[::1]:9092", "::1", 9092),
            ("PLAINTEXT://h:5", "h", 5),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.host.as_str(), address.port), (host, port));
        }
        assert_eq!(Address::parse("[::1]:9").unwrap().to_string(), "[::1]:9");
        for text in ["", "localhost", ":9092", "h:", "h:99999", "h:x"] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
        assert_eq!(Address::parse_list("a:1,b:2,").unwrap().len(), 2);
        assert!(Address::parse_list(" , ").is_err());
    }
}
