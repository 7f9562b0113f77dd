//! A few lives, as every `cargo test` has them; `.ci/run` has two hundred and fifty of each half.

use super::{Choices, Half, live, many};

/// Seeds of the suite: as many as a minute of a machine with two cores has room for, unoptimised.
const SEEDS: [u64; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

fn one_seed_is_one_life(half: Half) {
    let usual = Choices { half, ..Choices::default() };
    for choices in [Choices { calm: true, ..usual }, usual] {
        let lives = [live(11, choices), live(11, choices)];
        let [one, mut other] = lives;
        other.cpu = one.cpu;
        assert_eq!(one, other);
        assert_eq!(one.failure, None);
        assert!(one.acknowledged >= 1_000, "{one:?}");
    }
}

fn lives_end_healed_and_with_nothing_lost(half: Half) {
    let totals = many(&SEEDS, Choices { half, ..Choices::default() }, 2, false);
    println!("{totals}");
    assert!(totals.failures.is_empty(), "{:?}", totals.failures);
    assert_eq!(totals.shortcomings(), Vec::<String>::new(), "{totals}");
}

#[test]
fn one_seed_is_one_life_of_brokers() {
    one_seed_is_one_life(Half::Brokers);
}

#[test]
fn one_seed_is_one_life_of_an_ensemble() {
    one_seed_is_one_life(Half::ZooKeeper);
}

#[test]
fn brokers_lives_end_healed_and_with_nothing_lost() {
    lives_end_healed_and_with_nothing_lost(Half::Brokers);
}

#[test]
fn ensembles_lives_end_healed_and_with_nothing_lost() {
    lives_end_healed_and_with_nothing_lost(Half::ZooKeeper);
}
