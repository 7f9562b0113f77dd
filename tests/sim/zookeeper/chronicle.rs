//! What is known of one node that one client alone changes, and what may be true of it.

use std::collections::{BTreeMap, BTreeSet};

use milena::zookeeper::jute::Zxid;

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Absent,
    Present { value: String, version: i32 },
}

/// What a client does to it. A version of -1 is any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Create(String),
    Set(String, i32),
    Delete(i32),
}

/// What a node was once, and what may have been done to it since.
#[derive(Clone, Debug)]
struct Fact {
    state: State,
    since: Vec<Change>,
}

/// A node's past.
#[derive(Debug)]
pub struct Chronicle {
    /// By the transaction that was acknowledged; the first is before all of them.
    facts: BTreeMap<Zxid, Fact>,
}

impl State {
    /// What becomes of it; none where the change is refused.
    pub fn after(&self, change: &Change) -> Option<State> {
        match (self, change) {
            (State::Absent, Change::Create(value)) => {
                Some(State::Present { value: value.clone(), version: 0 })
            }
            (State::Present { version, .. }, Change::Set(value, wanted))
                if *wanted == -1 || wanted == version =>
            {
                Some(State::Present { value: value.clone(), version: version + 1 })
            }
            (State::Present { version, .. }, Change::Delete(wanted))
                if *wanted == -1 || wanted == version =>
            {
                Some(State::Absent)
            }
            _ => None,
        }
    }
}

impl Fact {
    /// All it may be: each change was made or not, in their order.
    fn possible(&self) -> BTreeSet<State> {
        let mut states = BTreeSet::from([self.state.clone()]);
        for change in &self.since {
            let after: Vec<State> = states.iter().filter_map(|it| it.after(change)).collect();
            states.extend(after);
        }
        states
    }
}

impl Default for Chronicle {
    fn default() -> Chronicle {
        let first = Fact { state: State::Absent, since: Vec::new() };
        Chronicle { facts: BTreeMap::from([(Zxid(i64::MIN), first)]) }
    }
}

impl Chronicle {
    fn last(&mut self) -> &mut Fact {
        self.facts.last_entry().expect("there always is one").into_mut()
    }

    /// All it may be now.
    pub fn possible(&mut self) -> BTreeSet<State> {
        self.last().possible()
    }

    /// A change is asked for. From now on it may be made.
    pub fn asked(&mut self, change: Change) {
        self.last().since.push(change);
    }

    /// A change was made by this transaction, and so much was told of what came of it; the error
    /// says why that cannot be. What was asked for behind it is `later` changes.
    pub fn made(
        &mut self,
        zxid: Zxid,
        change: &Change,
        version: Option<i32>,
        later: usize,
    ) -> Result<(), String> {
        let fact = self.last();
        // What was asked for before it is done or never will be.
        let at = fact.since.len() - later - 1;
        let since = fact.since.split_off(at + 1);
        let asked = fact.since.pop();
        assert_eq!(asked.as_ref(), Some(change), "changes are noted in their order");
        let before = fact.possible();
        let mut after: BTreeSet<State> = before.iter().filter_map(|it| it.after(change)).collect();
        if let Some(told) = version {
            after.retain(|it| matches!(it, State::Present { version, .. } if *version == told));
        }
        let Some(state) = after.pop_first() else {
            return Err(format!("{change:?} gave version {version:?}, but it was {before:?}"));
        };
        // Without a version there is one way only.
        if version.is_none() && !after.is_empty() {
            return Err(format!("{change:?} left {state:?} or {after:?}"));
        }
        let latest = self.facts.last_key_value().expect("there always is one").0;
        if *latest >= zxid {
            return Err(format!("{change:?} of {zxid} was made after {latest}"));
        }
        self.facts.insert(zxid, Fact { state, since });
        Ok(())
    }

    /// A change was refused: what was asked for behind it is `later` changes.
    pub fn refused(&mut self, change: &Change, later: usize) -> Result<(), String> {
        let fact = self.last();
        let at = fact.since.len() - later - 1;
        assert_eq!(fact.since.get(at), Some(change), "changes are noted in their order");
        let since = fact.since.split_off(at + 1);
        fact.since.pop();
        let before = fact.possible();
        fact.since.extend(since);
        match before.iter().any(|it| it.after(change).is_none()) {
            true => Ok(()),
            false => Err(format!("{change:?} was refused, but it was {before:?}")),
        }
    }

    /// Whether it may have been so after the transaction `zxid`; the error says what it was.
    pub fn was(&self, zxid: Zxid, seen: &State) -> Result<(), String> {
        let (at, fact) = self.facts.range(..=zxid).next_back().expect("there always is one");
        let possible = fact.possible();
        match possible.contains(seen) {
            true => Ok(()),
            false => Err(format!("{seen:?} at {zxid}; since {at} it was one of {possible:?}")),
        }
    }
}
