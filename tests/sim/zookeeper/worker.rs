//! One client: its sessions one after the other, and what it does in them.

use std::collections::BTreeSet;
use std::time::Duration;

use bytes::Bytes;
use milena::base::rng::Rng;
use milena::net::simulated::Node;
use milena::zookeeper::client::{Client, Error, Event, Events, multi_error};
use milena::zookeeper::jute::reply::DataStat;
use milena::zookeeper::jute::request::{
    CreateMode, PrefixRequest, SetDataRequest, VersionRequest, WatchRequest,
};
use milena::zookeeper::jute::{KeeperError, MultiResult, Reply, Request, Zxid};

use super::books::{SHARED, Sight};
use super::chronicle::{Change, State};
use super::load::{Load, create};
use super::world::start;

/// Nodes that a client alone changes, one by one.
const OWN: u64 = 4;
/// The pause between two things it does, at least.
const PAUSE_MS: u64 = 40;
/// How long it looks for a server before it begins anew.
const PATIENCE: Duration = Duration::from_secs(20);

/// A client.
pub struct Worker {
    load: Load,
    node: Node,
    servers: Vec<usize>,
    name: u64,
    rng: Rng,
    /// Makes values and names of its own.
    number: u64,
}

/// One session of it.
struct Session<'a> {
    worker: &'a mut Worker,
    client: Client,
    events: Events,
    /// The last transaction it was shown.
    last: Zxid,
    /// A node that is there as long as the session is.
    ephemeral: Option<String>,
    watch: Option<Watch>,
    /// Where watches have fired.
    fired: BTreeSet<String>,
}

/// A watch that was left, and the transaction that had last changed the node.
struct Watch {
    path: String,
    seen: Option<Zxid>,
}

/// Whether nobody knows what came of it.
fn is_uncertain(error: &Error) -> bool {
    use KeeperError::{ConnectionLoss, SessionExpired, SessionMoved};
    matches!(error.keeper(), Some(ConnectionLoss | SessionExpired | SessionMoved))
}

fn request(path: &str, change: &Change) -> Request {
    let data = |value: &String| Some(Bytes::copy_from_slice(value.as_bytes()));
    match change {
        Change::Create(value) => create(path, value, CreateMode::Persistent),
        Change::Set(value, version) => Request::SetData(SetDataRequest {
            path: path.to_owned(),
            data: data(value),
            version: *version,
        }),
        Change::Delete(version) => {
            Request::Delete(VersionRequest { path: path.to_owned(), version: *version })
        }
    }
}

fn text(data: &DataStat) -> String {
    String::from_utf8_lossy(data.data.as_deref().unwrap_or_default()).into_owned()
}

impl Worker {
    pub fn new(load: Load, node: Node, servers: Vec<usize>, name: u64) -> Worker {
        Worker { load, node, servers, name, rng: Rng::from_system(), number: 0 }
    }

    pub async fn run(&mut self) {
        while self.load.goes_on() {
            let timeout = Duration::from_millis(3_000 + self.rng.below(3_000));
            let (client, events) = start(&self.node, &self.servers, timeout);
            if client.connected(PATIENCE).await.is_err() {
                continue;
            }
            let (ephemeral, watch, fired) = (None, None, BTreeSet::new());
            let last = Zxid::ZERO;
            let mut session =
                Session { worker: self, client, events, last, ephemeral, watch, fired };
            session.work().await;
        }
    }

    fn next_value(&mut self) -> String {
        self.number += 1;
        format!("{} {}", self.name, self.number)
    }
}

impl Session<'_> {
    async fn work(&mut self) {
        self.make_ephemeral().await;
        while self.worker.load.goes_on() && !self.client.state().is_final() {
            match self.worker.rng.below(20) {
                0..=9 => self.change_own().await,
                10..=11 => self.change_pair().await,
                12..=13 => self.change_shared().await,
                14..=16 => self.look_around().await,
                17 => self.look_at_ephemeral().await,
                18 => self.catch_up().await,
                _ if self.worker.rng.below(5) == 0 => break,
                _ => {}
            }
            self.look_at_watch().await;
            let pause = PAUSE_MS + self.worker.rng.below(3 * PAUSE_MS);
            tokio::time::sleep(Duration::from_millis(pause)).await;
            if self.client.connected(PATIENCE).await.is_err() {
                break;
            }
        }
        if self.client.state().is_final() {
            self.worker.load.ledger.open().expired += 1;
        }
        self.client.close().await;
    }

    fn broken(&self, text: &str) {
        let name = self.worker.name;
        let session = self.client.session();
        self.worker.load.ledger.broken(format!("client {name} in session {session}: {text}"));
    }

    /// Takes note of an answer: what a session is shown never goes back.
    fn shown(&mut self, zxid: Zxid) {
        if zxid < self.last {
            self.broken(&format!("it was shown {zxid} after {}", self.last));
        }
        self.last = zxid;
        while let Some(event) = self.events.try_next() {
            if let Event::Watch(event) = event {
                self.fired.insert(event.path);
                self.worker.load.ledger.open().fired += 1;
            }
        }
    }

    /// Asks for writes, one behind the other.
    async fn write(&mut self, requests: Vec<Request>) -> Vec<Result<(Zxid, Reply), Error>> {
        let ledger = self.worker.load.ledger.clone();
        let floor = ledger.open().floor();
        let mut answers = Vec::new();
        for answer in self.client.pipeline(requests).await {
            match &answer {
                Ok(answer) => {
                    self.shown(answer.zxid);
                    let noted = ledger.open().acknowledge(answer.zxid, floor);
                    noted.err().into_iter().for_each(|it| self.broken(&it));
                }
                Err(error) if is_uncertain(error) => ledger.open().uncertain += 1,
                Err(_) => {}
            }
            answers.push(answer.map(|it| (it.zxid, it.reply)));
        }
        answers
    }

    async fn read(&mut self, paths: &[String]) -> Option<(Zxid, Vec<Option<DataStat>>)> {
        let get =
            |path: &String| Request::GetData(WatchRequest { path: path.clone(), watch: false });
        let request = Request::MultiRead(paths.iter().map(get).collect());
        let answer = self.client.request(request).await.ok()?;
        self.shown(answer.zxid);
        let Reply::Multi(results) = answer.reply else { return None };
        let mut found = Vec::new();
        for result in results {
            found.push(match result {
                MultiResult::Data(data) if data.stat.mzxid > answer.zxid => {
                    self.broken(&format!("{:?} at {}", data.stat, answer.zxid));
                    return None;
                }
                MultiResult::Data(data) => Some(data),
                _ => None,
            });
        }
        self.worker.load.ledger.open().reads += 1;
        Some((answer.zxid, found))
    }

    /// Takes note of what became of a change that was asked for.
    fn settle(
        &mut self,
        path: &str,
        change: &Change,
        answer: &Result<(Zxid, Option<i32>), KeeperError>,
        later: usize,
    ) -> Result<(), String> {
        let mut books = self.worker.load.ledger.open();
        let node = books.nodes.entry(path.to_owned()).or_default();
        match answer {
            Ok((zxid, version)) => node.made(*zxid, change, *version, later),
            Err(_) => node.refused(change, later),
        }
    }

    fn pick(&mut self, state: &State) -> Change {
        let value = self.worker.next_value();
        match state {
            State::Absent if self.worker.rng.below(10) > 0 => Change::Create(value),
            State::Absent => Change::Set(value, -1),
            State::Present { version, .. } => {
                let wanted = if self.worker.rng.below(2) == 0 { -1 } else { *version };
                match self.worker.rng.below(10) {
                    0..=6 => Change::Set(value, wanted),
                    7..=8 => Change::Delete(wanted),
                    _ => Change::Create(value),
                }
            }
        }
    }

    /// Some changes of one of its nodes.
    async fn change_own(&mut self) {
        let path = format!("/k/{}-{}", self.worker.name, self.worker.rng.below(OWN));
        let ledger = self.worker.load.ledger.clone();
        let possible = ledger.open().nodes.entry(path.clone()).or_default().possible();
        let mut guess = possible.into_iter().next_back().unwrap_or(State::Absent);
        let mut changes = Vec::new();
        for _ in 0..=self.worker.rng.below(4) {
            let change = self.pick(&guess);
            guess = guess.after(&change).unwrap_or(guess);
            changes.push(change);
        }
        for change in &changes {
            ledger.open().nodes.entry(path.clone()).or_default().asked(change.clone());
        }
        let requests = changes.iter().map(|change| request(&path, change)).collect();
        let answers = self.write(requests).await;
        for (index, (change, answer)) in changes.iter().zip(answers).enumerate() {
            let answer = match answer {
                Ok((zxid, Reply::CreatedStat(created))) if created.stat.czxid == zxid => {
                    Ok((zxid, Some(created.stat.version)))
                }
                Ok((zxid, Reply::Stat(stat))) if stat.mzxid == zxid => {
                    Ok((zxid, Some(stat.version)))
                }
                Ok((zxid, Reply::Empty)) => Ok((zxid, None)),
                Ok(other) => return self.broken(&format!("{change:?} of {path}: {other:?}")),
                Err(error) if is_uncertain(&error) => continue,
                Err(error) => match error.keeper() {
                    Some(
                        it @ (KeeperError::NodeExists
                        | KeeperError::NoNode
                        | KeeperError::BadVersion),
                    ) => Err(it),
                    _ => return self.broken(&format!("{change:?} of {path}: {error}")),
                },
            };
            if let Err(text) = self.settle(&path, change, &answer, changes.len() - 1 - index) {
                self.broken(&format!("{path}: {text}"));
            }
        }
    }

    /// Two nodes that are always alike.
    async fn change_pair(&mut self) {
        let paths = ["a", "b"].map(|it| format!("/m/{}-{it}", self.worker.name));
        let ledger = self.worker.load.ledger.clone();
        let possible = ledger.open().nodes.entry(paths[0].clone()).or_default().possible();
        let absent = possible.into_iter().next_back().is_none_or(|it| it == State::Absent);
        let value = self.worker.next_value();
        let change = match absent {
            true => Change::Create(value),
            false if self.worker.rng.below(5) == 0 => Change::Delete(-1),
            false => Change::Set(value, -1),
        };
        for path in &paths {
            ledger.open().nodes.entry(path.clone()).or_default().asked(change.clone());
        }
        let all = paths.iter().map(|path| request(path, &change)).collect();
        let Some(answer) = self.write(vec![Request::Multi(all)]).await.pop() else { return };
        let results = match answer {
            Ok((zxid, Reply::Multi(results))) => (zxid, results),
            Ok(other) => return self.broken(&format!("a multi: {other:?}")),
            Err(error) if is_uncertain(&error) => return,
            Err(error) => return self.broken(&format!("a multi: {error}")),
        };
        let (zxid, results) = results;
        let refused = multi_error(&results).map(|it| it.1);
        let mut texts = Vec::new();
        for (path, result) in paths.iter().zip(results) {
            let version = match result {
                MultiResult::CreatedStat(created) => Some(created.stat.version),
                MultiResult::Set(stat) => Some(stat.version),
                _ => None,
            };
            let answer = refused.map_or(Ok((zxid, version)), Err);
            texts.extend(self.settle(path, &change, &answer, 0).err());
        }
        let most = if refused.is_some() { 1 } else { 0 };
        if texts.len() > most {
            self.broken(&format!("{}: {}", paths[0], texts[0]));
        }
    }

    /// The node of all: it changes only what it has seen.
    async fn change_shared(&mut self) {
        let shared = SHARED.to_owned();
        let Some((_, found)) = self.read(std::slice::from_ref(&shared)).await else { return };
        let Some(found) = found.into_iter().next().flatten() else {
            return self.broken("the node of all is gone");
        };
        let ledger = self.worker.load.ledger.clone();
        let version = found.stat.version;
        let noted = ledger.open().shared(version, &text(&found), found.stat.mzxid);
        noted.err().into_iter().for_each(|it| self.broken(&it));
        let value = self.worker.next_value();
        let change = Change::Set(value.clone(), version);
        match self.write(vec![request(SHARED, &change)]).await.pop() {
            Some(Ok((zxid, Reply::Stat(stat)))) => {
                if stat.version != version + 1 {
                    self.broken(&format!("{change:?} gave version {}", stat.version));
                }
                let noted = ledger.open().shared(stat.version, &value, zxid);
                noted.err().into_iter().for_each(|it| self.broken(&it));
            }
            Some(Err(error)) if error.keeper() == Some(KeeperError::BadVersion) => {}
            Some(Err(error)) if is_uncertain(&error) => {}
            other => self.broken(&format!("{change:?}: {other:?}")),
        }
    }

    /// Nodes of anybody; pairs together.
    async fn look_around(&mut self) {
        let all: Vec<String> = self.worker.load.ledger.open().nodes.keys().cloned().collect();
        let mut paths = BTreeSet::new();
        for _ in 0..3 {
            let at = self.worker.rng.below(all.len() as u64) as usize;
            let Some(path) = all.get(at) else { return };
            paths.insert(path.clone());
            let stem = path.strip_suffix(['a', 'b']).filter(|it| it.starts_with("/m/"));
            paths.extend(stem.into_iter().flat_map(|it| [format!("{it}a"), format!("{it}b")]));
        }
        let paths: Vec<String> = paths.into_iter().collect();
        let Some((zxid, found)) = self.read(&paths).await else { return };
        let mut before: Option<(&String, Option<String>)> = None;
        for (path, data) in paths.iter().zip(found) {
            let value = data.as_ref().map(text);
            if let Some((twin, other)) = &before
                && path.starts_with("/m/")
                && path.strip_suffix('b').is_some_and(|it| twin.strip_suffix('a') == Some(it))
                && *other != value
            {
                self.broken(&format!("{path} is {value:?} and {twin} is {other:?} at {zxid}"));
            }
            let state = match data {
                Some(data) => State::Present { value: text(&data), version: data.stat.version },
                None => State::Absent,
            };
            let who = format!("client {} in session {}", self.worker.name, self.client.session());
            let sight = Sight { who, path: path.clone(), zxid, state };
            self.worker.load.ledger.open().sights.push(sight);
            before = Some((path, value));
        }
    }

    async fn make_ephemeral(&mut self) {
        let path = format!("/e/{}", self.worker.next_value().replace(' ', "-"));
        let request = create(&path, "here", CreateMode::Ephemeral);
        match self.write(vec![request]).await.pop() {
            Some(Ok((zxid, Reply::CreatedStat(created)))) => {
                if created.stat.ephemeral_owner != self.client.session().0 {
                    self.broken(&format!("{path} of {zxid}: {:?}", created.stat));
                }
                self.ephemeral = Some(path);
            }
            Some(Err(error)) if is_uncertain(&error) => {}
            other => self.broken(&format!("{path}: {other:?}")),
        }
    }

    /// It is there as long as the session is.
    async fn look_at_ephemeral(&mut self) {
        let Some(path) = self.ephemeral.clone() else { return };
        if let Some((zxid, found)) = self.read(std::slice::from_ref(&path)).await
            && found.first().is_none_or(Option::is_none)
        {
            self.broken(&format!("{path} is gone at {zxid}"));
        }
    }

    async fn catch_up(&mut self) {
        let path = Some("/".to_owned());
        if let Ok(answer) = self.client.request(Request::Sync(PrefixRequest { path })).await {
            self.shown(answer.zxid);
        }
    }

    /// When a node was changed last; none where it is not there. Nothing where nobody knows.
    async fn changed(&mut self, path: &str, watch: bool) -> Option<Option<Zxid>> {
        let request = Request::Exists(WatchRequest { path: path.to_owned(), watch });
        match self.client.request(request).await {
            Ok(answer) => {
                self.shown(answer.zxid);
                let Reply::Stat(stat) = answer.reply else { return None };
                Some(Some(stat.mzxid))
            }
            Err(error) if error.keeper() == Some(KeeperError::NoNode) => {
                self.shown(self.last);
                Some(None)
            }
            Err(_) => None,
        }
    }

    /// Leaves a watch, or sees whether the one that is there was missed.
    async fn look_at_watch(&mut self) {
        let Some(Watch { path, seen }) = self.watch.take() else {
            let all: Vec<String> = self.worker.load.ledger.open().nodes.keys().cloned().collect();
            let at = self.worker.rng.below(all.len() as u64) as usize;
            let Some(path) = all.get(at).cloned() else { return };
            self.fired.clear();
            if let Some(seen) = self.changed(&path, true).await {
                self.watch = Some(Watch { path, seen });
            }
            return;
        };
        if self.worker.rng.below(3) > 0 && !self.fired.contains(&path) {
            self.watch = Some(Watch { path, seen });
            return;
        }
        let now = self.changed(&path, false).await;
        if self.fired.contains(&path) {
            return;
        }
        match now {
            Some(now) if now != seen => {
                self.broken(&format!("{path} was {seen:?} and is {now:?}, and no watch has fired"));
            }
            _ => self.watch = Some(Watch { path, seen }),
        }
    }
}
