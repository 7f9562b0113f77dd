//! `--list`: what moves at the moment.

use std::collections::BTreeMap;

use super::super::{Failure, Io};
use super::{brokers, joined};
use crate::kafka::client::admin::{Admin, Reassignment};
use crate::kafka::types::TopicPartition;

/// Prints all moves.
pub(super) async fn list(admin: &Admin, io: &mut Io) -> Result<(), Failure> {
    let moves = admin.list_reassignments(None).await.map_err(brokers::broken)?;
    Ok(io.print(&shown(&moves))?)
}

/// A line for each move.
pub(super) fn shown(moves: &BTreeMap<TopicPartition, Reassignment>) -> String {
    if moves.is_empty() {
        return "No partition reassignments found.\n".to_owned();
    }
    let mut text = "Current partition reassignments:\n".to_owned();
    for (name, Reassignment { replicas, adding, removing }) in moves {
        text.push_str(&format!("{name}: replicas: {}.", joined(replicas)));
        for (word, ids) in [("adding", adding), ("removing", removing)] {
            if !ids.is_empty() {
                text.push_str(&format!(" {word}: {}.", joined(ids)));
            }
        }
        text.push('\n');
    }
    text
}
