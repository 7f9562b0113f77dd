//! Moves between the folders of one broker (KIP-113): starting, watching, calling off.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::{Failure, Io};
use super::plan::Replica;
use super::{brokers, failed, joined, plural};
use crate::kafka::client::admin::Admin;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::alter_replica_log_dirs::{
    AlterReplicaLogDir, AlterReplicaLogDirTopic, AlterReplicaLogDirsRequest,
};
use crate::kafka::types::TopicPartition;

/// How long to leave a broker alone that does not have a replica yet.
const PAUSE: Duration = Duration::from_millis(100);

/// Replicas, each with a folder.
type Dirs = BTreeMap<Replica, String>;

/// How far one move has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// The broker, or the replica on it, is not there.
    NoReplica,
    /// It lies in no folder that works.
    NoDir,
    Done,
    Moving {
        to: String,
        wanted: String,
        from: String,
    },
    Resting {
        at: String,
        wanted: String,
    },
}

impl State {
    /// Whether more is to come of it.
    pub(super) fn is_moving(&self) -> bool {
        !matches!(self, State::Done | State::Resting { .. })
    }
}

/// Where a replica lies, and where it is being copied to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) current: Option<String>,
    pub(super) future: Option<String>,
}

/// How far the moves have come.
pub(super) async fn states(
    admin: &Admin,
    wanted: &Dirs,
) -> Result<BTreeMap<Replica, State>, Failure> {
    if wanted.is_empty() {
        return Ok(BTreeMap::new());
    }
    let live = brokers::live(admin).await?;
    let mut places: BTreeMap<Replica, Place> = BTreeMap::new();
    for (broker, replicas) in by_broker(wanted) {
        if live.contains_key(&broker) {
            places.extend(describe(admin, broker, &replicas).await?);
        }
    }
    let state = |(replica, wanted): (&Replica, &String)| {
        (replica.clone(), state_of(places.get(replica), wanted))
    };
    Ok(wanted.iter().map(state).collect())
}

/// What it means that a replica lies there.
pub(super) fn state_of(place: Option<&Place>, wanted: &str) -> State {
    let wanted = wanted.to_owned();
    match place.cloned() {
        None => State::NoReplica,
        Some(Place { current: None, .. }) => State::NoDir,
        Some(Place { current: Some(from), future: Some(to) }) => State::Moving { to, wanted, from },
        Some(Place { current: Some(at), future: None }) if at == wanted => State::Done,
        Some(Place { current: Some(at), future: None }) => State::Resting { at, wanted },
    }
}

fn by_broker(dirs: &Dirs) -> BTreeMap<i32, Vec<&Replica>> {
    let mut brokers: BTreeMap<i32, Vec<&Replica>> = BTreeMap::new();
    for replica in dirs.keys() {
        brokers.entry(replica.broker).or_default().push(replica);
    }
    brokers
}

async fn describe(
    admin: &Admin,
    broker: i32,
    replicas: &[&Replica],
) -> Result<BTreeMap<Replica, Place>, Failure> {
    let named: Vec<TopicPartition> = replicas.iter().map(|it| it.partition.clone()).collect();
    let dirs = admin.describe_log_dirs(broker, Some(&named)).await.map_err(brokers::broken)?;
    let all = replicas.iter().map(|it| ((*it).clone(), Place::default()));
    let mut places: BTreeMap<Replica, Place> = all.collect();
    for dir in dirs {
        for it in dir.replicas {
            let place = places.entry(Replica { partition: it.partition, broker }).or_default();
            let path = Some(dir.path.clone());
            match it.is_future {
                true => place.future = path,
                false => place.current = path,
            }
        }
    }
    Ok(places)
}

/// A line for each move; nothing where there are none.
pub(super) fn shown(states: &BTreeMap<Replica, State>) -> String {
    let line = |(replica, state): (&Replica, &State)| {
        let Replica { partition, broker } = replica;
        match state {
            State::NoReplica => format!(
                "Partition {partition} cannot be found in any live log directory on broker {broker}."
            ),
            State::NoDir => format!(
                "Partition {partition} is not found in any live log dir on broker {broker}. There \
                 is likely an offline log directory on the broker."
            ),
            State::Done => format!("Reassignment of replica {replica} completed successfully."),
            State::Moving { to, wanted, .. } if to == wanted => {
                format!("Reassignment of replica {replica} is still in progress.")
            }
            State::Moving { to, wanted, .. } => format!(
                "Partition {partition} on broker {broker} is being moved to log dir {to} instead of \
                 {wanted}."
            ),
            State::Resting { at, wanted } => format!(
                "Partition {partition} on broker {broker} is not being moved from log dir {at} to \
                 {wanted}."
            ),
        }
    };
    let lines: Vec<String> = states.iter().map(line).collect();
    lines.join("\n")
}

/// Starts moves. A replica that is only just being made is asked for again until it is there.
pub(super) async fn start(
    admin: &Admin,
    dirs: &Dirs,
    within: Duration,
    io: &mut Io,
) -> Result<(), Failure> {
    let deadline = io.clock.now() + within;
    let mut left = dirs.clone();
    loop {
        for replica in alter(admin, &left).await? {
            let Some(dir) = left.remove(&replica) else { continue };
            let Replica { partition, broker } = replica;
            io.stdout.line(&format!(
                "Successfully started moving log directory to {dir} for replica {partition} with \
                 broker {broker}"
            ))?;
        }
        io.stdout.flush()?;
        if left.is_empty() {
            return Ok(());
        }
        if io.clock.now() + PAUSE >= deadline {
            return Err(Failure::printed(format!(
                "Timed out before log directory move{} could be started for: {}",
                plural(left.len()),
                joined(left.keys())
            )));
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Calls off the moves that are under way: they go back to where they are.
pub(super) async fn cancel(admin: &Admin, dirs: &Dirs, io: &mut Io) -> Result<(), Failure> {
    let states = states(admin, dirs).await?;
    let back = states.into_iter().filter_map(|(replica, state)| match state {
        State::Moving { from, .. } => Some((replica, from)),
        _ => None,
    });
    let back: Dirs = back.collect();
    if back.is_empty() {
        return Ok(io.stdout.line("None of the specified partition moves are active.")?);
    }
    alter(admin, &back).await?;
    Ok(io.stdout.line(&format!(
        "Successfully cancelled log directory move{} for: {}",
        plural(back.len()),
        joined(back.keys())
    ))?)
}

/// Asks each broker; gives the replicas for which that was done. Those that are not there yet are
/// left out.
async fn alter(admin: &Admin, dirs: &Dirs) -> Result<Vec<Replica>, Failure> {
    let mut done = Vec::new();
    for (broker, replicas) in by_broker(dirs) {
        let mut paths: BTreeMap<&str, Vec<AlterReplicaLogDirTopic>> = BTreeMap::new();
        for replica in replicas {
            let Some(dir) = dirs.get(replica) else { continue };
            paths.entry(dir).or_default().push(AlterReplicaLogDirTopic {
                name: replica.partition.topic.to_string(),
                partitions: vec![replica.partition.partition],
            });
        }
        let dirs = paths.into_iter().map(|(path, topics)| {
            let path = path.to_owned();
            AlterReplicaLogDir { path, topics }
        });
        let request = AlterReplicaLogDirsRequest { dirs: dirs.collect() };
        let answer = admin.ask_broker(broker, &request).await.map_err(brokers::broken)?;
        for topic in answer.results {
            for it in topic.partitions {
                let partition = TopicPartition::new(topic.topic_name.as_str(), it.partition_index);
                let replica = Replica { partition, broker };
                match it.error_code {
                    ErrorCode::NONE => done.push(replica),
                    ErrorCode::REPLICA_NOT_AVAILABLE => {}
                    code => {
                        let why = code.row().meaning;
                        return Err(failed(format!("Failed to alter dir for {replica}: {why}")));
                    }
                }
            }
        }
    }
    Ok(done)
}
