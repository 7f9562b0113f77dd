//! Servers of a cluster are killed, held and restarted under load, and nothing that was acknowledged
//! is lost, doubled or out of order: on one ZooKeeper, on three, and on three inside the brokers. A
//! few cycles, or as many as `MILENA_CYCLES` says; `cargo xtask audit` does it on Apache's.

use crate::audit::kills::{self, Plan};
use crate::audit::members::Kind;
use crate::support::folder::Folder;

async fn nothing_is_lost(zookeeper: &str, cycles: usize, only: Option<&str>) {
    let told = std::env::var("MILENA_CYCLES").ok().and_then(|text| text.parse().ok());
    let folder = Folder::new();
    let plan = Plan {
        zookeeper: Kind::named(zookeeper),
        cycles: told.unwrap_or(cycles),
        seed: 7,
        only: match told {
            Some(_) => None,
            None => only.map(str::to_owned),
        },
        python: None,
        folder: folder.path().to_owned(),
    };
    if let Err(error) = kills::run(&plan).await {
        let kept = folder.keep();
        panic!("{error}\nwhat the servers said is in {}", kept.display());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_on_one_zookeeper() {
    nothing_is_lost("one", 5, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_on_three_zookeepers() {
    nothing_is_lost("three", 2, Some("ZooKeeper's leader")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_on_three_zookeepers_inside_the_brokers() {
    nothing_is_lost("inside", 2, Some("ZooKeeper's leader")).await;
}
