//! Lives of chance against a map of what should be there.

use super::*;

#[derive(Clone)]
struct Model {
    records: BTreeMap<i64, (i64, String)>,
    log_start: i64,
    log_end: i64,
}

#[test]
fn a_log_is_a_map() {
    for seed in 0..60 {
        life(seed);
    }
}

fn life(seed: u64) {
    let (disk, _) = memory_disk();
    let mut rng = Rng::seeded(seed);
    let mut log = open(&disk, &small(), Recovery::default());
    let mut model = Model { records: BTreeMap::new(), log_start: 0, log_end: 0 };
    for step in 0..150 {
        let what = format!("seed {seed} step {step}");
        match rng.below(20) {
            0..=9 => append(&mut log, &mut model, &mut rng),
            10 => {
                log.roll(0).unwrap();
            }
            11 => {
                let offset = model.log_start + rng.below(1 + span(&model)) as i64;
                log.truncate_to(offset, 0).unwrap();
                // A batch goes whole.
                assert!(log.log_end() <= offset && offset - log.log_end() < 4, "{what}");
                model.log_end = log.log_end();
                model.log_start = model.log_start.min(model.log_end);
                model.records.split_off(&model.log_end);
            }
            12 => {
                let offset = model.log_start + rng.below(1 + span(&model)) as i64 / 3;
                log.set_log_start(offset).unwrap();
                log.retain(0, model.log_end).unwrap();
                model.log_start = offset;
                model.records = model.records.split_off(&offset);
            }
            13 => {
                let recovery = log.close(0).unwrap();
                assert_eq!(recovery.log_start, model.log_start, "{what}");
                log = open(&disk, &small(), recovery);
                assert_eq!(log.recovery_point(), log.log_end(), "{what}");
            }
            14 => {
                let (log_start, recovery_point) = (log.log_start(), log.recovery_point());
                drop(log);
                log = open(&disk, &small(), Recovery { clean: false, log_start, recovery_point });
            }
            15 => log.flush(0).unwrap(),
            16 | 17 => time(&log, &model, &mut rng, &what),
            _ => read(&log, &model, &mut rng, &what),
        }
        assert_eq!((log.log_start(), log.log_end()), (model.log_start, model.log_end), "{what}");
        assert!(log.recovery_point() <= log.log_end(), "{what}");
    }
    let expected: BTreeMap<_, _> =
        model.records.into_iter().map(|(offset, (_, value))| (offset, value)).collect();
    assert_eq!(all(&log), expected, "seed {seed}");
}

fn span(model: &Model) -> u64 {
    (model.log_end - model.log_start).unsigned_abs()
}

fn append(log: &mut Log, model: &mut Model, rng: &mut Rng) {
    let codec = Codec::ALL[rng.below(5) as usize];
    let mut builder = Builder::new(Compression::from(codec));
    let first = model.log_end;
    for _ in 0..=rng.below(3) {
        let (value, timestamp) = (format!("{:x}", rng.next_u64()), rng.below(1_000) as i64);
        builder.append(timestamp, None, Some(value.as_bytes()), &[]);
        model.records.insert(model.log_end, (timestamp, value));
        model.log_end += 1;
    }
    let appended = log.append_as_leader(&builder.finish(), 0, CLIENT, 0).unwrap();
    assert_eq!((appended.first_offset, appended.last_offset + 1), (first, model.log_end));
}

fn read(log: &Log, model: &Model, rng: &mut Rng, what: &str) {
    let offset = model.log_start + rng.below(1 + span(model)) as i64;
    let bound = model.log_start + rng.below(1 + span(model)) as i64;
    let bytes_max = rng.below(1_500) as usize;
    let one_batch = rng.below(2) == 0;
    let read = log.read(offset, bytes_max, bound, one_batch).unwrap();
    let found = records(read.slice.as_ref());
    let first = found.first().map_or(offset, |(offset, _)| *offset);
    assert!(first <= offset && offset - first < 4, "{what}: begins with the batch of {offset}");
    for ((offset, value), expected) in found.iter().zip(first..) {
        assert_eq!(*offset, expected, "{what}: no holes");
        assert!(*offset < bound, "{what}: below the bound");
        if *offset >= model.log_start {
            assert_eq!(model.records.get(offset).map(|(_, v)| v), Some(value), "{what}");
        }
    }
    // Batches are of three records at most, and a bound within one hides all of it.
    if one_batch && bound > offset + 3 {
        assert!(!found.is_empty(), "{what}: one batch at least");
    }
}

fn time(log: &Log, model: &Model, rng: &mut Rng, what: &str) {
    let target = rng.below(1_100) as i64;
    let mut later = model.records.iter().filter(|(_, (timestamp, _))| *timestamp >= target);
    let expected = later.next().map(|(offset, (timestamp, _))| (*offset, *timestamp));
    let found = log.offset_for_time(target).unwrap();
    assert_eq!(found.map(|found| (found.offset, found.timestamp)), expected, "{what} {target}");
}
