//! What happens to a cluster of processes: who is struck, and how.

use std::fmt;
use std::time::Duration;

use milena::base::rng::Rng;
use rustix::process::Signal;

use super::brokers::{BROKERS, Cluster};
use super::process::Process;
use crate::support::load::Error;

/// Who is struck.
#[derive(Clone, Copy, Debug)]
pub enum Whom {
    AnyBroker,
    /// The leader of a partition.
    Leader,
    Controller,
    AnyMember,
    MemberLeader,
}

impl Whom {
    pub const ALL: [Whom; 5] =
        [Whom::AnyBroker, Whom::Leader, Whom::Controller, Whom::AnyMember, Whom::MemberLeader];

    /// Whether it is a ZooKeeper.
    pub fn is_member(self) -> bool {
        matches!(self, Whom::AnyMember | Whom::MemberLeader)
    }

    /// Who that is now: a broker's number, or a ZooKeeper's.
    pub async fn of(self, cluster: &mut Cluster, rng: &mut Rng) -> Result<usize, Error> {
        Ok(match self {
            Whom::AnyBroker => below(rng, BROKERS),
            Whom::Leader => cluster.offices().await?.leader,
            Whom::Controller => cluster.offices().await?.controller,
            Whom::AnyMember => below(rng, cluster.members.len()),
            Whom::MemberLeader => cluster.members.leader().await?,
        })
    }
}

impl fmt::Display for Whom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Whom::AnyBroker => "a broker",
            Whom::Leader => "a partition's leader",
            Whom::Controller => "the controller",
            Whom::AnyMember => "a ZooKeeper",
            Whom::MemberLeader => "ZooKeeper's leader",
        })
    }
}

/// Some number below a bound.
pub fn below(rng: &mut Rng, bound: usize) -> usize {
    usize::try_from(rng.below(bound as u64)).expect("it was a usize")
}

/// How.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// kill -9, and started again at once: its session still lives.
    Kill,
    /// kill -9, and started again when others have taken over.
    KillForAWhile,
    /// SIGSTOP, and SIGCONT after a while: time itself is the fault, and who was away does not know.
    Hold,
    /// SIGTERM, and started again.
    Restart,
}

/// One thing that happens.
#[derive(Clone, Copy, Debug)]
pub struct Strike {
    pub whom: Whom,
    pub how: How,
}

impl fmt::Display for Strike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.whom, self.how)
    }
}

impl fmt::Display for How {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            How::Kill => "killed",
            How::KillForAWhile => "killed for a while",
            How::Hold => "held",
            How::Restart => "restarted",
        })
    }
}

/// All that can happen to a cluster, each as often as the others, in an order that chance gives.
pub struct Strikes {
    rng: Rng,
    all: Vec<Strike>,
    left: Vec<Strike>,
}

impl Strikes {
    /// Only those whose sentence has some words, where there are any.
    pub fn new(seed: u64, only: Option<&str>) -> Result<Strikes, Error> {
        let how = [How::Kill, How::KillForAWhile, How::Hold, How::Restart];
        let all =
            Whom::ALL.iter().flat_map(|&whom| how.iter().map(move |&how| Strike { whom, how }));
        let is_meant = |strike: &Strike| only.is_none_or(|it| strike.to_string().contains(it));
        let all: Vec<_> = all.filter(is_meant).collect();
        match all.is_empty() {
            true => Err(format!("nothing that can happen is called '{}'", only.unwrap_or(""))),
            false => Ok(Strikes { rng: Rng::seeded(seed), all, left: Vec::new() }),
        }
        .map_err(Error::from)
    }

    /// The next one.
    pub fn next(&mut self) -> Strike {
        if self.left.is_empty() {
            self.left = self.all.clone();
        }
        self.left.swap_remove(below(&mut self.rng, self.left.len()))
    }

    /// One to six seconds.
    fn a_while(&mut self) -> Duration {
        Duration::from_millis(1_000 + self.rng.below(5_001))
    }

    /// Strikes; gives who it was. Whoever was struck is back when this returns, or on its way.
    pub async fn strike(&mut self, strike: Strike, to: &mut Cluster) -> Result<String, Error> {
        let index = strike.whom.of(to, &mut self.rng).await?;
        let a_while = self.a_while();
        // The process of one inside a broker is the broker's.
        if strike.whom.is_member() && !to.inside() {
            if befall(strike.how, &mut to.members.processes(&[index]), a_while).await? {
                to.members.begin(index)?;
            }
            return Ok(format!("zookeeper {index}"));
        }
        if befall(strike.how, &mut [to.process(index)], a_while).await? {
            to.begin(index)?;
            to.started(index).await?;
        }
        Ok(format!("broker {index}"))
    }
}

/// Strikes some processes at once; those that were gone already stay so. Says whether they are to
/// be started again.
pub async fn befall(
    how: How,
    struck: &mut [&mut Option<Process>],
    a_while: Duration,
) -> Result<bool, Error> {
    match how {
        How::Hold => {
            for process in struck.iter().filter_map(|slot| slot.as_ref()) {
                process.signal(Signal::STOP)?;
            }
            tokio::time::sleep(a_while).await;
            for process in struck.iter().filter_map(|slot| slot.as_ref()) {
                process.signal(Signal::CONT)?;
            }
            return Ok(false);
        }
        How::Kill | How::KillForAWhile => {
            for process in struck.iter_mut().filter_map(|slot| slot.take()) {
                process.kill().await?;
            }
            if how == How::KillForAWhile {
                tokio::time::sleep(a_while).await;
            }
        }
        How::Restart => {
            for process in struck.iter_mut().filter_map(|slot| slot.take()) {
                process.stop().await?;
            }
        }
    }
    Ok(true)
}
