//! The floor: what this machine charges for the work of a log server when there is no protocol.
//!
//! The same bytes come over loopback, are held against their checksum, appended to a file and
//! answered with sixteen bytes; or are asked for with sixteen bytes and sent out of the page cache.
//! The server is a process of its own, measured with the same instrument as the servers it stands
//! below: this program, started once more.

pub mod server;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use bytes::{BufMut as _, Bytes, BytesMut};
use milena::base::crc32c;

use super::connection::Connection;
use super::measure::Meter;
use super::support::folder::Folder;

/// What a connection is for: its first byte.
mod purpose {
    pub const TAKE_IN: u8 = b'i';
    pub const TAKE_IN_AND_SYNC: u8 = b's';
    pub const GIVE_OUT: u8 = b'o';
}

/// How long answers, and requests for bytes, are.
const SHORT: usize = 16;

/// The server's process.
pub struct Floor {
    child: Child,
    port: u16,
    _folder: Folder,
}

impl Floor {
    pub fn start() -> Floor {
        let folder = Folder::new();
        let program = std::env::current_exe().expect("the path of this program");
        let mut command = Command::new(program);
        // It ends when its input does, that is with us.
        command.arg("--floor").arg(folder.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("this program, once more");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("its output");
        BufReader::new(stdout).read_line(&mut line).expect("its port");
        Floor { child, port: line.trim().parse().expect("its port"), _folder: folder }
    }

    fn connect(&self, purpose: u8) -> Connection {
        let mut connection = Connection::open("127.0.0.1", self.port);
        connection.send(&[purpose]);
        connection
    }

    fn charge(&self, run: impl FnOnce()) -> f64 {
        let ((), seconds) = Meter::of(Some(self.child.id())).charge(run);
        seconds.expect("the CPU of a process that runs")
    }

    /// Has it take in `count` frames of `bytes`, `window` in flight; gives its CPU, in seconds.
    pub fn take_in(&self, bytes: usize, count: usize, window: usize) -> f64 {
        let mut connection = self.connect(purpose::TAKE_IN);
        let frame = frame(bytes);
        let mut answer = [0; SHORT];
        let seconds = self.charge(|| {
            for turn in 1..count + window {
                if turn <= count {
                    connection.send(&frame);
                }
                if turn >= window {
                    connection.exactly(&mut answer);
                }
            }
        });
        connection.finish();
        seconds
    }

    /// Has it take in frames of `bytes` one at a time, and sync each; gives the time of each.
    pub fn sync_each(&self, bytes: usize, count: usize) -> Vec<Duration> {
        let mut connection = self.connect(purpose::TAKE_IN_AND_SYNC);
        let frame = frame(bytes);
        let mut answer = [0; SHORT];
        let mut one = || {
            let begun = Instant::now();
            connection.send(&frame);
            connection.exactly(&mut answer);
            begun.elapsed()
        };
        let times = (0..count).map(|_| one()).collect();
        connection.finish();
        times
    }

    /// Has it give out answers of `parts` pieces of `bytes` each, one at a time; gives its CPU, in
    /// seconds.
    pub fn give_out(&self, parts: usize, bytes: usize, count: usize) -> f64 {
        let mut connection = self.connect(purpose::GIVE_OUT);
        let mut request = [0; SHORT];
        request[..8].copy_from_slice(&(parts as u64).to_be_bytes());
        request[8..].copy_from_slice(&(bytes as u64).to_be_bytes());
        let mut answer = vec![0; SHORT + parts * bytes];
        // The file is there before it is paid for.
        let mut one = || {
            connection.send(&request);
            connection.exactly(&mut answer);
        };
        one();
        let seconds = self.charge(|| (0..count).for_each(|_| one()));
        connection.finish();
        seconds
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

/// A frame of `bytes` in all: length, checksum, payload.
fn frame(bytes: usize) -> Bytes {
    let payload: Vec<u8> = (0..bytes - 8).map(|at| (at * 31 % 251) as u8).collect();
    let mut frame = BytesMut::with_capacity(bytes);
    frame.put_u32(u32::try_from(bytes - 4).expect("a frame's length"));
    frame.put_u32(crc32c::checksum(&payload));
    frame.put_slice(&payload);
    frame.freeze()
}
