//! A few lives, as every `cargo test` has them; `.ci/run` has two hundred and fifty.

use super::{Choices, live, many};

/// Seeds of the suite: as many as a minute of a machine with two cores has room for, unoptimised.
const SEEDS: [u64; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

#[test]
fn one_seed_is_one_life() {
    let calm = Choices { calm: true, ..Choices::default() };
    for choices in [calm, Choices::default()] {
        let lives = [live(11, choices), live(11, choices)];
        let [one, mut other] = lives;
        other.cpu = one.cpu;
        assert_eq!(one, other);
        assert_eq!(one.failure, None);
        assert!(one.acknowledged >= 1_000, "{one:?}");
    }
}

#[test]
fn lives_end_healed_and_with_nothing_lost() {
    let totals = many(&SEEDS, Choices::default(), 2, false);
    println!("{totals}");
    assert!(totals.failures.is_empty(), "{:?}", totals.failures);
    assert_eq!(totals.shortcomings(), Vec::<String>::new(), "{totals}");
}
