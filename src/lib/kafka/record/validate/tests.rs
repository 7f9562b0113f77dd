//! Tables of what a leader lets pass and what it refuses; vectors of real brokers.

use super::*;
use crate::base::rng::Rng;
use crate::kafka::record::Builder;
use crate::kafka::record::control::{EndTransaction, Marker, marker_batch};

const CLIENT: Origin = Origin::Client { produce_version: 9 };

fn rules() -> Rules {
    Rules::new(CLIENT, 1_000)
}

fn batch(codec: Codec, records: usize) -> Bytes {
    let mut builder = Builder::new(Compression::from(codec));
    for n in 0..records {
        builder.append(1_000 + n as i64, Some(b"key"), Some(b"value"), &[]);
    }
    builder.finish()
}

/// The batch with its header changed and its checksum made right again.
fn changed(bytes: &Bytes, change: impl Fn(&mut Header)) -> Bytes {
    let mut header = Header::parse(bytes).unwrap().unwrap();
    change(&mut header);
    let body = &bytes[crate::kafka::record::batch::HEADER_BYTES..];
    Bytes::from([&header.sealed(body), body].concat())
}

#[test]
fn good_batches_pass_untouched() {
    for codec in Codec::ALL {
        let bytes = batch(codec, 5);
        let checked = check(&bytes, &rules(), 0).unwrap();
        assert_eq!(checked.batches.as_ptr(), bytes.as_ptr(), "not copied");
        assert_eq!((checked.records, checked.rebuilt, checked.append_time_ms), (5, false, None));
    }
}

#[test]
fn headers_that_may_not_be() {
    let good = batch(Codec::None, 2);
    let invalid = |what| Error::Invalid { index: None, what };
    let count = "record count does not match the offsets";
    let cases: [(&dyn Fn(&mut Header), Error); 9] = [
        (&|h| h.count = 3, invalid(count)),
        (&|h| h.count = 0, invalid(count)),
        (&|h| (h.count, h.last_offset_delta) = (i32::MIN, i32::MAX), invalid(count)),
        (
            &|h| (h.count, h.last_offset_delta) = (1, 0),
            invalid("bytes left over after the last record"),
        ),
        (&|h| h.base_offset = 1, invalid("base offset of a produced batch is not 0")),
        (&|h| h.attributes = 0x30, invalid("transactional batch without a producer id")),
        (&|h| h.attributes = 0x20, invalid("a producer may not write control records")),
        (&|h| h.producer_id = 1, invalid("producer id without a sequence number")),
        (&|h| h.attributes = 5, Error::UnsupportedCodec { codec: 5 }),
    ];
    for (index, (change, error)) in cases.into_iter().enumerate() {
        let result = check(&changed(&good, change), &rules(), 0);
        assert_eq!(result.unwrap_err(), error, "case {index}");
    }
    let time = changed(&good, |header| header.attributes = 0x08);
    assert!(matches!(check(&time, &rules(), 0), Err(Error::Timestamp { .. })));
}

#[test]
fn bytes_that_are_no_batch() {
    let good = batch(Codec::None, 2);
    let mut damaged = good.to_vec();
    damaged[65] ^= 1;
    let what = "checksum does not match";
    let damaged = check(&Bytes::from(damaged), &rules(), 0).unwrap_err();
    assert_eq!(damaged, Error::Corrupt { offset: 0, what });
    let cut = check(&good.slice(..good.len() - 1), &rules(), 0).unwrap_err();
    assert_eq!(cut, Error::Corrupt { offset: 0, what: "batch ends early" });
    let none = check(&Bytes::new(), &rules(), 0).unwrap_err();
    assert_eq!(none, Error::Invalid { index: None, what: "no batch" });
    let large = check(&batch(Codec::None, 100), &rules(), 0).unwrap_err();
    assert!(matches!(large, Error::TooLarge { max: 1_000, .. }));
}

#[test]
fn versions_of_produce_allow_different_things() {
    let two = Bytes::from([batch(Codec::None, 2), batch(Codec::None, 1)].concat());
    let old = Rules::new(Origin::Client { produce_version: 2 }, 1_000);
    assert_eq!(check(&two, &old, 0).unwrap().records, 3);
    let what = "produce requests of this version carry exactly one batch";
    assert_eq!(check(&two, &rules(), 0).unwrap_err(), Error::Invalid { index: None, what });
    let six = Rules::new(Origin::Client { produce_version: 6 }, 1_000);
    let zstd = check(&batch(Codec::Zstd, 1), &six, 0).unwrap_err();
    assert_eq!(zstd, Error::UnsupportedCodec { codec: 4 });
    let legacy = Bytes::from(convert::down(&batch(Codec::Lz4, 3), 1, 0).unwrap());
    assert!(matches!(check(&legacy, &rules(), 0), Err(Error::Invalid { .. })));
    let checked = check(&legacy, &old, 0).unwrap();
    assert_eq!((checked.records, checked.rebuilt), (3, true));
    let header = Header::parse(&checked.batches).unwrap().unwrap();
    assert_eq!((header.magic, header.codec(), header.count), (2, Ok(Codec::Lz4), 3));
}

#[test]
fn topics_that_look_into_records() {
    let compacted = Rules { compacted: true, ..rules() };
    for codec in Codec::ALL {
        check(&batch(codec, 2), &compacted, 0).unwrap();
        let mut builder = Builder::new(Compression::from(codec));
        builder.append(0, Some(b"k"), None, &[]);
        builder.append(0, None, Some(b"v"), &[]);
        let error = check(&builder.finish(), &compacted, 0).unwrap_err();
        assert_eq!(error.record_index(), Some(1), "{codec}");
    }
    let bounded = Rules { timestamp_before_max_ms: 50, timestamp_after_max_ms: 10, ..rules() };
    for (now, fine) in [(1_000, true), (1_050, true), (1_051, false), (991, true), (990, false)] {
        // The records are of 1000 and 1001.
        assert_eq!(check(&batch(Codec::Gzip, 2), &bounded, now).is_ok(), fine, "{now}");
    }
    let append_time = Rules { timestamp_type: TimestampType::LogAppendTime, ..bounded };
    assert_eq!(check(&batch(Codec::None, 1), &append_time, 5).unwrap().append_time_ms, Some(5));
}

#[test]
fn another_codec_means_another_batch() {
    let mut builder = Builder::new(Compression::from(Codec::Gzip));
    builder.producer(7, 1, 40).transactional(true);
    for n in 0..3 {
        builder.append(n, Some(b"key"), Some(b"value"), &[(b"h", Some(b"v"))]);
    }
    let bytes = builder.finish();
    for codec in [Codec::None, Codec::Zstd] {
        let compression = Some(Compression::from(codec));
        let rules = Rules { compression, ..rules() };
        let checked = check(&bytes, &rules, 0).unwrap();
        assert!(checked.rebuilt);
        let batch = batches(&checked.batches).next().unwrap().unwrap();
        batch.check_crc().unwrap();
        let header = batch.header;
        assert_eq!((header.producer_id, header.producer_epoch, header.base_sequence), (7, 1, 40));
        assert!(header.is_transactional() && header.codec() == Ok(codec));
        let mut scratch = Vec::new();
        let headers: usize =
            batch.records(&mut scratch).unwrap().map(|record| record.unwrap().headers.len()).sum();
        assert_eq!(headers, 3);
        let same = check(&checked.batches, &rules, 0).unwrap();
        assert!(!same.rebuilt);
    }
    let uncompressed = Rules { compression: Some(Compression::from(Codec::Gzip)), ..rules() };
    let end = EndTransaction { marker: Marker::Commit, coordinator_epoch: 0 };
    let marker = Rules { origin: Origin::Coordinator, ..uncompressed };
    assert!(!check(&marker_batch(1, 0, end, 5), &marker, 0).unwrap().rebuilt);
}

/// Segments as Kafka 2.4.0 (formats 0 and 1) and 3.9.1 (format 2) wrote them.
const VECTORS: [(&str, i8, Codec, &[u8]); 13] = [
    ("v0-none", 0, Codec::None, include_bytes!("../vectors/v0-none.log")),
    ("v0-gzip", 0, Codec::Gzip, include_bytes!("../vectors/v0-gzip.log")),
    ("v0-snappy", 0, Codec::Snappy, include_bytes!("../vectors/v0-snappy.log")),
    ("v0-lz4", 0, Codec::Lz4, include_bytes!("../vectors/v0-lz4.log")),
    ("v1-none", 1, Codec::None, include_bytes!("../vectors/v1-none.log")),
    ("v1-gzip", 1, Codec::Gzip, include_bytes!("../vectors/v1-gzip.log")),
    ("v1-snappy", 1, Codec::Snappy, include_bytes!("../vectors/v1-snappy.log")),
    ("v1-lz4", 1, Codec::Lz4, include_bytes!("../vectors/v1-lz4.log")),
    ("v2-none", 2, Codec::None, include_bytes!("../vectors/v2-none.log")),
    ("v2-gzip", 2, Codec::Gzip, include_bytes!("../vectors/v2-gzip.log")),
    ("v2-snappy", 2, Codec::Snappy, include_bytes!("../vectors/v2-snappy.log")),
    ("v2-lz4", 2, Codec::Lz4, include_bytes!("../vectors/v2-lz4.log")),
    ("v2-zstd", 2, Codec::Zstd, include_bytes!("../vectors/v2-zstd.log")),
];

#[test]
fn segments_of_real_brokers_are_read() {
    for (name, magic, codec, bytes) in VECTORS {
        let mut walk = batches(bytes);
        let mut found = Vec::new();
        for batch in walk.by_ref() {
            let batch = batch.unwrap();
            batch.check_crc().unwrap();
            assert_eq!((batch.header.magic, batch.header.codec()), (magic, Ok(codec)), "{name}");
            let mut scratch = Vec::new();
            for record in batch.records(&mut scratch).unwrap() {
                let record = record.unwrap();
                assert_eq!(record.timestamp < 0, magic == 0, "{name}");
                let text = |bytes: Option<&[u8]>| {
                    bytes.map_or("null".into(), |b| String::from_utf8_lossy(b).into_owned())
                };
                found.push((record.offset, text(record.key), text(record.value)));
                for (key, value) in record.headers.iter() {
                    found.push((-1, text(Some(key)), text(value)));
                }
            }
        }
        assert!(walk.rest().is_empty(), "{name}");
        let mut expected: Vec<_> = (0..5)
            .map(|n| (n, format!("k{n}"), format!("value number {n} {}", ["value"; 7].join(" "))))
            .collect();
        if name == "v2-none" {
            let row = |offset, key: &str, value: &str| (offset, key.to_owned(), value.to_owned());
            expected.push(row(5, "null", "hello"));
            expected.push(row(-1, "h1", "v1"));
            expected.push(row(-1, "h2", "v2"));
            expected.push(row(6, "null", "null"));
            expected.push(row(-1, "h3", ""));
        }
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn transactions_of_a_real_broker_are_read() {
    let bytes = include_bytes!("../vectors/v2-transactions.log");
    let mut markers = 0;
    for batch in batches(bytes) {
        let batch = batch.unwrap();
        batch.check_crc().unwrap();
        assert!(batch.header.is_transactional());
        if batch.header.is_control() {
            let end = crate::kafka::record::control::of_batch(&batch).unwrap().unwrap();
            assert_eq!(end, EndTransaction { marker: Marker::Commit, coordinator_epoch: 0 });
            // What we would have written in its place is the same, but for offset and epoch.
            let ours = marker_batch(
                batch.header.producer_id,
                batch.header.producer_epoch,
                end,
                batch.header.max_timestamp,
            );
            assert_eq!(ours[12 + 4..], batch.bytes()[12 + 4..]);
            markers += 1;
        }
    }
    assert!(markers >= 1);
}

#[test]
fn mutated_requests_never_panic() {
    let mut rng = Rng::seeded(3);
    let compacted = Rules { compacted: true, ..rules() };
    let old = Rules::new(Origin::Client { produce_version: 2 }, 10_000);
    for _ in 0..50_000 {
        let (_, _, _, vector) = VECTORS[rng.below(13) as usize];
        let mut bytes = vector.to_vec();
        for _ in 0..rng.below(6) {
            let at = rng.below(bytes.len() as u64) as usize;
            bytes[at] = rng.next_u64() as u8;
        }
        // A right checksum over wrong bytes goes further.
        if let Ok(Some(header)) = Header::parse(&bytes)
            && header.magic == 2
        {
            let body = bytes[crate::kafka::record::batch::HEADER_BYTES..].to_vec();
            bytes[..61].copy_from_slice(&header.sealed(&body));
        }
        let bytes = Bytes::from(bytes);
        for rules in [&compacted, &old] {
            let _ = check(&bytes, rules, 0);
        }
        for magic in [0, 1] {
            let _ = convert::down(&bytes, magic, 0);
        }
    }
}
