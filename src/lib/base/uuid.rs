//! 128-bit ids: topic ids, cluster ids, member ids.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::rng::Rng;

/// A UUID. Prints in Kafka's form, unpadded URL-safe base64 (22 characters).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Uuid(pub [u8; 16]);

impl Uuid {
    /// The id that means "none".
    pub const ZERO: Uuid = Uuid([0; 16]);

    /// A random (version 4) id. As Kafka, never one whose text starts with a dash, so that it can
    /// be typed after an option.
    pub fn random(rng: &mut Rng) -> Uuid {
        loop {
            let mut bytes = [0; 16];
            rng.fill(&mut bytes);
            bytes[6] = (bytes[6] & 0x0f) | 0x40;
            bytes[8] = (bytes[8] & 0x3f) | 0x80;
            let id = Uuid(bytes);
            if !id.to_string().starts_with('-') {
                return id;
            }
        }
    }

    /// Reads the 22-character form.
    pub fn parse(text: &str) -> Option<Uuid> {
        URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok().map(Uuid)
    }

    /// The 8-4-4-4-12 form of member ids.
    pub fn hyphenated(&self) -> String {
        let hex: String = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips() {
        let mut rng = Rng::seeded(7);
        for _ in 0..1_000 {
            let id = Uuid::random(&mut rng);
            assert_eq!(Uuid::parse(&id.to_string()), Some(id));
            assert_eq!(id.to_string().len(), 22);
            assert!(!id.to_string().starts_with('-'));
        }
        assert_eq!(Uuid::ZERO.to_string(), "AAAAAAAAAAAAAAAAAAAAAA");
        assert_eq!(Uuid::parse("short"), None);
        assert_eq!(Uuid::ZERO.hyphenated(), "00000000-0000-0000-0000-000000000000");
    }
}
