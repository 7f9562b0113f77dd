//! Servers of an ensemble are killed, held and restarted while clients write, and everything that
//! was acknowledged is on every server, and nothing else.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use milena::base::rng::Rng;
use milena::zookeeper::client::ConnectString;

use super::brokers::loopback;
use super::members::{Kind, Members};
use super::process::Place;
use super::strikes::{How, befall, below};
use super::writers::{self, Books, SESSIONS, Writers};
use crate::support::load::Error;

/// How many writes must be acknowledged between two strikes.
const BETWEEN: u64 = 100;
/// How many in the end: more than lie between two digests that servers remember.
const AT_THE_END: u64 = 300;
/// How long sessions that ended may be seen.
const GONE_WITHIN: Duration = Duration::from_secs(30);
/// Longer than a leader waits for a follower (`syncLimit` of five ticks).
const LEFT_BEHIND: Duration = Duration::from_millis(3_500);

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Plan {
    pub servers: Kind,
    pub cycles: usize,
    pub seed: u64,
    /// Only strikes whose sentence has these words.
    pub only: Option<String>,
    /// Where servers may write.
    pub folder: PathBuf,
}

/// Who is struck.
#[derive(Clone, Copy, Debug)]
enum Whom {
    Follower,
    Leader,
    All,
}

/// What happens.
#[derive(Clone, Copy, Debug)]
enum Strike {
    /// Something to some.
    One(Whom, How),
    /// A follower is held until it is left behind, is sent what it lacks, and is killed while it
    /// takes that; then so is the leader.
    LeftBehind,
}

impl std::fmt::Display for Strike {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whom, how) = match self {
            Strike::One(Whom::Follower, how) => ("a follower", how),
            Strike::One(Whom::Leader, how) => ("the leader", how),
            Strike::One(Whom::All, how) => ("all servers", how),
            Strike::LeftBehind => {
                return f
                    .write_str("a follower left behind, killed as it catches up, the leader too");
            }
        };
        write!(f, "{whom} {how}")
    }
}

/// Does it, and prints what came of it.
pub async fn run(plan: &Plan) -> Result<(), Error> {
    let host = loopback();
    let places: Vec<_> = (0..3).map(|_| Place::on(host.clone())).collect();
    let mut members = Members::new(plan.servers.clone(), &plan.folder, &places)?;
    for index in 0..members.len() {
        members.begin(index)?;
    }
    members.leader().await?;
    let writers = Writers::start(&members.connect(), plan.seed).await?;
    let mut rng = Rng::seeded(plan.seed);
    let (mut left, mut slowest) = (Vec::new(), Duration::ZERO);
    for cycle in 1..=plan.cycles {
        if left.is_empty() {
            left = all(plan.only.as_deref())?;
        }
        let strike = left.swap_remove(below(&mut rng, left.len()));
        let began = Instant::now();
        let and = |error: Error| format!("{strike}, in cycle {cycle}: {error}");
        let who = do_to(strike, &mut rng, &mut members).await.map_err(and)?;
        let back = Instant::now();
        let healed = async {
            members.leader().await?;
            writers.go_on(BETWEEN).await?;
            digests(&members, 0).await
        };
        if let Err(error) = healed.await {
            // What a writer found wrong says more.
            return Err(and(writers.stop().await.err().unwrap_or(error)).into());
        }
        slowest = slowest.max(back.elapsed());
        let (took, healed) = (began.elapsed().as_secs_f32(), back.elapsed().as_secs_f32());
        println!(
            "  {cycle}: {strike} ({who}); all goes on {healed:.1} s later, {took:.1} s in all"
        );
    }
    writers.go_on(AT_THE_END).await?;
    let books = writers.stop().await?;
    for index in 0..members.len() {
        audit(&members.address(index), &books)
            .await
            .map_err(|error| format!("on server {index}: {error}"))?;
    }
    let equal = digests(&members, 1).await?;
    println!(
        "{}, {} cycles: {} writes acknowledged, {} without an answer done and {} not, by {} \
         sessions; {} nodes and {equal} digests equal on all; whole again within {:.1} s",
        plan.servers,
        plan.cycles,
        books.acknowledged,
        books.done,
        books.undone,
        books.sessions,
        books.nodes.len(),
        slowest.as_secs_f32()
    );
    members.stop().await
}

/// All that can happen.
fn all(only: Option<&str>) -> Result<Vec<Strike>, Error> {
    let mut all = vec![Strike::LeftBehind];
    for whom in [Whom::Follower, Whom::Leader, Whom::All] {
        for how in [How::Kill, How::KillForAWhile, How::Hold, How::Restart] {
            all.push(Strike::One(whom, how));
        }
    }
    all.retain(|strike| only.is_none_or(|it| strike.to_string().contains(it)));
    match all.is_empty() {
        true => Err(format!("nothing that can happen is called '{}'", only.unwrap_or("")).into()),
        false => Ok(all),
    }
}

/// Strikes; gives who it was.
async fn do_to(strike: Strike, rng: &mut Rng, members: &mut Members) -> Result<String, Error> {
    let leader = members.leader().await?;
    let followers: Vec<_> = (0..members.len()).filter(|index| *index != leader).collect();
    let follower = followers[below(rng, followers.len())];
    let a_while = Duration::from_millis(1_000 + rng.below(5_001));
    let (struck, how) = match strike {
        Strike::One(Whom::Follower, how) => (vec![follower], how),
        Strike::One(Whom::Leader, how) => (vec![leader], how),
        Strike::One(Whom::All, how) => ((0..members.len()).collect(), how),
        Strike::LeftBehind => {
            befall(How::Hold, &mut members.processes(&[follower]), LEFT_BEHIND).await?;
            // It is sent what it lacks at some moment within these.
            tokio::time::sleep(Duration::from_millis(rng.below(800))).await;
            befall(How::Kill, &mut members.processes(&[follower]), a_while).await?;
            (vec![follower, leader], How::Kill)
        }
    };
    // One of them may be gone already.
    if befall(how, &mut members.processes(&struck), a_while).await? {
        for index in &struck {
            members.begin(*index)?;
        }
    }
    Ok(format!("{struck:?}"))
}

/// What one server has, held against the books.
async fn audit(address: &str, books: &Books) -> Result<(), Error> {
    let client = writers::session(&ConnectString::parse(address)?).await?;
    client.sync("/").await?;
    let mut there = 0;
    for (path, node) in &books.nodes {
        let found = writers::read(&client, path).await?;
        if found != *node {
            return Err(format!("{path} is {found:?}, not {node:?}").into());
        }
        there += usize::from(found.is_some());
    }
    let mut count = 0;
    for folder in client.children("/", false).await?.0.iter().filter(|it| it.contains("writer")) {
        count += client.children(&format!("/{folder}"), false).await?.0.len();
    }
    if count != there {
        return Err(format!("{count} nodes, not {there}").into());
    }
    let until = Instant::now() + GONE_WITHIN;
    loop {
        let (marks, _) = client.children(SESSIONS, false).await?;
        if marks.is_empty() {
            break;
        }
        if Instant::now() > until {
            return Err(format!("sessions that ended have nodes: {marks:?}").into());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    client.close().await;
    Ok(())
}

/// Holds the digests that servers remember against each other; gives how many all of them have.
async fn digests(members: &Members, least: usize) -> Result<usize, Error> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for index in 0..members.len() {
        let text = members.word(index, "hash").await.unwrap_or_default();
        for (zxid, digest) in text.lines().filter_map(|line| line.split_once(": ")) {
            all.entry(zxid.to_owned()).or_default().push(digest.to_owned());
        }
    }
    for (zxid, digests) in &all {
        if digests.iter().any(|digest| *digest != digests[0]) {
            return Err(format!("the digests at {zxid} differ: {digests:?}").into());
        }
    }
    let common = all.values().filter(|digests| digests.len() == members.len()).count();
    match common < least {
        true => Err("no zxid at which all have a digest".into()),
        false => Ok(common),
    }
}
