//! The quorum port: what a learner and its leader say to each other.
//!
//! A connection is [`QuorumPacket`]s one after the other, with no length before them: where one
//! ends is known by reading it, see [`QuorumPacket::extent`]. Behind a SNAP packet the snapshot
//! itself follows in the same stream, and the text [`SNAPSHOT_END`].

use bytes::Bytes;

use super::number::ServerId;
use super::{Id, Jute, Result, Zxid, put_length, records};
use crate::base::bytes::{Error, Reader, Writer};

/// What stands behind the nodes of a snapshot on the wire.
pub const SNAPSHOT_END: &str = "BenWasHere";
/// The version both sides have spoken since 3.4.
pub const PROTOCOL_VERSION: i32 = 0x1_0000;

macro_rules! kinds {
    ($($code:literal $name:ident $text:literal;)*) => {
        /// What a packet is for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum PacketKind { $($name,)* }

        impl PacketKind {
            /// The kind a number stands for.
            pub const fn of(code: i32) -> Option<PacketKind> {
                match code {
                    $($code => Some(PacketKind::$name),)*
                    _ => None,
                }
            }

            /// Its number.
            pub const fn code(self) -> i32 {
                match self { $(PacketKind::$name => $code,)* }
            }

            /// Its name, as ZooKeeper's logs have it.
            pub const fn name(self) -> &'static str {
                match self { $(PacketKind::$name => $text,)* }
            }
        }
    };
}

kinds! {
    1 Request "REQUEST";
    2 Proposal "PROPOSAL";
    3 Ack "ACK";
    4 Commit "COMMIT";
    5 Ping "PING";
    6 Revalidate "REVALIDATE";
    7 Sync "SYNC";
    8 Inform "INFORM";
    9 CommitAndActivate "COMMITANDACTIVATE";
    10 NewLeader "NEWLEADER";
    11 FollowerInfo "FOLLOWERINFO";
    12 UpToDate "UPTODATE";
    13 Diff "DIFF";
    14 Trunc "TRUNC";
    15 Snap "SNAP";
    16 ObserverInfo "OBSERVERINFO";
    17 LeaderInfo "LEADERINFO";
    18 AckEpoch "ACKEPOCH";
    19 InformAndActivate "INFORMANDACTIVATE";
}

/// One packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuorumPacket {
    /// A [`PacketKind`], if we know it.
    pub code: i32,
    pub zxid: Zxid,
    pub data: Option<Bytes>,
    /// Who asks, in a REQUEST; empty is null on the wire.
    pub ids: Vec<Id>,
}

impl QuorumPacket {
    /// A packet without data.
    pub fn new(kind: PacketKind, zxid: Zxid) -> QuorumPacket {
        QuorumPacket { code: kind.code(), zxid, data: None, ids: Vec::new() }
    }

    /// A packet with data.
    pub fn with(kind: PacketKind, zxid: Zxid, data: Bytes) -> QuorumPacket {
        QuorumPacket { data: Some(data), ..QuorumPacket::new(kind, zxid) }
    }

    /// What it is for, if we know it.
    pub fn kind(&self) -> Option<PacketKind> {
        PacketKind::of(self.code)
    }

    /// How long the packet is that `bytes` begin with; `None` while not all of it is there. A
    /// packet that says it has more than `bytes_max` of data is an error.
    pub fn extent(bytes: &[u8], bytes_max: usize) -> Result<Option<usize>> {
        let mut reader = Reader::new(bytes);
        let measured = measure(&mut reader, bytes_max);
        match measured {
            Ok(()) => Ok(Some(reader.position())),
            Err(Measure::Short) => Ok(None),
            Err(Measure::Wrong(error)) => Err(error),
        }
    }
}

/// Why a packet could not be measured.
enum Measure {
    Short,
    Wrong(Error),
}

fn measure(reader: &mut Reader<'_>, bytes_max: usize) -> std::result::Result<(), Measure> {
    skip(reader, 12)?;
    skip_text(reader, bytes_max)?;
    let count = number(reader)?;
    /// Identities one connection may have proved.
    const IDS_MAX: i32 = 1_024;
    if !(-1..=IDS_MAX).contains(&count) {
        return Err(Measure::Wrong(reader.invalid("number of identities", i64::from(count))));
    }
    for _ in 0..count.max(0) * 2 {
        skip_text(reader, bytes_max)?;
    }
    Ok(())
}

fn skip(reader: &mut Reader<'_>, length: usize) -> std::result::Result<(), Measure> {
    reader.raw(length).map(|_| ()).map_err(|_| Measure::Short)
}

fn number(reader: &mut Reader<'_>) -> std::result::Result<i32, Measure> {
    reader.i32().map_err(|_| Measure::Short)
}

fn skip_text(reader: &mut Reader<'_>, bytes_max: usize) -> std::result::Result<(), Measure> {
    let length = number(reader)?;
    if length == -1 {
        return Ok(());
    }
    match usize::try_from(length).ok().filter(|&length| length <= bytes_max) {
        Some(length) => skip(reader, length),
        None => Err(Measure::Wrong(reader.invalid("length within a packet", i64::from(length)))),
    }
}

impl Jute for QuorumPacket {
    const BYTES_MIN: usize = 20;

    fn decode(reader: &mut Reader<'_>) -> Result<QuorumPacket> {
        Ok(QuorumPacket {
            code: reader.i32()?,
            zxid: Zxid::decode(reader)?,
            data: Option::decode(reader)?,
            ids: Vec::decode(reader)?,
        })
    }

    fn encode(&self, writer: &mut Writer) {
        writer.i32(self.code);
        self.zxid.encode(writer);
        self.data.encode(writer);
        if self.ids.is_empty() {
            writer.i32(-1);
            return;
        }
        put_length(writer, self.ids.len());
        for id in &self.ids {
            id.encode(writer);
        }
    }
}

/// How a learner introduces itself, in FOLLOWERINFO and OBSERVERINFO.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LearnerInfo {
    pub server: ServerId,
    pub protocol_version: i32,
    /// The version of the configuration it goes by; 3.4 does not say.
    pub config_version: i64,
}

impl Jute for LearnerInfo {
    const BYTES_MIN: usize = 12;

    fn decode(reader: &mut Reader<'_>) -> Result<LearnerInfo> {
        Ok(LearnerInfo {
            server: ServerId::decode(reader)?,
            protocol_version: reader.i32()?,
            config_version: if reader.is_empty() { 0 } else { reader.i64()? },
        })
    }

    fn encode(&self, writer: &mut Writer) {
        self.server.encode(writer);
        writer.i32(self.protocol_version);
        writer.i64(self.config_version);
    }
}

records! {
    /// REVALIDATE to the leader, and each entry of a PING's answer: a session that was heard of.
    pub struct Touched {
        pub session: super::SessionId,
        pub timeout_ms: i32,
    }

    /// REVALIDATE to the learner.
    pub struct Revalidated {
        pub session: super::SessionId,
        pub valid: bool,
    }
}

/// A request as a learner hands it on: the body is the client's own bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forwarded {
    pub session: super::SessionId,
    pub cxid: i32,
    /// A [`super::OpCode`], if we know it.
    pub op: i32,
    pub body: Bytes,
}

impl Jute for Forwarded {
    const BYTES_MIN: usize = 16;

    fn decode(reader: &mut Reader<'_>) -> Result<Forwarded> {
        Ok(Forwarded {
            session: super::SessionId::decode(reader)?,
            cxid: reader.i32()?,
            op: reader.i32()?,
            body: reader.bytes(reader.left())?,
        })
    }

    fn encode(&self, writer: &mut Writer) {
        self.session.encode(writer);
        writer.i32(self.cxid);
        writer.i32(self.op);
        writer.raw(&self.body);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zookeeper::jute::{SessionId, to_bytes};

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
        let value = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16);
        digits.chunks(2).map(|pair| value(pair).unwrap()).collect()
    }

    fn int(value: i32) -> Bytes {
        Bytes::copy_from_slice(&value.to_be_bytes())
    }

    /// Packets of a live 3.8.0, and by hand.
    #[test]
    fn packets_are_zookeepers() {
        use PacketKind::{Ack, AckEpoch, FollowerInfo, LeaderInfo, UpToDate};
        let info = LearnerInfo {
            server: ServerId(3),
            protocol_version: PROTOCOL_VERSION,
            config_version: 0,
        };
        let cases = [
            (
                QuorumPacket::with(FollowerInfo, Zxid::ZERO, to_bytes(&info)),
                "0000000b 0000000000000000 00000014 0000000000000003 00010000 0000000000000000 \
                 ffffffff",
            ),
            (
                QuorumPacket::with(LeaderInfo, Zxid::new(1, 0), int(PROTOCOL_VERSION)),
                "00000011 0000000100000000 00000004 00010000 ffffffff",
            ),
            (
                QuorumPacket::with(AckEpoch, Zxid::new(1, 1), int(0)),
                "00000012 0000000100000001 00000004 00000000 ffffffff",
            ),
            (
                QuorumPacket::new(Ack, Zxid::new(1, 0)),
                "00000003 0000000100000000 ffffffff ffffffff",
            ),
            (QuorumPacket::new(UpToDate, Zxid(-1)), "0000000c ffffffffffffffff ffffffff ffffffff"),
        ];
        for (packet, text) in cases {
            let bytes = hex(text);
            assert_eq!(to_bytes(&packet), bytes);
            assert_eq!(QuorumPacket::decode(&mut Reader::new(&bytes)).unwrap(), packet);
        }
    }

    #[test]
    fn the_end_of_a_packet_is_found_as_bytes_come() {
        let id = |id: &str| Id { scheme: "ip".to_owned(), id: id.to_owned() };
        let forwarded =
            Forwarded { session: SessionId(7), cxid: 2, op: 1, body: Bytes::from_static(b"body") };
        let mut packet = QuorumPacket::with(PacketKind::Request, Zxid(-1), to_bytes(&forwarded));
        packet.ids = vec![id("127.0.0.1"), id("::1")];
        let mut bytes = to_bytes(&packet).to_vec();
        let length = bytes.len();
        bytes.extend_from_slice(b"next");
        for known in 0..length {
            assert_eq!(QuorumPacket::extent(&bytes[..known], 100).unwrap(), None, "{known}");
        }
        assert_eq!(QuorumPacket::extent(&bytes, 100).unwrap(), Some(length));
        assert!(QuorumPacket::extent(&bytes, 10).is_err(), "more data than is allowed");
        bytes[12..16].copy_from_slice(&(-2i32).to_be_bytes());
        assert!(QuorumPacket::extent(&bytes, 100).is_err(), "a length below null's");
        let again = QuorumPacket::decode(&mut Reader::new(&to_bytes(&packet))).unwrap();
        let data = again.data.unwrap();
        assert_eq!(Forwarded::decode(&mut Reader::shared(&data)).unwrap(), forwarded);
    }

    #[test]
    fn a_learner_of_3_4_does_not_say_its_configuration() {
        let bytes = hex("0000000000000002 00010000");
        let info = LearnerInfo::decode(&mut Reader::new(&bytes)).unwrap();
        assert_eq!((info.server, info.config_version), (ServerId(2), 0));
        assert_eq!(PacketKind::of(20), None);
        assert_eq!(PacketKind::of(PacketKind::Snap.code()), Some(PacketKind::Snap));
    }
}
