//! One life: a cluster, its work, its faults, its healing, and what is found then.

use std::time::Duration;

use milena::base::rng::Rng;

use super::check::{self, Witness};
use super::faults::Faults;
use super::load::Load;
use super::report::{Choices, Report, count};
use super::world::{BROKERS, World};

/// How long faults strike.
const FAULTY: Duration = Duration::from_secs(50);
/// How long work goes on afterwards at least.
const LIFE: Duration = Duration::from_secs(60);
/// How many writes must have been acknowledged by then; where they were not, it goes on.
const WRITES: u64 = 1_000;
/// How long healing may take.
const HEALED_WITHIN: Duration = Duration::from_secs(60);
/// What happens to brokers that are at work, beside the faults: each must come in a run.
pub const EVENTS: [&str; 5] =
    ["controller deposed unawares", "election", "ISR change", "truncation", "commit of a group"];
/// How often the brokers are looked at.
const TICK: Duration = Duration::from_millis(50);

/// Lives it.
pub async fn life(mut world: World, rng: &mut Rng, choices: Choices) -> Report {
    let mut faults = Faults::new(&world, rng);
    for index in 0..=BROKERS {
        world.start(index);
    }
    let load = Load::start(&world);
    let mut witness = Witness::default();
    let failure = course(&mut world, &load, &mut faults, &mut witness, choices).await.err();
    let books = load.books();
    let mut events = world.listener.counts();
    for (kind, number) in [
        ("controller deposed unawares", faults.deposed_controllers),
        ("election", witness.elections),
        ("ISR change", witness.isr_changes),
        ("commit of a group", books.commits),
    ] {
        count(&mut events, kind, number);
    }
    Report {
        failure,
        seen: world.network.seen(),
        faults: faults.counts,
        events,
        acknowledged: books.acknowledgements,
        uncertain: books.uncertain,
        read: books.consumed,
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
    let broken = |load: &Load| load.books().broken.take().map_or(Ok(()), Err);
    while world.network.elapsed() < FAULTY {
        tokio::time::sleep(TICK).await;
        witness.look(world, load);
        faults.tick(world, !choices.calm).await;
        broken(load)?;
    }
    faults.heal(world);
    world.listener.say("all faults are over");
    let healing = world.network.elapsed();
    loop {
        tokio::time::sleep(TICK).await;
        witness.look(world, load);
        faults.tick(world, false).await;
        broken(load)?;
        let wounds = check::wounds(world);
        let now = world.network.elapsed();
        match wounds {
            None if now >= LIFE && load.books().acknowledgements >= WRITES => break,
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
    witness.look(world, load);
    broken(load)?;
    // Followers learn with their next fetch what is committed.
    tokio::time::sleep(Duration::from_secs(2)).await;
    check::audit(world, &load.books())
}
