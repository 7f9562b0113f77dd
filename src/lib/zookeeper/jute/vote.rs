//! The election port: how servers introduce themselves, and what they vote.
//!
//! The one who dials sends an [`Introduction`]; then both send [`Notification`]s, each with its
//! length before it.

use bytes::Bytes;

use super::number::ServerId;
use super::{Jute, Result, Zxid};
use crate::base::bytes::{Reader, Writer};

/// The introduction of 3.5 and later, in place of a server's number.
const INTRODUCTION: i64 = -65_536;
/// The same with several addresses (3.6, `multiAddress.enabled`).
const INTRODUCTION_MULTI: i64 = -65_535;
/// The longest list of addresses.
pub const ADDRESSES_BYTES_MAX: usize = 2_048;
/// The version of notifications that carry a configuration (3.5).
const WITH_CONFIG: i32 = 2;
/// Bytes of a notification of before 3.4.6, which does not say its leader's epoch.
const ANCIENT_BYTES: usize = 28;
/// Bytes of one without a configuration.
const BARE_BYTES: usize = 40;

/// What the one who dialled says first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introduction {
    pub server: ServerId,
    /// Where its own election port is; 3.4 does not say.
    pub addresses: Option<String>,
}

impl Introduction {
    /// How many bytes the introduction has that begins so; `None` while that cannot be told.
    pub fn extent(bytes: &[u8]) -> Result<Option<usize>> {
        let mut reader = Reader::new(bytes);
        let Ok(first) = reader.i64() else { return Ok(None) };
        if first >= 0 {
            return Ok(Some(8));
        }
        if first != INTRODUCTION && first != INTRODUCTION_MULTI {
            return Err(reader.invalid("version of an introduction", first));
        }
        let (Ok(_), Ok(length)) = (reader.i64(), reader.i32()) else { return Ok(None) };
        match usize::try_from(length).ok().filter(|&it| it > 0 && it <= ADDRESSES_BYTES_MAX) {
            Some(length) => Ok(Some(20 + length)),
            None => Err(reader.invalid("length of an introduction", i64::from(length))),
        }
    }
}

impl Jute for Introduction {
    const BYTES_MIN: usize = 8;

    fn decode(reader: &mut Reader<'_>) -> Result<Introduction> {
        let first = reader.i64()?;
        if first >= 0 {
            return Ok(Introduction { server: ServerId(first), addresses: None });
        }
        Ok(Introduction { server: ServerId::decode(reader)?, addresses: Option::decode(reader)? })
    }

    fn encode(&self, writer: &mut Writer) {
        match &self.addresses {
            Some(addresses) => {
                let several = addresses.contains('|');
                writer.i64(if several { INTRODUCTION_MULTI } else { INTRODUCTION });
                self.server.encode(writer);
                super::put_text(writer, addresses);
            }
            None => self.server.encode(writer),
        }
    }
}

/// What a server is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ServerState {
    Looking,
    Following,
    Leading,
    Observing,
}

impl ServerState {
    const ALL: [ServerState; 4] = [
        ServerState::Looking,
        ServerState::Following,
        ServerState::Leading,
        ServerState::Observing,
    ];

    /// Its number.
    pub const fn code(self) -> i32 {
        match self {
            ServerState::Looking => 0,
            ServerState::Following => 1,
            ServerState::Leading => 2,
            ServerState::Observing => 3,
        }
    }
}

/// Who should lead, and what speaks for it. The greater vote wins: the later epoch, then the longer
/// log, then the higher number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Vote {
    /// The last epoch whose leader it has followed or been.
    pub epoch: i64,
    /// The last transaction in its log.
    pub zxid: Zxid,
    pub leader: ServerId,
}

/// A vote on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// What the sender is doing.
    pub state: ServerState,
    pub vote: Vote,
    /// The round of elections it was given in.
    pub round: i64,
    /// The sender's configuration; none in releases before 3.5.
    pub config: Option<Bytes>,
}

impl Jute for Notification {
    const BYTES_MIN: usize = ANCIENT_BYTES;

    fn decode(reader: &mut Reader<'_>) -> Result<Notification> {
        let length = reader.left();
        let code = reader.i32()?;
        let state = ServerState::ALL.into_iter().find(|state| state.code() == code);
        let state = state.ok_or_else(|| reader.invalid("state of a server", i64::from(code)))?;
        let (leader, zxid) = (ServerId::decode(reader)?, Zxid::decode(reader)?);
        let round = reader.i64()?;
        let epoch = match length {
            ANCIENT_BYTES => i64::from(zxid.epoch()),
            _ => reader.i64()?,
        };
        let mut config = None;
        if length > BARE_BYTES && reader.i32()? >= WITH_CONFIG {
            config = Option::decode(reader)?;
        }
        Ok(Notification { state, vote: Vote { epoch, zxid, leader }, round, config })
    }

    fn encode(&self, writer: &mut Writer) {
        writer.i32(self.state.code());
        self.vote.leader.encode(writer);
        self.vote.zxid.encode(writer);
        writer.i64(self.round);
        writer.i64(self.vote.epoch);
        match &self.config {
            Some(config) => {
                writer.i32(WITH_CONFIG);
                super::put_length(writer, config.len());
                writer.raw(config);
            }
            None => writer.i32(WITH_CONFIG - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zookeeper::jute::to_bytes;

    #[test]
    fn introductions_are_zookeepers() {
        let introduction =
            Introduction { server: ServerId(2), addresses: Some("127.0.0.1:22202".to_owned()) };
        let bytes = to_bytes(&introduction);
        assert_eq!(bytes[..8], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0]);
        assert_eq!(bytes[8..20], [0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 15]);
        assert_eq!(&bytes[20..], b"127.0.0.1:22202");
        assert_eq!(Introduction::decode(&mut Reader::new(&bytes)).unwrap(), introduction);
        for known in 0..20 {
            assert_eq!(Introduction::extent(&bytes[..known]).unwrap(), None);
        }
        assert_eq!(Introduction::extent(&bytes[..20]).unwrap(), Some(bytes.len()));

        let several = Introduction { server: ServerId(2), addresses: Some("a:1|b:2".to_owned()) };
        let bytes = to_bytes(&several);
        assert_eq!(bytes[..8], (-65_535i64).to_be_bytes());
        assert_eq!(Introduction::decode(&mut Reader::new(&bytes)).unwrap(), several);

        let old = Introduction { server: ServerId(2), addresses: None };
        assert_eq!(to_bytes(&old), 2i64.to_be_bytes()[..]);
        assert_eq!(Introduction::extent(&2i64.to_be_bytes()).unwrap(), Some(8));
        assert_eq!(Introduction::decode(&mut Reader::new(&2i64.to_be_bytes())).unwrap(), old);
        assert!(Introduction::extent(&(-7i64).to_be_bytes()).is_err());
        let long = [&bytes[..16], &5_000i32.to_be_bytes()].concat();
        assert!(Introduction::extent(&long).is_err());
    }

    #[test]
    fn notifications_of_all_ages_are_read() {
        let vote = Vote { epoch: 4, zxid: Zxid::new(3, 9), leader: ServerId(2) };
        let config = Some(Bytes::from_static(b"server.1=a:1:2:participant\nversion=0"));
        let new = Notification { state: ServerState::Leading, vote, round: 7, config };
        let bytes = to_bytes(&new);
        assert_eq!(bytes.len(), 44 + 36);
        assert_eq!(bytes[..4], [0, 0, 0, 2]);
        assert_eq!(bytes[36..44], [0, 0, 0, 2, 0, 0, 0, 36]);
        assert_eq!(Notification::decode(&mut Reader::new(&bytes)).unwrap(), new);

        let bare = Notification { config: None, ..new.clone() };
        let bytes = to_bytes(&bare);
        assert_eq!(bytes.len(), 40);
        assert_eq!(Notification::decode(&mut Reader::new(&bytes)).unwrap(), bare);
        let ancient = Notification::decode(&mut Reader::new(&bytes[..28])).unwrap();
        assert_eq!((ancient.vote.epoch, ancient.round), (3, 7));

        assert!(Notification::decode(&mut Reader::new(&bytes[..27])).is_err());
        assert!(Notification::decode(&mut Reader::new(&[9; 40])).is_err(), "no such state");
        let mut lying = to_bytes(&new).to_vec();
        lying[40..44].copy_from_slice(&1_000i32.to_be_bytes());
        assert!(Notification::decode(&mut Reader::new(&lying)).is_err());
    }

    #[test]
    fn the_later_epoch_wins_then_the_longer_log_then_the_higher_number() {
        let vote = |epoch, zxid, leader| Vote { epoch, zxid: Zxid(zxid), leader: ServerId(leader) };
        assert!(vote(2, 1, 1) > vote(1, 9, 9));
        assert!(vote(1, 9, 1) > vote(1, 8, 9));
        assert!(vote(1, 9, 2) > vote(1, 9, 1));
    }
}
