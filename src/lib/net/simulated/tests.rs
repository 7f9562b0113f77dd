//! What a simulated network does to those who talk over it.

use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::oneshot;

use super::*;
use crate::base::rng::Rng;
use crate::net::socket::{self, FrameReader, FrameWriter, Listener, Stream, Worker};

const HERE: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);
const THERE: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
const PORT: u16 = 7;
const WITHIN: Duration = Duration::from_secs(5);

struct Pair {
    network: Network,
    here: Node,
    there: Node,
}

/// Runs something on a node and gives what came of it.
async fn on<T: Send + 'static>(
    node: &Node,
    work: impl Future<Output = T> + Send + 'static,
) -> Option<T> {
    let (done, result) = oneshot::channel();
    node.spawn(async move { drop(done.send(work.await)) });
    result.await.ok()
}

impl Pair {
    fn new(seed: u64) -> Pair {
        let network = Network::new(Rng::seeded(seed));
        let (here, there) = (network.node(HERE, 0), network.node(THERE, 0));
        Pair { network, here, there }
    }

    fn millis(&self, least: u64, most: u64) {
        let delay =
            Delay { least: Duration::from_millis(least), most: Duration::from_millis(most) };
        self.network.delay(delay, Duration::ZERO);
    }

    /// A server that sends every frame back.
    async fn echo(&self) {
        let listener = on(&self.there, Listener::bind("", PORT)).await.unwrap().unwrap();
        self.there.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (mut reader, mut writer) = stream.split();
                socket::spawn(async move {
                    while let Ok(Some(frame)) = reader.frame(1 << 20).await {
                        if send(&mut writer, &frame).await.is_err() {
                            return;
                        }
                    }
                });
            }
        });
    }

    async fn connect(&self) -> io::Result<(FrameReader, FrameWriter)> {
        let connecting = Stream::connect("10.0.0.2", PORT, WITHIN);
        Ok(on(&self.here, connecting).await.unwrap()?.split())
    }
}

async fn send(writer: &mut FrameWriter, body: &[u8]) -> io::Result<()> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    writer.bytes(Bytes::from([&length[..], body].concat())).await
}

async fn ask(line: &mut (FrameReader, FrameWriter), body: &[u8]) -> io::Result<Option<Bytes>> {
    send(&mut line.1, body).await?;
    line.0.frame(1 << 20).await
}

#[tokio::test(start_paused = true)]
async fn messages_take_as_long_as_they_should_and_stay_in_order() {
    let pair = Pair::new(1);
    pair.echo().await;
    pair.millis(10, 10);
    let mut line = pair.connect().await.unwrap();
    assert_eq!(pair.network.elapsed(), Duration::from_millis(20), "there and back");
    assert_eq!(ask(&mut line, b"hello").await.unwrap().unwrap(), "hello");
    assert_eq!(pair.network.elapsed(), Duration::from_millis(40));
    pair.millis(0, 50);
    for number in 0..100u8 {
        send(&mut line.1, &[number]).await.unwrap();
    }
    for number in 0..100u8 {
        assert_eq!(line.0.frame(9).await.unwrap().unwrap(), [number][..]);
    }
    assert!(pair.connect().await.is_ok());
    let other = on(&pair.here, Stream::connect("10.0.0.2", 8, WITHIN)).await.unwrap();
    assert_eq!(other.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    let seen = pair.network.seen();
    assert_eq!((seen.messages, seen.connections), (202, 2));
}

#[tokio::test(start_paused = true)]
async fn what_is_large_waits_until_it_is_read() {
    let pair = Pair::new(1);
    pair.echo().await;
    let mut line = pair.connect().await.unwrap();
    let large = vec![7; 1_000_000];
    let (writing, reading) = (send(&mut line.1, &large), line.0.frame(1 << 20));
    let (written, read) = tokio::join!(writing, reading);
    written.unwrap();
    assert_eq!(read.unwrap().unwrap(), large);
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_into_a_cut_comes_when_it_is_mended() {
    let pair = Pair::new(1);
    pair.echo().await;
    let mut line = pair.connect().await.unwrap();
    pair.network.cut(THERE, HERE);
    send(&mut line.1, b"late").await.unwrap();
    let refused = pair.connect().await.unwrap_err();
    assert_eq!(refused.kind(), io::ErrorKind::TimedOut);
    let early = tokio::time::timeout(WITHIN, line.0.frame(9)).await;
    assert!(early.is_err(), "one direction is cut");
    pair.network.mend();
    assert_eq!(line.0.frame(9).await.unwrap().unwrap(), "late");
}

#[tokio::test(start_paused = true)]
async fn a_killed_process_is_noticed_and_can_be_started_again() {
    let pair = Pair::new(1);
    pair.echo().await;
    let mut line = pair.connect().await.unwrap();
    ask(&mut line, b"x").await.unwrap();
    pair.there.kill().await;
    assert!(line.0.frame(9).await.unwrap().is_none(), "its kernel closes");
    pair.there.ready();
    assert_eq!(pair.connect().await.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
    pair.echo().await;
    let mut line = pair.connect().await.unwrap();
    assert_eq!(ask(&mut line, b"again").await.unwrap().unwrap(), "again");
}

#[tokio::test(start_paused = true)]
async fn a_machine_without_power_says_nothing_until_it_is_back() {
    let pair = Pair::new(1);
    pair.echo().await;
    let mut line = pair.connect().await.unwrap();
    ask(&mut line, b"x").await.unwrap();
    pair.there.cut_power().await;
    send(&mut line.1, b"anyone?").await.unwrap();
    assert!(tokio::time::timeout(WITHIN, line.0.frame(9)).await.is_err(), "half open");
    pair.there.ready();
    let error = line.0.frame(9).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionReset, "it knows no such connection");
}

#[tokio::test(start_paused = true)]
async fn a_held_process_answers_later_and_its_kernel_at_once() {
    let pair = Pair::new(1);
    pair.echo().await;
    pair.there.hold();
    let mut line = pair.connect().await.unwrap();
    send(&mut line.1, b"later").await.unwrap();
    assert!(tokio::time::timeout(WITHIN, line.0.frame(9)).await.is_err());
    pair.there.let_go();
    assert_eq!(line.0.frame(9).await.unwrap().unwrap(), "later");
}

#[tokio::test(start_paused = true)]
async fn a_reset_breaks_both_ends() {
    let pair = Pair::new(1);
    pair.echo().await;
    let mut line = pair.connect().await.unwrap();
    ask(&mut line, b"x").await.unwrap();
    assert!(pair.network.reset_one());
    assert_eq!(line.0.frame(9).await.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    assert!(send(&mut line.1, b"x").await.is_err());
    drop(line);
    tokio::task::yield_now().await;
    assert!(!pair.network.reset_one(), "there is no other");
}

#[tokio::test(start_paused = true)]
async fn a_node_has_its_own_clock_and_disk_and_no_thread() {
    let pair = Pair::new(1);
    let clock = pair.here.clock();
    let thread = std::thread::current().id();
    pair.here.slow_disk(Duration::from_millis(30));
    let there = on(&pair.here, socket::blocking(move || std::thread::current().id())).await;
    assert_eq!(there, Some(thread));
    let (told, ended) = (clock.clone(), Arc::new(Mutex::new(None)));
    let ends = ended.clone();
    let work = async move {
        socket::platter().await;
        *ends.lock().unwrap() = Some((std::thread::current().id(), told.wall_ms()));
    };
    let worker = on(&pair.here, async move { Worker::start("worker", work).unwrap() }).await;
    assert!(worker.unwrap().ended().await);
    assert_eq!(*ended.lock().unwrap(), Some((thread, 1_060)), "a second, and twice the disk");
    pair.here.jump(-500);
    assert_eq!((clock.wall_ms(), clock.now().as_millis()), (560, 1_060));
}

/// Ten questions with delays by chance, and ids drawn on the way.
async fn life(seed: u64) -> Seen {
    let pair = Pair::new(seed);
    pair.echo().await;
    pair.millis(0, 20);
    let mut line = pair.connect().await.unwrap();
    for _ in 0..10 {
        let drawn = on(&pair.here, async { Rng::from_system().next_u64() }).await.unwrap();
        ask(&mut line, &drawn.to_be_bytes()).await.unwrap();
    }
    pair.network.seen()
}

#[tokio::test(start_paused = true)]
async fn one_seed_is_one_life() {
    assert_eq!(life(5).await, life(5).await);
    assert_ne!(life(5).await.hash, life(6).await.hash);
}

#[tokio::test]
async fn outside_a_life_a_worker_is_a_thread() {
    let here = std::thread::current().id();
    let (tell, told) = oneshot::channel();
    let work = async move { tell.send(std::thread::current().id()).unwrap() };
    let worker = Worker::start("worker", work).unwrap();
    assert!(worker.ended().await);
    assert_ne!(told.await.unwrap(), here);
}
