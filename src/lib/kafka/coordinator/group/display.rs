//! A list: how records, answers and groups print: one line each, for logs and golden scripts.

use std::fmt::{self, Display, Formatter};

use bytes::Bytes;

use super::record::Record;
use super::state::Group;
use super::{Groups, Response};
use crate::kafka::protocol::message::JoinGroupResponse;

/// Bytes as text where they are text.
struct Text<'a>(&'a Bytes);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.escape_ascii())
    }
}

fn or_none<T: Display>(value: Option<T>) -> String {
    value.map_or_else(|| "-".to_owned(), |it| it.to_string())
}

impl Display for Record {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Record::Group { group, value: None } => write!(f, "group {group} deleted"),
            Record::Group { group, value: Some(value) } => {
                write!(
                    f,
                    "group {group} type={} generation={} protocol={} leader={} at={} members=[",
                    value.protocol_type,
                    value.generation,
                    or_none(value.protocol.as_ref()),
                    or_none(value.leader.as_ref()),
                    value.current_state_timestamp,
                )?;
                for (index, member) in value.members.iter().enumerate() {
                    let gap = if index == 0 { "" } else { " " };
                    write!(f, "{gap}{}", member.member_id)?;
                    if let Some(instance) = &member.group_instance_id {
                        write!(f, "({instance})")?;
                    }
                    write!(f, "={}", Text(&member.assignment))?;
                }
                f.write_str("]")
            }
            Record::Offset { group, partition, value, producer } => {
                write!(f, "offset {group} {partition}")?;
                match value {
                    None => f.write_str(" deleted")?,
                    Some(value) => {
                        write!(f, " {} at={}", value.offset, value.commit_timestamp)?;
                        if value.leader_epoch >= 0 {
                            write!(f, " epoch={}", value.leader_epoch)?;
                        }
                        if value.expire_timestamp >= 0 {
                            write!(f, " expires={}", value.expire_timestamp)?;
                        }
                        if !value.metadata.is_empty() {
                            write!(f, " metadata={}", value.metadata)?;
                        }
                    }
                }
                match producer {
                    Some(producer) => write!(f, " in transaction of {}", producer.id),
                    None => Ok(()),
                }
            }
            Record::Marker { producer, committed, .. } => {
                let how = if *committed { "committed" } else { "aborted" };
                write!(f, "transaction of {} {how}", producer.id)
            }
        }
    }
}

impl Display for Response {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Response::Join(it) => join(f, it),
            Response::Sync(it) => {
                write!(f, "sync {} assignment={}", it.error_code, Text(&it.assignment))
            }
            Response::Heartbeat(it) => write!(f, "heartbeat {}", it.error_code),
            Response::Leave(it) => {
                write!(f, "leave {}", it.error_code)?;
                it.members.iter().try_for_each(|member| {
                    let name = match member.member_id.as_str() {
                        "" => member.group_instance_id.as_deref().unwrap_or("-"),
                        id => id,
                    };
                    write!(f, " {name}={}", member.error_code)
                })
            }
            Response::OffsetCommit(it) => {
                f.write_str("commit")?;
                it.topics.iter().try_for_each(|topic| {
                    topic.partitions.iter().try_for_each(|it| {
                        write!(f, " {}-{}={}", topic.name, it.partition_index, it.error_code)
                    })
                })
            }
            Response::TxnOffsetCommit(it) => {
                f.write_str("txn-commit")?;
                it.topics.iter().try_for_each(|topic| {
                    topic.partitions.iter().try_for_each(|it| {
                        write!(f, " {}-{}={}", topic.name, it.partition_index, it.error_code)
                    })
                })
            }
            Response::OffsetFetch(it) => {
                write!(f, "fetch {}", it.error_code)?;
                it.topics.iter().try_for_each(|topic| {
                    topic.partitions.iter().try_for_each(|it| {
                        write!(
                            f,
                            " {}-{}={}",
                            topic.name, it.partition_index, it.committed_offset
                        )?;
                        match it.error_code.0 {
                            0 => Ok(()),
                            _ => write!(f, "({})", it.error_code),
                        }
                    })
                })
            }
            Response::Describe(it) => {
                let (state, kind, protocol) =
                    (&it.group_state, &it.protocol_type, &it.protocol_data);
                write!(f, "describe {} type={kind} protocol={protocol}", state)?;
                it.members.iter().try_for_each(|it| {
                    let (about, given) = (Text(&it.member_metadata), Text(&it.member_assignment));
                    write!(f, " {}={about}/{given}", it.member_id)
                })
            }
            Response::List(groups) => {
                f.write_str("list")?;
                groups.iter().try_for_each(|it| {
                    write!(f, " {}={}/{}", it.group_id, it.group_state, it.protocol_type)
                })
            }
            Response::Delete(error) => write!(f, "delete {error}"),
            Response::OffsetDelete(it) => {
                write!(f, "offset-delete {}", it.error_code)?;
                it.topics.iter().try_for_each(|topic| {
                    topic.partitions.iter().try_for_each(|it| {
                        write!(f, " {}-{}={}", topic.name, it.partition_index, it.error_code)
                    })
                })
            }
            Response::EndTransaction => f.write_str("end-transaction"),
            Response::ForgetTopics => f.write_str("forget-topics"),
        }
    }
}

fn join(f: &mut Formatter<'_>, it: &JoinGroupResponse) -> fmt::Result {
    write!(f, "join {} member={}", it.error_code, it.member_id)?;
    if it.error_code.0 != 0 {
        return Ok(());
    }
    let protocol = or_none(it.protocol_name.as_ref());
    write!(f, " generation={} protocol={protocol} leader={}", it.generation_id, it.leader)?;
    if it.skip_assignment {
        f.write_str(" skip-assignment")?;
    }
    it.members
        .iter()
        .try_for_each(|member| write!(f, " {}={}", member.member_id, Text(&member.metadata)))
}

impl Display for Group {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Group { id, phase, generation, .. } = self;
        write!(f, "{id}: {phase} generation={generation}")?;
        if let Some(protocol) = &self.protocol {
            write!(f, " protocol={protocol}")?;
        }
        if let Some(leader) = &self.leader {
            write!(f, " leader={leader}")?;
        }
        for member in self.members.values() {
            let waits = match (&member.joining, &member.syncing) {
                (Some(_), _) => " joining",
                (_, Some(_)) => " syncing",
                (None, None) => "",
            };
            write!(f, " [{}={}{waits}]", member.id, Text(&member.assignment))?;
        }
        for pending in &self.pending {
            write!(f, " pending={pending}")?;
        }
        for (topic, partition, committed) in self.offsets.iter() {
            write!(f, " {topic}-{partition}@{}", committed.value.offset)?;
        }
        Ok(())
    }
}

impl Display for Groups {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{} groups, {} deadlines", self.groups.len(), self.timers.len())
    }
}
