//! The network of a cluster is cut and slowed under load, and heals: nothing that was acknowledged is
//! lost, doubled or out of order.

use std::fmt;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use milena::base::rng::Rng;

use crate::audit::brokers::{BROKERS, Cluster};
use crate::audit::kills::Course;
use crate::audit::members::Kind;
use crate::audit::strikes::{Whom, below};
use crate::network::Network;
use crate::support::load::Error;

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Plan {
    pub zookeeper: Kind,
    pub network: Network,
    pub cycles: usize,
    pub seed: u64,
    /// Only cuts whose sentence has these words.
    pub only: Option<String>,
    pub python: Option<PathBuf>,
    /// Where servers may write.
    pub folder: PathBuf,
}

/// What happens to a server's cable.
#[derive(Clone, Copy, Debug)]
enum How {
    /// It is out: not even clients reach the server.
    Isolated,
    /// The server, with a ZooKeeper beside it where there are three, is cut from the others, both
    /// ways. Clients reach all.
    Split,
    /// Nothing that it sends reaches another server.
    Mute,
    /// Nothing that another server sends reaches it.
    Deaf,
    Slow,
}

#[derive(Clone, Copy, Debug)]
struct Cut {
    whom: Whom,
    how: How,
}

impl fmt::Display for Cut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.how {
            How::Isolated => "isolated",
            How::Split => "split off",
            How::Mute => "heard by no server",
            How::Deaf => "hearing no server",
            How::Slow => "behind a slow cable",
        };
        write!(f, "{} {how}", self.whom)
    }
}

/// Every cut there is.
fn all(only: Option<&str>) -> Result<Vec<Cut>, Error> {
    let mut all = Vec::new();
    for whom in Whom::ALL {
        for how in [How::Isolated, How::Split, How::Mute, How::Deaf, How::Slow] {
            all.push(Cut { whom, how });
        }
    }
    all.retain(|cut| only.is_none_or(|it| cut.to_string().contains(it)));
    match all.is_empty() {
        true => Err(format!("nothing that can happen is called '{}'", only.unwrap_or("")).into()),
        false => Ok(all),
    }
}

/// Does it, and prints what came of it.
pub async fn run(plan: &Plan) -> Result<(), Error> {
    let place = |server: usize| plan.network.place(server);
    let brokers: Vec<_> = (0..BROKERS).map(place).collect::<Result<_, _>>()?;
    // Those inside the brokers have no cables of their own.
    let first = if matches!(plan.zookeeper, Kind::Inside) { 0 } else { BROKERS };
    let members =
        (first..first + plan.zookeeper.size()).map(place).collect::<Result<Vec<_>, _>>()?;
    let mut cluster =
        Cluster::start_in(plan.zookeeper.clone(), &plan.folder, &brokers, &members).await?;
    let mut course = Course::start(&mut cluster, plan.python.as_deref()).await?;
    let mut rng = Rng::seeded(plan.seed);
    let mut left = Vec::new();
    for cycle in 1..=plan.cycles {
        if left.is_empty() {
            left = all(plan.only.as_deref())?;
        }
        let cut: Cut = left.swap_remove(below(&mut rng, left.len()));
        let and = |error: Error| format!("{cut}, in cycle {cycle}: {error}");
        let began = Instant::now();
        let index = cut.whom.of(&mut cluster, &mut rng).await.map_err(and)?;
        let server = if cut.whom.is_member() { first + index } else { index };
        apply(cut.how, server, first, plan).map_err(and)?;
        tokio::time::sleep(Duration::from_millis(1_000 + rng.below(7_001))).await;
        plan.network.heal().map_err(and)?;
        let what = format!("{cycle}: {cut} (server {server})");
        course.healed(&mut cluster, &what, began).await?;
    }
    course.end(cluster, &format!("{}, {} cuts", plan.zookeeper, plan.cycles)).await
}

fn apply(how: How, server: usize, first: usize, plan: &Plan) -> Result<(), Error> {
    let network = &plan.network;
    let servers = 0..first + plan.zookeeper.size();
    // The broker and the ZooKeeper of one number, where there are as many.
    let beside = match plan.zookeeper.size() {
        BROKERS if server < first => server + first,
        BROKERS if first > 0 => server - first,
        _ => server,
    };
    for other in servers.filter(|other| *other != server) {
        match how {
            How::Isolated | How::Slow => {}
            How::Split if other == beside => {}
            How::Split => {
                for here in [server, beside] {
                    network.cut(here, other)?;
                    network.cut(other, here)?;
                }
            }
            How::Mute => network.cut(server, other)?,
            How::Deaf => network.cut(other, server)?,
        }
    }
    match how {
        How::Isolated => network.unplug(server),
        How::Slow => network.slow(server),
        How::Split | How::Mute | How::Deaf => Ok(()),
    }
}
