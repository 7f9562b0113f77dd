//! `--cancel`: calls moves off; the partitions go back to where they came from.

use std::collections::BTreeMap;

use super::super::{Failure, Io};
use super::plan::Plan;
use super::{brokers, joined, log_dirs, plural, throttle};
use crate::kafka::client::admin::Admin;
use crate::kafka::types::TopicPartition;

/// Calls off what moves of the partitions named.
pub(super) async fn cancel(
    admin: &Admin,
    preserve_throttles: bool,
    plan: &Plan,
    io: &mut Io,
) -> Result<(), Failure> {
    let named: Vec<TopicPartition> = plan.partitions.keys().cloned().collect();
    let moves = match named.is_empty() {
        true => BTreeMap::new(),
        false => admin.list_reassignments(Some(&named)).await.map_err(brokers::broken)?,
    };
    if moves.is_empty() {
        io.stdout.line("None of the specified partition reassignments are active.")?;
    } else {
        let back = moves.keys().map(|name| (name.clone(), None)).collect();
        let outcomes = admin.alter_reassignments(&back).await.map_err(brokers::broken)?;
        let refused: Vec<String> = outcomes
            .iter()
            .filter_map(|(name, outcome)| {
                outcome.as_ref().err().map(|failure| format!("{name}: {failure}"))
            })
            .collect();
        if !refused.is_empty() {
            return Err(Failure::printed(format!(
                "Error cancelling partition reassignment{} for:\n{}",
                plural(refused.len()),
                refused.join("\n")
            )));
        }
        io.stdout.line(&format!(
            "Successfully cancelled partition reassignment{} for: {}",
            plural(moves.len()),
            joined(moves.keys())
        ))?;
    }
    log_dirs::cancel(admin, &plan.dirs, io).await?;
    match preserve_throttles {
        true => Ok(()),
        false => throttle::clear(admin, plan, io).await,
    }
}
