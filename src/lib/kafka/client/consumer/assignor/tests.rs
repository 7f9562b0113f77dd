//! Assignors, as tables.

use std::collections::BTreeSet;

use super::*;
use crate::base::rng::Rng;

fn members(list: &[(&str, &[&str])]) -> Members {
    let subscription = |topics: &&[&str]| Subscription {
        topics: topics.iter().map(|it| (*it).to_owned()).collect(),
        generation: -1,
        ..Subscription::default()
    };
    list.iter().map(|(id, topics)| ((*id).to_owned(), subscription(topics))).collect()
}

fn counts(list: &[(&str, i32)]) -> Counts {
    list.iter().map(|(topic, count)| ((*topic).to_owned(), *count)).collect()
}

fn shown(assignment: &Assignment) -> String {
    let one = |(id, partitions): (&String, &Vec<TopicPartition>)| {
        let all: Vec<String> = partitions.iter().map(ToString::to_string).collect();
        format!("{id}: {}", all.join(" "))
    };
    assignment.iter().map(one).collect::<Vec<_>>().join("; ")
}

#[test]
fn tables() {
    use Assignor::{Range, RoundRobin, Sticky};
    for (assignor, group, topics, expected) in [
        (Range, &[("a", &["t"][..]), ("b", &["t"])][..], &[("t", 3)][..], "a: t-0 t-1; b: t-2"),
        (
            Range,
            &[("a", &["t", "u"]), ("b", &["t", "u"])],
            &[("t", 3), ("u", 3)],
            "a: t-0 t-1 u-0 u-1; b: t-2 u-2",
        ),
        (Range, &[("a", &["t"]), ("b", &["u"])], &[("t", 1)], "a: t-0; b: "),
        (
            RoundRobin,
            &[("a", &["t", "u"]), ("b", &["t", "u"])],
            &[("t", 3), ("u", 3)],
            "a: t-0 t-2 u-1; b: t-1 u-0 u-2",
        ),
        (
            RoundRobin,
            &[("a", &["t"]), ("b", &["t", "u"])],
            &[("t", 1), ("u", 2)],
            "a: t-0; b: u-0 u-1",
        ),
        (Sticky, &[("a", &["t"]), ("b", &["t"])], &[("t", 4)], "a: t-0 t-2; b: t-1 t-3"),
        (
            Sticky,
            &[("a", &["t", "u"]), ("b", &["u"])],
            &[("t", 2), ("u", 2)],
            "a: t-0 t-1; b: u-0 u-1",
        ),
        (Sticky, &[("a", &["t"])], &[("t", 0)], "a: "),
    ] {
        assert_eq!(
            shown(&assignor.assign(&members(group), &counts(topics))),
            expected,
            "{assignor:?}"
        );
    }
}

#[test]
fn static_members_come_first() {
    let mut group = members(&[("a", &["t"]), ("z", &["t"])]);
    group.get_mut("z").unwrap().instance_id = Some("1".to_owned());
    let assignment = Assignor::Range.assign(&group, &counts(&[("t", 1)]));
    assert_eq!(shown(&assignment), "a: ; z: t-0");
}

#[test]
fn a_cooperative_partition_is_given_up_before_it_is_given_on() {
    let topics = counts(&[("t", 4)]);
    let mut group = members(&[("a", &["t"])]);
    let mut rounds = Vec::new();
    for generation in 1..=3 {
        let assignment = Assignor::CooperativeSticky.assign(&group, &topics);
        rounds.push(shown(&assignment));
        for (id, partitions) in assignment {
            let member = group.get_mut(&id).unwrap();
            (member.owned, member.generation) = (partitions, generation);
        }
        if generation == 1 {
            group.extend(members(&[("b", &["t"])]));
        }
    }
    assert_eq!(rounds[0], "a: t-0 t-1 t-2 t-3");
    assert_eq!(rounds[1], "a: t-0 t-1; b: ", "b waits for what a gives up");
    assert_eq!(rounds[2], "a: t-0 t-1; b: t-2 t-3");
}

#[test]
fn sticky_is_even_complete_and_moves_little_whoever_comes_and_goes() {
    let mut rng = Rng::seeded(5);
    for _ in 0..200 {
        let topics = counts(&[("t", 1 + rng.below(9) as i32), ("u", rng.below(7) as i32)]);
        let total: i32 = topics.values().sum();
        let mut group = Members::new();
        for generation in 0..6 {
            if group.len() > 1 && rng.below(3) == 0 {
                group.pop_first();
            } else {
                group.extend(members(&[(&format!("m{generation}"), &["t", "u"])]));
            }
            let assignment = Assignor::Sticky.assign(&group, &topics);
            let all: BTreeSet<_> = assignment.values().flatten().collect();
            let given: usize = assignment.values().map(Vec::len).sum();
            assert_eq!((all.len(), given), (total as usize, total as usize), "each exactly once");
            let sizes: Vec<usize> = assignment.values().map(Vec::len).collect();
            assert!(sizes.iter().max().unwrap() - sizes.iter().min().unwrap() <= 1, "{sizes:?}");
            for (id, partitions) in &assignment {
                let member = group.get_mut(id).unwrap();
                let kept = member.owned.iter().filter(|it| partitions.contains(it)).count();
                let least = total as usize / sizes.len();
                assert!(kept >= member.owned.len().min(least), "{id} lost more than it had to");
                (member.owned, member.generation) = (partitions.clone(), generation);
            }
        }
    }
}

#[test]
fn what_members_say_is_understood() {
    let owned = vec![TopicPartition::new("t", 1), TopicPartition::new("t", 2)];
    let subscription =
        Subscription { topics: vec!["t".to_owned()], instance_id: None, owned, generation: 4 };
    for assignor in [Assignor::Sticky, Assignor::CooperativeSticky] {
        let bytes = assignor.write_subscription(&subscription);
        assert_eq!(read_subscription(&bytes, None), subscription, "{assignor:?}");
    }
    let bytes = Assignor::Range.write_subscription(&subscription);
    assert!(read_subscription(&bytes, None).owned.is_empty());
    assert_eq!(read_subscription(&[], None).topics, Vec::<String>::new());
    for assignor in [Assignor::Range, Assignor::RoundRobin, Assignor::Sticky] {
        assert_eq!(Assignor::named(assignor.name()), Some(assignor));
    }
    let class = "org.apache.kafka.clients.consumer.CooperativeStickyAssignor";
    assert_eq!(Assignor::named(class), Some(Assignor::CooperativeSticky));
}
