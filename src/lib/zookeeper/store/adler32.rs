//! Adler-32, the checksum of log entries and snapshots (RFC 1950).

const MODULUS: u32 = 65_521;
/// Bytes that can be summed before the second sum could leave 32 bits.
const BLOCK: usize = 5_552;

/// A running checksum.
#[derive(Clone, Copy, Debug)]
pub(super) struct Adler32 {
    a: u32,
    b: u32,
}

impl Default for Adler32 {
    fn default() -> Self {
        Adler32 { a: 1, b: 0 }
    }
}

impl Adler32 {
    pub(super) fn update(&mut self, bytes: &[u8]) {
        for block in bytes.chunks(BLOCK) {
            // In groups the second sum needs one multiplication a byte and no chain of additions,
            // which the compiler turns into vector code.
            let mut groups = block.chunks_exact(16);
            for group in &mut groups {
                let mut sum = 0;
                let mut weighted = 0;
                for (weight, &byte) in (1..=16u32).rev().zip(group) {
                    sum += u32::from(byte);
                    weighted += weight * u32::from(byte);
                }
                self.b += 16 * self.a + weighted;
                self.a += sum;
            }
            for &byte in groups.remainder() {
                self.a += u32::from(byte);
                self.b += self.a;
            }
            self.a %= MODULUS;
            self.b %= MODULUS;
        }
    }

    /// The checksum as ZooKeeper's files carry it: zero-extended to 64 bits.
    pub(super) fn value(self) -> i64 {
        i64::from(self.b << 16 | self.a)
    }
}

/// The checksum of `bytes`.
pub(super) fn checksum(bytes: &[u8]) -> i64 {
    let mut adler = Adler32::default();
    adler.update(bytes);
    adler.value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        assert_eq!(checksum(b""), 1);
        assert_eq!(checksum(b"Wikipedia"), 0x11e6_0398);
        // The sums at their largest: no overflow within a block.
        let long = vec![0xff; 3 * BLOCK + 5];
        let (mut a, mut b) = (1u64, 0u64);
        for &byte in &long {
            a = (a + u64::from(byte)) % 65_521;
            b = (b + a) % 65_521;
        }
        assert_eq!(checksum(&long), (b << 16 | a) as i64);
    }

    #[test]
    fn pieces_sum_as_the_whole() {
        let bytes: Vec<u8> = (0..20_000u32).map(|i| (i * 7) as u8).collect();
        let mut adler = Adler32::default();
        for piece in bytes.chunks(313) {
            adler.update(piece);
        }
        assert_eq!(adler.value(), checksum(&bytes));
    }
}
