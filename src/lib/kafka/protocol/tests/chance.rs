//! Values made up by chance, small and with the odd extreme.

use bytes::Bytes;

use crate::base::rng::Rng;
use crate::base::uuid::Uuid;
use crate::kafka::protocol::Records;

/// What can be made up; fields that `version` lacks keep their default.
pub(super) trait Arbitrary {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self;
}

/// An extreme now and then, else any bits.
fn bits(rng: &mut Rng) -> u64 {
    match rng.below(8) {
        0 => 0,
        1 => u64::MAX,
        2 => rng.below(200),
        _ => rng.next_u64(),
    }
}

pub(super) fn bool(rng: &mut Rng) -> bool {
    rng.below(2) == 1
}

macro_rules! numbers {
    ($($name:ident)*) => {$(
        pub(super) fn $name(rng: &mut Rng) -> $name {
            bits(rng) as $name
        }
    )*};
}

numbers! { i8 i16 u16 i32 i64 }

pub(super) fn f64(rng: &mut Rng) -> f64 {
    rng.below(1 << 40) as f64 / 1024.0
}

pub(super) fn string(rng: &mut Rng) -> String {
    let letters = ['a', 'Z', '0', '.', '\u{e9}', '\u{4e2d}', '\u{1f980}'];
    let length = if rng.below(50) == 0 { 300 } else { rng.below(8) };
    (0..length).map(|_| letters[rng.below(letters.len() as u64) as usize]).collect()
}

pub(super) fn bytes(rng: &mut Rng) -> Bytes {
    // Above the size from which parts are attached, now and then.
    let length = if rng.below(10) == 0 { 700 } else { rng.below(20) };
    let mut bytes = vec![0; length as usize];
    rng.fill(&mut bytes);
    Bytes::from(bytes)
}

pub(super) fn records(rng: &mut Rng) -> Records {
    Records::from(bytes(rng))
}

pub(super) fn uuid(rng: &mut Rng) -> Uuid {
    if bool(rng) { Uuid::ZERO } else { Uuid::random(rng) }
}

pub(super) fn maybe<T>(rng: &mut Rng, make: impl Fn(&mut Rng) -> T) -> Option<T> {
    bool(rng).then(|| make(rng))
}

pub(super) fn many<T>(rng: &mut Rng, make: impl Fn(&mut Rng) -> T) -> Vec<T> {
    (0..rng.below(4)).map(|_| make(rng)).collect()
}
