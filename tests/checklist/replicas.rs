//! Points 8 to 19: how a broker leads and follows. Which version of Fetch a follower speaks at which
//! `inter.broker.protocol.version` (point 8) is a table of `fetcher::versions`.

use bytes::Bytes;
use milena::base::disk::Disk;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::message::fetch::FetchRequest;
use milena::kafka::record::batch::{HEADER_BYTES, Header};
use milena::kafka::record::compression::Codec;
use milena::kafka::record::{Builder, batches};
use milena::kafka::replica::partition::FromLeader;
use milena::kafka::types::LeaderEpoch;

use super::{assigned, lisr, text, told};
use crate::support::batches::{TIME_MS, batch, fetch, only, produced};
use crate::support::cluster::Cluster;
use crate::support::peer::{Heard, Peer};
use crate::support::servers::{Node, client, sees};
use crate::support::within;

/// A node that was told to lead `t` in epoch 5, of which it and the silent broker 9 have replicas.
async fn leader() -> Node {
    let node = Node::start().await;
    let mut wire = node.wire().await;
    assert_eq!(told(&mut wire, &lisr("t", 0, 5, node.broker.port())).await, [ErrorCode::NONE; 2]);
    node
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_08_a_follower_keeps_a_session_and_says_its_epochs() {
    let node = leader().await;
    let mut wire = node.wire().await;
    assert_eq!(produced(&mut wire, "t", 0, batch(&["a"])).await.error_code, ErrorCode::NONE);
    let peer = Peer::start(&node.zookeeper, 9).await;
    peer.register().await;
    sees(&node.broker, "the peer", |image| image.brokers.contains_key(&9)).await;
    assert_eq!(told(&mut wire, &lisr("t", 9, 6, peer.port)).await, [ErrorCode::NONE; 2]);
    let asked = |heard: &[Heard]| {
        let fetches = heard.iter().filter_map(|it| match it {
            Heard::Fetch(version, request) => Some((*version, request.clone())),
            _ => None,
        });
        let fetches: Vec<(i16, FetchRequest)> = fetches.collect();
        (fetches.len() >= 3).then_some(fetches)
    };
    let fetches = peer.hears("fetches", asked).await;
    let (version, first) = &fetches[0];
    // Without an id of its topic, it goes by name.
    assert_eq!(*version, 12);
    assert_eq!((first.replica_id, first.session_id, first.session_epoch), (0, 0, 0));
    let one = &first.topics[0].partitions[0];
    let told = (one.fetch_offset, one.current_leader_epoch, one.last_fetched_epoch);
    assert_eq!(told, (1, 6, 5));
    // The session goes on, and names only what is new.
    for (epoch, (_, next)) in (1..).zip(&fetches[1..]) {
        assert_eq!((next.session_id, next.session_epoch), (7, epoch));
        assert!(next.topics.is_empty(), "{next:?}");
    }
    peer.stop().await;
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_09_leader_epochs_are_held_against_each_other() {
    let node = leader().await;
    let mut wire = node.wire().await;
    let mut ask = async |replica: i32, epoch: i32| {
        let mut request = fetch("t", 0, 0);
        request.replica_id = replica;
        request.topics[0].partitions[0].current_leader_epoch = epoch;
        only(wire.ask(&request, 11).await).error_code
    };
    for (replica, epoch, code) in [
        (-1, -1, ErrorCode::NONE),
        (-1, 5, ErrorCode::NONE),
        (-1, 4, ErrorCode::FENCED_LEADER_EPOCH),
        (-1, 6, ErrorCode::UNKNOWN_LEADER_EPOCH),
        (9, 5, ErrorCode::NONE),
        (9, 4, ErrorCode::FENCED_LEADER_EPOCH),
        // Whoever is no replica: this broker may not have been told yet.
        (42, 5, ErrorCode::UNKNOWN_LEADER_EPOCH),
        (42, -1, ErrorCode::NOT_LEADER_OR_FOLLOWER),
    ] {
        assert_eq!(ask(replica, epoch).await, code, "replica {replica} in epoch {epoch}");
    }
    assert_eq!((ErrorCode::FENCED_LEADER_EPOCH.0, ErrorCode::UNKNOWN_LEADER_EPOCH.0), (74, 75));
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_11_a_reign_is_written_down_and_stamped_on_what_it_appends() {
    let node = leader().await;
    let mut wire = node.wire().await;
    let replicas = &node.broker.broker.replicas;
    let partition = replicas.partition("t", 0).expect("a replica");
    let known = || {
        let entries = partition.with_log(|log, _| log.epochs().entries().to_vec()).expect("a log");
        entries.iter().map(|it| (it.epoch, it.start_offset)).collect::<Vec<_>>()
    };
    assert_eq!(known(), [(5, 0)], "before anything was appended");
    assert_eq!(produced(&mut wire, "t", 0, batch(&["a"])).await.error_code, ErrorCode::NONE);
    for epoch in [7, 8] {
        let again = lisr("t", 0, epoch, node.broker.port());
        assert_eq!(told(&mut wire, &again).await, [ErrorCode::NONE; 2]);
        if epoch == 7 {
            let stored = produced(&mut wire, "t", 0, batch(&["b"])).await;
            assert_eq!(stored.error_code, ErrorCode::NONE);
        }
    }
    assert_eq!(known(), [(5, 0), (7, 1), (8, 2)]);
    let bytes = only(wire.ask(&fetch("t", 0, 0), 12).await).records.into_bytes();
    let epochs = batches(&bytes).map(|it| it.expect("a batch").header.leader_epoch);
    assert_eq!(epochs.collect::<Vec<_>>(), [5, 7]);
    let folder = node.halt().await;
    let file = folder.path().join("kafka-0/t-0/leader-epoch-checkpoint");
    let file = Disk::System.read_text(&file).expect("the file");
    assert_eq!(file, "0\n3\n5 0\n7 1\n8 2\n", "the last one without a record");
}

/// Before 2.7-IV2 the leader writes the ISR itself; from there on it asks the controller, and leaves
/// no note.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_15_the_two_ways_of_changing_an_isr_are_not_mixed() {
    for (protocol, leaves_notes) in [("2.7-IV1", true), ("2.7", false)] {
        let more = format!(
            "inter.broker.protocol.version={protocol}\nreplica.lag.time.max.ms=300\n\
             replica.fetch.wait.max.ms=100"
        );
        let node = Node::with(&more).await;
        let peer = Peer::start(&node.zookeeper, 9).await;
        peer.register().await;
        sees(&node.broker, "the peer", |image| image.brokers.contains_key(&9)).await;
        // It never fetches.
        assigned(&node, "t", &[&[0, 9]]).await;
        sees(&node.broker, "that the peer is out", |image| {
            image.partition("t", 0).is_some_and(|it| it.isr == [0])
        })
        .await;
        let (client, _events) = client(&node.zookeeper).await;
        let (_, stat) = client.get("/isr_change_notification", false).await.expect("the node");
        assert_eq!(stat.cversion > 0, leaves_notes, "{protocol}");
        client.close().await;
        peer.stop().await;
        node.stop().await;
    }
}

/// The leader writes an ISR, and the answer is lost: that its version is no longer there does not
/// mean that another has written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_16_what_was_written_before_counts_as_written() {
    let node = Node::with("inter.broker.protocol.version=2.4\nreplica.lag.time.max.ms=3000").await;
    let peer = Peer::start(&node.zookeeper, 9).await;
    peer.register().await;
    sees(&node.broker, "the peer", |image| image.brokers.contains_key(&9)).await;
    let (client, _events) = client(&node.zookeeper).await;
    assigned(&node, "t", &[&[0, 9]]).await;
    sees(&node.broker, "the topic", |image| image.topic("t").is_some()).await;
    let path = "/brokers/topics/t/partitions/0/state";
    let before = text(&client, path).await;
    assert!(before.contains(r#""isr":[0,9]"#), "{before}");
    let after = before.replace(r#""isr":[0,9]"#, r#""isr":[0]"#);
    client.set(path, Some(after.clone().into_bytes().into()), 0).await.expect("the state");
    // With acks=all it is the leader's own ISR that counts.
    let mut wire = node.wire().await;
    let stored = within("an append", produced(&mut wire, "t", 0, batch(&["a"]))).await;
    assert_eq!(stored.error_code, ErrorCode::NONE);
    let (data, stat) = client.get(path, false).await.expect("the state");
    assert_eq!((data.as_deref(), stat.version), (Some(after.as_bytes()), 1), "nobody wrote again");
    client.close().await;
    peer.stop().await;
    node.stop().await;
}

/// Bits of a batch that a follower does not know, or has no use for, are its leader's business.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_19_a_follower_keeps_every_bit_of_a_batch() {
    let node = leader().await;
    let follow = lisr("t", 9, 6, 1);
    assert_eq!(told(&mut node.wire().await, &follow).await, [ErrorCode::NONE; 2]);
    let plain = batch(&["a"]);
    let mut header = Header::parse(&plain).expect("a batch").expect("a whole one");
    header.leader_epoch = 6;
    // The horizon of tombstones (KIP-534), and a bit that nobody has given a meaning yet.
    header.attributes |= 0x40 | 0x80;
    let records = &plain[HEADER_BYTES..];
    let bytes = Bytes::from([&header.sealed(records)[..], records].concat());
    let partition = node.broker.broker.replicas.partition("t", 0).expect("a replica");
    let leader = FromLeader { high_watermark: 0, log_start: 0 };
    partition.append_as_follower(LeaderEpoch(6), &bytes, leader, TIME_MS).expect("an append");
    let dir = partition.with_log(|log, _| log.dir().to_owned()).expect("a log");
    let stored = Disk::System.read(&dir.join("00000000000000000000.log")).expect("a segment");
    assert_eq!(stored, bytes);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_18_followers_have_their_leaders_bytes() {
    let cluster = Cluster::start(3, "").await;
    cluster.topic("t", 1, &[]).await;
    let mut wire = cluster.wire(cluster.leader("t", 0)).await;
    for codec in [Codec::None, Codec::Gzip, Codec::Snappy, Codec::Lz4, Codec::Zstd] {
        let mut builder = Builder::new(codec.into());
        for _ in 0..20 {
            builder.append(TIME_MS, Some(b"the same key"), Some(b"the same value"), &[]);
        }
        let stored = produced(&mut wire, "t", 0, builder.finish()).await;
        assert_eq!(stored.error_code, ErrorCode::NONE, "{codec:?}");
    }
    let mut logs = Vec::new();
    for id in 1..=3 {
        cluster.caught_up(id, "t", 0, 100).await;
        let path = cluster.log_dir(id).join("t-0/00000000000000000000.log");
        let bytes = Disk::System.read(&path).expect("a segment");
        logs.push(bytes);
    }
    assert!(!logs[0].is_empty());
    assert!(logs[0] == logs[1] && logs[1] == logs[2], "three logs");
    // And not unpacked on the way: each batch still is in the codec its producer chose.
    let codecs = batches(&logs[0]).map(|it| it.expect("a batch").bytes()[22] & 7);
    assert_eq!(codecs.collect::<Vec<u8>>(), [0, 1, 2, 3, 4]);
    cluster.stop().await;
}
