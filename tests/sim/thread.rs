//! The thread of a life: its chance, its time and its log are there.

use std::time::Duration;

use milena::base::planted::Bug;
use milena::base::rng::Rng;

use super::report::{Choices, Half, Report};
use super::{chance, life, zookeeper};

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
        let mut report = match choices.half {
            Half::Brokers => {
                let entered = runtime.enter();
                let world = super::world::World::new(&mut rng, choices.aloud);
                drop(entered);
                tracing::subscriber::with_default(world.listener.clone(), || {
                    let report = runtime.block_on(life::life(world, &mut rng, choices));
                    drop(runtime);
                    report
                })
            }
            Half::ZooKeeper => {
                let entered = runtime.enter();
                let world = zookeeper::World::new(&mut rng, choices.aloud);
                drop(entered);
                tracing::subscriber::with_default(world.listener.clone(), || {
                    let report = runtime.block_on(zookeeper::life(world, &mut rng, choices));
                    drop(runtime);
                    report
                })
            }
        };
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
