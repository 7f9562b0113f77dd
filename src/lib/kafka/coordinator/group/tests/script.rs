//! Scripts: what is asked, and all that follows. `golden/` has one a family of events.
//!
//! Ids that the machine makes up are shown as `client-1`, `client-2`, in the order they appear, and
//! may be named so. A line that begins with `#` and a number answers the request of that number, or
//! one that was parked.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;

use bytes::Bytes;
use goldenscript::{ArgumentConsumer, Command, Context, Runner};

use super::super::super::ReplyTo;
use super::super::{Request, Response, Settings};
use super::{Done, Rig};
use crate::base::bytes::Writer;
use crate::kafka::protocol::Encode;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::join_group::JoinGroupRequestProtocol;
use crate::kafka::protocol::message::leave_group::MemberIdentity;
use crate::kafka::protocol::message::offset_commit::{
    OffsetCommitRequestPartition, OffsetCommitRequestTopic,
};
use crate::kafka::protocol::message::offset_delete::{
    OffsetDeleteRequestPartition, OffsetDeleteRequestTopic,
};
use crate::kafka::protocol::message::sync_group::SyncGroupRequestAssignment;
use crate::kafka::protocol::message::txn_offset_commit::{
    TxnOffsetCommitRequestPartition, TxnOffsetCommitRequestTopic,
};
use crate::kafka::protocol::message::{
    ConsumerProtocolSubscription, HeartbeatRequest, JoinGroupRequest, LeaveGroupRequest,
    OffsetCommitRequest, OffsetDeleteRequest, SyncGroupRequest, TxnOffsetCommitRequest,
};
use crate::kafka::types::{ProducerId, TopicPartition};

macro_rules! scripts {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            let path = concat!("src/lib/kafka/coordinator/group/golden/", stringify!($name), ".txt");
            let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
            goldenscript::run(&mut Script::new(), path).unwrap();
        }
    )*};
}

scripts! {
    join join_versions rebalance static_members sync heartbeat leave commit transaction fetch
    describe delete expire limits refused reload
}

type Args<'a> = ArgumentConsumer<'a>;
type Result<T> = std::result::Result<T, Box<dyn Error>>;

struct Script {
    rig: Rig,
    /// Ids the machine made up, and what they are called here.
    names: Vec<(String, String)>,
}

impl Runner for Script {
    type Command = Command;

    fn run(&mut self, command: &Command, _: &Context) -> Result<String> {
        let mut args = command.consume_args();
        let output = match command.name.as_str() {
            "settings" => self.settings(&mut args)?,
            "advance" => self.advance(&mut args)?,
            "state" => self.state(),
            "reload" => {
                self.rig.reload();
                String::new()
            }
            "refuse" => {
                self.rig.refuse = Some(error_named(args.next_pos().ok_or("which error?")?)?);
                String::new()
            }
            "marker" => {
                let producer = ProducerId(take(&mut args, "producer")?.ok_or("whose?")?);
                let done = self.rig.mark(producer, args.next_pos() == Some("commit"));
                self.print(done)
            }
            name => {
                let request = self.request(name, &mut args)?;
                let (_, done) = self.rig.ask(request);
                self.print(done)
            }
        };
        args.reject_next()?;
        self.rig.check();
        Ok(output)
    }
}

impl Script {
    fn new() -> Script {
        Script { rig: Rig::new(Settings::default(), 1), names: Vec::new() }
    }

    fn settings(&mut self, args: &mut Args<'_>) -> Result<String> {
        let mut settings = Settings::default();
        settings.initial_rebalance_delay_ms = take(args, "delay")?.unwrap_or(3_000);
        settings.members_max = take(args, "members-max")?.unwrap_or(usize::MAX);
        settings.offset_metadata_max = take(args, "metadata-max")?.unwrap_or(4_096);
        let retention = settings.offsets_retention_ms;
        settings.offsets_retention_ms = take(args, "retention")?.unwrap_or(retention);
        self.rig = Rig::new(settings, 1);
        self.names.clear();
        Ok(String::new())
    }

    fn advance(&mut self, args: &mut Args<'_>) -> Result<String> {
        let millis = args.next_pos().ok_or("how long?")?.parse()?;
        let mut output = String::new();
        for (at, done) in self.rig.advance(millis) {
            write!(output, "at {at}: {}", self.print(vec![done]))?;
        }
        Ok(output)
    }

    fn state(&self) -> String {
        let groups = self.rig.groups.groups.values().map(|it| format!("{it}\n"));
        self.rename(groups.collect())
    }

    fn request(&self, name: &str, args: &mut Args<'_>) -> Result<Request> {
        Ok(match name {
            "join" => self.join(args)?,
            "sync" => self.sync(args)?,
            "heartbeat" => Request::Heartbeat(HeartbeatRequest {
                group_id: group(args)?,
                member_id: self.member(args),
                generation_id: take(args, "generation")?.unwrap_or(1),
                group_instance_id: text(args, "instance"),
            }),
            "leave" => self.leave(args)?,
            "commit" => self.commit(args)?,
            "txn-commit" => self.commit_in_transaction(args)?,
            "fetch" => offset_fetch(args)?,
            "describe" => Request::Describe { group: group(args)? },
            "list" => {
                let words = |it: Option<&str>| -> Vec<String> {
                    it.map(|it| it.split(',').map(str::to_owned).collect()).unwrap_or_default()
                };
                let states = words(args.take_key("states"));
                Request::List { states, types: words(args.take_key("types")) }
            }
            "delete" => Request::Delete { group: group(args)? },
            "offset-delete" => offset_delete(args)?,
            "forget" => Request::ForgetTopics(positional(args).into_iter().collect()),
            _ => return Err(format!("unknown command {name}").into()),
        })
    }

    fn join(&self, args: &mut Args<'_>) -> Result<Request> {
        let topics = args.take_key("topics").map(subscription);
        let protocol = |text: &str| {
            let (name, metadata) = text.split_once(':').unwrap_or((text, ""));
            let plain = Bytes::copy_from_slice(metadata.as_bytes());
            JoinGroupRequestProtocol {
                name: name.to_owned(),
                metadata: topics.clone().unwrap_or(plain),
            }
        };
        let protocols = args.take_key("protocols").unwrap_or("range");
        let protocols = protocols.split(',').filter(|it| !it.is_empty()).map(protocol).collect();
        let session_timeout_ms = take(args, "session")?.unwrap_or(10_000);
        Ok(Request::Join {
            version: take(args, "version")?.unwrap_or(9),
            client_id: text(args, "client").unwrap_or_else(|| "c".to_owned()),
            client_host: "/127.0.0.1".to_owned(),
            body: JoinGroupRequest {
                group_id: group(args)?,
                session_timeout_ms,
                rebalance_timeout_ms: take(args, "rebalance")?.unwrap_or(60_000),
                member_id: self.member(args),
                group_instance_id: text(args, "instance"),
                protocol_type: text(args, "type").unwrap_or_else(|| "consumer".to_owned()),
                protocols,
                reason: None,
            },
        })
    }

    fn sync(&self, args: &mut Args<'_>) -> Result<Request> {
        let group_id = group(args)?;
        let member_id = self.member(args);
        let generation_id = take(args, "generation")?.unwrap_or(1);
        let group_instance_id = text(args, "instance");
        let protocol_type = text(args, "type");
        let protocol_name = text(args, "protocol");
        let mut assignments = Vec::new();
        while let Some((member, assignment)) = args.next_key() {
            assignments.push(SyncGroupRequestAssignment {
                member_id: self.expand(member),
                assignment: Bytes::copy_from_slice(assignment.as_bytes()),
            });
        }
        Ok(Request::Sync(SyncGroupRequest {
            group_id,
            generation_id,
            member_id,
            group_instance_id,
            protocol_type,
            protocol_name,
            assignments,
        }))
    }

    fn leave(&self, args: &mut Args<'_>) -> Result<Request> {
        let group_id = group(args)?;
        let mut members = Vec::new();
        while let Some(member) = args.next_pos() {
            members.push(MemberIdentity { member_id: self.expand(member), ..Default::default() });
        }
        if let Some(instance) = text(args, "instance") {
            let member_id =
                members.pop().map(|it: MemberIdentity| it.member_id).unwrap_or_default();
            let group_instance_id = Some(instance);
            members.push(MemberIdentity { member_id, group_instance_id, reason: None });
        }
        Ok(Request::Leave(LeaveGroupRequest { group_id, members, ..Default::default() }))
    }

    fn commit(&self, args: &mut Args<'_>) -> Result<Request> {
        let group_id = group(args)?;
        let member_id = self.member(args);
        let group_instance_id = text(args, "instance");
        let generation = take(args, "generation")?.unwrap_or(-1);
        let retention_time_ms = take(args, "retention")?.unwrap_or(-1);
        let commit_timestamp = take(args, "at")?.unwrap_or(-1);
        let committed_metadata = text(args, "metadata");
        let mut topics = Vec::new();
        while let Some((partition, offset)) = args.next_key() {
            let partition = TopicPartition::parse(partition).ok_or("topic-partition=offset")?;
            topics.push(OffsetCommitRequestTopic {
                name: partition.topic.to_string(),
                partitions: vec![OffsetCommitRequestPartition {
                    partition_index: partition.partition,
                    committed_offset: offset.parse()?,
                    committed_leader_epoch: -1,
                    commit_timestamp,
                    committed_metadata: committed_metadata.clone(),
                }],
            });
        }
        Ok(Request::OffsetCommit(OffsetCommitRequest {
            group_id,
            generation_id_or_member_epoch: generation,
            member_id,
            group_instance_id,
            retention_time_ms,
            topics,
        }))
    }

    fn commit_in_transaction(&self, args: &mut Args<'_>) -> Result<Request> {
        let group_id = group(args)?;
        let member_id = self.member(args);
        let generation_id = take(args, "generation")?.unwrap_or(-1);
        let producer_id = take(args, "producer")?.unwrap_or(1);
        let mut topics = Vec::new();
        while let Some((partition, offset)) = args.next_key() {
            let partition = TopicPartition::parse(partition).ok_or("topic-partition=offset")?;
            topics.push(TxnOffsetCommitRequestTopic {
                name: partition.topic.to_string(),
                partitions: vec![TxnOffsetCommitRequestPartition {
                    partition_index: partition.partition,
                    committed_offset: offset.parse()?,
                    committed_leader_epoch: -1,
                    committed_metadata: None,
                }],
            });
        }
        Ok(Request::TxnOffsetCommit(TxnOffsetCommitRequest {
            transactional_id: "tx".to_owned(),
            group_id,
            producer_id,
            producer_epoch: 0,
            generation_id,
            member_id,
            group_instance_id: None,
            topics,
        }))
    }

    fn member(&self, args: &mut Args<'_>) -> String {
        self.expand(args.take_key("member").unwrap_or_default())
    }

    /// The id behind a name.
    fn expand(&self, name: &str) -> String {
        let known = self.names.iter().find(|(_, it)| it == name);
        known.map_or_else(|| name.to_owned(), |(id, _)| id.clone())
    }

    /// The text with names in place of ids.
    fn rename(&self, text: String) -> String {
        self.names.iter().fold(text, |text, (id, name)| text.replace(id, name))
    }

    fn print(&mut self, done: Vec<Done>) -> String {
        for it in &done {
            if let Done::Replied(_, Response::Join(joined)) = it {
                self.name(&joined.member_id);
                joined.members.iter().for_each(|it| self.name(&it.member_id));
            }
        }
        let line = |it: &Done| match it {
            Done::Appended(record) => format!("append {record}\n"),
            Done::Refused(error) => format!("append refused: {error}\n"),
            Done::Replied(ReplyTo(to), response) => format!("#{to} {response}\n"),
            Done::ReplyRefused(ReplyTo(to), error) => format!("#{to} {error} for all\n"),
        };
        self.rename(done.iter().map(line).collect())
    }

    fn name(&mut self, id: &str) {
        const UUID: usize = 36;
        let Some(stem) = id.len().checked_sub(UUID).map(|at| &id[..at]) else { return };
        if !self.names.iter().any(|(known, _)| known == id) {
            self.names.push((id.to_owned(), format!("{stem}{}", self.names.len() + 1)));
        }
    }
}

fn group(args: &mut Args<'_>) -> Result<String> {
    Ok(args.next_pos().ok_or("which group?")?.to_owned())
}

fn take<T: std::str::FromStr<Err: Error + 'static>>(
    args: &mut Args<'_>,
    key: &str,
) -> Result<Option<T>> {
    Ok(args.take_key(key).map(str::parse).transpose()?)
}

fn text(args: &mut Args<'_>, key: &str) -> Option<String> {
    args.take_key(key).map(str::to_owned)
}

fn positional(args: &mut Args<'_>) -> Vec<String> {
    std::iter::from_fn(|| args.next_pos().map(str::to_owned)).collect()
}

fn partitions(args: &mut Args<'_>) -> Result<Vec<TopicPartition>> {
    let parse = |it: String| TopicPartition::parse(&it).ok_or_else(|| "topic-partition".into());
    positional(args).into_iter().map(parse).collect()
}

fn offset_fetch(args: &mut Args<'_>) -> Result<Request> {
    let group = group(args)?;
    let require_stable = take(args, "stable")?.unwrap_or(false);
    let named = partitions(args)?.into_iter();
    let topics: Vec<_> = named.map(|it| (it.topic.to_string(), vec![it.partition])).collect();
    let topics = Some(topics).filter(|it| !it.is_empty());
    Ok(Request::OffsetFetch { group, topics, require_stable })
}

fn offset_delete(args: &mut Args<'_>) -> Result<Request> {
    let group_id = group(args)?;
    let topic = |it: TopicPartition| OffsetDeleteRequestTopic {
        name: it.topic.to_string(),
        partitions: vec![OffsetDeleteRequestPartition { partition_index: it.partition }],
    };
    let topics = partitions(args)?.into_iter().map(topic).collect();
    Ok(Request::OffsetDelete(OffsetDeleteRequest { group_id, topics }))
}

/// A consumer's metadata that subscribes to `topics`.
fn subscription(topics: &str) -> Bytes {
    let topics: BTreeSet<String> = topics.split(',').map(str::to_owned).collect();
    let subscription =
        ConsumerProtocolSubscription { topics: topics.into_iter().collect(), ..Default::default() };
    let mut writer = Writer::new();
    writer.i16(0);
    subscription.encode(&mut writer, 0);
    writer.into_bytes()
}

fn error_named(name: &str) -> Result<ErrorCode> {
    let row = crate::kafka::protocol::error_code::ERRORS.iter().find(|it| it.name == name);
    Ok(row.ok_or("no such error")?.code)
}
