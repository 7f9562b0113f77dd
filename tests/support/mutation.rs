//! Frames that were cut, bent or grown on their way, and how many of them a run tries.

use bytes::Bytes;
use milena::base::rng::Rng;

/// How many damaged requests a wire is sent: a few thousand, or as many as `MILENA_CASES` says.
pub fn cases() -> usize {
    std::env::var("MILENA_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(4_000)
}

pub fn below(rng: &mut Rng, bound: usize) -> usize {
    usize::try_from(rng.below(bound as u64)).expect("a small number")
}

/// A frame with something wrong in it; its length is right, or nothing behind it would be read.
pub fn mutated(rng: &mut Rng, seed: &Bytes) -> Bytes {
    let mut body = seed[4..].to_vec();
    for _ in 0..=below(rng, 3) {
        let at = below(rng, body.len());
        match rng.below(5) {
            0 => body.truncate(at.max(1)),
            1 => body[at] ^= 1 << rng.below(8),
            2 => body[at] = [0, 1, 0x7f, 0x80, 0xff][below(rng, 5)],
            3 => {
                let end = body.len().min(at + 4);
                let extreme = [[0x7f, 0xff, 0xff, 0xff], [0xff; 4], [0x80, 0, 0, 0]];
                body[at..end].copy_from_slice(&extreme[below(rng, 3)][..end - at]);
            }
            _ => {
                let piece = body[at..body.len().min(at + 8)].to_vec();
                body.splice(at..at, piece);
            }
        }
    }
    let length = u32::try_from(body.len()).expect("a small frame");
    let mut bytes = length.to_be_bytes().to_vec();
    bytes.extend(body);
    Bytes::from(bytes)
}
