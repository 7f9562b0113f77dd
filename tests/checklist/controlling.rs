//! Points 28 to 39: how a controller rules. Its decisions are scripts of `kafka::controller`; here is
//! what others hear of them.

use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::create_partitions::{
    CreatePartitionsRequest, CreatePartitionsTopic,
};
use milena::zookeeper::jute::Acl;
use milena::zookeeper::jute::record::perms;
use milena::zookeeper::jute::request::CreateMode;

use super::{assigned, text};
use crate::support::cluster::Cluster;
use crate::support::peer::{Heard, Peer};
use crate::support::servers::{Node, client, sees};

/// Each office has the next epoch, and the node says who holds it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_28_every_office_has_an_epoch_of_its_own() {
    let mut cluster = Cluster::start(2, "").await;
    let (client, _events) = client(&cluster.zookeeper).await;
    for epoch in 1..=3 {
        let (_, stat) = client.get("/controller_epoch", false).await.expect("the epoch");
        assert_eq!(
            (text(&client, "/controller_epoch").await, stat.version),
            (epoch.to_string(), epoch)
        );
        let holder = cluster.brokers.values().next().expect("a broker");
        let holder = holder.broker.cluster.image().controller;
        let said = text(&client, "/controller").await;
        assert!(said.contains(&format!(r#""brokerid":{holder}"#)), "{said}");
        let (_, stat) = client.get("/controller", false).await.expect("the office");
        assert_ne!(stat.ephemeral_owner, 0);
        cluster.end(holder).await;
        let other = 3 - holder;
        cluster.all_see("the next", |image| image.controller == other).await;
        cluster.begin(holder).await;
        cluster.all_see("both", |image| image.brokers.len() == 2).await;
    }
    client.close().await;
    cluster.stop().await;
}

/// A broker that registers hears first who lives, and then what it leads; and all of it is said to
/// the life that it has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_30_a_broker_is_spoken_to_by_its_own_epoch() {
    let node = Node::start().await;
    let peer = Peer::start(&node.zookeeper, 9).await;
    let epoch = peer.register().await;
    sees(&node.broker, "the peer", |image| image.brokers.contains_key(&9)).await;
    assigned(&node, "t", &[&[9, 0]]).await;
    let leads =
        |it: &Heard| matches!(it, Heard::LeaderAndIsr(_, asked) if !asked.topic_states.is_empty());
    peer.hears("that it leads", |heard| heard.iter().any(leads).then_some(())).await;
    let heard = peer.heard();
    assert!(matches!(&heard[0], Heard::UpdateMetadata(..)), "{:?}", heard[0]);
    for one in &heard {
        let said = match one {
            Heard::LeaderAndIsr(_, asked) => asked.broker_epoch,
            Heard::UpdateMetadata(_, asked) => asked.broker_epoch,
            Heard::StopReplica(_, asked) => asked.broker_epoch,
            Heard::Fetch(..) => continue,
        };
        assert_eq!(said, epoch);
    }
    peer.stop().await;
    node.stop().await;
}

/// First who lives, without a partition; in each event leadership before the picture of it; and what
/// found no answer is said again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_29_a_broker_hears_everything_in_order() {
    let node = Node::start().await;
    assigned(&node, "before", &[&[0]]).await;
    let peer = Peer::start(&node.zookeeper, 9).await;
    peer.register().await;
    sees(&node.broker, "the peer", |image| image.brokers.contains_key(&9)).await;
    assigned(&node, "t", &[&[9, 0], &[0, 9]]).await;
    let about = |heard: &[Heard]| {
        let of_t = heard.iter().filter_map(|it| match it {
            Heard::LeaderAndIsr(_, asked)
                if asked.topic_states.iter().any(|it| it.topic_name == "t") =>
            {
                let states = asked.topic_states.iter().flat_map(|it| &it.partition_states);
                assert!(states.clone().all(|it| it.is_new && it.leader_epoch == 0));
                Some('L')
            }
            Heard::UpdateMetadata(_, asked)
                if asked.topic_states.iter().any(|it| it.topic_name == "t") =>
            {
                let brokers: Vec<i32> = asked.live_brokers.iter().map(|it| it.id).collect();
                assert_eq!(brokers.len(), 2, "all that live, each time: {brokers:?}");
                Some('U')
            }
            _ => None,
        });
        let order: String = of_t.collect();
        order.contains('U').then_some(order)
    };
    let order = peer.hears("the topic", about).await;
    assert!(order.starts_with('L'), "{order}");
    // What was there before it came it has heard, too.
    let knows = peer.heard().iter().any(|it| {
        matches!(it, Heard::UpdateMetadata(_, asked)
            if asked.topic_states.iter().any(|topic| topic.topic_name == "before"))
    });
    assert!(knows, "all partitions with a leader");
    peer.stop().await;
    node.stop().await;
}

/// A broker that comes back in another life within one event is told everything anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_37_a_bounced_broker_is_told_anew() {
    let node = Node::start().await;
    let peer = Peer::start(&node.zookeeper, 9).await;
    let first = peer.register().await;
    sees(&node.broker, "the peer", |image| image.brokers.contains_key(&9)).await;
    assigned(&node, "t", &[&[9, 0]]).await;
    peer.leave().await;
    let second = peer.register().await;
    assert!(second > first);
    let anew = |it: &Heard| {
        matches!(it, Heard::LeaderAndIsr(_, asked)
            if asked.broker_epoch == second && !asked.topic_states.is_empty())
    };
    peer.hears("its replica", |heard| heard.iter().any(anew).then_some(())).await;
    // It led in its first life, and may have lost what it had: its epoch is over.
    sees(&node.broker, "a later epoch", |image| {
        image.partition("t", 0).is_some_and(|it| it.leader_epoch > 0)
    })
    .await;
    peer.stop().await;
    node.stop().await;
}

/// With an `inter.broker.protocol.version` before 2.8 topics get no ids, and keep those they have.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_31_topic_ids_are_kept_and_not_made_before_their_time() {
    let node = Node::with("inter.broker.protocol.version=2.4").await;
    let (client, _events) = client(&node.zookeeper).await;
    assigned(&node, "ours", &[&[0]]).await;
    let ours = text(&client, "/brokers/topics/ours").await;
    assert!(!ours.contains("topic_id"), "{ours}");
    let id = "AAAAAAAAAAAAAAAAAAAAAQ";
    let theirs = format!(
        r#"{{"partitions":{{"0":[0]}},"topic_id":"{id}","adding_replicas":{{}},"removing_replicas":{{}},"version":3}}"#
    );
    let open = [Acl::world(perms::ALL)];
    let data = Some(theirs.into_bytes().into());
    client
        .create("/brokers/topics/theirs", data, &open, CreateMode::Persistent)
        .await
        .expect("a topic");
    sees(&node.broker, "the topic", |image| image.topic("theirs").is_some()).await;
    let grow = CreatePartitionsTopic { name: "theirs".to_owned(), count: 2, assignments: None };
    let request =
        CreatePartitionsRequest { topics: vec![grow], timeout_ms: 30_000, ..Default::default() };
    let grown = node.wire().await.ask(&request, 1).await;
    assert_eq!(grown.results[0].error_code, ErrorCode::NONE, "{grown:?}");
    let after = text(&client, "/brokers/topics/theirs").await;
    assert!(after.contains(&format!(r#""topic_id":"{id}""#)), "{after}");
    assert!(after.contains(r#""1":[0]"#), "{after}");
    client.close().await;
    // With 2.8 each topic has one, also those that came without.
    let node = Node::over(node.halt().await, "inter.broker.protocol.version=2.8").await;
    let (client, _events) = crate::support::servers::client(&node.zookeeper).await;
    sees(&node.broker, "the topics", |image| image.topics.len() == 2).await;
    assert!(text(&client, "/brokers/topics/ours").await.contains(r#""topic_id":""#));
    assert!(text(&client, "/brokers/topics/theirs").await.contains(id), "and it stays");
    client.close().await;
    node.stop().await;
}

/// A leader of an older make writes its ISR itself, whatever this cluster's brokers do by now.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_32_notes_of_isr_changes_are_read_at_every_protocol_version() {
    let node = Node::with("replica.lag.time.max.ms=60000").await;
    let peer = Peer::start(&node.zookeeper, 9).await;
    peer.register().await;
    sees(&node.broker, "the peer", |image| image.brokers.contains_key(&9)).await;
    assigned(&node, "t", &[&[9, 0]]).await;
    let (client, _events) = client(&node.zookeeper).await;
    let path = "/brokers/topics/t/partitions/0/state";
    let state = text(&client, path).await.replace(r#""isr":[9,0]"#, r#""isr":[9]"#);
    client.set(path, Some(state.into_bytes().into()), -1).await.expect("the state");
    let open = [Acl::world(perms::ALL)];
    let note = r#"{"version":1,"partitions":[{"topic":"t","partition":0}]}"#;
    let (note, path) = (Some(note.into()), "/isr_change_notification/isr_change_");
    client.create(path, note, &open, CreateMode::PersistentSequential).await.expect("a note");
    sees(&node.broker, "the ISR", |image| image.partition("t", 0).is_some_and(|it| it.isr == [9]))
        .await;
    client.close().await;
    peer.stop().await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_38_the_office_is_written_as_every_release_reads_it() {
    for (protocol, version) in [("2.4", 1), ("3.3", 1), ("3.9", 2)] {
        let node = Node::with(&format!("inter.broker.protocol.version={protocol}")).await;
        let (client, _events) = client(&node.zookeeper).await;
        let said = text(&client, "/controller").await;
        assert!(said.contains(&format!(r#""version":{version}"#)), "{protocol}: {said}");
        // -1: it is no controller of KRaft's.
        assert_eq!(said.contains(r#""kraftControllerEpoch":-1"#), version == 2, "{said}");
        assert!(said.contains(r#""brokerid":0"#), "{said}");
        assert!(said.contains(r#""timestamp":""#), "as a text: {said}");
        client.close().await;
        node.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_39_features_are_written_as_the_protocol_version_asks() {
    for (protocol, version, status) in [("2.6", 1, 0), ("2.7", 1, 1), ("3.2", 1, 1), ("3.9", 2, 1)]
    {
        let node = Node::with(&format!("inter.broker.protocol.version={protocol}")).await;
        let (client, _events) = client(&node.zookeeper).await;
        let said = text(&client, "/feature").await;
        for part in [
            format!(r#""version":{version}"#),
            format!(r#""status":{status}"#),
            r#""features":{}"#.to_owned(),
        ] {
            assert!(said.contains(&part), "{protocol}: {said}");
        }
        client.close().await;
        node.stop().await;
    }
    let node = Node::with("inter.broker.protocol.version=2.6").await;
    let node = Node::over(node.halt().await, "inter.broker.protocol.version=2.8").await;
    let (client, _events) = client(&node.zookeeper).await;
    assert!(text(&client, "/feature").await.contains(r#""status":1"#), "what was off is on");
    client.close().await;
    node.stop().await;
}
