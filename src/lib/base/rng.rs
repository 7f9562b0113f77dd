//! A seeded source of chance, so that a machine's life can be repeated.
//!
//! xoshiro256++ over a splitmix64 seed. Fit for jitter, ids and tests; secrets come from
//! [`Rng::from_system`], whose seed is the operating system's.

use std::cell::RefCell;

thread_local! {
    /// What seeds are drawn from on this thread instead of the operating system's, if anything.
    static SOURCE: RefCell<Option<Rng>> = const { RefCell::new(None) };
}

/// Sets what [`Rng::from_system`] draws from on this thread, and gives what it was before. A
/// simulated node lends its own chance while one of its tasks runs; nobody else calls this.
pub fn lend(source: Option<Rng>) -> Option<Rng> {
    SOURCE.replace(source)
}

/// The generator. Two with the same seed give the same numbers.
#[derive(Clone, Debug)]
pub struct Rng {
    state: [u64; 4],
}

impl Rng {
    /// A generator whose whole life follows from `seed`.
    pub fn seeded(seed: u64) -> Rng {
        let mut x = seed;
        let state = std::array::from_fn(|_| {
            x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = x;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            z ^ (z >> 31)
        });
        Rng { state }
    }

    /// A generator seeded by the operating system, or by what was lent to this thread.
    pub fn from_system() -> Rng {
        let lent = SOURCE.with_borrow_mut(|source| source.as_mut().map(Rng::next_u64));
        if let Some(seed) = lent {
            return Rng::seeded(seed);
        }
        let mut state = [[0u8; 8]; 4];
        for word in &mut state {
            // Without entropy there are no session passwords and no ids: nothing to go on with.
            getrandom::fill(word).expect("the operating system gives random bytes");
        }
        Rng { state: state.map(u64::from_ne_bytes) }
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let shifted = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= shifted;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// A number below `bound`; zero where `bound` is zero.
    pub fn below(&mut self, bound: u64) -> u64 {
        // Multiply-shift: the bias is below 2^-32 for every bound used here.
        ((u128::from(self.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// Fills `bytes` with chance.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let word = self.next_u64().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_seed_same_life() {
        let (mut a, mut b) = (Rng::seeded(1), Rng::seeded(1));
        let first: Vec<u64> = (0..100).map(|_| a.next_u64()).collect();
        assert_eq!(first, (0..100).map(|_| b.next_u64()).collect::<Vec<_>>());
        assert_ne!(first[0], Rng::seeded(2).next_u64());
    }

    #[test]
    fn seeds_can_be_lent() {
        let draw = || {
            let before = lend(Some(Rng::seeded(7)));
            let drawn = (Rng::from_system().next_u64(), Rng::from_system().next_u64());
            lend(before);
            drawn
        };
        let (first, second) = draw();
        assert_ne!(first, second);
        assert_eq!(draw(), (first, second));
        assert_ne!(Rng::from_system().next_u64(), Rng::from_system().next_u64());
    }

    #[test]
    fn below_covers_the_range_evenly() {
        let mut rng = Rng::seeded(3);
        let mut counts = [0; 8];
        for _ in 0..8_000 {
            counts[rng.below(8) as usize] += 1;
        }
        assert!(counts.iter().all(|&n| (800..1200).contains(&n)), "{counts:?}");
        assert_eq!(rng.below(0), 0);
    }
}
