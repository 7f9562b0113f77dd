//! Points 48, 53 and 54: what brokers keep in ZooKeeper for each other.

use milena::zookeeper::client::{Event, WatchEvent, WatchKind};
use milena::zookeeper::jute::Acl;
use milena::zookeeper::jute::record::perms;
use milena::zookeeper::jute::request::CreateMode;

use crate::support::servers::{Node, client};
use crate::support::within;

/// Notes of both forms make every broker read the settings again; what changed while it was away it
/// reads at its start.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_48_notes_of_changed_settings_are_read_in_both_forms() {
    let node = Node::start().await;
    node.topic("t", 1).await;
    let (zookeeper, _events) = client(&node.zookeeper).await;
    let open = [Acl::world(perms::ALL)];
    let set = async |value: i64| {
        let data = format!(r#"{{"version":1,"config":{{"retention.ms":"{value}"}}}}"#);
        let data = Some(data.into_bytes().into());
        zookeeper.set("/config/topics/t", data, -1).await.expect("the settings");
    };
    let retention = |node: &Node| {
        let partition = node.broker.broker.replicas.partition("t", 0).expect("a replica");
        partition.config().retention_ms
    };
    for (value, note) in [
        (1_000, r#"{"version":1,"entity_type":"topics","entity_name":"t"}"#),
        (2_000, r#"{"version":2,"entity_path":"topics/t"}"#),
    ] {
        set(value).await;
        let (path, data) = ("/config/changes/config_change_", Some(note.into()));
        zookeeper
            .create(path, data, &open, CreateMode::PersistentSequential)
            .await
            .expect("a note");
        within("the settings", async {
            let mut pause = tokio::time::interval(std::time::Duration::from_millis(2));
            while retention(&node) != value {
                pause.tick().await;
            }
        })
        .await;
    }
    // Nobody left a note of this one. The notes that are younger than 15 minutes are still there.
    set(3_000).await;
    let (notes, _) = zookeeper.children("/config/changes", false).await.expect("the notes");
    assert_eq!(notes.len(), 2);
    zookeeper.close().await;
    let node = node.restart().await;
    assert_eq!(retention(&node), 3_000);
    node.stop().await;
}

/// Who sees a topic can read its settings, as long as it sees it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_54_settings_are_there_before_their_topic_and_after_it() {
    let node = Node::start().await;
    node.topic("t", 1).await;
    let (zookeeper, mut events) = client(&node.zookeeper).await;
    let (settings, topic) = ("/config/topics/t", "/brokers/topics/t");
    let mut made = Vec::new();
    for path in [settings, topic] {
        let stat = zookeeper.exists(path, true).await.expect("an answer").expect(path);
        made.push(stat.czxid);
    }
    assert!(made[0] < made[1], "{made:?}");
    let open = [Acl::world(perms::ALL)];
    let wish = "/admin/delete_topics/t";
    zookeeper.create(wish, None, &open, CreateMode::Persistent).await.expect("a wish");
    // Events come in the order of what they tell.
    let mut gone = Vec::new();
    while gone.len() < 2 {
        let event = within("a deletion", events.next()).await.expect("an event");
        if let Event::Watch(WatchEvent { kind: WatchKind::Deleted, path, .. }) = event {
            gone.push(path);
        }
    }
    assert_eq!(gone, [topic, settings]);
    zookeeper.close().await;
    node.stop().await;
}
