//! A broker that is told to stop: how long its partitions have no leader, and what a producer with
//! the default settings notices.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use milena::kafka::client::producer::{Producer, Record, Settings};
use milena::kafka::client::{Address, Client, Options as ClientOptions};
use milena::kafka::protocol::message::produce::ProduceRequest;
use tokio::task::JoinHandle;

use super::Load;
use super::cluster::Cluster;
use crate::connection::Connection;
use crate::options::Options;
use crate::support::batches;
use crate::target::{PRODUCE, error, wait};
use crate::trio::{IDS, Trio, replicas};

/// How often each prober asks, and how often the producer sends.
const EVERY: Duration = Duration::from_millis(1);

struct Shutdown(Cluster);

pub fn start(options: &Options) -> Box<dyn Load> {
    Box::new(Shutdown(Cluster::start(if options.quick { 100 } else { 1_000 })))
}

impl Load for Shutdown {
    fn server(&mut self) -> Vec<Option<f64>> {
        let Shutdown(cluster) = self;
        let controller = cluster.trio.members().controller();
        let victim = *IDS.iter().find(|id| **id != controller).expect("one of three");
        let probes = cluster.probes(victim);
        let client = Sending::start(&cluster.trio, probes.clone());
        let asking = probes.into_iter().map(|(topic, partition)| {
            let old = cluster.trio.connect(victim);
            let new = cluster.trio.connect(replicas(partition)[1]);
            let request = batches::produce(&topic, partition, -1, batches::batch(&["."]));
            std::thread::spawn(move || gap(old, new, &request))
        });
        let asking: Vec<_> = asking.collect();
        std::thread::sleep(Duration::from_millis(100));
        let (mut process, _) = cluster.trio.brokers.remove(&victim).expect("a broker that runs");
        process.signal(rustix::process::Signal::TERM);
        let begun = Instant::now();
        let gaps = asking.into_iter().map(|asker| asker.join().expect("a new leader"));
        let most = gaps.fold(0.0, f64::max);
        wait(process.ended());
        let took = begun.elapsed().as_secs_f64();
        let (failed, slowest) = client.stop();
        cluster.heal(victim);
        vec![Some(most), Some(failed), Some(slowest), Some(took)]
    }
}

/// Produces to the old leader until it refuses or is gone, then to the new one until it does not;
/// gives the milliseconds between the two acknowledgements.
fn gap(mut old: Connection, mut new: Connection, request: &ProduceRequest) -> f64 {
    let mut last = Instant::now();
    while old.try_ask(request, PRODUCE).is_some_and(|answer| error(answer).is_none()) {
        last = Instant::now();
        std::thread::sleep(EVERY);
    }
    while error(new.ask(request, PRODUCE)).is_some() {
        std::thread::sleep(EVERY);
    }
    last.elapsed().as_secs_f64() * 1e3
}

/// A producer with the default settings, each record of which is awaited by itself.
struct Sending {
    stop: Arc<AtomicBool>,
    running: Vec<JoinHandle<(u64, Duration)>>,
}

impl Sending {
    fn start(trio: &Trio, partitions: Vec<(String, i32)>) -> Sending {
        let brokers = trio.members().addresses.into_values();
        let bootstrap = brokers.map(|it| Address { host: it.host, port: it.port });
        let options = ClientOptions::new(bootstrap.collect());
        let stop = Arc::new(AtomicBool::new(false));
        let running = wait(async {
            let producer = Arc::new(Producer::new(Client::new(options), Settings::default()));
            let each = partitions.into_iter().map(|(topic, partition)| {
                tokio::spawn(send(producer.clone(), topic, partition, stop.clone()))
            });
            each.collect()
        });
        Sending { stop, running }
    }

    /// How many records failed, and the milliseconds that the slowest took.
    fn stop(self) -> (f64, f64) {
        self.stop.store(true, Ordering::Release);
        let (mut failed, mut slowest) = (0, Duration::ZERO);
        for running in self.running {
            let (failures, most) = wait(running).expect("a sender");
            failed += failures;
            slowest = slowest.max(most);
        }
        (failed as f64, slowest.as_secs_f64() * 1e3)
    }
}

async fn send(
    producer: Arc<Producer>,
    topic: String,
    partition: i32,
    stop: Arc<AtomicBool>,
) -> (u64, Duration) {
    let (mut failed, mut slowest) = (0, Duration::ZERO);
    while !stop.load(Ordering::Acquire) {
        let record = Record {
            topic: &topic,
            partition: Some(partition),
            value: Some(b"v"),
            ..Record::default()
        };
        let begun = Instant::now();
        failed += u64::from(producer.deliver(&record).await.is_err());
        slowest = slowest.max(begun.elapsed());
        tokio::time::sleep(EVERY).await;
    }
    (failed, slowest)
}
