//! What is known of a life so far.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use milena::zookeeper::jute::Zxid;

use super::chronicle::{Chronicle, State};

/// The node all clients change, each only what it has seen.
pub const SHARED: &str = "/shared";

/// Something that was read.
#[derive(Debug)]
pub struct Sight {
    pub who: String,
    pub path: String,
    pub zxid: Zxid,
    pub state: State,
}

/// All of it.
#[derive(Debug, Default)]
pub struct Books {
    pub nodes: BTreeMap<String, Chronicle>,
    pub sights: Vec<Sight>,
    /// What was told of [`SHARED`]: value and transaction by version.
    shared: BTreeMap<i32, (String, Zxid)>,
    /// Every transaction that was acknowledged.
    zxids: BTreeSet<Zxid>,
    pub acknowledged: u64,
    pub uncertain: u64,
    pub reads: u64,
    pub expired: u64,
    pub fired: u64,
    /// What must never be, and was.
    pub broken: Option<String>,
}

/// The books, as all have them.
#[derive(Clone, Debug, Default)]
pub struct Ledger(Arc<Mutex<Books>>);

impl Ledger {
    pub fn open(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the first thing that must not be.
    pub fn broken(&self, text: String) {
        self.open().broken.get_or_insert(text);
    }
}

impl Books {
    /// The last transaction that anybody was told of: what is asked for from now on comes later.
    pub fn floor(&self) -> Zxid {
        self.zxids.last().copied().unwrap_or(Zxid::ZERO)
    }

    /// A write was acknowledged that was asked for when `floor` was known.
    pub fn acknowledge(&mut self, zxid: Zxid, floor: Zxid) -> Result<(), String> {
        self.acknowledged += 1;
        if zxid <= floor {
            return Err(format!("{zxid} was acknowledged to who asked when {floor} was done"));
        }
        match self.zxids.insert(zxid) {
            true => Ok(()),
            false => Err(format!("{zxid} was acknowledged twice")),
        }
    }

    /// Somebody was told of a version of [`SHARED`].
    pub fn shared(&mut self, version: i32, value: &str, zxid: Zxid) -> Result<(), String> {
        let told = self.shared.entry(version).or_insert_with(|| (value.to_owned(), zxid));
        if (told.0.as_str(), told.1) != (value, zxid) {
            return Err(format!("version {version} is both {told:?} and {value:?} of {zxid}"));
        }
        let before = self.shared.range(..version).next_back();
        let after = self.shared.range(version + 1..).next();
        let early = before.is_some_and(|(_, it)| it.1 >= zxid);
        let late = after.is_some_and(|(_, it)| it.1 <= zxid);
        match early || late {
            true => {
                Err(format!("version {version} of {zxid} is out of order: {before:?} {after:?}"))
            }
            false => Ok(()),
        }
    }

    /// The last version anybody was told of.
    pub fn last_shared(&self) -> i32 {
        self.shared.last_key_value().map_or(0, |it| *it.0)
    }

    /// Holds what was read against what was written.
    pub fn audit_sights(&self) -> Result<(), String> {
        for Sight { who, path, zxid, state } in &self.sights {
            if let Some(node) = self.nodes.get(path) {
                node.was(*zxid, state).map_err(|it| format!("{who} read {path}: {it}"))?;
            }
        }
        Ok(())
    }
}
