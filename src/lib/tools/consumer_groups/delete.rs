//! Deleting groups, and what groups have committed.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::super::{Failure, Io};
use super::args::TopicArg;
use super::{broken, brokers};
use crate::kafka::client::admin::{self, Admin, Outcome};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::tools::exceptions;

/// Deletes groups.
pub(super) async fn groups(admin: &Admin, ids: &[String], io: &mut Io) -> Result<(), Failure> {
    let outcomes = admin.delete_groups(ids).await.map_err(broken)?;
    Ok(io.print(&deleted(&outcomes))?)
}

/// What became of each group.
pub(super) fn deleted(outcomes: &[(String, Outcome<()>)]) -> String {
    let gone: Vec<String> =
        outcomes.iter().filter(|it| it.1.is_ok()).map(|(id, _)| format!("'{id}'")).collect();
    let gone = gone.join(", ");
    if outcomes.iter().all(|(_, outcome)| outcome.is_ok()) {
        return format!("Deletion of requested consumer groups ({gone}) was successful.\n");
    }
    let mut out = String::from("\nError: Deletion of some consumer groups failed:\n");
    for (id, outcome) in outcomes {
        if let Err(failure) = outcome {
            let why = exceptions::of_failure(failure);
            // The wrapper is Java's; filters of this line know it.
            let _ = writeln!(
                out,
                "* Group '{id}' could not be deleted due to: \
                 java.util.concurrent.ExecutionException: {why}"
            );
        }
    }
    if !gone.is_empty() {
        let _ = writeln!(out, "\nThese consumer groups were deleted successfully: {gone}");
    }
    out
}

/// What became of what was committed for a partition; none is a topic that is not known.
pub(super) type Statuses = BTreeMap<(String, Option<i32>), Option<String>>;

/// Forgets what a group has committed for topics.
pub(super) async fn offsets(
    admin: &Admin,
    group: &str,
    topics: &[TopicArg],
    io: &mut Io,
) -> Result<(), Failure> {
    let mut statuses = Statuses::new();
    let mut partitions = Vec::new();
    for (topic, found) in brokers::partitions(admin, topics).await? {
        match found {
            Ok(found) => partitions.extend(found),
            Err(failure) => drop(statuses.insert((topic, None), Some(text(&failure)))),
        }
    }
    let mut code = ErrorCode::NONE;
    match admin.delete_offsets(group, &partitions).await {
        Ok(outcomes) => {
            for (partition, outcome) in outcomes {
                let failure = outcome.err();
                if let Some(failure) = failure.as_ref().filter(|_| code == ErrorCode::NONE) {
                    code = failure.code;
                }
                let place = (partition.topic.to_string(), Some(partition.partition));
                statuses.insert(place, failure.as_ref().map(text));
            }
        }
        Err(error) => {
            code = error.code().ok_or_else(|| broken(error))?;
            for partition in partitions {
                let place = (partition.topic.to_string(), Some(partition.partition));
                statuses.insert(place, Some(exceptions::text(code, None).to_owned()));
            }
        }
    }
    let named: Vec<&str> = topics.iter().map(|it| it.topic.as_str()).collect();
    io.print(&forgotten(group, &named.join(", "), code, &statuses))?;
    Ok(())
}

fn text(failure: &admin::Failure) -> String {
    exceptions::text(failure.code, failure.message.as_deref()).to_owned()
}

/// What became of the whole and of each partition.
pub(super) fn forgotten(group: &str, topics: &str, code: ErrorCode, statuses: &Statuses) -> String {
    let mut out = match code {
        ErrorCode::NONE => {
            format!("Request succeed for deleting offsets with topic {topics} group {group}\n")
        }
        code => format!("\nError: {}\n", complaint(group, code)),
    };
    out.push('\n');
    let mut line = |topic: &str, partition: &str, status: &str| {
        let _ = writeln!(out, "{topic:<30} {partition:<15} {status:<15}");
    };
    line("TOPIC", "PARTITION", "STATUS");
    for ((topic, partition), error) in statuses {
        let partition = partition.map_or_else(|| "Not Provided".to_owned(), |it| it.to_string());
        let status = error.as_ref().map_or("Successful".to_owned(), |why| format!("Error: :{why}"));
        line(topic, &partition, &status);
    }
    out
}

fn complaint(group: &str, code: ErrorCode) -> String {
    match code {
        ErrorCode::INVALID_GROUP_ID => format!("'{group}' is not valid."),
        ErrorCode::GROUP_ID_NOT_FOUND => format!("'{group}' does not exist."),
        ErrorCode::GROUP_AUTHORIZATION_FAILED => format!("Access to '{group}' is not authorized."),
        ErrorCode::NON_EMPTY_GROUP => format!(
            "Deleting offsets of a consumer group '{group}' is forbidden if the group is not empty."
        ),
        ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC
        | ErrorCode::TOPIC_AUTHORIZATION_FAILED
        | ErrorCode::UNKNOWN_TOPIC_OR_PARTITION => {
            "Encounter some partition level error, see the follow-up details:".to_owned()
        }
        other => format!("Encounter some unknown error: {}", other.row().name),
    }
}
