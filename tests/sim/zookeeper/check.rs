//! What must be true of a life, while it lasts and at its end.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use milena::net::simulated::Node;
use milena::zookeeper::client::Client;
use milena::zookeeper::jute::request::{CreateMode, PrefixRequest};
use milena::zookeeper::jute::{Request, ServerState, Stat, Zxid};

use super::books::{Ledger, SHARED};
use super::chronicle::State;
use super::load::create;
use super::world::{World, start};

/// How long a session may be: nothing of one that has ended is there for longer.
const SESSION: Duration = Duration::from_secs(8);
/// How long one look at a server may take.
const LOOK: Duration = Duration::from_secs(20);

/// Looks at the servers again and again.
#[derive(Default)]
pub struct Witness {
    /// Who led in an epoch.
    leaders: BTreeMap<u32, usize>,
    /// The digest of the tree that ends with a transaction, and who was seen to have it.
    digests: BTreeMap<Zxid, (u64, usize)>,
}

impl Witness {
    pub fn look(&mut self, world: &World, ledger: &Ledger) {
        for index in 0..world.traits.size {
            let machine = &world.servers[index];
            if machine.node.has_panicked() {
                ledger.broken(format!("{} has panicked", machine.name));
            }
            let Some(standing) = world.standing(index) else { continue };
            let zxid = standing.zxid;
            if standing.state == ServerState::Leading {
                let leader = *self.leaders.entry(zxid.epoch()).or_insert(index);
                if leader != index {
                    ledger.broken(format!(
                        "servers {} and {} both lead in epoch {}",
                        leader + 1,
                        index + 1,
                        zxid.epoch()
                    ));
                }
            }
            if zxid.0 < 0 {
                continue;
            }
            let (digest, who) = *self.digests.entry(zxid).or_insert((standing.digest, index));
            if digest != standing.digest {
                ledger.broken(format!(
                    "servers {} and {} differ at {zxid}: digests {digest} and {}",
                    who + 1,
                    index + 1,
                    standing.digest
                ));
            }
        }
        if world.clients.iter().chain([&world.operator]).any(Node::has_panicked) {
            ledger.broken("a client has panicked".to_owned());
        }
    }

    /// How many leaders there have been.
    pub fn elections(&self) -> u64 {
        self.leaders.len() as u64
    }
}

/// Whether a server serves in an ensemble.
pub fn serves(world: &World, index: usize) -> bool {
    world.standing(index).is_some_and(|it| it.state != ServerState::Looking)
}

/// Whether all are there, and vote, and have what their leader has.
pub fn is_whole(world: &World) -> bool {
    wounds(world).is_none()
}

/// Why the ensemble is not whole, if it is not.
pub fn wounds(world: &World) -> Option<String> {
    let size = world.traits.size;
    let mut leaders = 0;
    for index in 0..size {
        let name = &world.servers[index].name;
        let Some(standing) = world.standing(index).filter(|_| world.servers[index].is_up) else {
            return Some(format!("{name} does not run"));
        };
        let voters = standing.members.iter().flat_map(|it| it.voters()).count();
        if voters != size {
            return Some(format!("{name} sees {voters} voters"));
        }
        match standing.state {
            ServerState::Leading if standing.synced.len() == size => leaders += 1,
            ServerState::Leading => {
                return Some(format!("{name} leads, with only {:?}", standing.synced));
            }
            ServerState::Following => {}
            state => return Some(format!("{name} is {state:?}")),
        }
    }
    (leaders != 1).then(|| format!("{leaders} leaders"))
}

/// Who has no vote though it should.
pub fn without_vote(world: &World) -> Option<usize> {
    let standing = world.standing(world.leader()?)?;
    let voters: BTreeSet<i64> = standing.members.iter().flat_map(|it| it.voters()).collect();
    (0..world.traits.size).find(|index| !voters.contains(&(*index as i64 + 1)))
}

/// A node of a tree, as a client sees it.
type Tree = BTreeMap<String, (Vec<u8>, Stat)>;

/// Does something at a server with a session of its own.
async fn at<T: Send + 'static, F: Future<Output = Result<T, String>> + Send + 'static>(
    world: &World,
    index: usize,
    work: impl FnOnce(Client) -> F + Send + 'static,
) -> Result<T, String> {
    let (done, result) = tokio::sync::oneshot::channel();
    let node = world.operator.clone();
    node.clone().spawn(async move {
        let (client, _events) = start(&node, &[index], SESSION / 2);
        let working = async {
            client.connected(LOOK).await.map_err(|error| error.to_string())?;
            work(client.clone()).await
        };
        let worked = tokio::time::timeout(LOOK, working).await;
        client.close().await;
        let _ = done.send(worked.unwrap_or_else(|_| Err("it takes too long".to_owned())));
    });
    let worked = result.await.unwrap_or_else(|_| Err("its client has died".to_owned()));
    worked.map_err(|text| format!("at server {}: {text}", index + 1))
}

/// A new write through every server.
pub async fn write_each(world: &World) -> Result<(), String> {
    for index in 0..world.traits.size {
        at(world, index, move |client| async move {
            let path = format!("/last-{index}");
            let request = create(&path, "last", CreateMode::Persistent);
            let written = client.request(request).await;
            written.map(|_| ()).map_err(|error| format!("nothing can be written: {error}"))
        })
        .await?;
    }
    Ok(())
}

/// All nodes of a server that is abreast of its leader.
async fn tree(world: &World, index: usize) -> Result<Tree, String> {
    at(world, index, |client| async move {
        let text = |error: milena::zookeeper::client::Error| error.to_string();
        client
            .request(Request::Sync(PrefixRequest { path: Some("/".into()) }))
            .await
            .map_err(text)?;
        let mut tree = Tree::new();
        let mut left = vec!["/".to_owned()];
        while let Some(path) = left.pop() {
            let (data, stat) = client.get(&path, false).await.map_err(text)?;
            let (children, _) = client.children(&path, false).await.map_err(text)?;
            let stem = path.trim_end_matches('/');
            left.extend(children.iter().map(|name| format!("{stem}/{name}")));
            tree.insert(path, (data.unwrap_or_default().to_vec(), stat));
        }
        Ok(tree)
    })
    .await
}

/// The trees at the end: equal on all servers, with everything that was acknowledged in them, and
/// nothing of sessions that have ended.
pub async fn audit(world: &World, ledger: &Ledger) -> Result<(), String> {
    // Sessions of clients that were killed expire; nobody opens any meanwhile.
    tokio::time::sleep(2 * SESSION).await;
    let first = tree(world, 0).await?;
    for index in 1..world.traits.size {
        let other = tree(world, index).await?;
        let names: BTreeSet<&String> = first.keys().chain(other.keys()).collect();
        for name in names {
            if first.get(name) != other.get(name) {
                return Err(format!(
                    "{name} differs: {:?} at server 1, {:?} at server {}",
                    first.get(name),
                    other.get(name),
                    index + 1
                ));
            }
        }
    }
    if let Some((path, (_, stat))) = first.iter().find(|(_, it)| it.1.ephemeral_owner != 0) {
        return Err(format!("{path} has outlived its session {:x}", stat.ephemeral_owner));
    }
    let mut books = ledger.open();
    let now = Zxid(i64::MAX);
    for (path, node) in &books.nodes {
        let state = match first.get(path) {
            Some((data, stat)) => State::Present {
                value: String::from_utf8_lossy(data).into_owned(),
                version: stat.version,
            },
            None => State::Absent,
        };
        node.was(now, &state).map_err(|it| format!("at the end {path} is {it}"))?;
    }
    let alike = |path: &&String| {
        let twin = path.strip_suffix('a').map(|stem| format!("{stem}b"));
        let twin = twin.and_then(|it| first.get(&it)).map(|it| &it.0);
        twin == first.get(*path).map(|it| &it.0)
    };
    let mut pairs = first.keys().filter(|path| path.starts_with("/m/") && path.ends_with('a'));
    if let Some(path) = pairs.find(|path| !alike(path)) {
        return Err(format!("{path} and its twin are not alike"));
    }
    let (data, stat) = first.get(SHARED).ok_or("the node of all is gone")?;
    books.shared(stat.version, &String::from_utf8_lossy(data), stat.mzxid)?;
    if books.last_shared() != stat.version {
        return Err(format!("{SHARED} went back to version {}", stat.version));
    }
    books.audit_sights()
}
