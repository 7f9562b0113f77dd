//! Groups through the brokers: the connection, which groups are meant, and lists.

use super::super::{Ended, Exit, Failure, Io, clients};
use super::args::{Action, Args, Groups, TopicArg};
use super::{broken, delete, describe, failed, reset, show};
use crate::kafka::client::admin::{Admin, GroupDescription, GroupListing};

use crate::kafka::types::TopicPartition;
use crate::tools::exceptions;

/// The only protocol whose groups this tool is about; Connect has groups, too.
const CONSUMERS: &str = "consumer";

/// Does what was asked.
pub(super) async fn act(servers: &str, config: Option<&str>, args: &Args, io: &mut Io) -> Ended {
    let mut properties = clients::settings(io, config)?;
    properties.set("default.api.timeout.ms", args.timeout_ms.to_string());
    let admin = clients::admin(servers, &properties, io).await?;
    match &args.action {
        Action::List { states, types } => {
            let none = Vec::new();
            let (by_state, by_type) =
                (states.as_ref().unwrap_or(&none), types.as_ref().unwrap_or(&none));
            let listed = list(&admin, by_state, by_type).await?;
            let columns = show::Columns { types: types.is_some(), states: states.is_some() };
            io.print(&show::list(&listed, columns, args.format))?;
        }
        Action::Describe { groups, view } => {
            let ids = ids(&admin, groups).await?;
            describe::describe(&admin, &ids, *view, args.format, io).await?;
        }
        Action::Reset(asked) => reset::reset(&admin, asked, args.format, io).await?,
        Action::Delete { groups } => {
            let ids = ids(&admin, groups).await?;
            delete::groups(&admin, &ids, io).await?;
        }
        Action::DeleteOffsets { group, topics } => {
            delete::offsets(&admin, group, topics, io).await?;
        }
        Action::DeleteOld { .. } => unreachable!("only ZooKeeper has old consumers"),
    }
    Ok(Exit::OK)
}

async fn list(
    admin: &Admin,
    states: &[String],
    types: &[String],
) -> Result<Vec<GroupListing>, Failure> {
    let (mut groups, errors) = admin.list_groups(states, types).await.map_err(broken)?;
    if let Some(error) = errors.into_iter().next() {
        return Err(broken(error));
    }
    groups.retain(|group| group.protocol_type.is_empty() || group.protocol_type == CONSUMERS);
    Ok(groups)
}

/// The ids of the groups that are meant.
pub(super) async fn ids(admin: &Admin, groups: &Groups) -> Result<Vec<String>, Failure> {
    match groups {
        Groups::Named(ids) => Ok(ids.clone()),
        Groups::All => Ok(list(admin, &[], &[]).await?.into_iter().map(|it| it.id).collect()),
    }
}

/// The groups themselves, sorted. One that cannot be described fails them all.
pub(super) async fn described(
    admin: &Admin,
    ids: &[String],
) -> Result<Vec<GroupDescription>, Failure> {
    let mut groups = Vec::with_capacity(ids.len());
    for (_, outcome) in admin.describe_groups(ids, false).await.map_err(broken)? {
        groups.push(outcome.map_err(|failure| failed(exceptions::of_failure(&failure)))?);
    }
    groups.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(groups)
}

/// A topic's partitions, or why it has none.
pub(super) type Found = Result<Vec<TopicPartition>, crate::kafka::client::admin::Failure>;

/// The partitions that are meant, topic by topic.
pub(super) async fn partitions(
    admin: &Admin,
    topics: &[TopicArg],
) -> Result<Vec<(String, Found)>, Failure> {
    let mut found = Vec::with_capacity(topics.len());
    for TopicArg { topic, partitions } in topics {
        let indexes = match partitions {
            Some(indexes) => Ok(indexes.clone()),
            None => {
                let names = [topic.clone()];
                let described = admin.describe_topics(Some(&names), false).await.map_err(broken)?;
                let outcome = described.into_iter().next().map(|(_, outcome)| outcome);
                outcome.map_or(Ok(Vec::new()), |outcome| {
                    outcome.map(|it| it.partitions.iter().map(|it| it.index).collect::<Vec<i32>>())
                })
            }
        };
        let named = |index: i32| TopicPartition::new(topic.as_str(), index);
        found.push((topic.clone(), indexes.map(|it| it.into_iter().map(named).collect())));
    }
    Ok(found)
}
