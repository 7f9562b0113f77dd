//! A follower that was away while two gigabytes came: how fast it gets them.

use std::time::{Duration, Instant};

use super::Load;
use super::produce::{batch, send};
use crate::floor::Floor;
use crate::members::metadata;
use crate::options::Options;
use crate::support::{batches, wire};
use crate::target::PRODUCE;
use crate::trio::{IDS, Trio};

const PARTITIONS: i32 = 8;
const BATCH_BYTES: usize = 1_000_000;
/// How many batches are in flight.
const WINDOW: usize = 5;
/// What the floor gives out at once.
const PIECE_BYTES: usize = 1024 * 1024;

struct CatchUp {
    trio: Trio,
    floor: Floor,
    batches: usize,
    turn: usize,
}

pub fn start(options: &Options) -> Box<dyn Load> {
    let batches = options.load(2_000);
    Box::new(CatchUp { trio: Trio::start(), floor: Floor::start(), batches, turn: 0 })
}

impl CatchUp {
    fn megabytes(&self) -> f64 {
        (self.batches * BATCH_BYTES) as f64 / 1e6
    }
}

impl Load for CatchUp {
    /// Reads as much, then writes as much.
    fn floor(&mut self) -> Vec<Option<f64>> {
        let begun = Instant::now();
        self.floor.give_out(1, PIECE_BYTES, self.batches * BATCH_BYTES / PIECE_BYTES);
        self.floor.take_in(BATCH_BYTES, self.batches, WINDOW);
        vec![Some(self.megabytes() / begun.elapsed().as_secs_f64())]
    }

    fn server(&mut self) -> Vec<Option<f64>> {
        let controller = self.trio.members().controller();
        let mut others = IDS.into_iter().filter(|id| *id != controller);
        let (leader, follower) = (others.next().expect("one"), others.next().expect("another"));
        let topic = vec![format!("bench-catch-up-{}", self.turn)];
        self.turn += 1;
        let replicas: Vec<_> = (0..PARTITIONS).map(|_| vec![leader, follower]).collect();
        self.trio.members().create(&topic, &replicas);
        self.trio.kill(follower);
        let mut connection = self.trio.connect(leader);
        let mut sizes = |wanted: usize| {
            let mut answer = metadata(&mut connection, Some(topic.clone()));
            let partitions = answer.topics.remove(0).partitions;
            partitions.iter().all(|it| it.isr_nodes.len() == wanted)
        };
        until(|| sizes(1));
        let batch = batch(BATCH_BYTES);
        let frame = |partition| {
            wire::frame(&batches::produce(&topic[0], partition, 1, batch.clone()), PRODUCE, 0)
        };
        let frames: Vec<_> = (0..PARTITIONS).map(frame).collect();
        let mut producing = self.trio.connect(leader);
        send(&mut producing, frames.iter().cycle().take(self.batches), WINDOW);
        let begun = Instant::now();
        self.trio.begin(follower);
        until(|| sizes(2));
        let took = begun.elapsed().as_secs_f64();
        self.trio.members().delete(&topic);
        vec![Some(self.megabytes() / took)]
    }
}

fn until(mut wanted: impl FnMut() -> bool) {
    while !wanted() {
        std::thread::sleep(Duration::from_millis(5));
    }
}
