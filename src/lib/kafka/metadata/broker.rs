//! Brokers as others see them: endpoints, and the registration at `/brokers/ids/<id>`.

use serde_json::{Map, Value, json};

use super::znode::Malformed;
use crate::config::broker::{Endpoint, SecurityProtocol};

/// What a broker writes of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Its advertised addresses, the inter-broker one among them.
    pub endpoints: Vec<Endpoint>,
    pub rack: Option<String>,
    pub timestamp_ms: i64,
    pub jmx_port: i32,
}

/// The registration's JSON version that a broker of `inter.broker.protocol.version` 2.7 and later
/// writes: with an (empty) map of features.
const VERSION_WITH_FEATURES: i64 = 5;
/// The same before 2.7.
const VERSION: i64 = 4;

impl Registration {
    /// The znode's content. Old clients read only `host` and `port`, which are those of the first
    /// plaintext endpoint.
    pub fn to_json(&self, with_features: bool) -> Vec<u8> {
        let plain = self.endpoints.iter().find(|end| end.protocol == SecurityProtocol::Plaintext);
        let protocols: Map<String, Value> = self
            .endpoints
            .iter()
            .map(|end| (end.listener.clone(), Value::from(end.protocol.name())))
            .collect();
        let endpoints: Vec<String> = self.endpoints.iter().map(Endpoint::to_string).collect();
        // The keys stand in the order in which Kafka writes them.
        let mut json = Map::new();
        let mut put = |key: &str, value: Value| json.insert(key.to_owned(), value);
        if with_features {
            put("features", json!({}));
        }
        put("listener_security_protocol_map", Value::Object(protocols));
        put("endpoints", json!(endpoints));
        if let Some(rack) = &self.rack {
            put("rack", json!(rack));
        }
        put("jmx_port", json!(self.jmx_port));
        put("port", json!(plain.map_or(-1, |end| i32::from(end.port))));
        put("host", json!(plain.map(|end| &end.host)));
        put("version", json!(if with_features { VERSION_WITH_FEATURES } else { VERSION }));
        put("timestamp", json!(self.timestamp_ms.to_string()));
        let json = Value::Object(json);
        json.to_string().into_bytes()
    }

    /// Reads what any Kafka broker since 0.8 wrote. Unknown keys and higher versions are accepted.
    pub fn from_json(bytes: &[u8]) -> Result<Registration, Malformed> {
        let what = "broker registration";
        let json: Value =
            serde_json::from_slice(bytes).map_err(|error| Malformed::new(what, error))?;
        let number = |key: &str| json.get(key).and_then(Value::as_i64);
        let text = |key: &str| json.get(key).and_then(Value::as_str);
        let protocols = json.get("listener_security_protocol_map").and_then(Value::as_object);
        let mut endpoints = Vec::new();
        for end in json.get("endpoints").and_then(Value::as_array).into_iter().flatten() {
            let malformed = || Malformed::field(what, "endpoints");
            let (listener, address) = end.as_str().and_then(split).ok_or_else(malformed)?;
            // Before there was a map, a listener was named after its protocol.
            let protocol = protocols.and_then(|map| map.get(listener)?.as_str());
            let protocol = SecurityProtocol::parse(protocol.unwrap_or(listener));
            let (host, port) = address;
            let (listener, host) = (listener.to_owned(), host.to_owned());
            let protocol = protocol.ok_or_else(malformed)?;
            endpoints.push(Endpoint { listener, host, port, protocol });
        }
        if let (true, Some(host), Some(port)) = (endpoints.is_empty(), text("host"), number("port"))
        {
            // Version 1: one plaintext address and nothing else.
            let port = u16::try_from(port).map_err(|_| Malformed::field(what, "port"))?;
            endpoints.push(Endpoint::plain(host, port));
        }
        Ok(Registration {
            endpoints,
            rack: text("rack").map(str::to_owned),
            timestamp_ms: text("timestamp").and_then(|ms| ms.parse().ok()).unwrap_or(-1),
            jmx_port: number("jmx_port").and_then(|port| port.try_into().ok()).unwrap_or(-1),
        })
    }
}

/// Takes `LISTENER://host:port` apart.
fn split(text: &str) -> Option<(&str, (&str, u16))> {
    let (listener, address) = text.split_once("://")?;
    let (host, port) = address.rsplit_once(':')?;
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Some((listener, (host, port.parse().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registrations_round_trip() {
        let registration = Registration {
            endpoints: vec![
                Endpoint::plain("b1", 9092),
                Endpoint {
                    listener: "INTERNAL".to_owned(),
                    host: "::1".to_owned(),
                    port: 9094,
                    protocol: SecurityProtocol::SaslSsl,
                },
            ],
            rack: Some("r1".to_owned()),
            timestamp_ms: 1_700_000_000_000,
            jmx_port: -1,
        };
        let json = registration.to_json(true);
        assert_eq!(Registration::from_json(&json), Ok(registration.clone()));
        assert_eq!(Registration::from_json(&registration.to_json(false)), Ok(registration));
    }

    /// What Kafka 3.9.1 wrote at `inter.broker.protocol.version` 3.9 and 2.4.
    #[test]
    fn registrations_are_kafkas_to_the_byte() {
        let new = r#"{"features":{},"listener_security_protocol_map":{"PLAINTEXT":"PLAINTEXT"},"endpoints":["PLAINTEXT://localhost:36119"],"jmx_port":-1,"port":36119,"host":"localhost","version":5,"timestamp":"1795555843682"}"#;
        let old = r#"{"listener_security_protocol_map":{"PLAINTEXT":"PLAINTEXT"},"endpoints":["PLAINTEXT://localhost:48405"],"rack":"r1","jmx_port":-1,"port":48405,"host":"localhost","version":4,"timestamp":"1795556081039"}"#;
        for (json, with_features) in [(new, true), (old, false)] {
            let read = Registration::from_json(json.as_bytes()).unwrap();
            assert_eq!(String::from_utf8(read.to_json(with_features)).unwrap(), json);
        }
    }

    #[test]
    fn a_broker_without_plaintext_has_no_host_for_old_clients() {
        let (listener, host) = ("EXTERNAL".to_owned(), "b".to_owned());
        let end = Endpoint { listener, host, port: 1, protocol: SecurityProtocol::Ssl };
        let registration =
            Registration { endpoints: vec![end], rack: None, timestamp_ms: 1, jmx_port: -1 };
        let json = registration.to_json(true);
        assert!(String::from_utf8_lossy(&json).contains(r#""port":-1,"host":null"#));
        assert_eq!(Registration::from_json(&json), Ok(registration));
    }

    #[test]
    fn old_registrations_are_read() {
        let old = br#"{"jmx_port":9999,"timestamp":"1","host":"h","version":1,"port":9092}"#;
        let read = Registration::from_json(old).unwrap();
        assert_eq!(read.endpoints[0].to_string(), "PLAINTEXT://h:9092");
        for endpoint in ["x", "EXTERNAL://unmapped:1", "PLAINTEXT://h:65536"] {
            let json = format!(r#"{{"endpoints":["{endpoint}"]}}"#);
            let error = Registration::from_json(json.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), "malformed broker registration: field 'endpoints'");
        }
    }
}
