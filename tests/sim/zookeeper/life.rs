//! One life: an ensemble, its clients, its faults, its healing, and what is found then.

use std::time::Duration;

use milena::base::rng::Rng;

use super::super::report::{Choices, Report, count};
use super::check::{self, Witness};
use super::faults::Faults;
use super::load::Load;
use super::world::World;

/// How long faults strike.
const FAULTY: Duration = Duration::from_secs(50);
/// How long work goes on afterwards at least.
const LIFE: Duration = Duration::from_secs(60);
/// How many writes must have been acknowledged by then; where they were not, it goes on.
const WRITES: u64 = 1_000;
/// How long healing may take.
const HEALED_WITHIN: Duration = Duration::from_secs(60);
/// How often the servers are looked at.
const TICK: Duration = Duration::from_millis(50);
/// What happens to ensembles that are at work, beside the faults: each must come in a run.
pub const EVENTS: [&str; 9] = [
    "election",
    "DIFF sent",
    "DIFF from disk",
    "TRUNC",
    "SNAP",
    "snapshot",
    "configuration",
    "session ended unawares",
    "watch fired",
];

/// Lives it.
pub async fn life(mut world: World, rng: &mut Rng, choices: Choices) -> Report {
    let mut faults = Faults::new(&world, rng);
    for index in 0..world.traits.size {
        world.start(index);
    }
    let load = Load::start(&world);
    let mut witness = Witness::default();
    let failure = course(&mut world, &load, &mut faults, &mut witness, choices).await.err();
    let books = load.ledger.open();
    let mut events = world.listener.counts();
    for (kind, number) in [
        ("election", witness.elections()),
        ("session ended unawares", books.expired),
        ("watch fired", books.fired),
    ] {
        count(&mut events, kind, number);
    }
    Report {
        failure,
        seen: world.network.seen(),
        faults: faults.counts,
        events,
        acknowledged: books.acknowledged,
        uncertain: books.uncertain,
        read: books.reads,
        ..Report::default()
    }
}

async fn course(
    world: &mut World,
    load: &Load,
    faults: &mut Faults,
    witness: &mut Witness,
    choices: Choices,
) -> Result<(), String> {
    let broken = |load: &Load| load.ledger.open().broken.take().map_or(Ok(()), Err);
    while world.network.elapsed() < FAULTY {
        tokio::time::sleep(TICK).await;
        witness.look(world, &load.ledger);
        faults.tick(world, load, !choices.calm).await;
        broken(load)?;
    }
    faults.heal(world).await;
    world.listener.say("all faults are over");
    let healing = world.network.elapsed();
    loop {
        tokio::time::sleep(TICK).await;
        witness.look(world, &load.ledger);
        faults.tick(world, load, false).await;
        broken(load)?;
        if let Some(index) = check::without_vote(world).filter(|_| !faults.operator.is_busy()) {
            faults.operator.ask(world, Some(World::line(index, "participant")), None);
        }
        let wounds = check::wounds(world);
        let now = world.network.elapsed();
        match wounds {
            None if now >= LIFE && load.ledger.open().acknowledged >= WRITES => break,
            Some(wound) if now > healing + HEALED_WITHIN => {
                return Err(format!("not healed: {wound}"));
            }
            None if now > healing + HEALED_WITHIN => {
                return Err("healed, and yet nothing is written".to_owned());
            }
            _ => {}
        }
    }
    world.listener.say("healed");
    check::write_each(world).await?;
    load.stop().await;
    witness.look(world, &load.ledger);
    broken(load)?;
    check::audit(world, &load.ledger).await?;
    witness.look(world, &load.ledger);
    broken(load)
}
