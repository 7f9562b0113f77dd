//! `--verify`: how far moves have come; when all is done, throttles go.

use super::super::{Failure, Io};
use super::plan::{Assignment, Plan};
use super::{brokers, joined, log_dirs, throttle};
use crate::kafka::client::admin::Admin;
use crate::kafka::types::TopicPartition;

/// How far one move has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Done,
    Moving,
    /// Nothing moves, and the replicas are these.
    Elsewhere(Vec<i32>),
}

/// Prints it.
pub(super) async fn verify(
    admin: &Admin,
    preserve_throttles: bool,
    plan: &Plan,
    io: &mut Io,
) -> Result<(), Failure> {
    let moves = admin.list_reassignments(None).await.map_err(brokers::broken)?;
    let resting = plan.partitions.keys().filter(|name| !moves.contains_key(name));
    let present = brokers::present(admin, resting).await?;
    let is_moving = |name: &TopicPartition| moves.contains_key(name);
    io.print(&shown(&plan.partitions, is_moving, &present))?;
    let dirs = log_dirs::states(admin, &plan.dirs).await?;
    io.stdout.line(&log_dirs::shown(&dirs))?;
    // Somebody else's moves may need the throttles, too.
    let done = moves.is_empty() && !dirs.values().any(log_dirs::State::is_moving);
    match done && !preserve_throttles {
        true => throttle::clear(admin, plan, io).await,
        false => Ok(()),
    }
}

/// A line for each partition.
pub(super) fn shown(
    wanted: &Assignment,
    is_moving: impl Fn(&TopicPartition) -> bool,
    present: &Assignment,
) -> String {
    let mut text = "Status of partition reassignment:\n".to_owned();
    for (name, target) in wanted {
        let now = present.get(name).cloned().unwrap_or_default();
        let progress = match is_moving(name) {
            true => Progress::Moving,
            false if now == *target => Progress::Done,
            false => Progress::Elsewhere(now),
        };
        text.push_str(&match progress {
            Progress::Done => format!("Reassignment of partition {name} is completed.\n"),
            Progress::Moving => {
                format!("Reassignment of partition {name} is still in progress.\n")
            }
            Progress::Elsewhere(now) => format!(
                "There is no active reassignment of partition {name}, but replica set is {} rather \
                 than {}.\n",
                joined(now),
                joined(target)
            ),
        });
    }
    text
}
