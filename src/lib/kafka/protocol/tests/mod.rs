//! Every message at every version: there and back, damaged, and against known bytes.

#[rustfmt::skip]
#[allow(clippy::redundant_closure, clippy::let_and_return)]
mod arbitrary;
mod chance;
mod golden;

use bytes::Bytes;

use super::Message;
use super::api::{APIS, ApiKey};
use crate::base::bytes::{Error, Reader};
use crate::base::rng::Rng;
use chance::Arbitrary;

/// One message type, its generics rubbed off.
struct Case {
    name: &'static str,
    min: i16,
    max: i16,
    /// Makes a message up and writes it; says whether reading gives it back.
    round_trip: fn(&mut Rng, i16) -> (Bytes, bool),
    /// Reads a message of whatever is there.
    read: fn(&Bytes, i16) -> Result<(), Error>,
}

fn case<T: Message + Arbitrary + PartialEq + std::fmt::Debug>(name: &'static str) -> Case {
    Case {
        name,
        min: T::MIN,
        max: T::MAX,
        round_trip: |rng, version| {
            let message = T::arbitrary(rng, version);
            let bytes = message.to_bytes(version);
            let back = T::decode_all(&bytes, version);
            (bytes, back.as_ref() == Ok(&message))
        },
        read: |bytes, version| T::decode(&mut Reader::shared(bytes), version).map(drop),
    }
}

#[test]
fn messages_are_fresh() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for source in codegen::generate(root).expect("the schema texts are readable") {
        #[allow(clippy::disallowed_methods)]
        let checked_in = std::fs::read_to_string(root.join(&source.name)).unwrap_or_default();
        assert!(checked_in == source.text, "{} is stale: run cargo xtask gen", source.name);
    }
}

#[test]
fn every_message_round_trips_at_every_version() {
    let mut rng = Rng::seeded(1);
    for case in arbitrary::cases() {
        for version in case.min..=case.max {
            for round in 0..20 {
                let (bytes, same) = (case.round_trip)(&mut rng, version);
                assert!(same, "{} v{version}, round {round}: {bytes:?}", case.name);
            }
        }
    }
}

#[test]
fn the_table_offers_what_the_schemas_define() {
    let cases = arbitrary::cases();
    for api in APIS {
        for half in ["Request", "Response"] {
            let name = format!("{}{half}", api.name);
            let case = cases.iter().find(|it| it.name == name).expect(&name);
            assert!(case.min <= api.min && api.max <= case.max, "{name}");
        }
    }
    assert_eq!(cases.iter().filter(|it| it.name.ends_with("Request")).count(), APIS.len());
}

/// Truncated and mutated frames of every message: refused or read, never a panic. The memory one
/// may take is bounded by its bytes; what `take::room` allocates ahead never exceeds them.
#[test]
fn damaged_frames_are_survived() {
    let mut rng = Rng::seeded(2);
    let cases = arbitrary::cases();
    let mut refused = 0;
    for _ in 0..100_000 {
        let case = &cases[rng.below(cases.len() as u64) as usize];
        let span = i64::from(case.max - case.min) + 1;
        let version = case.min + rng.below(span as u64) as i16;
        let (bytes, _) = (case.round_trip)(&mut rng, version);
        let mut bytes = bytes.to_vec();
        match rng.below(4) {
            0 => bytes.truncate(rng.below(bytes.len() as u64 + 1) as usize),
            1 => rng.fill(&mut bytes),
            _ => {
                for _ in 0..=rng.below(4) {
                    if !bytes.is_empty() {
                        let at = rng.below(bytes.len() as u64) as usize;
                        bytes[at] = [0, 0x7f, 0x80, 0xff][rng.below(4) as usize];
                    }
                }
            }
        }
        refused += usize::from((case.read)(&Bytes::from(bytes), version).is_err());
    }
    assert!(refused > 10_000, "only {refused} of the damaged frames were refused");
}

#[test]
fn a_count_nobody_can_fill_is_refused_at_once() {
    for key in [ApiKey::Metadata, ApiKey::DeleteTopics, ApiKey::Fetch] {
        let name = format!("{key}Request");
        let cases = arbitrary::cases();
        let case = cases.iter().find(|it| it.name == name).unwrap();
        let huge = Bytes::from(vec![0x7f; 64]);
        for version in case.min..=case.max {
            assert!((case.read)(&huge, version).is_err(), "{name} v{version}");
        }
    }
}
