//! Who leads next: pure choices over assignment, ISR and who is there.

use std::fmt;

use crate::base::planted::Bug;
use crate::kafka::types::BrokerId;

use super::context::without;

/// Why a leader is sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strategy {
    /// There is none. `unclean`: an operator allowed one from outside the ISR.
    Offline { unclean: bool },
    /// The first of the assignment should lead.
    Preferred,
    /// The leader is not among the replicas that a reassignment leaves.
    Reassign,
    /// The leader is about to stop.
    ControlledShutdown,
}

impl fmt::Display for Strategy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Strategy::Offline { unclean: false } => "offline",
            Strategy::Offline { unclean: true } => "unclean",
            Strategy::Preferred => "preferred",
            Strategy::Reassign => "reassign",
            Strategy::ControlledShutdown => "controlled shutdown",
        })
    }
}

/// The outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Elected {
    pub(super) leader: BrokerId,
    pub(super) isr: Vec<BrokerId>,
    /// The leader was not in the ISR: records may be lost.
    pub(super) unclean: bool,
}

/// A leader for a partition that has none: the first assigned replica that is online and in the
/// ISR; where there is no such and it is allowed, the first that is online.
pub(super) fn offline(
    assigned: &[BrokerId],
    isr: &[BrokerId],
    online: &[BrokerId],
    unclean: bool,
) -> Option<Elected> {
    let sound = |id: &BrokerId| isr.contains(id) || Bug::ElectAnyone.is_planted();
    let in_sync = assigned.iter().find(|id| online.contains(id) && sound(id));
    if let Some(leader) = in_sync {
        let isr = isr.iter().filter(|id| online.contains(id)).copied().collect();
        return Some(Elected { leader: *leader, isr, unclean: false });
    }
    let leader = assigned.iter().find(|id| unclean && online.contains(id))?;
    Some(Elected { leader: *leader, isr: vec![*leader], unclean: true })
}

/// The first assigned replica, if it can lead.
pub(super) fn preferred(
    assigned: &[BrokerId],
    isr: &[BrokerId],
    online: &[BrokerId],
) -> Option<Elected> {
    reassign(assigned.get(..1)?, isr, online)
}

/// The first of `target` that is online and in the ISR; the ISR stays.
pub(super) fn reassign(
    target: &[BrokerId],
    isr: &[BrokerId],
    online: &[BrokerId],
) -> Option<Elected> {
    let leader = target.iter().find(|id| online.contains(id) && isr.contains(id))?;
    Some(Elected { leader: *leader, isr: isr.to_vec(), unclean: false })
}

/// The first assigned replica that is in the ISR, there, and not itself shutting down. Those that
/// shut down leave the ISR at once, so that the new leader does not wait for them.
pub(super) fn controlled_shutdown(
    assigned: &[BrokerId],
    isr: &[BrokerId],
    online: &[BrokerId],
    shutting_down: &[BrokerId],
) -> Option<Elected> {
    debug_assert!(!online.iter().any(|id| shutting_down.contains(id)));
    let leader = assigned.iter().find(|id| isr.contains(id) && online.contains(id))?;
    Some(Elected { leader: *leader, isr: without(isr, shutting_down), unclean: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Vec<BrokerId> {
        text.split_terminator(',').map(|id| BrokerId(id.parse().unwrap())).collect()
    }

    fn show(elected: Option<Elected>) -> String {
        elected.map_or_else(String::new, |one| {
            let isr = super::super::context::Ids(&one.isr).to_string();
            format!("{} isr {isr}{}", one.leader, if one.unclean { " unclean" } else { "" })
        })
    }

    #[test]
    fn offline_prefers_assignment_order_within_the_isr() {
        let cases = [
            // assigned, isr, online, unclean allowed, outcome
            ("1,2,3", "1,2,3", "2,3", false, "2 isr 2,3"),
            ("1,2,3", "3,2,1", "2,3", false, "2 isr 3,2"),
            ("1,2,3", "1", "2,3", false, ""),
            ("1,2,3", "1", "2,3", true, "2 isr 2 unclean"),
            ("1,2,3", "3", "2,3", true, "3 isr 3"),
            ("1,2,3", "1,2,3", "", true, ""),
            ("1", "1", "1", false, "1 isr 1"),
        ];
        for (assigned, isr, online, unclean, expected) in cases {
            let elected = offline(&ids(assigned), &ids(isr), &ids(online), unclean);
            assert_eq!(show(elected), expected, "{assigned} {isr} {online} {unclean}");
        }
    }

    #[test]
    fn preferred_is_the_first_or_nobody() {
        assert_eq!(show(preferred(&ids("1,2"), &ids("2,1"), &ids("1,2"))), "1 isr 2,1");
        assert_eq!(show(preferred(&ids("1,2"), &ids("2"), &ids("1,2"))), "");
        assert_eq!(show(preferred(&ids("1,2"), &ids("1,2"), &ids("2"))), "");
        assert_eq!(show(preferred(&[], &ids("1"), &ids("1"))), "");
    }

    #[test]
    fn a_reassignment_takes_the_first_of_the_target_in_sync() {
        assert_eq!(show(reassign(&ids("4,5"), &ids("1,5,4"), &ids("1,4,5"))), "4 isr 1,5,4");
        assert_eq!(show(reassign(&ids("4,5"), &ids("1,5"), &ids("1,4,5"))), "5 isr 1,5");
        assert_eq!(show(reassign(&ids("4"), &ids("1"), &ids("1,4"))), "");
    }

    #[test]
    fn those_shutting_down_leave_the_isr() {
        let elected = controlled_shutdown(&ids("1,2,3"), &ids("1,2,3"), &ids("3"), &ids("1,2"));
        assert_eq!(show(elected), "3 isr 3");
        assert_eq!(show(controlled_shutdown(&ids("1,2"), &ids("1"), &ids("2"), &ids("1"))), "");
    }
}
