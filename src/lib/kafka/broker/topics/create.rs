//! New topics: checked, placed, written.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::rng::Rng;
use crate::base::uuid::Uuid;
use crate::config::TopicConfig;
use crate::config::broker::{BrokerConfig, ProtocolVersion};
use crate::kafka::broker::Broker;
use crate::kafka::broker::topic_configs::properties;
use crate::kafka::broker::zookeeper::{exists, get_children, set_data};
use crate::kafka::metadata::topic::{
    self, AssignError, GROUP_METADATA_TOPIC, Start, TRANSACTION_STATE_TOPIC,
};
use crate::kafka::metadata::znode::{self, TopicAssignment};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::zookeeper::jute::Reply;
use crate::zookeeper::jute::request::CreateMode;

use super::{Refused, candidates, one};

/// A topic as somebody wants it.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub name: String,
    /// -1 for the broker's default; so is the replication factor.
    pub partitions: i32,
    pub replication_factor: i16,
    /// In place of both: the replicas of each partition.
    pub assignment: BTreeMap<i32, Vec<i32>>,
    /// A setting without a value is refused.
    pub settings: BTreeMap<String, Option<String>>,
}

/// A topic that may be made.
#[derive(Clone, Debug)]
pub struct Plan {
    pub name: String,
    pub assignment: BTreeMap<i32, Vec<i32>>,
    pub settings: BTreeMap<String, String>,
}

impl Plan {
    /// How many replicas each partition has.
    pub fn replication_factor(&self) -> usize {
        self.assignment.values().next().map_or(0, Vec::len)
    }
}

/// The topic that metadata of newer clusters lives in; here it would only be mistaken for it.
const CLUSTER_METADATA_TOPIC: &str = "__cluster_metadata";

/// Holds a wish against the rules and the cluster; changes nothing.
pub async fn plan(broker: &Broker, wanted: Wanted) -> Result<Plan, Refused> {
    let Wanted { name, partitions, replication_factor, assignment, settings } = wanted;
    if broker.cluster.image().topic(&name).is_some() {
        return Err(already_there(&name));
    }
    if name == CLUSTER_METADATA_TOPIC {
        let text = format!("Creation of internal topic {name} is prohibited.");
        return Err(Refused::new(ErrorCode::INVALID_REQUEST, text));
    }
    let settings = with_values(settings)?;
    let counted = partitions != -1 || replication_factor != -1;
    if counted && !assignment.is_empty() {
        return Err(Refused::new(
            ErrorCode::INVALID_REQUEST,
            "Both numPartitions or replicationFactor and replicasAssignments were set. Both cannot \
             be used at the same time.",
        ));
    }
    let assignment = match assignment.is_empty() {
        true => place(broker, partitions, replication_factor)?,
        false => assignment,
    };
    check_name(broker, &name).await?;
    check_assignment(&assignment)?;
    TopicConfig::validate(&broker.topic_configs.broker(), &properties(&settings))
        .map_err(|error| Refused::new(ErrorCode::INVALID_CONFIG, error.message()))?;
    Ok(Plan { name, assignment, settings })
}

fn already_there(name: &str) -> Refused {
    let text = format!("Topic '{name}' already exists.");
    Refused::new(ErrorCode::TOPIC_ALREADY_EXISTS, text)
}

fn with_values(
    settings: BTreeMap<String, Option<String>>,
) -> Result<BTreeMap<String, String>, Refused> {
    let without: Vec<&str> = settings
        .iter()
        .filter(|(_, value)| value.is_none())
        .map(|(name, _)| name.as_str())
        .collect();
    if !without.is_empty() {
        let names = without.join(",");
        let text = format!("Null value not supported for topic configs: {names}");
        return Err(Refused::new(ErrorCode::INVALID_CONFIG, text));
    }
    Ok(settings.into_iter().filter_map(|(name, value)| Some((name, value?))).collect())
}

fn place(
    broker: &Broker,
    partitions: i32,
    replication_factor: i16,
) -> Result<BTreeMap<i32, Vec<i32>>, Refused> {
    let config = broker.config();
    let partitions = if partitions == -1 { config.num_partitions } else { partitions };
    let factor = match replication_factor {
        -1 => config.default_replication_factor,
        factor => i32::from(factor),
    };
    let candidates = candidates(&broker.cluster.image());
    let start = Start::random(&mut Rng::from_system(), candidates.len());
    // What is negative is as wrong as zero.
    let count = |number: i32| usize::try_from(number).unwrap_or(0);
    let placed = topic::assign(&candidates, count(partitions), count(factor), start);
    Ok((0..).zip(placed.map_err(misplaced)?).collect())
}

/// A placement that cannot be.
pub(super) fn misplaced(error: AssignError) -> Refused {
    let code = match error {
        AssignError::PartitionsNotPositive | AssignError::PartitionsTooMany { .. } => {
            ErrorCode::INVALID_PARTITIONS
        }
        AssignError::ReplicationFactorNotPositive
        | AssignError::ReplicationFactorTooLarge { .. } => ErrorCode::INVALID_REPLICATION_FACTOR,
        AssignError::RacksIncomplete => ErrorCode::UNKNOWN_SERVER_ERROR,
    };
    Refused::new(code, error.to_string())
}

async fn check_name(broker: &Broker, name: &str) -> Result<(), Refused> {
    topic::check_name(name)
        .map_err(|error| Refused::new(ErrorCode::INVALID_TOPIC_EXCEPTION, error.to_string()))?;
    if one(broker, exists(&znode::delete_topic_path(name), false)).await?.is_some() {
        let text = format!("Topic '{name}' is marked for deletion.");
        return Err(Refused::new(ErrorCode::TOPIC_ALREADY_EXISTS, text));
    }
    if one(broker, exists(&znode::topic_path(name), false)).await?.is_some() {
        return Err(already_there(name));
    }
    if name.contains(['.', '_'])
        && let Some(Reply::ChildrenStat(topics)) =
            one(broker, get_children(znode::TOPICS, false)).await?
    {
        let mut colliding = topics.children;
        if colliding.iter().any(|other| other == name) {
            // Somebody else was faster than these two looks.
            return Err(already_there(name));
        }
        colliding.retain(|other| topic::collide(name, other));
        colliding.sort();
        if !colliding.is_empty() {
            let colliding = colliding.join(", ");
            let text = format!("Topic '{name}' collides with existing topics: {colliding}");
            return Err(Refused::new(ErrorCode::INVALID_TOPIC_EXCEPTION, text));
        }
    }
    Ok(())
}

/// What a client gave as an assignment: whole, even, and without repetitions. Whether its brokers
/// exist is not asked, as Kafka does not.
fn check_assignment(assignment: &BTreeMap<i32, Vec<i32>>) -> Result<(), Refused> {
    let wrong = |text: String| Err(Refused::new(ErrorCode::INVALID_REPLICA_ASSIGNMENT, text));
    let lengths: BTreeSet<usize> = assignment.values().map(Vec::len).collect();
    if lengths.len() != 1 {
        return wrong("All partitions should have the same number of replicas".to_owned());
    }
    if lengths.contains(&0) {
        return wrong("Available brokers should be assigned to each partition".to_owned());
    }
    for (partition, replicas) in assignment {
        let distinct: BTreeSet<&i32> = replicas.iter().collect();
        if distinct.len() != replicas.len() {
            return wrong(format!(
                "Duplicate replica assignment found: partition {partition} has {replicas:?}"
            ));
        }
    }
    if !assignment.keys().copied().eq((0..).take(assignment.len())) {
        return wrong("partitions should be a consecutive 0-based integer sequence".to_owned());
    }
    Ok(())
}

/// Makes the topic: its settings first, for the controller wakes at its assignment. Gives its id.
pub async fn make(broker: &Broker, plan: &Plan) -> Result<Option<Uuid>, Refused> {
    let protocol = broker.config().inter_broker_protocol_version;
    let with_id = protocol >= ProtocolVersion::V2_8_IV0;
    let id = with_id.then(|| Uuid::random(&mut Rng::from_system()));
    let partitions = plan.assignment.clone();
    let node = TopicAssignment { id, partitions, ..TopicAssignment::default() };
    let zookeeper = &broker.zookeeper;
    let (path, settings) =
        (znode::config_topic_path(&plan.name), znode::config::encode(&plan.settings));
    let mode = CreateMode::Persistent;
    let creation = zookeeper.creation(path.clone(), Some(settings.clone()), mode);
    if one(broker, creation).await?.is_none() {
        // Left by a topic of that name, or by somebody who set settings ahead.
        one(broker, set_data(path, settings, -1)).await?;
    }
    let data = node.encode();
    let creation = zookeeper.creation(znode::topic_path(&plan.name), Some(data.clone()), mode);
    if one(broker, creation).await?.is_none() && !wrote(broker, &plan.name, &data).await? {
        return Err(already_there(&plan.name));
    }
    tracing::info!(
        target: "kafka.zk.AdminZkClient",
        "Creating topic {} with configuration {:?} and initial partition assignment {:?}",
        plan.name, plan.settings, plan.assignment,
    );
    Ok(id)
}

/// Whether the node is what was just sent: the answer to a creation that was done may be lost.
async fn wrote(broker: &Broker, name: &str, data: &[u8]) -> Result<bool, Refused> {
    let path = znode::topic_path(name);
    let found = one(broker, super::super::zookeeper::get_data(path, false)).await?;
    let same =
        |reply: &Reply| matches!(reply, Reply::Data(found) if found.data.as_deref() == Some(data));
    // Without an id nothing tells two equal wishes apart.
    let with_id = TopicAssignment::decode(data).is_ok_and(|node| node.id.is_some());
    Ok(with_id && found.as_ref().is_some_and(same))
}

/// A topic that is made because somebody uses it: with the broker's defaults, or as the internal
/// topic that it is.
pub fn on_first_use(config: &BrokerConfig, name: &str) -> Wanted {
    let compacted = |segment_bytes: i32| {
        let settings = [
            ("cleanup.policy", "compact".to_owned()),
            ("compression.type", "producer".to_owned()),
            ("segment.bytes", segment_bytes.to_string()),
        ];
        settings.into_iter().map(|(name, value)| (name.to_owned(), Some(value))).collect()
    };
    let name = name.to_owned();
    match name.as_str() {
        GROUP_METADATA_TOPIC => Wanted {
            name,
            partitions: config.offsets_topic_num_partitions,
            replication_factor: config.offsets_topic_replication_factor,
            settings: compacted(config.offsets_topic_segment_bytes),
            ..Wanted::default()
        },
        TRANSACTION_STATE_TOPIC => {
            let mut settings: BTreeMap<_, _> =
                compacted(config.transaction_state_log_segment_bytes);
            let mut set = |name: &str, value: String| settings.insert(name.to_owned(), Some(value));
            set("compression.type", "uncompressed".to_owned());
            set("unclean.leader.election.enable", "false".to_owned());
            set("min.insync.replicas", config.transaction_state_log_min_isr.to_string());
            Wanted {
                name,
                partitions: config.transaction_state_log_num_partitions,
                replication_factor: config.transaction_state_log_replication_factor,
                settings,
                ..Wanted::default()
            }
        }
        _ => Wanted { name, partitions: -1, replication_factor: -1, ..Wanted::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assignments_are_whole_even_and_without_repetitions() {
        let cases: [(&[(i32, &[i32])], Option<&str>); 6] = [
            (&[(0, &[1, 2]), (1, &[2, 1])], None),
            (&[(0, &[9])], None),
            (&[(0, &[1, 2]), (1, &[2])], Some("All partitions should have the same number")),
            (&[(0, &[1, 1])], Some("Duplicate replica assignment found")),
            (&[(0, &[1]), (2, &[1])], Some("partitions should be a consecutive 0-based")),
            (&[(0, &[])], Some("Available brokers should be assigned")),
        ];
        for (assignment, expected) in cases {
            let assignment = assignment.iter().map(|(id, ids)| (*id, ids.to_vec())).collect();
            let said = check_assignment(&assignment).err().and_then(|refused| refused.message);
            match (said, expected) {
                (None, None) => {}
                (Some(said), Some(expected)) => assert!(said.starts_with(expected), "{said}"),
                (said, expected) => panic!("{said:?} is not {expected:?}"),
            }
        }
    }

    #[test]
    fn settings_must_have_values() {
        let settings =
            BTreeMap::from([("a".to_owned(), None), ("b".to_owned(), Some("1".to_owned()))]);
        let refused = with_values(settings).unwrap_err();
        assert_eq!(refused.code, ErrorCode::INVALID_CONFIG);
        assert_eq!(refused.message.unwrap(), "Null value not supported for topic configs: a");
    }
}
