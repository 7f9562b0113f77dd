//! Groups: list, describe, delete; their committed offsets and members.

use std::collections::BTreeMap;

use super::{Admin, Failure, Outcome};
use crate::base::bytes::Reader;
use crate::kafka::client::{Client, Coordinated, Error, Result, Topics};
use crate::kafka::protocol::Decode as _;
use crate::kafka::protocol::Request;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::leave_group::MemberIdentity;
use crate::kafka::protocol::message::offset_commit::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use crate::kafka::protocol::message::offset_delete::{
    OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use crate::kafka::protocol::message::offset_fetch::{
    OffsetFetchRequestGroup, OffsetFetchRequestTopic, OffsetFetchRequestTopics,
};
use crate::kafka::protocol::message::{
    ConsumerProtocolAssignment, DeleteGroupsRequest, DescribeGroupsRequest, LeaveGroupRequest,
    ListGroupsRequest, OffsetCommitRequest, OffsetDeleteRequest, OffsetFetchRequest,
    OffsetFetchResponse,
};
use crate::kafka::types::TopicPartition;

/// A group in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupListing {
    pub id: String,
    pub protocol_type: String,
    /// Empty where the broker is too old to say.
    pub state: String,
    /// "classic" or "consumer"; empty where the broker is too old to say.
    pub kind: String,
}

/// A group and its members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupDescription {
    pub id: String,
    pub state: String,
    pub protocol_type: String,
    /// The assignor in use.
    pub protocol: String,
    pub members: Vec<MemberDescription>,
    pub coordinator: i32,
    pub authorized_operations: i32,
}

/// A member and what it was assigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberDescription {
    pub id: String,
    pub instance_id: Option<String>,
    pub client_id: String,
    pub host: String,
    pub assignment: Vec<TopicPartition>,
}

/// How far a group has come in a partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommittedOffset {
    pub offset: i64,
    pub leader_epoch: Option<i32>,
    pub metadata: String,
}

/// Reads what the leader of a consumer group assigned to a member.
pub(in crate::kafka::client) fn read_assignment(bytes: &[u8]) -> Vec<TopicPartition> {
    let mut reader = Reader::new(bytes);
    let Ok(version) = reader.i16() else { return Vec::new() };
    // Later versions only add to the end (KIP-54's successors keep that promise).
    let Ok(assignment) = ConsumerProtocolAssignment::decode(&mut reader, version.clamp(0, 3))
    else {
        return Vec::new();
    };
    let topics = assignment.assigned_partitions.iter();
    topics
        .flat_map(|it| it.partitions.iter().map(|p| TopicPartition::new(it.topic.as_str(), *p)))
        .collect()
}

/// Fetches committed offsets from the coordinator, once: `None` for partitions without. All of the
/// group's partitions where none are given.
pub(in crate::kafka::client) async fn committed_once(
    client: &Client,
    coordinator: i32,
    group: &str,
    partitions: Option<&[TopicPartition]>,
    require_stable: bool,
) -> Result<Vec<(TopicPartition, Outcome<Option<CommittedOffset>>)>> {
    let request = fetch_request(group, partitions.map(by_topic).as_ref(), require_stable);
    let (all, mut code) = read_committed(client.ask(coordinator, &request).await?);
    // Before version 2 there is no code for the group as a whole: the partitions carry it.
    let of_group = [
        ErrorCode::NOT_COORDINATOR,
        ErrorCode::COORDINATOR_LOAD_IN_PROGRESS,
        ErrorCode::COORDINATOR_NOT_AVAILABLE,
        ErrorCode::GROUP_AUTHORIZATION_FAILED,
    ];
    let first = all.first().and_then(|it| it.1.as_ref().err()).map(|it| it.code);
    if let Some(first) = first.filter(|it| of_group.contains(it)) {
        code = first;
    }
    match code.is_error() {
        true => {
            Err(Error::refused(format!("cannot fetch the offsets of group {group}"), code, None))
        }
        false => Ok(all),
    }
}

/// Says the same in the old form for one group and, from version 8 on, in that for several.
fn fetch_request(
    group: &str,
    topics: Option<&BTreeMap<String, Vec<i32>>>,
    require_stable: bool,
) -> OffsetFetchRequest {
    let old = |(name, partition_indexes): (&String, &Vec<i32>)| OffsetFetchRequestTopic {
        name: name.clone(),
        partition_indexes: partition_indexes.clone(),
    };
    let new = |(name, partition_indexes): (&String, &Vec<i32>)| OffsetFetchRequestTopics {
        name: name.clone(),
        partition_indexes: partition_indexes.clone(),
    };
    OffsetFetchRequest {
        group_id: group.to_owned(),
        topics: topics.map(|it| it.iter().map(old).collect()),
        groups: vec![OffsetFetchRequestGroup {
            group_id: group.to_owned(),
            topics: topics.map(|it| it.iter().map(new).collect()),
            ..OffsetFetchRequestGroup::default()
        }],
        require_stable,
    }
}

type Committed = (TopicPartition, Outcome<Option<CommittedOffset>>);

fn read_committed(response: OffsetFetchResponse) -> (Vec<Committed>, ErrorCode) {
    let mut all = Vec::new();
    let mut take = |topic: &str, index, code, offset, epoch, metadata: Option<String>| {
        let committed = CommittedOffset {
            offset,
            leader_epoch: Some(epoch).filter(|it| *it >= 0),
            metadata: metadata.unwrap_or_default(),
        };
        let committed = Some(committed).filter(|it| it.offset >= 0);
        let outcome = Failure::check(code, None).map(|()| committed);
        all.push((TopicPartition::new(topic, index), outcome));
    };
    let mut code = response.error_code;
    for topic in response.topics {
        for it in topic.partitions {
            let (offset, epoch) = (it.committed_offset, it.committed_leader_epoch);
            take(&topic.name, it.partition_index, it.error_code, offset, epoch, it.metadata);
        }
    }
    for group in response.groups {
        code = group.error_code;
        for topic in group.topics {
            for it in topic.partitions {
                let (offset, epoch) = (it.committed_offset, it.committed_leader_epoch);
                take(&topic.name, it.partition_index, it.error_code, offset, epoch, it.metadata);
            }
        }
    }
    (all, code)
}

fn by_topic(partitions: &[TopicPartition]) -> BTreeMap<String, Vec<i32>> {
    let mut topics: BTreeMap<String, Vec<i32>> = BTreeMap::new();
    for it in partitions {
        topics.entry(it.topic.to_string()).or_default().push(it.partition);
    }
    topics
}

impl Admin {
    /// Sends any request to the coordinator of a group, wherever it moves to meanwhile.
    pub async fn ask_coordinator<R: Request>(
        &self,
        group: &str,
        request: &R,
        code: impl Fn(&R::Response) -> ErrorCode,
    ) -> Result<R::Response> {
        let mut retry = self.client.retry(R::KEY.name());
        loop {
            let coordinator = self.client.coordinator(Coordinated::Group, group).await?;
            let error = match self.client.ask(coordinator, request).await {
                Ok(response) => match code(&response) {
                    code @ (ErrorCode::NOT_COORDINATOR
                    | ErrorCode::COORDINATOR_NOT_AVAILABLE
                    | ErrorCode::COORDINATOR_LOAD_IN_PROGRESS) => {
                        Error::refused(R::KEY.name(), code, None)
                    }
                    _ => return Ok(response),
                },
                Err(error) => error,
            };
            retry.after(error).await?;
        }
    }

    /// Lists the groups of all brokers, by id, those of some states and types where any are given.
    /// Brokers that cannot be asked are errors beside them.
    pub async fn list_groups(
        &self,
        states: &[String],
        types: &[String],
    ) -> Result<(Vec<GroupListing>, Vec<Error>)> {
        let mut retry = self.client.retry("listing groups");
        let cluster = loop {
            match self.client.refresh(Topics::None, false).await {
                Ok(cluster) => break cluster,
                Err(error) => retry.after(error).await?,
            }
        };
        let request =
            ListGroupsRequest { states_filter: states.to_vec(), types_filter: types.to_vec() };
        // Brokers that are too old to filter tell all; what they do not tell cannot be held against.
        let passes = |filter: &[String], told: &str| {
            let fits = |it: &String| it.eq_ignore_ascii_case(told);
            filter.is_empty() || told.is_empty() || filter.iter().any(fits)
        };
        let (mut groups, mut errors) = (BTreeMap::new(), Vec::new());
        for broker in cluster.brokers.keys() {
            let response = match self.ask_broker(*broker, &request).await {
                Ok(response) => response,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            if response.error_code.is_error() {
                let what = format!("broker {broker} does not list its groups");
                errors.push(Error::refused(what, response.error_code, None));
            }
            for it in response.groups {
                if !passes(states, &it.group_state) || !passes(types, &it.group_type) {
                    continue;
                }
                let listing = GroupListing {
                    id: it.group_id.clone(),
                    protocol_type: it.protocol_type,
                    state: it.group_state,
                    kind: it.group_type,
                };
                groups.insert(it.group_id, listing);
            }
        }
        Ok((groups.into_values().collect(), errors))
    }

    /// Describes groups. A group nobody knows is `Dead`.
    pub async fn describe_groups(
        &self,
        ids: &[String],
        authorized_operations: bool,
    ) -> Result<Vec<(String, Outcome<GroupDescription>)>> {
        let mut results = Vec::with_capacity(ids.len());
        for id in ids {
            let request = DescribeGroupsRequest {
                groups: vec![id.clone()],
                include_authorized_operations: authorized_operations,
            };
            let first = |it: &crate::kafka::protocol::message::DescribeGroupsResponse| {
                it.groups.first().map_or(ErrorCode::NONE, |it| it.error_code)
            };
            let response = self.ask_coordinator(id, &request, first).await?;
            let coordinator = self.client.coordinator(Coordinated::Group, id).await?;
            for group in response.groups {
                let outcome = Failure::check(group.error_code, None);
                results.push((id.clone(), outcome.map(|()| described(group, coordinator))));
            }
        }
        Ok(results)
    }

    /// Deletes groups without members.
    pub async fn delete_groups(&self, ids: &[String]) -> Result<Vec<(String, Outcome<()>)>> {
        let mut results = Vec::with_capacity(ids.len());
        for id in ids {
            let request = DeleteGroupsRequest { groups_names: vec![id.clone()] };
            let first = |it: &crate::kafka::protocol::message::DeleteGroupsResponse| {
                it.results.first().map_or(ErrorCode::NONE, |it| it.error_code)
            };
            let response = self.ask_coordinator(id, &request, first).await?;
            let outcomes = response.results.into_iter();
            results.extend(outcomes.map(|it| (it.group_id, Failure::check(it.error_code, None))));
        }
        Ok(results)
    }

    /// The committed offsets of a group: of the partitions given, or all there are.
    pub async fn committed_offsets(
        &self,
        group: &str,
        partitions: Option<&[TopicPartition]>,
    ) -> Result<Vec<(TopicPartition, Outcome<Option<CommittedOffset>>)>> {
        let mut retry = self.client.retry(format!("fetching the offsets of group {group}"));
        loop {
            let coordinator = self.client.coordinator(Coordinated::Group, group).await?;
            match committed_once(&self.client, coordinator, group, partitions, false).await {
                Ok(offsets) => return Ok(offsets),
                Err(error) => retry.after(error).await?,
            }
        }
    }

    /// Commits offsets of a group without members.
    pub async fn alter_offsets(
        &self,
        group: &str,
        offsets: &[(TopicPartition, CommittedOffset)],
    ) -> Result<Vec<(TopicPartition, Outcome<()>)>> {
        let request = commit_request(group, offsets);
        let first = |it: &crate::kafka::protocol::message::OffsetCommitResponse| {
            let partition = it.topics.first().and_then(|it| it.partitions.first());
            partition.map_or(ErrorCode::NONE, |it| it.error_code)
        };
        let response = self.ask_coordinator(group, &request, first).await?;
        let mut results = Vec::with_capacity(offsets.len());
        for topic in response.topics {
            for it in topic.partitions {
                let partition = TopicPartition::new(topic.name.as_str(), it.partition_index);
                results.push((partition, Failure::check(it.error_code, None)));
            }
        }
        Ok(results)
    }

    /// Deletes committed offsets of a group.
    pub async fn delete_offsets(
        &self,
        group: &str,
        partitions: &[TopicPartition],
    ) -> Result<Vec<(TopicPartition, Outcome<()>)>> {
        let partition = |it: i32| OffsetDeleteRequestPartition { partition_index: it };
        let topic = |(name, partitions): (String, Vec<i32>)| OffsetDeleteRequestTopic {
            name,
            partitions: partitions.into_iter().map(partition).collect(),
        };
        let request = OffsetDeleteRequest {
            group_id: group.to_owned(),
            topics: by_topic(partitions).into_iter().map(topic).collect(),
        };
        let response = self.ask_coordinator(group, &request, |it| it.error_code).await?;
        if response.error_code.is_error() {
            let what = format!("cannot delete offsets of group {group}");
            return Err(Error::refused(what, response.error_code, None));
        }
        let mut results = Vec::with_capacity(partitions.len());
        for topic in response.topics {
            for it in topic.partitions {
                let partition = TopicPartition::new(topic.name.as_str(), it.partition_index);
                results.push((partition, Failure::check(it.error_code, None)));
            }
        }
        Ok(results)
    }

    /// Removes members from a group, by member id or by instance id.
    pub async fn remove_members(
        &self,
        group: &str,
        members: &[(String, Option<String>)],
        reason: &str,
    ) -> Result<Vec<(String, Outcome<()>)>> {
        let member = |(id, instance): &(String, Option<String>)| MemberIdentity {
            member_id: id.clone(),
            group_instance_id: instance.clone(),
            reason: Some(reason.to_owned()),
        };
        let request = LeaveGroupRequest {
            group_id: group.to_owned(),
            member_id: members.first().map(|it| it.0.clone()).unwrap_or_default(),
            members: members.iter().map(member).collect(),
        };
        let response = self.ask_coordinator(group, &request, |it| it.error_code).await?;
        if response.error_code.is_error() {
            let what = format!("cannot remove members of group {group}");
            return Err(Error::refused(what, response.error_code, None));
        }
        let results = response.members.into_iter();
        Ok(results.map(|it| (it.member_id, Failure::check(it.error_code, None))).collect())
    }
}

/// A commit by nobody in particular; members fill in who they are.
pub(in crate::kafka::client) fn commit_request(
    group: &str,
    offsets: &[(TopicPartition, CommittedOffset)],
) -> OffsetCommitRequest {
    let mut topics: BTreeMap<&str, Vec<OffsetCommitRequestPartition>> = BTreeMap::new();
    for (partition, committed) in offsets {
        topics.entry(&partition.topic).or_default().push(OffsetCommitRequestPartition {
            partition_index: partition.partition,
            committed_offset: committed.offset,
            committed_leader_epoch: committed.leader_epoch.unwrap_or(-1),
            committed_metadata: Some(committed.metadata.clone()),
            ..OffsetCommitRequestPartition::default()
        });
    }
    let topic = |(name, partitions): (&str, _)| OffsetCommitRequestTopic {
        name: name.to_owned(),
        partitions,
    };
    OffsetCommitRequest {
        group_id: group.to_owned(),
        topics: topics.into_iter().map(topic).collect(),
        ..OffsetCommitRequest::default()
    }
}

fn described(
    group: crate::kafka::protocol::message::describe_groups::DescribedGroup,
    coordinator: i32,
) -> GroupDescription {
    let consumers = group.protocol_type == "consumer";
    let member = |it: crate::kafka::protocol::message::describe_groups::DescribedGroupMember| {
        let assignment =
            if consumers { read_assignment(&it.member_assignment) } else { Vec::new() };
        MemberDescription {
            id: it.member_id,
            instance_id: it.group_instance_id,
            client_id: it.client_id,
            host: it.client_host,
            assignment,
        }
    };
    GroupDescription {
        id: group.group_id,
        state: group.group_state,
        protocol_type: group.protocol_type,
        protocol: group.protocol_data,
        members: group.members.into_iter().map(member).collect(),
        coordinator,
        authorized_operations: group.authorized_operations,
    }
}
