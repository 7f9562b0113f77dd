//! Those who promise much, send nonsense or never read cost what they send, and disturb nobody.

use std::time::{Duration, Instant};

use milena::base::rng::Rng;
use milena::zookeeper::client::Client;
use milena::zookeeper::jute::request::CreateMode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::create;
use crate::support::ensemble::Ensemble;
use crate::support::program::Process;
use crate::support::within;

/// Connections that promise something, to each port.
const PROMISES: usize = 200;
/// What each says that it will send.
const PROMISED: [u8; 4] = 1_000_000_i32.to_be_bytes();
/// What one of them may cost, in KiB, in a build that is not optimised.
const KIB_EACH_MAX: u64 = 24;
/// Frames of nonsense, to a leader and to a follower.
const NONSENSE: usize = 2_500;
/// Writes by which it is told how fast others are served.
const WRITES: usize = 100;

/// A member as a process of its own.
async fn member(ensemble: &Ensemble, id: i64) -> Process {
    let data = ensemble.folder_of(id);
    std::fs::create_dir_all(&data).expect("a folder");
    std::fs::write(data.join("myid"), id.to_string()).expect("a number");
    let address = ensemble.address(id);
    let (host, port) = address.rsplit_once(':').expect("host and port");
    let text = format!(
        "dataDir={}\nclientPort={port}\nclientPortAddress={host}\ntickTime=500\ninitLimit=40\n\
         syncLimit=20\nadmin.enableServer=false\nmaxClientCnxns=0\n4lw.commands.whitelist=*\n{}\n",
        data.display(),
        ensemble.members.lines().join("\n")
    );
    let file = data.join("zoo.cfg");
    std::fs::write(&file, text).expect("a file");
    Process::start("zookeeper-server-start", &[&file.to_string_lossy()])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_promise_costs_what_was_sent() {
    let ensemble = Ensemble::of(3);
    let mut processes = Vec::new();
    for id in 1..=3 {
        processes.push(member(&ensemble, id).await);
    }
    let mut leader = 0;
    for id in 1..=3 {
        if ensemble.serves(id).await == "leader" {
            leader = id;
        }
    }
    let (client, _) = ensemble.client(leader).await;
    create(&client, "/before", CreateMode::Persistent).await.unwrap();
    let process = &processes[usize::try_from(leader - 1).unwrap()];
    let (kib, files) = (process.resident_kib(), process.open_files());

    // To clients' port a first frame, to the quorum's a packet, to the election's an introduction.
    let [quorum, election] = ensemble.quorum_addresses(leader);
    let packet = [&11_i32.to_be_bytes()[..], &[0; 8], &PROMISED].concat();
    let introduction = [&(-65_536_i64).to_be_bytes()[..], &9_i64.to_be_bytes(), &PROMISED].concat();
    let ports = [
        (ensemble.address(leader), PROMISED.to_vec()),
        (format!("{}:{}", quorum.0, quorum.1), packet),
        (format!("{}:{}", election.0, election.1), introduction),
    ];
    let mut held = Vec::new();
    for (address, promise) in &ports {
        for _ in 0..PROMISES {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(promise).await.unwrap();
            held.push(stream);
        }
    }
    within("the connections", async {
        let mut pause = tokio::time::interval(Duration::from_millis(10));
        // Introductions are refused at once.
        while process.open_files() < files + 2 * PROMISES {
            pause.tick().await;
        }
    })
    .await;
    create(&client, "/during", CreateMode::Persistent).await.unwrap();
    let grown = process.resident_kib().saturating_sub(kib);
    assert!(grown <= 3 * PROMISES as u64 * KIB_EACH_MAX, "{grown} KiB for {} promises", held.len());
    assert_eq!(ensemble.serves(leader).await, "leader");
    client.close().await;
}

/// How long writes take, in the middle.
async fn pace(client: &Client, name: &str) -> Duration {
    let mut took = Vec::new();
    for number in 0..WRITES {
        let began = Instant::now();
        create(client, &format!("/{name}-{number}"), CreateMode::Persistent).await.unwrap();
        took.push(began.elapsed());
    }
    took.sort();
    took[WRITES / 2]
}

/// Opens sessions at a server and sends requests that are none, until so many were sent.
async fn nonsense(address: String, seed: u64) {
    let mut rng = Rng::seeded(seed);
    let greeting = [
        &45_i32.to_be_bytes()[..],
        &[0; 12],
        &4_000_i32.to_be_bytes(),
        &[0; 8],
        &16_i32.to_be_bytes(),
        &[0; 17],
    ]
    .concat();
    let mut sent = 0;
    while sent < NONSENSE {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream.write_all(&greeting).await.unwrap();
        let mut opened = [0; 41];
        if stream.read_exact(&mut opened).await.is_err() {
            continue;
        }
        let (mut reader, mut writer) = stream.into_split();
        let reading = tokio::spawn(async move {
            let mut into = vec![0; 4096];
            while reader.read(&mut into).await.is_ok_and(|count| count > 0) {}
        });
        while sent < NONSENSE && !reading.is_finished() {
            let length = rng.below(60) as usize;
            let body: Vec<u8> = (0..length).map(|_| rng.next_u64().to_be_bytes()[0]).collect();
            let op = rng.below(130) as i32 - 20;
            let xid = sent as i32;
            let length = (8 + body.len()) as i32;
            let frame =
                [&length.to_be_bytes()[..], &xid.to_be_bytes(), &op.to_be_bytes(), &body].concat();
            sent += 1;
            if writer.write_all(&frame).await.is_err() {
                break;
            }
            // Answers, and ends, are to be noticed in between.
            tokio::task::yield_now().await;
        }
        drop(writer);
        let _ = reading.await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense_of_one_is_not_the_others_trouble() {
    let ensemble = Ensemble::start(3).await;
    let leader = ensemble.leader().await;
    let follower = ensemble.followers().await[0];
    let (at_leader, _) = ensemble.client(leader).await;
    let (at_follower, _) = ensemble.client(follower).await;
    let before = pace(&at_leader, "a").await.max(pace(&at_follower, "b").await);
    let sending = [leader, follower].map(|id| {
        let address = ensemble.address(id);
        tokio::spawn(nonsense(address, id.unsigned_abs()))
    });
    let during = pace(&at_leader, "c").await.max(pace(&at_follower, "d").await);
    for sent in sending {
        within("all nonsense", sent).await.unwrap();
    }
    // Neither lost its session, and both see all.
    let after = pace(&at_leader, "e").await.max(pace(&at_follower, "f").await);
    let usual = before.max(after) * 10 + Duration::from_millis(20);
    assert!(during <= usual, "{during:?}, otherwise {before:?} and {after:?}");
    assert_eq!(ensemble.leader().await, leader);
    for (client, path) in [(&at_leader, "/f-99"), (&at_follower, "/e-99")] {
        client.sync("/").await.unwrap();
        assert!(client.exists(path, false).await.unwrap().is_some());
    }
    at_leader.close().await;
    at_follower.close().await;
    ensemble.stop().await;
}
