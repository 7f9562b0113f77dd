//! The start of a broker with ZooKeeper inside, over empty folders, and what it then holds.

use std::time::{Duration, Instant};

use milena::kafka::protocol::message::api_versions::ApiVersionsRequest;

use super::Load;
use crate::connection::Connection;
use crate::measure::Meter;
use crate::options::Options;
use crate::support::folder::Folder;
use crate::support::program::{Process, port_of, server_properties, zookeeper_properties};
use crate::target::wait;

/// What a start still does in the background is over by then.
const SETTLED: Duration = Duration::from_secs(1);

struct Start;

pub fn start(_: &Options) -> Box<dyn Load> {
    Box::new(Start)
}

impl Load for Start {
    fn server(&mut self) -> Vec<Option<f64>> {
        let folder = Folder::new();
        let line = line(&folder);
        let begun = Instant::now();
        let server = answering(&line);
        let took = begun.elapsed();
        wait(server.kill());
        vec![Some(took.as_secs_f64() * 1e3)]
    }
}

struct Memory;

pub fn memory(_: &Options) -> Box<dyn Load> {
    Box::new(Memory)
}

impl Load for Memory {
    fn server(&mut self) -> Vec<Option<f64>> {
        let folder = Folder::new();
        let mut server = answering(&line(&folder));
        wait(server.says("started"));
        std::thread::sleep(SETTLED);
        let meter = Meter::of_process(&server);
        let held = vec![meter.resident_mb(), meter.proportional_mb()];
        wait(server.kill());
        held
    }
}

/// Writes the settings; gives what to type.
fn line(folder: &Folder) -> [String; 2] {
    // The broker must be told where the ZooKeeper beside it will listen: a port that was free a
    // moment ago.
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = socket.local_addr().expect("its address").port();
    drop(socket);
    let inside = format!("--with-zookeeper={}", zookeeper_properties(folder, port));
    [inside, server_properties(folder, port, "")]
}

/// Starts the program and waits until the broker answers.
fn answering(line: &[String; 2]) -> Process {
    let words = line.each_ref().map(String::as_str);
    let process = async {
        let mut process = Process::start("kafka-server-start", &words);
        let said = process.says("Awaiting socket connections on").await;
        (process, port_of(&said))
    };
    let (process, port) = wait(process);
    let mut connection = Connection::open("127.0.0.1", port);
    let answer = connection.ask(&ApiVersionsRequest::default(), 0);
    assert!(!answer.error_code.is_error(), "{answer:?}");
    process
}
