//! Connections over real loopback sockets, with a service that does as the frame says.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::oneshot;

use super::*;
use crate::base::bytes::Writer;
use crate::base::disk::{Disk, FileSlice, Mode};
use crate::net::admission::{Bounds, Gate};
use crate::net::listener;
use crate::net::shutdown::Stop;
use crate::net::socket::{FrameReader, FrameWriter, Listener};

/// Answers a frame by its first byte: `e`cho, `p`ark until released, `f`ile, `n`othing, `l`ast,
/// `c`lose, `b`ig, `u`: push, `a`: push and answer, `x`: cut.
struct Script {
    parked: Mutex<VecDeque<oneshot::Sender<()>>>,
    said: Mutex<Vec<String>>,
    slice: Option<FileSlice>,
    closed: tokio::sync::Semaphore,
}

impl Default for Script {
    fn default() -> Script {
        Script {
            parked: Mutex::default(),
            said: Mutex::default(),
            slice: None,
            closed: tokio::sync::Semaphore::new(0),
        }
    }
}

fn message(body: &[u8]) -> Vec<Part> {
    let mut writer = Writer::new();
    let mark = writer.mark_i32();
    writer.attach(Part::Bytes(Bytes::copy_from_slice(body)));
    writer.fill_length(&mark);
    writer.finish()
}

impl Script {
    fn release(&self) {
        let first = self.parked.lock().unwrap().pop_front().expect("somebody is parked");
        first.send(()).unwrap();
    }
}

impl Service for Script {
    type Session = Outbox;
    const PROTOCOL: &'static str = "test";

    fn open(&self, _: SocketAddr, _: SocketAddr, outbox: &Outbox) -> Outbox {
        outbox.clone()
    }

    fn frame_bytes_max(&self, _: &Outbox) -> usize {
        4 * 1024 * 1024
    }

    fn prefix(&self, _: &mut Outbox, prefix: [u8; 4]) -> Prefix {
        match &prefix {
            b"ruok" => Prefix::Message(Reply::Last(vec![Part::Bytes(Bytes::from_static(b"imok"))])),
            _ => Prefix::Length,
        }
    }

    fn frame(&self, outbox: &mut Outbox, frame: Bytes) -> Reply {
        match frame.first() {
            Some(b'p') => {
                let (release, released) = oneshot::channel();
                self.parked.lock().unwrap().push_back(release);
                Reply::Parked(Box::pin(async move {
                    match released.await {
                        Ok(()) if frame.get(1) == Some(&b'c') => Err("as you wished".to_owned()),
                        Ok(()) => Ok(Some(message(&frame))),
                        Err(_) => Ok(None),
                    }
                }))
            }
            Some(b'f') => {
                let slice = self.slice.clone().expect("a file was given");
                let mut writer = Writer::new();
                let mark = writer.mark_i32();
                writer.u8(b'f');
                writer.attach(Part::File(slice));
                writer.u8(b'!');
                writer.fill_length(&mark);
                Reply::Ready(writer.finish())
            }
            Some(b'n') => Reply::Nothing,
            Some(b'l') => Reply::Last(message(&frame)),
            Some(b'c') => Reply::Close("as you wish".to_owned()),
            Some(b'b') => Reply::Ready(message(&vec![0; 1024 * 1024])),
            Some(b'u') => {
                let sent = outbox.try_send(Push::Message(message(b"pushed")));
                assert!(sent.is_ok());
                Reply::Nothing
            }
            Some(b'a') => {
                let sent = outbox.try_send(Push::Message(message(b"before")));
                assert!(sent.is_ok());
                Reply::Ready(message(&frame))
            }
            Some(b'x') => {
                // More than the peer, who does not read, will take.
                let large = Reply::Ready(message(&vec![0; 64 * 1024 * 1024]));
                outbox.cut();
                large
            }
            _ => Reply::Ready(message(&frame)),
        }
    }

    fn close(&self, _: Outbox) {
        self.closed.add_permits(1);
    }

    fn warn(&self, text: &str) {
        self.said.lock().unwrap().push(text.to_owned());
    }
}

struct Running {
    script: Arc<Script>,
    stop: Stop,
    port: u16,
}

async fn start(script: Script, bounds: Bounds) -> Running {
    let listener = Listener::bind("127.0.0.1", 0).await.unwrap();
    let port = listener.address().unwrap().port();
    let (script, stop) = (Arc::new(script), Stop::new());
    listener::serve(listener, script.clone(), Gate::fixed(bounds), &stop);
    Running { script, stop, port }
}

impl Running {
    async fn connect(&self) -> (FrameReader, FrameWriter) {
        let stream = Stream::connect("127.0.0.1", self.port, Duration::from_secs(5)).await;
        stream.unwrap().split()
    }

    async fn closed(&self, sessions: u32) {
        self.script.closed.acquire_many(sessions).await.unwrap().forget();
    }
}

async fn next(reader: &mut FrameReader) -> Vec<u8> {
    reader.frame(64 * 1024 * 1024).await.unwrap().expect("a frame").to_vec()
}

#[tokio::test]
async fn replies_keep_the_order_of_requests_and_later_requests_run_meanwhile() {
    let running = start(Script::default(), Bounds::default()).await;
    let (mut reader, mut writer) = running.connect().await;
    for body in [b"p1", b"e2", b"p3", b"n4", b"e5"] {
        writer.parts(message(body)).await.unwrap();
    }
    // A push overtakes what is parked, and shows that all before it were taken.
    writer.parts(message(b"u6")).await.unwrap();
    assert_eq!(next(&mut reader).await, b"pushed");
    running.script.release();
    assert_eq!(next(&mut reader).await, b"p1");
    assert_eq!(next(&mut reader).await, b"e2");
    running.script.release();
    assert_eq!(next(&mut reader).await, b"p3");
    assert_eq!(next(&mut reader).await, b"e5");
    assert!(running.stop.stop(Duration::from_secs(5)).await);
    assert_eq!(reader.frame(100).await.unwrap(), None);
}

#[tokio::test]
async fn a_parked_reply_may_be_the_end() {
    let running = start(Script::default(), Bounds::default()).await;
    let (mut reader, mut writer) = running.connect().await;
    for body in [b"pc1", b"e_2"] {
        writer.parts(message(body)).await.unwrap();
    }
    writer.parts(message(b"u3")).await.unwrap();
    assert_eq!(next(&mut reader).await, b"pushed");
    running.script.release();
    assert_eq!(reader.frame(100).await.unwrap(), None, "what waits behind it is not answered");
    running.closed(1).await;
}

#[tokio::test]
async fn large_frames_files_and_last_words_arrive_whole() {
    let folder = std::env::temp_dir().join(format!("milena-net-{}", std::process::id()));
    Disk::System.create_dir_all(&folder).unwrap();
    let file = Disk::System.open(&folder.join("f"), Mode::Create).unwrap();
    let content: Vec<u8> = (0..3_000_000u32).map(|n| n as u8).collect();
    file.write_all_at(&content, 0).unwrap();
    let slice = FileSlice::new(file, 5, 2_900_000);
    let running =
        start(Script { slice: Some(slice), ..Script::default() }, Bounds::default()).await;
    let (mut reader, mut writer) = running.connect().await;
    let large = vec![b'e'; 3 * 1024 * 1024];
    writer.parts(message(&large)).await.unwrap();
    assert_eq!(next(&mut reader).await, large);
    writer.parts(message(b"f")).await.unwrap();
    writer.parts(message(b"last")).await.unwrap();
    let reply = next(&mut reader).await;
    assert!(reply.starts_with(b"f") && reply.ends_with(b"!"));
    assert!(reply[1..reply.len() - 1] == content[5..2_900_005]);
    assert_eq!(next(&mut reader).await, b"last");
    assert_eq!(reader.frame(100).await.unwrap(), None);
    running.closed(1).await;
    Disk::System.remove_dir_all(&folder).unwrap();
}

#[tokio::test]
async fn a_cold_file_is_read_by_a_thread_that_may_wait() {
    let disk = Disk::memory();
    let Disk::Memory(memory) = &disk else { unreachable!("just made") };
    disk.create_dir_all(std::path::Path::new("/d")).unwrap();
    let file = disk.open(std::path::Path::new("/d/f"), Mode::Create).unwrap();
    let content: Vec<u8> = (0..3_000_000u32).map(|n| n as u8).collect();
    file.write_all_at(&content, 0).unwrap();
    memory.forget_cached_pages();
    let slice = FileSlice::new(file, 5, 2_900_000);
    let running =
        start(Script { slice: Some(slice), ..Script::default() }, Bounds::default()).await;
    let (mut reader, mut writer) = running.connect().await;
    // Behind what waits for the disk, replies keep their order.
    writer.parts(message(b"f")).await.unwrap();
    writer.parts(message(b"e")).await.unwrap();
    let reply = next(&mut reader).await;
    assert!(reply[1..reply.len() - 1] == content[5..2_900_005]);
    assert_eq!(next(&mut reader).await, b"e");
    let waited = memory.waited();
    assert!(!waited.is_empty() && !waited.contains(&std::thread::current().id()), "{waited:?}");
}

#[tokio::test]
async fn strangers_are_named_and_turned_away() {
    let running = start(Script::default(), Bounds::per_address(1)).await;
    for (bytes, expected) in [
        (&b"GET / HTTP/1.1\r\n\r\n"[..], "the peer speaks HTTP to a plain test port"),
        (b"\x16\x03\x01\x02\x00\x01", "the peer speaks TLS to a plain test port"),
        (b"\xff\xff\xff\xff", "a frame of -1 bytes"),
        (b"\0\0\0\x01c", "as you wish"),
    ] {
        let (mut reader, mut writer) = running.connect().await;
        writer.bytes(Bytes::copy_from_slice(bytes)).await.unwrap();
        running.closed(1).await;
        assert!(reader.frame(100).await.is_ok_and(|frame| frame.is_none()));
        let said = running.script.said.lock().unwrap().pop().unwrap();
        assert!(said.contains(expected), "{said}");
    }
    let (mut reader, mut writer) = running.connect().await;
    writer.bytes(Bytes::from_static(b"ruok")).await.unwrap();
    assert_eq!(reader.to_end(100).await.unwrap(), &b"imok"[..]);
    running.closed(1).await;
}

#[tokio::test]
async fn an_address_has_its_fill() {
    let running = start(Script::default(), Bounds::per_address(1)).await;
    let (mut first, mut writer) = running.connect().await;
    writer.parts(message(b"e1")).await.unwrap();
    assert_eq!(next(&mut first).await, b"e1");
    let (mut second, _kept) = running.connect().await;
    assert!(!matches!(second.frame(100).await, Ok(Some(_))));
    assert!(
        running.script.said.lock().unwrap()[0].starts_with("Too many connections from 127.0.0.1")
    );
}

#[tokio::test]
async fn a_peer_that_never_reads_is_not_read_without_end() {
    let running = start(Script::default(), Bounds::default()).await;
    let (mut reader, mut writer) = running.connect().await;
    let asked = 200;
    // 200 MiB of answers are asked for; what waits in the server is bounded, and once the peer
    // reads, all of them come.
    let asking = tokio::spawn(async move {
        for _ in 0..asked {
            writer.parts(message(b"b")).await.unwrap();
        }
        writer
    });
    for _ in 0..asked {
        assert_eq!(next(&mut reader).await.len(), 1024 * 1024);
    }
    asking.await.unwrap();
}

#[tokio::test]
async fn an_answer_stands_behind_what_was_pushed_before_it() {
    let running = start(Script::default(), Bounds::default()).await;
    let (mut reader, mut writer) = running.connect().await;
    writer.parts(message(b"a1")).await.unwrap();
    assert_eq!(next(&mut reader).await, b"before");
    assert_eq!(next(&mut reader).await, b"a1");
}

#[tokio::test]
async fn a_peer_that_does_not_read_can_be_cut() {
    let running = start(Script::default(), Bounds::default()).await;
    let (_unread, mut writer) = running.connect().await;
    writer.parts(message(b"x")).await.unwrap();
    running.closed(1).await;
}
