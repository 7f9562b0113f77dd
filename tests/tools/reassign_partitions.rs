//! kafka-reassign-partitions from the proposal to the last look, both ways.

use std::collections::BTreeMap;

use milena::kafka::metadata::Image;

use crate::support::cluster::Cluster;
use crate::support::folder::Folder;
use crate::support::program::{Ended, run};

const QUIET: &str = "auto.leader.rebalance.enable=false\nreplica.lag.time.max.ms=60000\n";
const CURRENT: &str = "Current partition replica assignment\n";

async fn reassign(cluster: &Cluster, line: &str) -> Ended {
    let (brokers, zookeeper) = (cluster.address(), cluster.zookeeper.address().to_string());
    let line = line.replace("BROKERS", &brokers).replace("ZOOKEEPER", &zookeeper);
    let words: Vec<&str> = line.split_whitespace().collect();
    run("kafka-reassign-partitions", &words, "").await
}

fn moves(folder: &Folder, replicas: &str) -> String {
    let text = format!(
        r#"{{"version":1,"partitions":[{{"topic":"t","partition":0,"replicas":{replicas}}}]}}"#
    );
    folder.write("moves.json", &text)
}

async fn replicas_are(cluster: &Cluster, wanted: &[i32]) {
    let so = |image: &Image| {
        let partition = image.partition("t", 0);
        partition.is_some_and(|it| it.replicas == wanted && it.isr.len() == wanted.len())
    };
    cluster.all_see(&format!("replicas {wanted:?}"), so).await;
}

/// What brokers and the topic are told to throttle.
fn throttles(cluster: &Cluster) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (id, running) in &cluster.brokers {
        for (name, value) in running.broker.topic_configs.layers().broker.iter() {
            found.insert(format!("{id} {name}"), value.to_owned());
        }
    }
    for (name, value) in cluster.brokers[&1].broker.topic_configs.overrides("t") {
        found.insert(name, value);
    }
    found.retain(|name, _| name.contains("throttled"));
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_moves_as_proposed_and_throttles_go_when_it_has_arrived() {
    let (cluster, folder) = (Cluster::start(3, QUIET).await, Folder::new());
    cluster.topic("t", 1, &[]).await;
    let file = moves(&folder, "[1]");
    let line = |action: &str| {
        format!("--bootstrap-server BROKERS --reassignment-json-file {file} {action}")
    };
    let ended = reassign(&cluster, &line("--execute")).await;
    let started = "Successfully started partition reassignment for t-0\n";
    assert!(ended.stdout.starts_with(CURRENT) && ended.stdout.ends_with(started), "{ended:?}");
    replicas_are(&cluster, &[1]).await;

    let topics = folder.write("topics.json", r#"{"topics":[{"topic":"t"}],"version":1}"#);
    let generate = format!(
        "--bootstrap-server BROKERS --generate --topics-to-move-json-file {topics} --broker-list 2"
    );
    let json = |replicas: &str, dirs: &str| {
        format!(
            r#"{{"version":1,"partitions":[{{"topic":"t","partition":0,"replicas":[{replicas}],"log_dirs":[{dirs}]}}]}}"#
        )
    };
    let proposed = reassign(&cluster, &generate).await;
    let expected = format!(
        "{CURRENT}{}\n\nProposed partition reassignment configuration\n{}\n",
        json("1", r#""any""#),
        json("2", r#""any""#)
    );
    assert_eq!((proposed.stdout.as_str(), proposed.code), (expected.as_str(), Some(0)));

    moves(&folder, "[2,3]");
    let ended = reassign(&cluster, &line("--execute --throttle 1000000000")).await;
    let expected = format!(
        "{CURRENT}\n{}\n\nSave this to use as the --reassignment-json-file option during rollback\n\
         Warning: You must run --verify periodically, until the reassignment completes, to ensure \
         the throttle is removed.\n\
         The inter-broker throttle limit was set to 1000000000 B/s\n{started}",
        json("1", r#""any""#)
    );
    assert_eq!((ended.stdout.as_str(), ended.code), (expected.as_str(), Some(0)), "{ended:?}");
    let set = throttles(&cluster);
    assert_eq!(set["leader.replication.throttled.replicas"], "0:1");
    assert_eq!(set["follower.replication.throttled.replicas"], "0:2,0:3");
    for id in 1..=3 {
        assert_eq!(set[&format!("{id} leader.replication.throttled.rate")], "1000000000");
        assert_eq!(set[&format!("{id} follower.replication.throttled.rate")], "1000000000");
    }
    replicas_are(&cluster, &[2, 3]).await;
    let seen = reassign(&cluster, &line("--verify")).await;
    let expected = "Status of partition reassignment:\n\
                    Reassignment of partition t-0 is completed.\n\n\
                    Clearing broker-level throttles on brokers 1,2,3\n\
                    Clearing topic-level throttles on topic t\n";
    assert_eq!((seen.stdout.as_str(), seen.code), (expected, Some(0)), "{seen:?}");
    for id in 1..=3 {
        let layers = cluster.brokers[&id].broker.topic_configs.layers();
        assert!(layers.broker.is_empty(), "broker {id}: {layers:?}");
    }
    let list = reassign(&cluster, "--bootstrap-server BROKERS --list").await;
    assert_eq!(list.stdout, "No partition reassignments found.\n");
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_move_that_cannot_end_is_shown_guarded_and_called_off() {
    let (mut cluster, folder) = (Cluster::start(3, QUIET).await, Folder::new());
    cluster.topic("t", 1, &[]).await;
    let file = moves(&folder, "[1,2]");
    let line = |action: &str| {
        format!("--bootstrap-server BROKERS --reassignment-json-file {file} {action}")
    };
    assert_eq!(reassign(&cluster, &line("--execute")).await.code, Some(0));
    replicas_are(&cluster, &[1, 2]).await;
    moves(&folder, "[3,9]");
    let unknown = reassign(&cluster, &line("--execute")).await;
    assert_eq!((unknown.stdout.as_str(), unknown.code), ("Error: Unknown broker id 9\n", Some(1)));
    // Away, and wanted: so the move goes on until it is back.
    cluster.end(2).await;
    cluster.isr("t", 0, &[1]).await;
    cluster.reassign("t", 0, &[2, 3]).await;
    let list = reassign(&cluster, "--bootstrap-server BROKERS --list").await;
    let shown = "Current partition reassignments:\n\
                 t-0: replicas: 2,3,1. adding: 3. removing: 1.\n";
    assert_eq!((list.stdout.as_str(), list.code), (shown, Some(0)));
    moves(&folder, "[3]");
    let busy = reassign(&cluster, &line("--execute")).await;
    let said =
        "Cannot execute because there is an existing partition assignment.  Use --additional";
    assert!(busy.code == Some(1) && busy.stdout.starts_with(said), "{busy:?}");
    let seen = reassign(&cluster, &line("--verify")).await;
    let said = "Status of partition reassignment:\n\
                Reassignment of partition t-0 is still in progress.\n\n";
    assert_eq!((seen.stdout.as_str(), seen.code), (said, Some(0)));
    let off = reassign(&cluster, &line("--cancel")).await;
    let said = "Successfully cancelled partition reassignment for: t-0\n\
                None of the specified partition moves are active.\n\
                Clearing broker-level throttles on brokers 1,3\n\
                Clearing topic-level throttles on topic t\n";
    assert_eq!((off.stdout.as_str(), off.code), (said, Some(0)), "{off:?}");
    let none = reassign(&cluster, &line("--cancel --preserve-throttles")).await;
    let said = "None of the specified partition reassignments are active.\n\
                None of the specified partition moves are active.\n";
    assert_eq!((none.stdout.as_str(), none.code), (said, Some(0)));
    cluster.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_59_a_topic_moves_through_zookeeper() {
    let (cluster, folder) = (Cluster::start(3, QUIET).await, Folder::new());
    cluster.topic("t", 1, &[]).await;
    let file = moves(&folder, "[2,3]");
    let line =
        |action: &str| format!("--zookeeper ZOOKEEPER --reassignment-json-file {file} {action}");
    let ended = reassign(&cluster, &line("--execute --throttle 1000000000")).await;
    let said = "The inter-broker throttle limit was set to 1000000000 B/s\n\
                Successfully started reassignment of partitions.\n";
    assert!(ended.stdout.starts_with(CURRENT) && ended.stdout.ends_with(said), "{ended:?}");
    replicas_are(&cluster, &[2, 3]).await;
    let list = reassign(&cluster, "--bootstrap-server BROKERS --list").await;
    assert_eq!(list.stdout, "No partition reassignments found.\n");
    let seen = within_done(&cluster, &line("--verify")).await;
    let expected = "Status of partition reassignment: \n\
                    Reassignment of partition t-0 completed successfully\n\
                    Throttle was removed.\n";
    assert_eq!(seen, expected);
    let bad = folder.write("bad.json", "{\"version\":1,\n \"partitions\":{}}");
    let bad = format!("--zookeeper ZOOKEEPER --execute --reassignment-json-file {bad}");
    let refused = reassign(&cluster, &bad).await;
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.stdout.ends_with("bad.json:2:15: partitions: a list expected, found an object\n")
    );
    cluster.stop().await;
}

/// The controller takes the node away after it has told everyone of the new replicas.
async fn within_done(cluster: &Cluster, line: &str) -> String {
    crate::support::within("the end of the move", async {
        loop {
            let seen = reassign(cluster, line).await;
            if !seen.stdout.contains("still in progress") {
                return seen.stdout;
            }
        }
    })
    .await
}
