//! Ten thousand connections that do nothing cost little and disturb nobody.
//!
//! A process of its own holds them and another one is the broker, so that each stays below the
//! number of files that one process may have. Where even that number is too small, as many are held
//! as it allows.

use milena::kafka::protocol::error_code::ErrorCode;
use rustix::process::{Resource, getrlimit};

use crate::support::batches::{batch, produced, read_all};
use crate::support::folder::Folder;
use crate::support::program::{Process, broker_with_few_files, zookeeper};
use crate::support::servers::create_topic;
use crate::support::wire::Wire;
use crate::support::within;

const CONNECTIONS: u64 = 10_000;
/// What the broker and the holder need for themselves.
const OWN_FILES: u64 = 300;
/// Memory of one idle connection, in KiB, in a build that is not optimised.
const KIB_EACH_MAX: u64 = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_connections_that_do_nothing() {
    let most = getrlimit(Resource::Nofile).maximum.unwrap_or(u64::MAX);
    let count = CONNECTIONS.min(most.saturating_sub(OWN_FILES));
    let folder = Folder::new();
    let (zookeeper, zookeeper_port) = zookeeper(&folder, 0).await;
    // A shell's usual limit is far below what is needed: the broker has to raise it.
    let (broker, port) = broker_with_few_files(&folder, zookeeper_port, 256).await;
    create_topic(port, "t", 1, 1).await;
    let mut early = Wire::connect(port).await;
    let stored = produced(&mut early, "t", 0, batch(&["before"])).await;
    assert_eq!(stored.error_code, ErrorCode::NONE);
    let (files_before, kib_before) = (broker.open_files(), broker.resident_kib());

    let (port_text, wanted) = (port.to_string(), count.to_string());
    let mut holder = Process::start_held("hold-connections", &[&port_text, &wanted]);
    holder.says(&format!("holding {count} connections")).await;
    let files = broker.open_files();
    assert!(files as u64 >= count, "{files} files are open");
    let grown = broker.resident_kib().saturating_sub(kib_before);
    assert!(grown <= count * KIB_EACH_MAX, "{grown} KiB for {count} connections");

    // Who was there and who comes now are served.
    for wire in [&mut early, &mut Wire::connect(port).await] {
        let stored = produced(wire, "t", 0, batch(&["during"])).await;
        assert_eq!(stored.error_code, ErrorCode::NONE);
        assert_eq!(read_all(wire, "t", 0).await.first().map(String::as_str), Some("before"));
    }

    holder.let_go();
    assert!(holder.ended().await.success());
    within("the end of the connections", async {
        let mut pause = tokio::time::interval(std::time::Duration::from_millis(10));
        while broker.open_files() > files_before {
            pause.tick().await;
        }
    })
    .await;
    assert_eq!(read_all(&mut early, "t", 0).await, ["before", "during", "during"]);
    broker.kill().await;
    zookeeper.kill().await;
}
