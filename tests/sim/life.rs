//! One life: a cluster, its work, its faults, its healing, and what is found then.

use std::collections::BTreeMap;
use std::time::Duration;

use milena::base::planted::Bug;
use milena::base::rng::Rng;
use milena::net::simulated::Seen;

use super::chance;
use super::check::{self, Witness};
use super::faults::Faults;
use super::load::Load;
use super::world::{BROKERS, World};

/// How long faults strike.
const FAULTY: Duration = Duration::from_secs(50);
/// How long work goes on afterwards at least.
const LIFE: Duration = Duration::from_secs(60);
/// How many writes must have been acknowledged by then; where they were not, it goes on.
const WRITES: u64 = 1_000;
/// How long healing may take.
const HEALED_WITHIN: Duration = Duration::from_secs(60);
/// How often the brokers are looked at.
const TICK: Duration = Duration::from_millis(50);

/// What came of a life.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    pub seed: u64,
    /// What was wrong.
    pub failure: Option<String>,
    pub seen: Seen,
    pub faults: BTreeMap<&'static str, u64>,
    pub deposed_controllers: u64,
    pub elections: u64,
    pub isr_changes: u64,
    pub truncations: u64,
    pub acknowledged: u64,
    pub uncertain: u64,
    pub consumed: u64,
    pub commits: u64,
    pub cpu: Duration,
}

/// What a life is like, beside its seed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choices {
    /// No faults.
    pub calm: bool,
    /// Everything that happens is printed.
    pub aloud: bool,
    /// A promise that the servers do not keep.
    pub bug: Option<Bug>,
}

fn cpu_of_this_thread() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// Lives one life, on a thread of its own: that is where its chance is.
pub fn live(seed: u64, choices: Choices) -> Report {
    let thread = std::thread::Builder::new().name(format!("seed {seed}"));
    let lived = thread.spawn(move || {
        chance::seed(seed);
        Bug::plant(choices.bug);
        let mut rng = Rng::seeded(seed);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime");
        let entered = runtime.enter();
        let world = World::new(&mut rng, choices.aloud);
        drop(entered);
        let listener = world.listener.clone();
        let mut report = tracing::subscriber::with_default(listener, || {
            let report = runtime.block_on(life(world, &mut rng, choices));
            drop(runtime);
            report
        });
        (report.seed, report.cpu) = (seed, cpu_of_this_thread());
        report
    });
    match lived.map(|thread| thread.join()) {
        Ok(Ok(report)) => report,
        _ => Report {
            seed,
            failure: Some("the life itself has panicked".to_owned()),
            ..Report::default()
        },
    }
}

async fn life(mut world: World, rng: &mut Rng, choices: Choices) -> Report {
    let mut faults = Faults::new(&world, rng);
    for index in 0..=BROKERS {
        world.start(index);
    }
    let load = Load::start(&world);
    let mut witness = Witness::default();
    let failure = course(&mut world, &load, &mut faults, &mut witness, choices).await.err();
    let books = load.books();
    let (truncations, seen) = (world.listener.truncations(), world.network.seen());
    Report {
        failure,
        seen,
        faults: faults.counts,
        deposed_controllers: faults.deposed_controllers,
        elections: witness.elections,
        isr_changes: witness.isr_changes,
        truncations,
        acknowledged: books.acknowledgements,
        uncertain: books.uncertain,
        consumed: books.consumed,
        commits: books.commits,
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
