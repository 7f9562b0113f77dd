//! Random lives of a tree, held against a model that is obviously right, against a second tree that
//! only replays, and against snapshots written while the life goes on.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;

use super::snapshot::Walk;
use super::*;
use crate::base::bytes::{Reader, Writer};
use crate::base::rng::Rng;
use crate::zookeeper::jute::request::{
    CreateRequest, CreateSessionRequest, PathRequest, SetAclRequest, SetDataRequest,
    VersionRequest, WatchRequest,
};
use crate::zookeeper::jute::{Jute, MultiResult, to_bytes};

const SESSIONS: [SessionId; 3] = [SessionId(0x11), SessionId(0x22), SessionId(0x33)];

/// What a client could know of a node.
#[derive(Clone, Debug, PartialEq)]
struct Known {
    data: Option<Bytes>,
    version: i32,
    aversion: i32,
    /// Children ever created.
    created: i32,
    owner: i64,
    czxid: Zxid,
    mzxid: Zxid,
    pzxid: Zxid,
}

impl Known {
    fn new(data: Option<Bytes>, owner: i64, zxid: Zxid) -> Known {
        let (version, aversion, created) = (0, 0, 0);
        Known { data, version, aversion, created, owner, czxid: zxid, mzxid: zxid, pzxid: zxid }
    }
}

/// The whole tree as a map, for as much of ZooKeeper as the random life uses.
#[derive(Clone, Debug, Default, PartialEq)]
struct Model {
    nodes: BTreeMap<String, Known>,
    closed: Vec<SessionId>,
}

impl Model {
    fn children(&self, path: &str) -> usize {
        let prefix = format!("{path}/");
        let below = self.nodes.range(prefix.clone()..);
        let below = below.take_while(|(path, _)| path.starts_with(&prefix));
        below.filter(|(path, _)| !path[prefix.len()..].contains('/')).count()
    }

    fn parent(path: &str) -> &str {
        path.rsplit_once('/').expect("paths of the life have a slash").0
    }

    fn write(
        &mut self,
        session: SessionId,
        zxid: Zxid,
        request: &Request,
    ) -> Result<Option<String>, KeeperError> {
        if let Request::Multi(operations) = request {
            let before = self.clone();
            for operation in operations {
                if let Err(error) = self.write(session, zxid, operation) {
                    *self = before;
                    return Err(error);
                }
            }
            return Ok(None);
        }
        if let Request::CloseSession = request {
            let owned = self.nodes.iter().filter(|(_, node)| node.owner == session.0);
            let owned: Vec<String> = owned.map(|(path, _)| path.clone()).collect();
            owned.iter().for_each(|path| self.remove(path, zxid));
            self.closed.push(session);
            return Ok(None);
        }
        if self.closed.contains(&session) {
            return Err(KeeperError::SessionExpired);
        }
        match request {
            Request::Create(create) => self.create(session, zxid, create).map(Some),
            Request::Delete(delete) => {
                let node = self.nodes.get(&delete.path).ok_or(KeeperError::NoNode)?;
                expect(node.version, delete.version)?;
                if self.children(&delete.path) > 0 {
                    return Err(KeeperError::NotEmpty);
                }
                self.remove(&delete.path, zxid);
                Ok(None)
            }
            Request::SetData(set) => {
                let node = self.nodes.get_mut(&set.path).ok_or(KeeperError::NoNode)?;
                expect(node.version, set.version)?;
                node.version += 1;
                node.mzxid = zxid;
                node.data = set.data.clone();
                Ok(None)
            }
            Request::SetAcl(set) => {
                let node = self.nodes.get_mut(&set.path).ok_or(KeeperError::NoNode)?;
                expect(node.aversion, set.version)?;
                node.aversion += 1;
                Ok(None)
            }
            Request::Check(check) => {
                let node = self.nodes.get(&check.path).ok_or(KeeperError::NoNode)?;
                expect(node.version, check.version).map(|()| None)
            }
            other => panic!("the life has no {:?}", other.op()),
        }
    }

    fn create(
        &mut self,
        session: SessionId,
        zxid: Zxid,
        create: &CreateRequest,
    ) -> Result<String, KeeperError> {
        let parent_path = Model::parent(&create.path).to_owned();
        let parent = self.nodes.get_mut(&parent_path).ok_or(KeeperError::NoNode)?;
        let (created, parent_owner) = (parent.created, parent.owner);
        let mut path = create.path.clone();
        if create.flags & 2 != 0 {
            path += &format!("{created:010}");
        }
        if self.nodes.contains_key(&path) {
            return Err(KeeperError::NodeExists);
        }
        if parent_owner != 0 {
            return Err(KeeperError::NoChildrenForEphemerals);
        }
        let parent = self.nodes.get_mut(&parent_path).expect("it was there");
        parent.created += 1;
        parent.pzxid = zxid;
        let owner = if create.flags & 1 != 0 { session.0 } else { 0 };
        self.nodes.insert(path.clone(), Known::new(create.data.clone(), owner, zxid));
        Ok(path)
    }

    fn remove(&mut self, path: &str, zxid: Zxid) {
        self.nodes.remove(path);
        if let Some(parent) = self.nodes.get_mut(Model::parent(path)) {
            parent.pzxid = zxid;
        }
    }
}

fn expect(current: i32, expected: i32) -> Result<(), KeeperError> {
    if expected == -1 || expected == current { Ok(()) } else { Err(KeeperError::BadVersion) }
}

fn random_path(rng: &mut Rng) -> String {
    let names = ["a", "b", "c", "d"];
    let depth = 1 + rng.below(3);
    (0..depth).map(|_| format!("/{}", names[rng.below(4) as usize])).collect()
}

fn random_write(rng: &mut Rng, in_multi: bool) -> Request {
    let path = random_path(rng);
    let version = if rng.below(2) == 0 { -1 } else { rng.below(3) as i32 };
    let data = match rng.below(8) {
        0 => None,
        length => Some(Bytes::from(vec![b'x'; length as usize * 3])),
    };
    let acl = vec![Acl::world(if rng.below(2) == 0 { 31 } else { 63 })];
    match rng.below(if in_multi { 11 } else { 14 }) {
        0..5 => {
            let flags = rng.below(4) as i32;
            Request::Create(CreateRequest { path, data, acl, flags })
        }
        5..7 => Request::Delete(VersionRequest { path, version }),
        7..9 => Request::SetData(SetDataRequest { path, data, version }),
        9 if !in_multi => Request::SetAcl(SetAclRequest { path, acl, version }),
        9 | 10 if in_multi => Request::Check(VersionRequest { path, version }),
        10..13 => {
            let count = 1 + rng.below(4);
            Request::Multi((0..count).map(|_| random_write(rng, true)).collect())
        }
        _ if rng.below(20) == 0 => Request::CloseSession,
        _ => Request::Delete(VersionRequest { path, version }),
    }
}

/// A life: a tree, its model, everything it logged, and what is under way.
struct Life {
    rng: Rng,
    settings: Settings,
    tree: DataTree,
    model: Model,
    log: Vec<Bytes>,
    under_way: VecDeque<(Transaction, Result<Option<String>, KeeperError>)>,
}

impl Life {
    fn new(seed: u64) -> Life {
        let settings = Settings::default();
        let mut tree = DataTree::new(settings.clone());
        tree.become_leader(Instant::default());
        let mut model = Model::default();
        model.nodes.insert(String::new(), Known::new(Some(Bytes::new()), 0, Zxid::ZERO));
        // The server's own: one child below the root, which was never counted as created.
        let rng = Rng::seeded(seed);
        let (log, under_way) = (Vec::new(), VecDeque::new());
        let mut life = Life { rng, settings, tree, model, log, under_way };
        for session in SESSIONS {
            let request = Request::CreateSession(CreateSessionRequest { timeout_ms: 10_000 });
            life.prepare(session, request, Ok(None));
        }
        life.apply(usize::MAX);
        life
    }

    fn prepare(
        &mut self,
        session: SessionId,
        request: Request,
        expected: Result<Option<String>, KeeperError>,
    ) {
        let zxid = self.next();
        let asked = Asked {
            zxid,
            time_ms: 1_000 + zxid.0,
            now: Instant::default(),
            session,
            cxid: 1,
            owner: Owner(session.0.cast_unsigned()),
            ids: &[],
        };
        let transaction = self.tree.prepare(&asked, request);
        self.log.push(to_bytes(&transaction));
        self.under_way.push_back((transaction, expected));
    }

    fn next(&self) -> Zxid {
        Zxid(i64::try_from(self.log.len()).unwrap() + 1)
    }

    fn step(&mut self) {
        let session = SESSIONS[self.rng.below(3) as usize];
        let request = random_write(&mut self.rng, false);
        let zxid = self.next();
        let expected = self.model.write(session, zxid, &request);
        self.prepare(session, request, expected);
        if self.rng.below(3) == 0 {
            let count = self.rng.below(6) as usize;
            self.apply(count);
        }
    }

    fn apply(&mut self, count: usize) {
        for _ in 0..count {
            let Some((transaction, expected)) = self.under_way.pop_front() else { break };
            let shown = format!("{transaction:?}");
            let outcome = self.tree.apply(transaction);
            match (&outcome.reply, &expected) {
                (Ok(Reply::Created(path)), Ok(Some(expected))) => assert_eq!(path, expected),
                (Ok(Reply::Multi(results)), Err(expected)) => {
                    let code = expected.code();
                    assert!(results.contains(&MultiResult::Error(code)), "{shown}: {results:?}");
                }
                (Ok(_), Ok(None)) => {}
                (Err(error), Err(expected)) => assert_eq!(error, expected, "{shown}"),
                (found, expected) => panic!("{shown}: {found:?} instead of {expected:?}"),
            }
            assert_eq!(self.tree.counts().digest_mismatches, 0, "{shown}");
        }
    }

    fn check_model(&self) {
        assert_eq!(self.tree.counts().pending, 0);
        for (path, known) in &self.model.nodes {
            let stat = self.tree.stat(path).unwrap_or_else(|| panic!("{path} is missing"));
            let own = usize::from(path.is_empty());
            let children = i32::try_from(self.model.children(path) + own).unwrap();
            assert_eq!(stat.version, known.version, "{path}");
            assert_eq!(stat.aversion, known.aversion, "{path}");
            assert_eq!(stat.num_children, children, "{path}");
            assert_eq!(stat.cversion, 2 * known.created - children, "{path}");
            assert_eq!(stat.ephemeral_owner, known.owner, "{path}");
            assert_eq!((stat.czxid, stat.mzxid), (known.czxid, known.mzxid), "{path}");
            assert_eq!(stat.pzxid, known.pzxid, "{path}");
            assert_eq!(self.tree.data(path), known.data.as_deref(), "{path}");
        }
        // The model has no /zookeeper, quota and config; the tree counts its root twice.
        assert_eq!(self.tree.counts().nodes, self.model.nodes.len() + 3 + 1);
        for session in SESSIONS {
            let owned = self.model.nodes.iter().filter(|(_, node)| node.owner == session.0);
            let owned: Vec<&String> = owned.map(|(path, _)| path).collect();
            assert_eq!(self.tree.ephemerals(session).iter().collect::<Vec<_>>(), owned);
        }
    }
}

/// Everything clients could find out.
fn dump(tree: &DataTree) -> Vec<String> {
    let mut lines = Vec::new();
    let mut stack = vec![NodeId::ROOT];
    while let Some(id) = stack.pop() {
        let node = tree.nodes.get(id);
        let (path, acl) = (tree.nodes.path(id), tree.acls.list(node.acl));
        lines.push(format!("{path} {:?} {acl:?} {:?}", node.stat(), node.data()));
        stack.extend_from_slice(node.children());
    }
    lines.sort_unstable();
    lines.extend(tree.sessions().map(|session| format!("{session:?}")));
    for owner in tree.ephemeral_owners() {
        lines.push(format!("{owner}: {:?}", tree.ephemerals(owner)));
    }
    let counts = tree.counts();
    lines.push(format!("{} nodes, {} bytes, {}", counts.nodes, counts.data_bytes, tree.digest()));
    lines
}

fn replay(tree: &mut DataTree, log: &[Bytes]) {
    for bytes in log {
        let transaction = Transaction::decode(&mut Reader::shared(bytes)).unwrap();
        if transaction.header.zxid > tree.last_zxid() {
            tree.apply(transaction);
        }
    }
}

fn load(settings: &Settings, zxid: Zxid, bytes: &[u8]) -> DataTree {
    let mut reader = Reader::new(bytes);
    let more = |rest: &mut Reader<'_>| Ok(!rest.is_empty());
    let tree = DataTree::from_snapshot(settings.clone(), zxid, &mut reader, more).unwrap();
    reader.finish().unwrap();
    tree
}

#[test]
fn a_random_life_is_the_models_and_can_be_replayed() {
    for seed in 0..20 {
        let mut life = Life::new(seed);
        for _ in 0..400 {
            life.step();
        }
        life.apply(usize::MAX);
        life.check_model();
        let mut second = DataTree::new(life.settings.clone());
        replay(&mut second, &life.log);
        assert_eq!(second.counts().digest_mismatches, 0, "seed {seed}");
        assert_eq!(dump(&second), dump(&life.tree), "seed {seed}");
    }
}

#[test]
fn a_snapshot_written_during_life_is_made_whole_by_the_log() {
    for seed in 100..130 {
        let mut life = Life::new(seed);
        for _ in 0..150 {
            life.step();
        }
        let walk: Walk = life.tree.begin_snapshot();
        let (zxid, mut walk, mut bytes) = (walk.zxid(), walk, Vec::new());
        loop {
            let mut writer = Writer::new();
            let more = life.tree.write_snapshot(&mut walk, &mut writer, 1);
            bytes.extend_from_slice(&writer.into_bytes());
            if !more {
                break;
            }
            (0..8).for_each(|_| life.step());
        }
        life.tree.end_snapshot(walk);
        let mut writer = Writer::new();
        life.tree.write_digest(&mut writer);
        bytes.extend_from_slice(&writer.into_bytes());
        for _ in 0..50 {
            life.step();
        }
        life.apply(usize::MAX);
        life.check_model();
        let mut second = load(&life.settings, zxid, &bytes);
        replay(&mut second, &life.log);
        assert_eq!(second.counts().digest_mismatches, 0, "seed {seed}");
        assert_eq!(dump(&second), dump(&life.tree), "seed {seed}");
    }
}

#[test]
fn the_snapshot_of_a_fresh_java_server_reads_and_writes_alike() {
    let zeros = [0_u8; 60];
    let mut bytes = Writer::new();
    // No sessions; one ACL, world:anyone:READ.
    bytes.i32(0);
    bytes.i32(1);
    bytes.i64(1);
    vec![Acl::world(1)].encode(&mut bytes);
    for (path, acl) in [("", -1), ("/zookeeper", -1), ("/zookeeper/config", 1)] {
        crate::zookeeper::jute::put_text(&mut bytes, path);
        bytes.i32(0);
        bytes.i64(acl);
        if acl == 1 {
            bytes.raw(&zeros[..40]);
            bytes.i32(-1);
            bytes.raw(&zeros[..16]);
        } else {
            bytes.raw(&zeros);
        }
    }
    crate::zookeeper::jute::put_text(&mut bytes, "/zookeeper/quota");
    bytes.i32(0);
    bytes.i64(-1);
    bytes.raw(&zeros);
    crate::zookeeper::jute::put_text(&mut bytes, "/");
    let bytes = bytes.into_bytes();

    let mut tree = load(&Settings::default(), Zxid::ZERO, &bytes);
    let fresh = DataTree::new(Settings::default());
    assert_eq!(dump(&tree), dump(&fresh));
    assert_eq!(tree.digest(), 1_371_985_504);

    let mut walk = tree.begin_snapshot();
    let mut writer = Writer::new();
    assert!(!tree.write_snapshot(&mut walk, &mut writer, usize::MAX));
    tree.end_snapshot(walk);
    assert_eq!(writer.len(), bytes.len());
}

#[test]
fn broken_snapshots_are_errors_and_never_a_panic() {
    let mut life = Life::new(7);
    for _ in 0..100 {
        life.step();
    }
    life.apply(usize::MAX);
    let mut walk = life.tree.begin_snapshot();
    let mut writer = Writer::new();
    life.tree.write_snapshot(&mut walk, &mut writer, usize::MAX);
    life.tree.end_snapshot(walk);
    life.tree.write_digest(&mut writer);
    let whole = writer.into_bytes().to_vec();
    let mut rng = Rng::seeded(8);
    for _ in 0..10_000 {
        let mut bytes = whole.clone();
        for _ in 0..1 + rng.below(3) {
            let at = rng.below(bytes.len() as u64) as usize;
            bytes[at] = rng.below(256) as u8;
        }
        bytes
            .truncate(whole.len() - rng.below(2) as usize * rng.below(whole.len() as u64) as usize);
        let mut reader = Reader::new(&bytes);
        let more = |rest: &mut Reader<'_>| Ok(!rest.is_empty());
        let settings = Settings { extended_types: true, ..Settings::default() };
        if let Ok(mut tree) = DataTree::from_snapshot(settings, Zxid(5), &mut reader, more) {
            // What was read can be lived with.
            let zxid = Zxid(6);
            let txn =
                Txn::CloseSession(crate::zookeeper::jute::txn::CloseSessionTxn { paths: None });
            for (session, _) in tree.sessions().collect::<Vec<_>>() {
                let op = txn.op();
                let header = TxnHeader { session, zxid, op, ..TxnHeader::default() };
                let _ = op::apply(&mut tree, &header, txn.clone(), &mut Vec::new());
            }
        }
    }
}

#[test]
fn requests_that_are_nonsense_get_an_answer() {
    // Straight from the wire: any request, at any time, on any tree.
    let mut life = Life::new(9);
    for _ in 0..50 {
        life.step();
    }
    life.apply(usize::MAX);
    let ids: Arc<[Id]> = [].into();
    let session = SESSIONS[0];
    let caller = Caller { connection: ConnectionId(1), session, ids: &ids };
    let paths =
        ["", "/", "//", "a", "/a", "/a/", "\0", "/zookeeper/", "/zookeeper/quota/x", "/../.."];
    for path in paths.map(str::to_owned) {
        let watch = WatchRequest { path: path.clone(), watch: true };
        for request in [
            Request::Exists(watch.clone()),
            Request::GetData(watch.clone()),
            Request::GetChildren(watch),
            Request::GetAllChildrenNumber(PathRequest { path: path.clone() }),
            Request::GetAcl(PathRequest { path: path.clone() }),
            Request::Ping,
        ] {
            let _ = life.tree.read(&caller, 1, &request);
        }
        let (data, acl) = (None, vec![Acl::world(31)]);
        let create = |flags| CreateRequest {
            path: path.clone(),
            data: data.clone(),
            acl: acl.clone(),
            flags,
        };
        let version = VersionRequest { path: path.clone(), version: -1 };
        for request in [
            Request::Create(create(0)),
            Request::Create(create(2)),
            Request::CreateContainer(create(3)),
            Request::SetData(SetDataRequest { path: path.clone(), data: None, version: -1 }),
            Request::Delete(version.clone()),
            Request::DeleteContainer(PathRequest { path: path.clone() }),
            Request::Multi(vec![Request::Delete(version.clone()), Request::Check(version)]),
            Request::Ping,
        ] {
            let zxid = life.next();
            let asked = Asked {
                zxid,
                time_ms: 1,
                now: Instant::default(),
                session,
                cxid: 1,
                owner: Owner(1),
                ids: &[],
            };
            let transaction = life.tree.prepare(&asked, request);
            life.log.push(to_bytes(&transaction));
            life.tree.apply(transaction);
            assert_eq!(life.tree.counts().digest_mismatches, 0, "{path}");
        }
    }
    let mut second = DataTree::new(life.settings.clone());
    replay(&mut second, &life.log);
    assert_eq!(dump(&second), dump(&life.tree));
}
