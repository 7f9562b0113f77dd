//! Tests of the group machine: a rig that runs it as a broker would, scripts, and chance.

mod chance;
mod script;

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;

use super::super::partition_of;
use super::super::{Action, Event, Machine, Now, ReplyTo};
use super::offsets::Offsets;
use super::record::{Producer, Record, ValueVersions};
use super::{Groups, Request, Response, Settings};
use crate::base::clock::Instant;
use crate::base::rng::Rng;
use crate::config::broker::ProtocolVersion;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::consumer_offsets::MemberMetadata;
use crate::kafka::protocol::message::{GroupMetadataValue, OffsetCommitValue};
use crate::kafka::types::{ProducerEpoch, ProducerId, TopicPartition};

/// Kafka's defaults.
impl Default for Settings {
    fn default() -> Self {
        Settings {
            broker_id: 0,
            partition: 0,
            session_timeout_ms_min: 6_000,
            session_timeout_ms_max: 1_800_000,
            initial_rebalance_delay_ms: 3_000,
            members_max: usize::MAX,
            offset_metadata_max: 4_096,
            offsets_retention_ms: 7 * 24 * 3_600_000,
            retention_check_interval_ms: 600_000,
        }
    }
}

/// What a step did, after it was carried out.
#[derive(Clone, Debug, PartialEq)]
enum Done {
    Appended(Record),
    Refused(ErrorCode),
    Replied(ReplyTo, Response),
    ReplyRefused(ReplyTo, ErrorCode),
}

/// A machine, its log and its clock.
struct Rig {
    settings: Settings,
    groups: Groups,
    /// The log in bytes, so that whatever is reloaded went through them.
    log: Vec<(Bytes, Option<Bytes>, Option<Producer>)>,
    markers: BTreeMap<usize, Vec<Record>>,
    now_ms: u64,
    wake: Option<Instant>,
    asked: u64,
    /// What the next append is refused with.
    refuse: Option<ErrorCode>,
}

impl Rig {
    fn new(settings: Settings, seed: u64) -> Rig {
        let groups = Groups::new(settings.clone(), Rng::seeded(seed));
        let mut rig = Rig {
            settings,
            groups,
            log: Vec::new(),
            markers: BTreeMap::new(),
            now_ms: 0,
            wake: None,
            asked: 0,
            refuse: None,
        };
        assert_eq!(rig.tell(Event::Loaded), []);
        rig
    }

    fn now(&self) -> Now {
        let wall_ms = i64::try_from(self.now_ms).unwrap();
        Now { monotonic: Instant::from_millis(self.now_ms), wall_ms }
    }

    fn ask(&mut self, request: Request) -> (ReplyTo, Vec<Done>) {
        self.asked += 1;
        let from = ReplyTo(self.asked);
        (from, self.tell(Event::Request { from, request }))
    }

    fn tell(&mut self, event: Event<Request>) -> Vec<Done> {
        let mut out = Vec::new();
        self.groups.step(self.now(), event, &mut out);
        let mut done = Vec::new();
        let mut refused = None;
        self.wake = None;
        for action in out {
            match action {
                Action::WakeAt(at) => self.wake = Some(at),
                Action::Append(records) => {
                    assert!(!records.is_empty());
                    if let Some(error) = self.refuse.take() {
                        refused = Some(error);
                        done.push(Done::Refused(error));
                        continue;
                    }
                    for record in records {
                        self.append(&record);
                        done.push(Done::Appended(record));
                    }
                }
                Action::Reply { to, response } => done.push(match refused {
                    None => Done::Replied(to, response),
                    Some(error) => Done::ReplyRefused(to, response.refused(error)),
                }),
            }
        }
        done
    }

    fn append(&mut self, record: &Record) {
        match record.encode(ValueVersions::default()) {
            Some((key, value)) => self.log.push((key, value, record.producer())),
            None => self.markers.entry(self.log.len()).or_default().push(record.clone()),
        }
        self.groups.apply(record);
    }

    /// A transaction's coordinator ends it.
    fn mark(&mut self, producer: ProducerId, committed: bool) -> Vec<Done> {
        let producer = Producer { id: producer, epoch: ProducerEpoch(0) };
        let request = Request::EndTransaction { producer, coordinator_epoch: 0, committed };
        self.ask(request).1
    }

    /// Lets time go by, and wakes the machine whenever it wants to be.
    fn advance(&mut self, millis: u64) -> Vec<(u64, Done)> {
        let end = self.now_ms + millis;
        let mut done = Vec::new();
        while let Some(at) = self.wake.filter(|it| it.as_millis() <= end) {
            self.now_ms = self.now_ms.max(at.as_millis());
            let now = self.now_ms;
            done.extend(self.tell(Event::Tick).into_iter().map(|it| (now, it)));
        }
        self.now_ms = end;
        done
    }

    /// Another broker takes over: all it has is the log.
    fn reload(&mut self) {
        self.groups = self.replay();
        assert_eq!(self.tell(Event::Loaded), []);
    }

    fn replay(&self) -> Groups {
        let mut groups = Groups::new(self.settings.clone(), Rng::seeded(99));
        for index in 0..=self.log.len() {
            for marker in self.markers.get(&index).into_iter().flatten() {
                groups.apply(marker);
            }
            if let Some((key, value, producer)) = self.log.get(index) {
                let record = Record::decode(key, value.as_ref(), *producer).unwrap().unwrap();
                groups.apply(&record);
            }
        }
        groups
    }

    /// What the log says must be what the machine that lived through it all thinks it says.
    fn check(&self) {
        assert_eq!(logged(&self.groups), logged(&self.replay()));
    }
}

type Logged = Vec<(Arc<str>, Option<GroupMetadataValue>, Offsets)>;

fn logged(groups: &Groups) -> Logged {
    let kept = groups.groups.values().filter(|it| it.logged.is_some() || it.offsets.has_any());
    kept.map(|it| (it.id.clone(), it.logged.clone(), it.offsets.clone())).collect()
}

#[test]
fn point_40_groups_find_their_partition_as_java_does() {
    for (group, expected) in [
        ("", 0),
        ("a", 97 % 50),
        ("test", 3_556_498 % 50),
        ("console-consumer-12345", 158_455_506 % 50),
        // The hash of this text is the smallest i32, which has no absolute value.
        ("polygenelubricants", 0),
        ("\u{1f980}", 1_772_802 % 50),
    ] {
        assert_eq!(partition_of(group, 50), expected, "{group}");
    }
}

fn vectors() -> Vec<(Record, &'static str, &'static str)> {
    let group: Arc<str> = "g".into();
    let partition = TopicPartition::new("t", 3);
    let offset = OffsetCommitValue {
        offset: 42,
        leader_epoch: 7,
        metadata: "m".to_owned(),
        commit_timestamp: 1_000,
        expire_timestamp: -1,
    };
    let member = MemberMetadata {
        member_id: "c-1".to_owned(),
        group_instance_id: Some("i".to_owned()),
        client_id: "c".to_owned(),
        client_host: "/::1".to_owned(),
        rebalance_timeout: 300,
        session_timeout: 100,
        subscription: Bytes::from_static(b"S"),
        assignment: Bytes::from_static(b"AA"),
    };
    let stable = GroupMetadataValue {
        protocol_type: "consumer".to_owned(),
        generation: 5,
        protocol: Some("range".to_owned()),
        leader: Some("c-1".to_owned()),
        current_state_timestamp: 9,
        members: vec![member],
    };
    let expiring =
        OffsetCommitValue { leader_epoch: -1, expire_timestamp: 2_000, ..offset.clone() };
    let of = |value| Record::Offset {
        group: group.clone(),
        partition: partition.clone(),
        value,
        producer: None,
    };
    let offset_key = "0001 0001 67 0001 74 00000003";
    let group_key = "0002 0001 67";
    vec![
        (of(Some(offset)), offset_key, "0003 000000000000002a 00000007 0001 6d 00000000000003e8"),
        (
            of(Some(expiring)),
            offset_key,
            "0001 000000000000002a 0001 6d 00000000000003e8 00000000000007d0",
        ),
        (of(None), offset_key, "-"),
        (
            Record::Group { group: group.clone(), value: Some(stable) },
            group_key,
            "0003 0008 636f6e73756d6572 00000005 0005 72616e6765 0003 632d31 0000000000000009 \
             00000001 0003 632d31 0001 69 0001 63 0004 2f3a3a31 0000012c 00000064 00000001 53 \
             00000002 4141",
        ),
        (Record::Group { group, value: None }, group_key, "-"),
    ]
}

fn hex(text: &str) -> Option<Bytes> {
    let digits: Vec<char> = text.chars().filter(|it| !it.is_whitespace()).collect();
    let byte = |pair: &[char]| u8::from_str_radix(&String::from_iter(pair), 16).unwrap();
    (text != "-").then(|| digits.chunks(2).map(byte).collect())
}

#[test]
fn records_are_kafkas_byte_for_byte() {
    for (record, key, value) in vectors() {
        let encoded = record.encode(ValueVersions::default()).unwrap();
        assert_eq!(encoded, (hex(key).unwrap(), hex(value)), "{record}");
        let decoded = Record::decode(&encoded.0, encoded.1.as_ref(), None).unwrap();
        assert_eq!(decoded, Some(record));
    }
}

#[test]
fn point_41_versions_follow_from_the_protocol() {
    for (protocol, group, offset) in [
        (ProtocolVersion::V0_10_0_IV1, 0, 1),
        (ProtocolVersion::V0_10_1_IV0, 1, 1),
        (ProtocolVersion::V2_0_IV1, 1, 1),
        (ProtocolVersion::V2_1_IV0, 2, 2),
        (ProtocolVersion::V2_1_IV1, 2, 3),
        (ProtocolVersion::V2_3_IV0, 3, 3),
        (ProtocolVersion::V3_9_IV0, 3, 3),
    ] {
        assert_eq!(ValueVersions::of(protocol), ValueVersions { group, offset }, "{protocol:?}");
    }
}

#[test]
fn records_of_every_version_are_read() {
    for (record, ..) in vectors() {
        for version in 0..=4 {
            let versions = ValueVersions { group: version, offset: version };
            let (key, value) = record.encode(versions).unwrap();
            let decoded = Record::decode(&key, value.as_ref(), None).unwrap().unwrap();
            let (again, value_again) = decoded.encode(versions).unwrap();
            assert_eq!((again, value_again), (key, value), "version {version} of {record}");
        }
    }
    // An offset key of version 0 says what one of version 1 says.
    let old = Record::decode(&hex("0000 0001 67 0001 74 00000003").unwrap(), None, None).unwrap();
    assert!(matches!(old, Some(Record::Offset { value: None, .. })));
}

#[test]
fn records_that_are_not_ours_are_skipped_or_refused() {
    let read = |key: &str, value: &str| {
        let decoded = Record::decode(&hex(key).unwrap(), hex(value).as_ref(), None);
        decoded.map_err(|error| crate::base::error::Chain(&error).to_string())
    };
    assert_eq!(read("0003 0001 67", "0000 01"), Ok(None), "a key of KIP-848");
    for (key, value, expected) in [
        (
            "00",
            "-",
            "cannot read the key of a group record: truncated at byte 0: 2 bytes needed, 1 left",
        ),
        ("0002 0005 67", "-", "cannot read the key of a group record: "),
        ("0002 0001 67", "0005", "a record of group 'g' has the unknown version 5"),
        ("0002 0001 67", "ffff", "a record of group 'g' has the unknown version -1"),
        ("0001 0001 67 0001 74 00000003", "0003 00", "cannot read a record of group 'g': "),
    ] {
        let error = read(key, value).unwrap_err();
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn a_producer_is_part_of_a_pending_offset_only() {
    let producer = Producer { id: ProducerId(5), epoch: ProducerEpoch(0) };
    let key = hex("0001 0001 67 0001 74 00000003").unwrap();
    let record = Record::decode(&key, None, Some(producer)).unwrap().unwrap();
    assert_eq!(record.producer(), Some(producer));
    assert_eq!(Record::Group { group: "g".into(), value: None }.producer(), None);
}
