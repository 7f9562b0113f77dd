//! Numbers that must not mix: of transactions, of sessions, of servers.

use std::fmt;

use super::{Jute, Result};
use crate::base::bytes::{Reader, Writer};

/// The id of a transaction: the leader's epoch in the high half, a counter in the low one. Compared
/// as a signed number, as ZooKeeper does.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Zxid(pub i64);

impl Zxid {
    /// Before any transaction.
    pub const ZERO: Zxid = Zxid(0);
    /// The last counter of an epoch; its leader must step down for a new one.
    pub const COUNTER_MAX: u32 = u32::MAX;

    /// The transaction `counter` of `epoch`.
    pub const fn new(epoch: u32, counter: u32) -> Zxid {
        Zxid(((epoch as i64) << 32) | counter as i64)
    }

    /// Whose leadership it is of.
    pub const fn epoch(self) -> u32 {
        let [a, b, c, d, ..] = self.0.to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    }

    /// The how manieth of its epoch it is.
    pub const fn counter(self) -> u32 {
        let [.., a, b, c, d] = self.0.to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    }

    /// The transaction after this one.
    pub const fn next(self) -> Zxid {
        Zxid(self.0.wrapping_add(1))
    }
}

/// As in `stat` and in the logs: lower-case hex.
impl fmt::Display for Zxid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:x}", self.0)
    }
}

impl fmt::Debug for Zxid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The id of a session; its high byte is the server that opened it. Zero is no session.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub i64);

impl SessionId {
    /// No session: what a client sends that has none yet.
    pub const NONE: SessionId = SessionId(0);
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:x}", self.0)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The number of a server in its ensemble: `myid`.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerId(pub i64);

impl fmt::Display for ServerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for ServerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! jute_longs {
    ($($name:ident)*) => {$(
        impl Jute for $name {
            const BYTES_MIN: usize = 8;
            fn decode(reader: &mut Reader<'_>) -> Result<$name> {
                Ok($name(reader.i64()?))
            }
            fn encode(&self, writer: &mut Writer) {
                writer.i64(self.0);
            }
        }
    )*};
}

jute_longs! { Zxid SessionId ServerId }

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zxid_is_an_epoch_and_a_counter() {
        let zxid = Zxid::new(3, 0x1_0002);
        assert_eq!((zxid.epoch(), zxid.counter()), (3, 0x1_0002));
        assert_eq!(zxid.to_string(), "0x300010002");
        assert_eq!(zxid.next(), Zxid::new(3, 0x1_0003));
        assert!(Zxid(-1) < Zxid::ZERO);
        assert_eq!(SessionId(-1).to_string(), "0xffffffffffffffff");
    }
}
