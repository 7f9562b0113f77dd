//! Three servers as processes are killed, held and restarted while clients write: every create, set,
//! delete and multi that was acknowledged is on all of them. Five cycles, or as many as
//! `MILENA_CYCLES` says.

use crate::audit::ensemble::{self, Plan};
use crate::audit::members::Kind;
use crate::support::folder::Folder;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_on_any_server() {
    let cycles = std::env::var("MILENA_CYCLES").ok().and_then(|text| text.parse().ok());
    let folder = Folder::new();
    let plan = Plan {
        servers: Kind::named("three"),
        cycles: cycles.unwrap_or(5),
        seed: 7,
        only: None,
        folder: folder.path().to_owned(),
    };
    if let Err(error) = ensemble::run(&plan).await {
        let kept = folder.keep();
        panic!("{error}\nwhat the servers said is in {}", kept.display());
    }
}
