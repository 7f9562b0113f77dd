//! What must be true of a life, while it lasts and at its end.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use milena::base::disk::Disk;
use milena::kafka::client::Client;
use milena::kafka::client::producer::{Producer, Record, Settings as ProducerSettings};

use super::load::{Books, Load, PARTITIONS, TOPIC};
use super::world::{BROKERS, World};

/// Looks at the brokers again and again.
#[derive(Default)]
pub struct Witness {
    /// Who led a partition in an epoch.
    leaders: BTreeMap<(String, i32, i32), usize>,
    epochs: BTreeMap<(String, i32), i32>,
    isrs: BTreeMap<(String, i32), Vec<i32>>,
    pub elections: u64,
    pub isr_changes: u64,
}

impl Witness {
    pub fn look(&mut self, world: &World, load: &Load) {
        for (index, broker) in world.running() {
            for partition in broker.replicas.online() {
                if !partition.is_leader() {
                    continue;
                }
                let name = (partition.id().topic.to_string(), partition.id().partition);
                let epoch = partition.leader().1.0;
                let leader = *self.leaders.entry((name.0.clone(), name.1, epoch)).or_insert(index);
                if leader != index {
                    load.broken(format!(
                        "brokers {} and {} both lead {}-{} in epoch {epoch}",
                        leader + 1,
                        index + 1,
                        name.0,
                        name.1
                    ));
                }
                let last = self.epochs.entry(name.clone()).or_insert(epoch);
                if epoch > *last {
                    *last = epoch;
                    self.elections += 1;
                }
                if epoch == *last {
                    let isr: Vec<i32> = partition.isr().iter().map(|it| it.0).collect();
                    let before = self.isrs.insert(name, isr.clone());
                    self.isr_changes += u64::from(before.is_some_and(|before| before != isr));
                }
            }
        }
        for index in 0..=BROKERS {
            let node = match index {
                BROKERS => &world.zookeeper.node,
                index => &world.brokers[index].node,
            };
            if node.has_panicked() {
                load.broken(format!("machine {index} has panicked"));
            }
        }
        if world.clients.has_panicked() {
            load.broken("a client has panicked".to_owned());
        }
    }
}

/// Why the cluster is not whole, if it is not.
pub fn wounds(world: &World) -> Option<String> {
    let running = world.running();
    let controllers = running.iter().filter(|it| it.1.control.is_active()).count();
    if controllers != 1 {
        return Some(format!("{controllers} controllers"));
    }
    for (index, broker) in &running {
        let image = broker.cluster.image();
        if image.brokers.len() != BROKERS {
            return Some(format!("broker {} sees {} brokers", index + 1, image.brokers.len()));
        }
        let Some(topic) = image.topic(TOPIC) else {
            return Some(format!("broker {} does not see the topic", index + 1));
        };
        for topic in [Some(topic), image.topic("__consumer_offsets")].into_iter().flatten() {
            for partition in topic.partitions.values() {
                if partition.isr.len() != BROKERS || partition.leader < 0 {
                    return Some(format!(
                        "broker {} sees {}-{} led by {} with ISR {:?}",
                        index + 1,
                        topic.name,
                        partition.index,
                        partition.leader,
                        partition.isr
                    ));
                }
            }
        }
    }
    (running.len() != BROKERS).then(|| format!("{} brokers run", running.len()))
}

/// A new write on every partition.
pub async fn write_each(world: &World) -> Result<(), String> {
    let (done, result) = tokio::sync::oneshot::channel();
    let options = world.options();
    world.clients.spawn(async move {
        let settings = ProducerSettings {
            delivery_timeout: Duration::from_secs(20),
            ..ProducerSettings::default()
        };
        let producer = Producer::new(Client::new(options), settings);
        let mut written = Ok(());
        for partition in 0..PARTITIONS {
            let record = Record {
                topic: TOPIC,
                partition: Some(partition),
                value: Some(b"9 last"),
                ..Record::default()
            };
            if let Err(error) = producer.deliver(&record).await {
                written = Err(format!("nothing can be written to {partition}: {error}"));
            }
        }
        let _ = done.send(written);
    });
    result.await.unwrap_or_else(|_| Err("the last writer has died".to_owned()))
}

/// One batch of a replica: where it begins, and its bytes.
type Batches = BTreeMap<i64, Vec<u8>>;

/// Everything in a replica's log.
fn replica(disk: &Disk, partition: i32) -> Result<Batches, String> {
    let folder = World::folder(TOPIC, partition);
    let entries = disk.list(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut batches = Batches::new();
    for entry in entries.iter().filter(|it| it.name.ends_with(".log")) {
        let bytes =
            disk.read(&Path::new(&folder).join(&entry.name)).map_err(|it| it.to_string())?;
        let mut left = &bytes[..];
        while left.len() > 61 {
            let offset = i64::from_be_bytes(left[..8].try_into().expect("eight bytes"));
            let length = i32::from_be_bytes(left[8..12].try_into().expect("four bytes"));
            let length = 12 + usize::try_from(length).unwrap_or(0);
            let Some(batch) = left.get(..length) else { break };
            batches.insert(offset, batch.to_vec());
            left = &left[length..];
        }
    }
    Ok(batches)
}

/// Where each record of a batch is, and its value. Records are not compressed, and have no keys.
fn records(base: i64, batch: &[u8]) -> Vec<(i64, String)> {
    fn varint(bytes: &mut &[u8]) -> i64 {
        let (mut value, mut shift) = (0_u64, 0);
        while let Some((&byte, rest)) = bytes.split_first() {
            *bytes = rest;
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                break;
            }
        }
        (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
    }
    let mut left = &batch[61..];
    let mut found = Vec::new();
    while !left.is_empty() {
        let length = usize::try_from(varint(&mut left)).unwrap_or(0);
        let (mut record, rest) = left.split_at(length.min(left.len()));
        left = rest;
        record = record.get(1..).unwrap_or_default();
        let _time = varint(&mut record);
        let delta = varint(&mut record);
        let _no_key = varint(&mut record);
        let length = usize::try_from(varint(&mut record)).unwrap_or(0);
        let value = String::from_utf8_lossy(record.get(..length).unwrap_or_default());
        found.push((base + delta, value.into_owned()));
    }
    found
}

/// The logs at the end: equal on all replicas, with everything that was acknowledged where it was
/// said to be, and each writer's records once and in order.
pub fn audit(world: &World, books: &Books) -> Result<(), String> {
    for partition in 0..PARTITIONS {
        let mut all = Vec::new();
        for (index, broker) in world.running() {
            let of = broker.replicas.partition(TOPIC, partition);
            let of = of.map_err(|_| format!("broker {} has no {partition}", index + 1))?;
            let committed = of.offsets().map_err(|error| error.to_string())?.high_watermark;
            all.push((index, committed, replica(&world.brokers[index].disk, partition)?));
        }
        let least = all.iter().map(|it| it.1).min().unwrap_or(0);
        let below = |batches: &Batches| -> Batches {
            batches.range(..least).map(|(at, bytes)| (*at, bytes.clone())).collect()
        };
        let (_, _, first) = &all[0];
        let first = below(first);
        for (index, _, other) in &all[1..] {
            let other = below(other);
            if first != other {
                let differs = first.iter().zip(&other).find(|(one, two)| one != two);
                let at = differs.map(|it| (it.0.0, it.1.0));
                return Err(format!(
                    "{partition}: broker {} differs below {least}: {} and {} batches, first at {at:?}",
                    index + 1,
                    first.len(),
                    other.len()
                ));
            }
        }
        let there: BTreeMap<i64, String> =
            first.iter().flat_map(|(at, batch)| records(*at, batch)).collect();
        let empty = BTreeMap::new();
        for (offset, value) in books.acknowledged.get(&partition).unwrap_or(&empty) {
            if there.get(offset) != Some(value) {
                let found = there.get(offset);
                return Err(format!("{partition}: {value:?} is not at {offset}, but {found:?}"));
            }
        }
        let mut last: BTreeMap<&str, &str> = BTreeMap::new();
        for (offset, value) in &there {
            let Some((writer, number)) = value.split_once(' ') else { continue };
            if let Some(before) = last.insert(writer, number)
                && before >= number
            {
                return Err(format!(
                    "{partition}: {number} of writer {writer} stands behind {before}, at {offset}"
                ));
            }
        }
    }
    Ok(())
}
