//! The releases whose language brokers may speak among themselves, oldest first.

use std::fmt;

use crate::config::check::Check;
use crate::config::value::{Setting, Type, Value};

macro_rules! versions {
    ($($name:ident = $text:literal,)*) => {
        /// A step of `inter.broker.protocol.version`. Later steps include earlier ones, so features
        /// ask with `>=`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(non_camel_case_types)]
        pub enum ProtocolVersion {
            $($name,)*
        }

        /// Every step with its text, in order.
        const VERSIONS: &[(ProtocolVersion, &str)] = &[$((ProtocolVersion::$name, $text),)*];
    };
}

versions! {
    V0_8_0 = "0.8.0",
    V0_8_1 = "0.8.1",
    V0_8_2 = "0.8.2",
    V0_9_0 = "0.9.0",
    V0_10_0_IV0 = "0.10.0-IV0",
    V0_10_0_IV1 = "0.10.0-IV1",
    V0_10_1_IV0 = "0.10.1-IV0",
    V0_10_1_IV1 = "0.10.1-IV1",
    V0_10_1_IV2 = "0.10.1-IV2",
    V0_10_2_IV0 = "0.10.2-IV0",
    V0_11_0_IV0 = "0.11.0-IV0",
    V0_11_0_IV1 = "0.11.0-IV1",
    V0_11_0_IV2 = "0.11.0-IV2",
    V1_0_IV0 = "1.0-IV0",
    V1_1_IV0 = "1.1-IV0",
    V2_0_IV0 = "2.0-IV0",
    V2_0_IV1 = "2.0-IV1",
    V2_1_IV0 = "2.1-IV0",
    V2_1_IV1 = "2.1-IV1",
    V2_1_IV2 = "2.1-IV2",
    V2_2_IV0 = "2.2-IV0",
    V2_2_IV1 = "2.2-IV1",
    V2_3_IV0 = "2.3-IV0",
    V2_3_IV1 = "2.3-IV1",
    V2_4_IV0 = "2.4-IV0",
    V2_4_IV1 = "2.4-IV1",
    V2_5_IV0 = "2.5-IV0",
    V2_6_IV0 = "2.6-IV0",
    V2_7_IV0 = "2.7-IV0",
    V2_7_IV1 = "2.7-IV1",
    V2_7_IV2 = "2.7-IV2",
    V2_8_IV0 = "2.8-IV0",
    V2_8_IV1 = "2.8-IV1",
    V3_0_IV0 = "3.0-IV0",
    V3_0_IV1 = "3.0-IV1",
    V3_1_IV0 = "3.1-IV0",
    V3_2_IV0 = "3.2-IV0",
    V3_3_IV0 = "3.3-IV0",
    V3_3_IV1 = "3.3-IV1",
    V3_3_IV2 = "3.3-IV2",
    V3_3_IV3 = "3.3-IV3",
    V3_4_IV0 = "3.4-IV0",
    V3_5_IV0 = "3.5-IV0",
    V3_5_IV1 = "3.5-IV1",
    V3_5_IV2 = "3.5-IV2",
    V3_6_IV0 = "3.6-IV0",
    V3_6_IV1 = "3.6-IV1",
    V3_6_IV2 = "3.6-IV2",
    V3_7_IV0 = "3.7-IV0",
    V3_7_IV1 = "3.7-IV1",
    V3_7_IV2 = "3.7-IV2",
    V3_7_IV3 = "3.7-IV3",
    V3_7_IV4 = "3.7-IV4",
    V3_8_IV0 = "3.8-IV0",
    V3_9_IV0 = "3.9-IV0",
    V4_0_IV0 = "4.0-IV0",
    V4_0_IV1 = "4.0-IV1",
}

impl ProtocolVersion {
    /// Reads `2.4-IV1`, `2.4` (the last step of it) or `2.4.1` (the same).
    pub fn parse(text: &str) -> Option<ProtocolVersion> {
        let text = text.trim();
        let parts = if text.starts_with("0.") { 3 } else { 2 };
        let short: Vec<&str> = text.split('.').take(parts).collect();
        let short = short.join(".");
        let is_step = |full: &str| full == short || full.split('-').next() == Some(short.as_str());
        VERSIONS.iter().rev().find(|(_, full)| is_step(full)).map(|(version, _)| *version)
    }

    /// The full text, `2.4-IV1`.
    pub fn text(self) -> &'static str {
        VERSIONS[self as usize].1
    }
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

impl Setting for ProtocolVersion {
    const TYPE: Type = Type::String;

    fn from_value(value: Value) -> Option<ProtocolVersion> {
        match value {
            Value::String(text) => ProtocolVersion::parse(&text),
            _ => None,
        }
    }
}

/// A version that is known.
pub(in crate::config) const fn version() -> Check {
    Check::Rule("a release such as 2.4 or a step such as 2.4-IV1", |_, value| {
        let text = value.to_string();
        match ProtocolVersion::parse(&text) {
            Some(_) => Ok(()),
            None => Err(format!("Version {text} is not a valid version")),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_versions_mean_their_last_step() {
        let cases = [
            ("2.4", Some("2.4-IV1")),
            ("2.4.1", Some("2.4-IV1")),
            ("2.4-IV0", Some("2.4-IV0")),
            ("0.10.1", Some("0.10.1-IV2")),
            ("0.10.1.0", Some("0.10.1-IV2")),
            ("0.9.0", Some("0.9.0")),
            ("0.9.0.1", Some("0.9.0")),
            ("3.9-IV0", Some("3.9-IV0")),
            ("2", None),
            ("2.9", None),
            ("", None),
        ];
        for (text, full) in cases {
            assert_eq!(ProtocolVersion::parse(text).map(ProtocolVersion::text), full, "{text}");
        }
        assert!(ProtocolVersion::V2_4_IV1 > ProtocolVersion::V0_10_1_IV2);
    }
}
