//! Who counts as enough: a majority of the voters; where there are groups, a majority of the groups
//! that weigh anything, each with more than half of its weight.
//!
//! While the ensemble is being reconfigured there are two such rules, and both must be met.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;

use crate::config::quorum::Membership;
use crate::zookeeper::jute::ServerId;

/// A configuration of the ensemble.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub members: Membership,
    voters: BTreeSet<ServerId>,
    /// The weights of the members of each group; no groups at all is a plain majority.
    groups: Vec<BTreeMap<ServerId, i64>>,
    text: Bytes,
}

impl Config {
    /// What the lines mean.
    pub fn new(members: Membership) -> Config {
        let voters: BTreeSet<ServerId> = members.voters().map(ServerId).collect();
        let weigh = |ids: &Vec<i64>| {
            let voting = ids.iter().filter(|id| voters.contains(&ServerId(**id)));
            voting.map(|&id| (ServerId(id), members.weight(id))).collect()
        };
        let groups = members.groups.values().map(weigh).collect();
        let text = Bytes::from(members.to_string());
        Config { members, voters, groups, text }
    }

    /// The transaction that made it.
    pub fn version(&self) -> i64 {
        self.members.version
    }

    /// As votes and `/zookeeper/config` carry it.
    pub fn text(&self) -> &Bytes {
        &self.text
    }

    pub fn voters(&self) -> &BTreeSet<ServerId> {
        &self.voters
    }

    /// Whether a server may lead: one whose vote weighs nothing never does.
    pub fn may_lead(&self, id: ServerId) -> bool {
        let weighs = |group: &BTreeMap<ServerId, i64>| group.get(&id).is_some_and(|&it| it > 0);
        self.voters.contains(&id) && (self.groups.is_empty() || self.groups.iter().any(weighs))
    }

    /// Whether these are enough. Whoever has no vote does not count.
    pub fn is_quorum<'a>(&self, these: impl IntoIterator<Item = &'a ServerId>) -> bool {
        let these: BTreeSet<_> =
            these.into_iter().filter(|id| self.voters.contains(id)).copied().collect();
        if self.groups.is_empty() {
            return these.len() > self.voters.len() / 2;
        }
        let (mut all, mut won) = (0, 0);
        for group in &self.groups {
            let whole: i64 = group.values().fold(0, |sum, it| sum.saturating_add(*it));
            let of_these = group.iter().filter(|(id, _)| these.contains(id));
            let part: i64 = of_these.fold(0, |sum, (_, it)| sum.saturating_add(*it));
            all += usize::from(whole > 0);
            won += usize::from(part > whole / 2);
        }
        won > all / 2
    }
}

/// The configuration that holds, and the one that was proposed to take its place.
#[derive(Clone, Debug)]
pub struct Rules {
    pub current: Arc<Config>,
    pub proposed: Option<Arc<Config>>,
}

impl Rules {
    /// Whether these are enough by both.
    pub fn is_quorum<'a>(&self, these: impl IntoIterator<Item = &'a ServerId> + Clone) -> bool {
        let by = |config: &Arc<Config>| config.is_quorum(these.clone());
        by(&self.current) && self.proposed.as_ref().is_none_or(by)
    }

    /// Whether a server votes in either.
    pub fn votes(&self, id: ServerId) -> bool {
        let by = |config: &Arc<Config>| config.voters().contains(&id);
        by(&self.current) || self.proposed.as_ref().is_some_and(by)
    }

    /// Whether a server may lead in either.
    pub fn may_lead(&self, id: ServerId) -> bool {
        self.current.may_lead(id) || self.proposed.as_ref().is_some_and(|it| it.may_lead(id))
    }

    /// All that vote in either.
    pub fn voters(&self) -> BTreeSet<ServerId> {
        let proposed = self.proposed.iter().flat_map(|config| config.voters());
        self.current.voters().iter().chain(proposed).copied().collect()
    }

    /// The later of the two.
    pub fn last_seen(&self) -> &Arc<Config> {
        self.proposed.as_ref().unwrap_or(&self.current)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(voters: i64, rest: &str) -> Config {
        let lines: String = (1..=voters).map(|id| format!("server.{id}=a:{id}:1{id}\n")).collect();
        Config::new(Membership::parse(&format!("{lines}{rest}")).unwrap())
    }

    fn ids(ids: &[i64]) -> Vec<ServerId> {
        ids.iter().copied().map(ServerId).collect()
    }

    #[test]
    fn more_than_half_of_the_voters_are_enough() {
        let cases: [(i64, &[i64], bool); 8] = [
            (1, &[1], true),
            (2, &[1], false),
            (3, &[1, 3], true),
            (3, &[1, 9, 5], false),
            (4, &[1, 2], false),
            (5, &[1, 3, 5], true),
            (3, &[], false),
            // One that is named twice is one.
            (3, &[1, 1], false),
        ];
        for (voters, these, enough) in cases {
            assert_eq!(config(voters, "").is_quorum(&ids(these)), enough, "{these:?} of {voters}");
        }
        let observed = config(2, "server.3=b:1:2:observer\n");
        assert!(!observed.is_quorum(&ids(&[1, 3])), "an observer has no vote");
    }

    #[test]
    fn groups_win_by_weight_and_a_majority_of_them_is_enough() {
        let three = "group.1=1:2:3\ngroup.2=4:5:6\ngroup.3=7:8:9\n";
        let cases: [(&str, &[i64], bool); 8] = [
            ("", &[1, 2, 4, 5], true),
            ("", &[1, 2, 4, 7], false),
            ("", &[1, 2, 3, 4], false),
            // A group that weighs nothing is none.
            ("weight.7=0\nweight.8=0\nweight.9=0\n", &[1, 2, 4, 5], true),
            ("weight.7=0\nweight.8=0\nweight.9=0\n", &[1, 2, 7, 8, 9], false),
            ("weight.1=3\n", &[1, 4, 5], true),
            ("weight.1=3\n", &[2, 3, 4, 5], false),
            ("weight.1=2\n", &[1, 4, 5], false),
        ];
        for (weights, these, enough) in cases {
            let config = config(9, &format!("{three}{weights}"));
            assert_eq!(config.is_quorum(&ids(these)), enough, "{these:?} with {weights}");
        }
        let config = config(9, &format!("{three}weight.7=0\n"));
        assert!(!config.may_lead(ServerId(7)) && config.may_lead(ServerId(8)));
    }

    #[test]
    fn while_one_takes_the_place_of_another_both_count() {
        let (current, proposed) = (Arc::new(config(3, "")), Some(Arc::new(config(5, ""))));
        let rules = Rules { current, proposed };
        assert!(!rules.is_quorum(&ids(&[1, 2])));
        assert!(!rules.is_quorum(&ids(&[1, 4, 5])));
        assert!(rules.is_quorum(&ids(&[1, 2, 5])));
        assert!(rules.votes(ServerId(5)) && !rules.votes(ServerId(6)));
        assert_eq!(rules.voters().len(), 5);
    }
}
