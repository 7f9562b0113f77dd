//! The controller's machine alone, with a cluster of thirty brokers that is not there: what the
//! machine itself takes and wants, and that twice as many partitions are twice the work.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use milena::base::bytes::{Reader, Writer};
use milena::base::rng::Rng;
use milena::base::uuid::Uuid;
use milena::config::broker::Endpoint;
use milena::kafka::controller::context::{Assignment, Broker, LeaderAndIsr, TopicNode};
use milena::kafka::controller::{
    ControlRequest, Controller, Effect, Event, Outcome, Picture, Settings, Write,
};
use milena::kafka::metadata::{Image, delta};
use milena::kafka::protocol::message::update_metadata::{
    UpdateMetadataPartitionState, UpdateMetadataRequest, UpdateMetadataTopicState,
};
use milena::kafka::protocol::{Decode as _, Encode as _};
use milena::kafka::types::{BrokerId, ControllerEpoch, LeaderEpoch, TopicPartition};

use rustix::time::{ClockId, clock_gettime};

use super::Load;
use crate::options::Options;

const BROKERS: i32 = 30;
const REPLICAS: i32 = 3;
/// Of a topic.
const PARTITIONS: i32 = 20;
/// The version of UpdateMetadata that is spoken from 3.4 on.
const UPDATE_METADATA: i16 = 8;

/// What a step of the cluster came to.
#[derive(Default)]
struct Tally {
    /// The machine's own time.
    took: Duration,
    /// States that were written to ZooKeeper.
    writes: usize,
    /// Partitions that brokers were told of, each as often as it was said.
    told: usize,
}

struct Machine {
    partitions: i32,
}

pub fn start(options: &Options) -> Box<dyn Load> {
    Box::new(Machine { partitions: if options.quick { 40_000 } else { 200_000 } })
}

impl Load for Machine {
    fn server(&mut self) -> Vec<Option<f64>> {
        let whole = once(self.partitions);
        let quarter = once(self.partitions / 4);
        let ms = |took: Duration| Some(took.as_secs_f64() * 1e3);
        let times = |a: Duration, b: Duration| Some(a.as_secs_f64() / b.as_secs_f64());
        vec![
            ms(whole.elected.took),
            times(whole.elected.took, quarter.elected.took),
            ms(whole.died.took),
            times(whole.died.took, quarter.died.took),
            Some(whole.died.writes as f64),
            Some(whole.died.told as f64),
            ms(whole.image),
            times(whole.image, quarter.image),
            Some(whole.one.as_secs_f64() * 1e6),
            Some(whole.bytes as f64 / 1e6),
        ]
    }
}

struct Measured {
    elected: Tally,
    died: Tally,
    /// A broker that takes the whole picture, off the wire.
    image: Duration,
    /// News of one partition.
    one: Duration,
    /// The whole picture on the wire.
    bytes: usize,
}

fn once(partitions: i32) -> Measured {
    let settings =
        Settings { delete_topics: true, topic_ids: true, recovery: true, imbalance_percent: 10 };
    let picture = picture(partitions);
    let registered = picture.brokers.clone();
    let mut controller = Controller::new(BrokerId(0), settings, Rng::seeded(1));
    let elected = drive(&mut controller, Event::Elected(Box::new(picture)));
    let left = registered.into_iter().filter(|(id, _)| *id != BrokerId(1)).collect();
    let died = drive(&mut controller, Event::Brokers(left));
    drop(controller);

    let update = update(partitions);
    let mut writer = Writer::with_capacity(1024);
    update.encode(&mut writer, UPDATE_METADATA);
    let bytes = writer.into_bytes();
    let mut image = Image::empty();
    let begun = thread_cpu();
    let mut reader = Reader::shared(&bytes);
    let read = UpdateMetadataRequest::decode(&mut reader, UPDATE_METADATA).expect("a request");
    delta::apply(&mut image, &read);
    let whole = thread_cpu() - begun;
    let mut single = update;
    single.topic_states.truncate(1);
    single.topic_states[0].partition_states.truncate(1);
    let begun = thread_cpu();
    delta::apply(&mut image, &single);
    let one = thread_cpu() - begun;
    Measured { elected, died, image: whole, one, bytes: bytes.len() }
}

/// What this thread has cost so far: nobody but the machine takes part.
fn thread_cpu() -> Duration {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    let (seconds, nanos) = (now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs());
    Duration::from_secs(seconds) + Duration::from_nanos(nanos)
}

/// Feeds the machine an event, and answers what it asks for as a ZooKeeper would that agrees.
fn drive(controller: &mut Controller, event: Event) -> Tally {
    let mut tally = Tally::default();
    let mut next = Some(event);
    let mut effects = Vec::new();
    while let Some(event) = next.take() {
        let begun = thread_cpu();
        controller.step(event, &mut effects);
        tally.took += thread_cpu() - begun;
        for effect in effects.drain(..) {
            match effect {
                Effect::Write(writes) => {
                    next =
                        Some(Event::Written(writes.iter().map(|it| tally.written(it)).collect()));
                }
                Effect::ReadStates(_) => next = Some(Event::StatesRead(BTreeMap::new())),
                Effect::ReadTopics(_) => next = Some(Event::TopicsRead(BTreeMap::new())),
                Effect::Send { request, .. } => tally.told += told(&request),
                Effect::Connect(_) | Effect::Disconnect(_) | Effect::Reply { .. } => {}
            }
        }
    }
    tally
}

impl Tally {
    fn written(&mut self, write: &Write) -> Outcome {
        let version = match write {
            Write::State(_, state) => state.version + 1,
            _ => 0,
        };
        self.writes += 1;
        Outcome::Done { version }
    }
}

fn told(request: &ControlRequest) -> usize {
    let topics = match request {
        ControlRequest::LeaderAndIsr(it) => &it.topics,
        ControlRequest::UpdateMetadata(it) => &it.topics,
        ControlRequest::StopReplica(it) => return it.partitions.len(),
    };
    topics.iter().map(|it| it.partitions.len()).sum()
}

fn replicas(number: i32) -> Vec<BrokerId> {
    (0..REPLICAS).map(|step| BrokerId((number + step * 7) % BROKERS)).collect()
}

fn name(topic: i32) -> String {
    format!("topic-{topic:06}")
}

fn picture(partitions: i32) -> Picture {
    let brokers = (0..BROKERS).map(|id| {
        let endpoints = vec![Endpoint::plain("broker.example.org", 9092)];
        let broker = Broker { id: BrokerId(id), epoch: 10, endpoints, rack: None };
        (BrokerId(id), Arc::new(broker))
    });
    let mut picture =
        Picture { epoch: ControllerEpoch(2), brokers: brokers.collect(), ..Picture::default() };
    for topic in 0..partitions / PARTITIONS {
        let topic_name: Arc<str> = name(topic).into();
        let mut node = TopicNode { id: Some(id_of(topic)), ..TopicNode::default() };
        for partition in 0..PARTITIONS {
            let replicas = replicas(topic * PARTITIONS + partition);
            node.partitions.insert(partition, Assignment::new(replicas.clone()));
            let state = LeaderAndIsr {
                leader: replicas.first().copied(),
                leader_epoch: LeaderEpoch(3),
                isr: replicas,
                recovering: false,
                controller_epoch: ControllerEpoch(1),
                version: 5,
            };
            let partition = TopicPartition::new(topic_name.clone(), partition);
            picture.states.insert(partition, (state, 20));
        }
        picture.topics.insert(topic_name, node);
    }
    picture
}

fn id_of(topic: i32) -> Uuid {
    let mut bytes = [7; 16];
    bytes[..4].copy_from_slice(&topic.to_be_bytes());
    Uuid(bytes)
}

/// What a broker hears when a controller takes office.
fn update(partitions: i32) -> UpdateMetadataRequest {
    let ids = |number| -> Vec<i32> { replicas(number).iter().map(|id| id.0).collect() };
    let state = |topic: i32, partition_index| {
        let replicas = ids(topic * PARTITIONS + partition_index);
        UpdateMetadataPartitionState {
            partition_index,
            controller_epoch: 2,
            leader: replicas[0],
            leader_epoch: 3,
            isr: replicas.clone(),
            zk_version: 5,
            replicas,
            ..UpdateMetadataPartitionState::default()
        }
    };
    let topics = (0..partitions / PARTITIONS).map(|topic| UpdateMetadataTopicState {
        topic_name: name(topic),
        topic_id: id_of(topic),
        partition_states: (0..PARTITIONS).map(|partition| state(topic, partition)).collect(),
    });
    UpdateMetadataRequest { topic_states: topics.collect(), ..UpdateMetadataRequest::default() }
}
