//! Servers of a cluster are killed, held and restarted under load, and nothing that was
//! acknowledged is lost, doubled or out of order.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use milena::kafka::client::Options;

use super::brokers::{BROKERS, Cluster};
use super::foreign::Foreign;
use super::members::Kind;
use super::strikes::Strikes;
use crate::support::load::{self, Error, Load};

/// How many records must be acknowledged between two strikes.
const BETWEEN: u64 = 60;

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Plan {
    pub zookeeper: Kind,
    pub cycles: usize,
    pub seed: u64,
    /// An interpreter of Python with the packages of foreign clients: they are part of the load.
    pub python: Option<PathBuf>,
    /// Only strikes whose sentence has these words.
    pub only: Option<String>,
    /// Where servers may write.
    pub folder: PathBuf,
}

/// Does it, and prints what came of it.
pub async fn run(plan: &Plan) -> Result<(), Error> {
    let mut cluster = Cluster::start(plan.zookeeper.clone(), &plan.folder).await?;
    let mut course = Course::start(&mut cluster, plan.python.as_deref()).await?;
    let mut strikes = Strikes::new(plan.seed, plan.only.as_deref())?;
    for cycle in 1..=plan.cycles {
        let strike = strikes.next();
        let began = Instant::now();
        let and = |error: Error| format!("{strike}, in cycle {cycle}: {error}");
        let who = strikes.strike(strike, &mut cluster).await.map_err(and)?;
        course.healed(&mut cluster, &format!("{cycle}: {strike} ({who})"), began).await?;
    }
    course.end(cluster, &format!("{}, {} cycles", plan.zookeeper, plan.cycles)).await
}

/// A load on a cluster, whatever happens to that.
pub struct Course {
    options: Options,
    load: Option<Load>,
    foreign: Foreign,
    /// The longest that anything took to be whole again.
    slowest: Duration,
}

impl Course {
    /// Starts the load.
    pub async fn start(cluster: &mut Cluster, python: Option<&Path>) -> Result<Course, Error> {
        let options = cluster.options();
        load::create(&options, i32::try_from(BROKERS)?).await?;
        cluster.healed().await?;
        let foreign = Foreign::start(python, &options, &cluster.bootstrap()).await?;
        let load = Some(Load::start(&options));
        Ok(Course { options, load, foreign, slowest: Duration::ZERO })
    }

    /// Waits until all is whole again after something happened, and the load goes on.
    pub async fn healed(
        &mut self,
        cluster: &mut Cluster,
        what: &str,
        began: Instant,
    ) -> Result<(), Error> {
        let over = Instant::now();
        let and = |error: Error| format!("{what}: {error}");
        cluster.healed().await.map_err(and)?;
        let load = self.load.take().ok_or("there is no load any more")?;
        if let Err(error) = load.goes_on(BETWEEN).await {
            // What the load found wrong says more.
            return Err(and(load.stop().await.err().unwrap_or(error)).into());
        }
        self.load = Some(load);
        self.foreign.go_on().await.map_err(and)?;
        self.slowest = self.slowest.max(over.elapsed());
        let (took, healed) = (began.elapsed().as_secs_f32(), over.elapsed().as_secs_f32());
        println!("  {what}; all goes on {healed:.1} s later, {took:.1} s in all");
        Ok(())
    }

    /// Stops the load and looks at what is there; stops the cluster and looks at its disks.
    pub async fn end(self, mut cluster: Cluster, what: &str) -> Result<(), Error> {
        let books = self.load.ok_or("there is no load any more")?.stop().await?;
        let there = load::audit(&self.options, &books).await?;
        let acknowledged: usize = books.acknowledged.values().map(Vec::len).sum();
        println!(
            "{what}: {acknowledged} acknowledged, {} uncertain, {there} there, {} seen by the \
             group; whole again within {:.1} s",
            books.uncertain,
            books.seen,
            self.slowest.as_secs_f32()
        );
        if acknowledged == 0 || books.seen == 0 {
            return Err("no load".into());
        }
        self.foreign.stop().await?;
        cluster.healed().await?;
        let partitions = cluster.stop().await?;
        println!("  {partitions} partitions are equal byte by byte on the three brokers");
        Ok(())
    }
}
