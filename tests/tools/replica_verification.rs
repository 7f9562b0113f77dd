//! kafka-replica-verification against replicas that are equal, and then are not.

use milena::base::disk::{Disk, Mode};
use rustix::process::Signal;

use crate::support::batches::{batch, produced};
use crate::support::cluster::Cluster;
use crate::support::program::{Process, run};

/// Where a batch has its checksum.
const CRC_AT: u64 = 17;

fn start(cluster: &Cluster) -> Process {
    let address = cluster.address();
    let line = ["--broker-list", &address, "--time", "-2", "--report-interval-ms", "0"];
    let more = ["--max-wait-ms", "20", "--topics-include", "t.*"];
    Process::start("kafka-replica-verification", &[&line[..], &more].concat())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn equal_replicas_are_followed_and_a_difference_is_told() {
    let more = "auto.leader.rebalance.enable=false\nreplica.lag.time.max.ms=60000\n";
    let mut cluster = Cluster::start(2, more).await;
    cluster.topic("t", 1, &[]).await;
    let leader = cluster.leader("t", 0);
    for value in ["a", "b"] {
        let mut wire = cluster.wire(leader).await;
        produced(&mut wire, "t", 0, batch(&[value])).await;
    }
    let mut tool = start(&cluster);
    tool.says("verification process is started").await;
    let line = tool.says("at offset 2 among 1 partitions").await;
    assert!(line.ends_with(": max lag is 0 for partition t-0 at offset 2 among 1 partitions"));
    let (stamp, _) = line.split_once(": ").expect("a time");
    assert!(is_a_time(stamp), "{stamp}");
    tool.signal(Signal::INT);
    assert_eq!(tool.ended().await.code(), Some(130));

    // The first batch of the other one goes bad on its disk.
    let other = if leader == 1 { 2 } else { 1 };
    cluster.end(other).await;
    let path = cluster.log_dir(other).join("t-0/00000000000000000000.log");
    let file = Disk::System.open(&path, Mode::Write).expect("a segment");
    file.write_all_at(&[0, 0, 0, 7], CRC_AT).expect("written");
    cluster.begin(other).await;
    cluster.isr("t", 0, &[1, 2]).await;
    let mut tool = start(&cluster);
    let line = tool.says("has unmatched checksum").await;
    assert!(line.contains("partition t-0 has unmatched checksum at offset 0; "), "{line}");
    assert!(line.contains(&format!("replica {other}'s checksum 7")), "{line}");
    tool.says("max lag is 0 for partition t-0 at offset 2").await;
    tool.signal(Signal::TERM);
    assert_eq!(tool.ended().await.code(), Some(143));
    cluster.stop().await;
}

/// `2019-12-17 10:00:00,123`
fn is_a_time(stamp: &str) -> bool {
    let shape: String =
        stamp.chars().map(|it| if it.is_ascii_digit() { '0' } else { it }).collect();
    shape == "0000-00-00 00:00:00,000"
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_topics_there_is_nothing_to_verify() {
    let cluster = Cluster::start(1, "").await;
    let address = cluster.address();
    let line = ["--broker-list", &address, "--topics-include", "none"];
    let ended = run("kafka-replica-verification", &line, "").await;
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""));
    assert!(ended.stderr.contains("No topics found."), "{ended:?}");
    cluster.stop().await;
}
