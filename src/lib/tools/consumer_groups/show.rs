//! Groups as text: Kafka's columns, JSON and tables. Values in, text out.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::super::common::{Format, table};
use crate::kafka::client::admin::{GroupDescription, GroupListing, MemberDescription};

/// Which columns a list has beside the ids.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Columns {
    pub(super) types: bool,
    pub(super) states: bool,
}

/// The least width of a column of names.
const NAMES: usize = 15;

/// How wide a column of names is: as its longest.
fn widest<'a>(least: usize, names: impl Iterator<Item = &'a str>) -> usize {
    names.map(|name| name.chars().count()).max().unwrap_or(0).max(least)
}

/// `classic` as the tools spell it.
fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// Lists groups.
pub(super) fn list(groups: &[GroupListing], columns: Columns, format: Format) -> String {
    let mut out = String::new();
    match format {
        Format::Text if !columns.types && !columns.states => {
            for group in groups {
                let _ = writeln!(out, "{}", group.id);
            }
        }
        Format::Text => {
            let width = widest(NAMES, groups.iter().map(|it| it.id.as_str())) + 10;
            let mut line = |id: &str, kind: &str, state: &str| {
                let _ = write!(out, "{id:<width$}");
                for (_, cell) in
                    [(columns.types, kind), (columns.states, state)].iter().filter(|it| it.0)
                {
                    let _ = write!(out, " {cell:<20}");
                }
                out.push('\n');
            };
            line("GROUP", "TYPE", "STATE");
            for group in groups {
                line(&group.id, &capital(&group.kind), &group.state);
            }
        }
        Format::Json => {
            for group in groups {
                let object = json!({
                    "group": group.id,
                    "protocol_type": group.protocol_type,
                    "type": capital(&group.kind),
                    "state": group.state,
                });
                let _ = writeln!(out, "{object}");
            }
        }
        Format::Table => {
            let mut rows = table(&["group", "type", "state"]);
            for group in groups {
                rows.add_row([group.id.clone(), capital(&group.kind), group.state.clone()]);
            }
            let _ = writeln!(out, "{rows}");
        }
    }
    out
}

/// Which member reads a partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) consumer_id: String,
    pub(super) host: String,
    pub(super) client_id: String,
}

/// How far a group has come in a partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) topic: String,
    pub(super) partition: i32,
    pub(super) current: Option<i64>,
    pub(super) end: Option<i64>,
    pub(super) owner: Option<Owner>,
}

impl Row {
    /// How many records are still to be read.
    pub(super) fn lag(&self) -> Option<i64> {
        Some(self.end? - self.current?)
    }

    fn owned(&self, field: fn(&Owner) -> &String) -> &str {
        self.owner.as_ref().map_or("-", |owner| field(owner))
    }
}

fn or_dash(number: Option<i64>) -> String {
    number.map_or_else(|| "-".to_owned(), |number| number.to_string())
}

/// Describes what a group has committed.
pub(super) fn offsets(group: &str, rows: &[Row], format: Format) -> String {
    match format {
        Format::Text => offsets_as_text(group, rows),
        Format::Json => offsets_as_json(group, rows),
        Format::Table => {
            let mut lines = table(&[
                "group",
                "topic",
                "partition",
                "current",
                "end",
                "lag",
                "consumer",
                "host",
                "client",
            ]);
            for row in rows {
                lines.add_row([
                    group.to_owned(),
                    row.topic.clone(),
                    row.partition.to_string(),
                    or_dash(row.current),
                    or_dash(row.end),
                    or_dash(row.lag()),
                    row.owned(|it| &it.consumer_id).to_owned(),
                    row.owned(|it| &it.host).to_owned(),
                    row.owned(|it| &it.client_id).to_owned(),
                ]);
            }
            format!("{lines}\n")
        }
    }
}

fn offsets_as_text(group: &str, rows: &[Row]) -> String {
    let mut out = String::from("\n");
    let groups = widest(NAMES, [group].into_iter());
    let topics = widest(NAMES, rows.iter().map(|row| row.topic.as_str()));
    let consumers = widest(NAMES, rows.iter().map(|row| row.owned(|it| &it.consumer_id)));
    let hosts = widest(NAMES, rows.iter().map(|row| row.owned(|it| &it.host)));
    let mut line = |cells: [&str; 9]| {
        let [group, topic, partition, current, end, lag, consumer, host, client] = cells;
        let _ = writeln!(
            out,
            "{group:<groups$} {topic:<topics$} {partition:<10} {current:<15} {end:<15} {lag:<15} \
             {consumer:<consumers$} {host:<hosts$} {client}"
        );
    };
    line([
        "GROUP",
        "TOPIC",
        "PARTITION",
        "CURRENT-OFFSET",
        "LOG-END-OFFSET",
        "LAG",
        "CONSUMER-ID",
        "HOST",
        "CLIENT-ID",
    ]);
    for row in rows {
        line([
            group,
            &row.topic,
            &row.partition.to_string(),
            &or_dash(row.current),
            &or_dash(row.end),
            &or_dash(row.lag()),
            row.owned(|it| &it.consumer_id),
            row.owned(|it| &it.host),
            row.owned(|it| &it.client_id),
        ]);
    }
    out
}

fn offsets_as_json(group: &str, rows: &[Row]) -> String {
    let mut out = String::new();
    for row in rows {
        let owner = row.owner.as_ref();
        let object = json!({
            "group": group,
            "topic": row.topic,
            "partition": row.partition,
            "current_offset": row.current,
            "log_end_offset": row.end,
            "lag": row.lag(),
            "consumer_id": owner.map(|it| &it.consumer_id),
            "host": owner.map(|it| &it.host),
            "client_id": owner.map(|it| &it.client_id),
        });
        let _ = writeln!(out, "{object}");
    }
    out
}

/// A member's partitions, by topic, in order.
fn by_topic(member: &MemberDescription) -> BTreeMap<&str, Vec<i32>> {
    let mut topics: BTreeMap<&str, Vec<i32>> = BTreeMap::new();
    for it in &member.assignment {
        topics.entry(&it.topic).or_default().push(it.partition);
    }
    topics.values_mut().for_each(|partitions| partitions.sort_unstable());
    topics
}

/// `topic(0,1), other(2)`; a dash where there is nothing.
fn assignment(member: &MemberDescription) -> String {
    let topic = |(topic, partitions): (&str, Vec<i32>)| {
        let partitions: Vec<String> = partitions.iter().map(i32::to_string).collect();
        format!("{topic}({})", partitions.join(","))
    };
    let topics: Vec<String> = by_topic(member).into_iter().map(topic).collect();
    if topics.is_empty() { "-".to_owned() } else { topics.join(", ") }
}

/// Describes the members of a group.
pub(super) fn members(group: &GroupDescription, verbose: bool, format: Format) -> String {
    match format {
        Format::Text => members_as_text(group, verbose),
        Format::Json => members_as_json(group),
        Format::Table => {
            let mut lines = table(&[
                "group",
                "consumer",
                "instance",
                "host",
                "client",
                "partitions",
                "assignment",
            ]);
            for member in &group.members {
                lines.add_row([
                    group.id.clone(),
                    member.id.clone(),
                    member.instance_id.clone().unwrap_or_default(),
                    member.host.clone(),
                    member.client_id.clone(),
                    member.assignment.len().to_string(),
                    assignment(member),
                ]);
            }
            format!("{lines}\n")
        }
    }
}

fn members_as_text(group: &GroupDescription, verbose: bool) -> String {
    let mut out = String::from("\n");
    let all = &group.members;
    let groups = widest(NAMES, [group.id.as_str()].into_iter());
    let consumers = widest(NAMES, all.iter().map(|it| it.id.as_str()));
    let instances = all.iter().filter_map(|it| it.instance_id.as_deref());
    let instances = all.iter().any(|it| it.instance_id.is_some()).then(|| widest(17, instances));
    let hosts = widest(NAMES, all.iter().map(|it| it.host.as_str()));
    let clients = widest(NAMES, all.iter().map(|it| it.client_id.as_str()));
    let mut line = |cells: [&str; 7]| {
        let [group, consumer, instance, host, client, count, assignment] = cells;
        let _ = write!(out, "{group:<groups$} {consumer:<consumers$} ");
        if let Some(width) = instances {
            let _ = write!(out, "{instance:<width$} ");
        }
        let _ = write!(out, "{host:<hosts$} {client:<clients$} {count:<15} ");
        let _ = writeln!(out, "{}", if verbose { assignment } else { "" });
    };
    line([
        "GROUP",
        "CONSUMER-ID",
        "GROUP-INSTANCE-ID",
        "HOST",
        "CLIENT-ID",
        "#PARTITIONS",
        "ASSIGNMENT",
    ]);
    for member in all {
        line([
            &group.id,
            &member.id,
            member.instance_id.as_deref().unwrap_or_default(),
            &member.host,
            &member.client_id,
            &member.assignment.len().to_string(),
            &assignment(member),
        ]);
    }
    out
}

fn members_as_json(group: &GroupDescription) -> String {
    let mut out = String::new();
    for member in &group.members {
        let topics = by_topic(member).into_iter();
        let assignment: Map<String, Value> =
            topics.map(|(topic, partitions)| (topic.to_owned(), json!(partitions))).collect();
        let object = json!({
            "group": group.id,
            "consumer_id": member.id,
            "group_instance_id": member.instance_id,
            "host": member.host,
            "client_id": member.client_id,
            "assignment": assignment,
        });
        let _ = writeln!(out, "{object}");
    }
    out
}

/// Describes the state of a group; `place` is where its coordinator is.
pub(super) fn state(
    group: &GroupDescription,
    place: Option<(&str, u16)>,
    format: Format,
) -> String {
    let (host, port) = place.unwrap_or(("-", 0));
    let (id, members) = (group.coordinator, group.members.len());
    let GroupDescription { state, protocol, .. } = group;
    match format {
        Format::Text => {
            // Two blanks since 3.8, to the grief of who splits at one.
            let coordinator = format!("{host}:{port}  ({id})");
            let width = widest(25, [coordinator.as_str()].into_iter());
            let mut out = String::from("\n");
            let mut line = |cells: [&str; 5]| {
                let [group, coordinator, strategy, state, members] = cells;
                let _ = writeln!(
                    out,
                    "{group:<width$} {coordinator:<25} {strategy:<20} {state:<15} {members}"
                );
            };
            line(["GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE", "#MEMBERS"]);
            line([&group.id, &coordinator, protocol, state, &members.to_string()]);
            out
        }
        Format::Json => {
            let object = json!({
                "group": group.id,
                "coordinator": {"id": id, "host": host, "port": port},
                "assignment_strategy": protocol,
                "state": state,
                "members": members,
            });
            format!("{object}\n")
        }
        Format::Table => {
            let mut lines = table(&["group", "coordinator", "strategy", "state", "members"]);
            lines.add_row([
                group.id.clone(),
                format!("{host}:{port} ({id})"),
                protocol.clone(),
                state.clone(),
                members.to_string(),
            ]);
            format!("{lines}\n")
        }
    }
}
