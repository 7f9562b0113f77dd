//! Scripts of a tree's life: requests in, transactions, events and replies out.
//!
//! A command's prefix names the client that asks. `hold` keeps transactions back after they were
//! prepared, until `release`; so a script can have several under way.

mod request;

use std::collections::{BTreeMap, VecDeque};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use goldenscript::{Command, Context, Runner};

use super::{Asked, Caller, ConnectionId, DataTree, Outcome, Owner, Settings, acl};
use crate::base::bytes::{Reader, Writer};
use crate::base::clock::Instant;
use crate::security::digest::digest_id;
use crate::zookeeper::jute::request::{CreateSessionRequest, PathRequest};
use crate::zookeeper::jute::{
    Acl, Id, Jute, MultiResult, OpCode, Reply, Request, SessionId, Stat, Transaction, Txn, Zxid,
    to_bytes,
};
use request::Words;

type Failure = Box<dyn Error>;

const EPOCH_MS: i64 = 1_000_000;

/// A tree, clients, and clocks that move by hand.
struct Life {
    settings: Settings,
    tree: DataTree,
    zxid: Zxid,
    now: Instant,
    /// The last session's number.
    last_session: i64,
    clients: BTreeMap<String, Client>,
    connections: u64,
    holding: bool,
    held: VecDeque<Transaction>,
    super_digest: Option<String>,
}

struct Client {
    session: SessionId,
    connection: ConnectionId,
    timeout_ms: i32,
    ids: Arc<[Id]>,
}

impl Life {
    fn new() -> Life {
        let settings = Settings { tick_ms: 1_000, ..Settings::default() };
        let mut tree = DataTree::new(settings.clone());
        tree.become_leader(Instant::default());
        Life {
            settings,
            tree,
            zxid: Zxid::ZERO,
            now: Instant::default(),
            last_session: (1 << 56) - 1,
            clients: BTreeMap::new(),
            connections: 0,
            holding: false,
            held: VecDeque::new(),
            super_digest: None,
        }
    }

    fn client(&self, name: Option<&str>) -> Result<&Client, Failure> {
        let name = name.ok_or("which client?")?;
        self.clients.get(name).ok_or_else(|| format!("no client {name}").into())
    }

    fn name_of(&self, connection: ConnectionId) -> String {
        let named = self.clients.iter().find(|(_, client)| client.connection == connection);
        named.map_or_else(|| format!("connection {}", connection.0), |(name, _)| name.clone())
    }

    fn connect(&mut self, name: &str, session: SessionId, timeout_ms: i32) {
        self.connections += 1;
        let connection = ConnectionId(self.connections);
        let ids = [acl::ip_id([127, 0, 0, 1].into())].into();
        let client = Client { session, connection, timeout_ms, ids };
        self.clients.insert(name.to_owned(), client);
    }

    /// Prepares a write of `session`, and applies it unless transactions are held.
    fn write(
        &mut self,
        session: SessionId,
        owner: Owner,
        ids: &[Id],
        request: Request,
    ) -> Result<String, Failure> {
        self.zxid = self.zxid.next();
        let asked = Asked {
            zxid: self.zxid,
            time_ms: EPOCH_MS + i64::try_from(self.now.as_millis())?,
            now: self.now,
            session,
            cxid: 1,
            owner,
            ids,
        };
        let transaction = self.tree.prepare(&asked, request);
        // As it goes through the log.
        let bytes = to_bytes(&transaction);
        assert_eq!(Transaction::decode(&mut Reader::shared(&bytes)), Ok(transaction.clone()));
        let mut out = format!("{} {}\n", transaction.header.zxid, txn_text(&transaction.txn));
        self.held.push_back(transaction);
        if !self.holding {
            self.release(1, &mut out)?;
        }
        Ok(out)
    }

    fn release(&mut self, count: usize, out: &mut String) -> Result<(), Failure> {
        for _ in 0..count {
            let Some(transaction) = self.held.pop_front() else { break };
            let txn = transaction.txn.clone();
            let outcome = self.tree.apply(transaction);
            let asker = self.clients.iter().find(|(_, client)| client.session == outcome.session);
            let asker = asker.map_or_else(|| "-".to_owned(), |(name, _)| name.clone());
            if !matches!(txn, Txn::CreateSession(_)) {
                self.print(&asker, &outcome, out)?;
            }
            assert_eq!(self.tree.counts().digest_mismatches, 0, "after {txn:?}");
        }
        Ok(())
    }

    fn print(&self, asker: &str, outcome: &Outcome, out: &mut String) -> Result<(), Failure> {
        for fired in &outcome.fired {
            let names: Vec<String> =
                fired.connections.iter().map(|&connection| self.name_of(connection)).collect();
            let zxid =
                if fired.zxid.0 == -1 { "missed".to_owned() } else { fired.zxid.to_string() };
            writeln!(out, "  {} <- {:?} {} ({zxid})", names.join(","), fired.event, fired.path)?;
        }
        match &outcome.reply {
            Ok(reply) => writeln!(out, "  {asker} = {}", reply_text(reply))?,
            Err(error) => writeln!(out, "  {asker} ! {error:?}")?,
        }
        if let Some(session) = outcome.closed {
            writeln!(out, "  closed {session}")?;
        }
        Ok(())
    }

    fn ask(&mut self, name: Option<&str>, words: &Words) -> Result<String, Failure> {
        let request = words.request()?;
        let client = self.client(name)?;
        let (session, connection) = (client.session, client.connection);
        let ids = Arc::clone(&client.ids);
        let kind = request.op().kind();
        if kind != crate::zookeeper::jute::op_code::Kind::Read && request.op() != OpCode::WhoAmI {
            return self.write(session, Owner(connection.0), &ids, request);
        }
        let caller = Caller { connection, session, ids: &ids };
        let outcome = self.tree.read(&caller, 1, &request);
        let mut out = String::new();
        self.print(name.unwrap_or_default(), &outcome, &mut out)?;
        Ok(out)
    }

    fn advance(&mut self, millis: u64) -> Result<String, Failure> {
        self.now = self.now + Duration::from_millis(millis);
        let mut out = String::new();
        for session in self.tree.tracker().expire(self.now) {
            writeln!(out, "expired {session}")?;
            out += &self.write(session, Owner(0), &[], Request::CloseSession)?;
        }
        Ok(out)
    }

    fn reap(&mut self) -> Result<String, Failure> {
        let now_ms = EPOCH_MS + i64::try_from(self.now.as_millis())?;
        let mut out = String::new();
        for path in self.tree.reapable(now_ms, 0) {
            let request = Request::DeleteContainer(PathRequest { path });
            out += &self.write(SessionId::NONE, Owner(0), &[], request)?;
        }
        Ok(out)
    }

    /// Writes a snapshot in small pieces and goes on with the tree read from it.
    fn restart(&mut self) -> Result<String, Failure> {
        let mut bytes = Vec::new();
        let mut walk = self.tree.begin_snapshot();
        loop {
            let mut writer = Writer::new();
            let more = self.tree.write_snapshot(&mut walk, &mut writer, 1);
            bytes.extend_from_slice(&writer.into_bytes());
            if !more {
                break;
            }
        }
        self.tree.end_snapshot(walk);
        let mut writer = Writer::new();
        self.tree.write_digest(&mut writer);
        bytes.extend_from_slice(&writer.into_bytes());
        let mut reader = Reader::new(&bytes);
        let mut tree = DataTree::from_snapshot(
            self.settings.clone(),
            self.tree.last_zxid(),
            &mut reader,
            |rest| Ok(!rest.is_empty()),
        )?;
        reader.finish()?;
        tree.become_leader(self.now);
        assert_eq!(tree.digest(), self.tree.digest());
        let before = super::Counts { watches: tree.counts().watches, ..self.tree.counts() };
        assert_eq!(tree.counts(), before);
        self.tree = tree;
        Ok(format!("{} bytes\n", bytes.len()))
    }

    fn settings(&mut self, words: &Words) -> Result<String, Failure> {
        for (key, value) in words.keys() {
            match key {
                "ttl" => self.settings.extended_types = value.parse()?,
                "quota" => self.settings.enforce_quota = value.parse()?,
                "skip-acl" => self.settings.skip_acl = value.parse()?,
                "digest" => self.settings.digest = value.parse()?,
                "super" => self.super_digest = Some(digest_id(value)),
                other => return Err(format!("unknown setting {other}").into()),
            }
        }
        self.tree = DataTree::new(self.settings.clone());
        self.tree.become_leader(self.now);
        Ok(String::new())
    }

    fn authenticate(&mut self, name: Option<&str>, words: &Words) -> Result<String, Failure> {
        let auth = words.position(0)?.as_bytes();
        let scheme = words.key("scheme").unwrap_or("digest");
        let proved = acl::authenticate(scheme, auth, self.super_digest.as_deref());
        let client = self.clients.get_mut(name.ok_or("who?")?).ok_or("unknown client")?;
        let proved = match proved {
            Ok(proved) => proved,
            Err(error) => return Ok(format!("! {error:?}\n")),
        };
        client.ids = client.ids.iter().cloned().chain(proved).collect();
        let (connection, ids) = (client.connection, Arc::clone(&client.ids));
        self.tree.identify(connection, &ids);
        Ok(String::new())
    }
}

impl Runner for Life {
    type Command = Command;

    fn run(&mut self, command: &Command, context: &Context) -> Result<String, Failure> {
        let words = Words::of(command);
        let name = context.prefix.as_deref();
        match command.name.as_str() {
            "settings" => self.settings(&words),
            "open" => {
                let timeout_ms = words.key("timeout").unwrap_or("4000").parse()?;
                self.last_session += 1;
                let session = SessionId(self.last_session);
                self.connect(name.ok_or("who?")?, session, timeout_ms);
                let owner = Owner(self.connections);
                let request = Request::CreateSession(CreateSessionRequest { timeout_ms });
                self.write(session, owner, &[], request)
            }
            "reconnect" => {
                let client = self.client(name)?;
                let (session, timeout_ms) = (client.session, client.timeout_ms);
                let connection = client.connection;
                self.tree.disconnect(connection);
                self.connect(name.ok_or("who?")?, session, timeout_ms);
                let owner = Owner(self.connections);
                Ok(match self.tree.tracker().set_owner(session, owner) {
                    Ok(()) => String::new(),
                    Err(error) => format!("! {error:?}\n"),
                })
            }
            // The same session from a connection that is not told of the one that has it now.
            "steal" => {
                let client = self.client(Some(words.position(0)?))?;
                let (session, timeout_ms) = (client.session, client.timeout_ms);
                self.connect(name.ok_or("who?")?, session, timeout_ms);
                Ok(String::new())
            }
            "disconnect" => {
                let connection = self.client(name)?.connection;
                self.tree.disconnect(connection);
                Ok(String::new())
            }
            "ping" => {
                let (session, timeout_ms) =
                    self.client(name).map(|client| (client.session, client.timeout_ms))?;
                let alive = self.tree.tracker().touch(session, timeout_ms, self.now);
                Ok(if alive { String::new() } else { "! unknown\n".to_owned() })
            }
            "auth" => self.authenticate(name, &words),
            "advance" => self.advance(words.position(0)?.parse()?),
            "reap" => self.reap(),
            "restart" => self.restart(),
            "hold" => {
                self.holding = true;
                Ok(String::new())
            }
            "release" => {
                let mut out = String::new();
                self.holding = false;
                self.release(self.held.len(), &mut out)?;
                Ok(out)
            }
            "stat" => {
                let stat = self.tree.stat(words.position(0)?).ok_or("no such node")?;
                Ok(format!("{}\n", stat_text(&stat)))
            }
            "counts" => Ok(format!("{:?}\n", self.tree.counts())),
            _ => self.ask(name, &words),
        }
    }
}

fn txn_text(txn: &Txn) -> String {
    let body = match txn {
        Txn::CreateSession(txn) => format!("timeout={}", txn.timeout_ms),
        Txn::CloseSession(txn) => txn.paths.as_deref().unwrap_or_default().join(" "),
        Txn::Error(code) => code.to_string(),
        Txn::Create(txn) | Txn::Create2(txn) => format!(
            "{} cversion={}{}",
            txn.path,
            txn.parent_cversion,
            if txn.ephemeral { " ephemeral" } else { "" }
        ),
        Txn::CreateContainer(txn) => format!("{} cversion={}", txn.path, txn.parent_cversion),
        Txn::CreateTtl(txn) => {
            format!("{} cversion={} ttl={}", txn.path, txn.parent_cversion, txn.ttl_ms)
        }
        Txn::Delete(txn) | Txn::DeleteContainer(txn) => txn.path.clone(),
        Txn::SetData(txn) | Txn::Reconfig(txn) => format!("{} version={}", txn.path, txn.version),
        Txn::SetAcl(txn) => {
            format!("{} {} version={}", txn.path, acl_text(&txn.acl), txn.version)
        }
        Txn::Check(txn) => format!("{} version={}", txn.path, txn.version),
        Txn::Multi(txns) => {
            format!("[{}]", txns.iter().map(txn_text).collect::<Vec<_>>().join(", "))
        }
    };
    format!("{} {body}", txn.op()).trim_end().to_owned()
}

fn stat_text(stat: &Stat) -> String {
    let mut text = format!(
        "czxid={} mzxid={} pzxid={} ctime={} mtime={} version={} cversion={} aversion={} \
         length={} children={}",
        stat.czxid,
        stat.mzxid,
        stat.pzxid,
        stat.ctime - EPOCH_MS,
        stat.mtime - EPOCH_MS,
        stat.version,
        stat.cversion,
        stat.aversion,
        stat.data_length,
        stat.num_children
    );
    if stat.ephemeral_owner != 0 {
        text += &format!(" owner={}", SessionId(stat.ephemeral_owner));
    }
    text
}

fn short(stat: &Stat) -> String {
    format!("v{} c{} a{}", stat.version, stat.cversion, stat.aversion)
}

fn acl_text(list: &[Acl]) -> String {
    let row = |acl: &Acl| {
        let letters = "rwcda".chars().enumerate();
        let perms: String =
            letters.filter(|(bit, _)| acl.perms >> bit & 1 == 1).map(|(_, l)| l).collect();
        format!("{}:{}:{perms}", acl.id.scheme, acl.id.id)
    };
    list.iter().map(row).collect::<Vec<_>>().join(",")
}

fn data_text(data: Option<&[u8]>) -> String {
    data.map_or_else(|| "null".to_owned(), |data| format!("{:?}", String::from_utf8_lossy(data)))
}

fn names_text(names: &[String]) -> String {
    let mut names = names.to_vec();
    names.sort_unstable();
    format!("[{}]", names.join(" "))
}

fn reply_text(reply: &Reply) -> String {
    match reply {
        Reply::Empty | Reply::WatchAdded => "ok".to_owned(),
        Reply::Created(path) => path.clone(),
        Reply::CreatedStat(created) => format!("{} {}", created.path, short(&created.stat)),
        Reply::Synced(path) => format!("{path:?}"),
        Reply::Stat(stat) => short(stat),
        Reply::Data(data) => format!("{} {}", data_text(data.data.as_deref()), short(&data.stat)),
        Reply::Acl(acl) => format!("{} {}", acl_text(&acl.acl), short(&acl.stat)),
        Reply::Children(names) => names_text(names),
        Reply::ChildrenStat(children) => {
            format!("{} {}", names_text(&children.children), short(&children.stat))
        }
        Reply::Multi(results) => {
            let texts: Vec<String> = results.iter().map(result_text).collect();
            format!("[{}]", texts.join(", "))
        }
        Reply::Token(_) => "token".to_owned(),
        Reply::Count(count) => count.to_string(),
        Reply::WhoAmI(infos) => {
            let texts: Vec<String> =
                infos.iter().map(|info| format!("{}:{}", info.scheme, info.user)).collect();
            texts.join(" ")
        }
    }
}

fn result_text(result: &MultiResult) -> String {
    match result {
        MultiResult::Created(path) => path.clone(),
        MultiResult::CreatedStat(created) => format!("{} {}", created.path, short(&created.stat)),
        MultiResult::Deleted => "deleted".to_owned(),
        MultiResult::Set(stat) => short(stat),
        MultiResult::Checked => "checked".to_owned(),
        MultiResult::Data(data) => {
            format!("{} {}", data_text(data.data.as_deref()), short(&data.stat))
        }
        MultiResult::Children(names) => names_text(names),
        MultiResult::Error(0) => "undone".to_owned(),
        MultiResult::Error(code) => {
            result.error().map_or_else(|| code.to_string(), |error| format!("{error:?}"))
        }
    }
}

#[test]
fn lives_go_as_written() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib/zookeeper/tree/golden");
    for name in SCRIPTS {
        goldenscript::run(&mut Life::new(), folder.join(name))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

const SCRIPTS: [&str; 12] = [
    "acl",
    "containers",
    "create",
    "delete",
    "multi",
    "pending",
    "quota",
    "reads",
    "sessions",
    "set_watches",
    "versions",
    "watches",
];
