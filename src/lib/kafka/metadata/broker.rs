//! Brokers as others see them: endpoints, and the registration at `/brokers/ids/<id>`.

use std::fmt;

use serde_json::{Map, Value, json};

use super::znode::Malformed;

/// Where a listener can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The listener's name, `PLAINTEXT` or what `listener.security.protocol.map` knows.
    pub listener: String,
    /// `PLAINTEXT`, `SSL`, `SASL_PLAINTEXT`, `SASL_SSL`.
    pub security_protocol: String,
    pub host: String,
    pub port: i32,
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = &self.host;
        match host.contains(':') {
            true => write!(f, "{}://[{host}]:{}", self.listener, self.port),
            false => write!(f, "{}://{host}:{}", self.listener, self.port),
        }
    }
}

impl Endpoint {
    /// Reads `LISTENER://host:port`; the protocol is the listener's name until a map says else.
    pub fn parse(text: &str) -> Option<Endpoint> {
        let (listener, address) = text.split_once("://")?;
        let (host, port) = address.rsplit_once(':')?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        Some(Endpoint {
            listener: listener.to_owned(),
            security_protocol: listener.to_owned(),
            host: host.to_owned(),
            port: port.parse().ok()?,
        })
    }
}

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
        let plain = self.endpoints.iter().find(|end| end.security_protocol == "PLAINTEXT");
        let protocols: Map<String, Value> = self
            .endpoints
            .iter()
            .map(|end| (end.listener.clone(), Value::from(end.security_protocol.clone())))
            .collect();
        let endpoints: Vec<String> = self.endpoints.iter().map(Endpoint::to_string).collect();
        let mut json = json!({
            "version": if with_features { VERSION_WITH_FEATURES } else { VERSION },
            "host": plain.map(|end| end.host.clone()),
            "port": plain.map_or(-1, |end| end.port),
            "jmx_port": self.jmx_port,
            "timestamp": self.timestamp_ms.to_string(),
            "endpoints": endpoints,
            "listener_security_protocol_map": protocols,
        });
        if let Some(fields) = json.as_object_mut() {
            if let Some(rack) = &self.rack {
                fields.insert("rack".to_owned(), Value::from(rack.clone()));
            }
            if with_features {
                fields.insert("features".to_owned(), json!({}));
            }
        }
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
            let mut end = end
                .as_str()
                .and_then(Endpoint::parse)
                .ok_or_else(|| Malformed::field(what, "endpoints"))?;
            if let Some(protocol) = protocols.and_then(|map| map.get(&end.listener)?.as_str()) {
                protocol.clone_into(&mut end.security_protocol);
            }
            endpoints.push(end);
        }
        if let (true, Some(host), Some(port)) = (endpoints.is_empty(), text("host"), number("port"))
        {
            // Version 1: one plaintext address and nothing else.
            let port = i32::try_from(port).map_err(|_| Malformed::field(what, "port"))?;
            endpoints.push(Endpoint {
                listener: "PLAINTEXT".to_owned(),
                security_protocol: "PLAINTEXT".to_owned(),
                host: host.to_owned(),
                port,
            });
        }
        Ok(Registration {
            endpoints,
            rack: text("rack").map(str::to_owned),
            timestamp_ms: text("timestamp").and_then(|ms| ms.parse().ok()).unwrap_or(-1),
            jmx_port: number("jmx_port").and_then(|port| port.try_into().ok()).unwrap_or(-1),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registrations_round_trip() {
        let registration = Registration {
            endpoints: ["PLAINTEXT://b1:9092", "INTERNAL://[::1]:9094"]
                .iter()
                .map(|text| Endpoint::parse(text).unwrap())
                .map(|mut end| {
                    if end.listener == "INTERNAL" {
                        end.security_protocol = "SASL_SSL".to_owned();
                    }
                    end
                })
                .collect(),
            rack: Some("r1".to_owned()),
            timestamp_ms: 1_700_000_000_000,
            jmx_port: -1,
        };
        let json = registration.to_json(true);
        assert_eq!(Registration::from_json(&json), Ok(registration.clone()));
        let text = String::from_utf8(json).unwrap();
        for part in [
            r#""version":5"#,
            r#""host":"b1","port":9092"#,
            r#""timestamp":"1700000000000""#,
            r#""endpoints":["PLAINTEXT://b1:9092","INTERNAL://[::1]:9094"]"#,
            r#""features":{}"#,
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert_eq!(Registration::from_json(&registration.to_json(false)), Ok(registration));
    }

    #[test]
    fn old_registrations_are_read() {
        let old = br#"{"jmx_port":9999,"timestamp":"1","host":"h","version":1,"port":9092}"#;
        let read = Registration::from_json(old).unwrap();
        assert_eq!(read.endpoints[0].to_string(), "PLAINTEXT://h:9092");
        let error = Registration::from_json(br#"{"endpoints":["x"]}"#).unwrap_err();
        assert_eq!(error.to_string(), "malformed broker registration: field 'endpoints'");
    }
}
