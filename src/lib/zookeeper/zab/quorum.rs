//! Who counts as enough: a majority of the voters.

use std::collections::BTreeSet;

use crate::zookeeper::jute::ServerId;

/// Whether these are more than half of the voters. Others do not count.
pub fn is_quorum<'a>(
    voters: &BTreeSet<ServerId>,
    these: impl IntoIterator<Item = &'a ServerId>,
) -> bool {
    let distinct: BTreeSet<_> = these.into_iter().filter(|id| voters.contains(id)).collect();
    distinct.len() > voters.len() / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_half_of_the_voters_are_enough() {
        let ids = |ids: &[i64]| ids.iter().copied().map(ServerId).collect::<BTreeSet<_>>();
        let cases: [(&[i64], &[i64], bool); 7] = [
            (&[1], &[1], true),
            (&[1, 2], &[1], false),
            (&[1, 2, 3], &[1, 3], true),
            (&[1, 2, 3], &[1, 4, 5], false),
            (&[1, 2, 3, 4], &[1, 2], false),
            (&[1, 2, 3, 4, 5], &[1, 3, 5], true),
            (&[1, 2, 3], &[], false),
        ];
        for (voters, these, enough) in cases {
            assert_eq!(is_quorum(&ids(voters), &ids(these)), enough, "{these:?} of {voters:?}");
        }
        let one = ServerId(1);
        assert!(!is_quorum(&ids(&[1, 2, 3]), [&one, &one]), "one that is named twice is one");
    }
}
