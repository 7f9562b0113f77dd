//! A fetch session: after the first request only what changed is said (KIP-227). Pure.

use std::collections::BTreeMap;

use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::types::TopicPartition;

/// One broker's session. `W` is what is asked of a partition: consumers and followers ask for
/// different things.
#[derive(Debug)]
pub struct FetchSession<W> {
    /// Zero while there is none.
    id: i32,
    epoch: i32,
    told: BTreeMap<TopicPartition, W>,
}

/// What a request says.
#[derive(Debug, PartialEq, Eq)]
pub struct Told<W> {
    pub id: i32,
    pub epoch: i32,
    pub wanted: Vec<(TopicPartition, W)>,
    /// With what was asked of them: how a topic was named then.
    pub forgotten: Vec<(TopicPartition, W)>,
}

impl<W> Default for FetchSession<W> {
    fn default() -> Self {
        FetchSession { id: 0, epoch: 0, told: BTreeMap::new() }
    }
}

impl<W: Copy + PartialEq> FetchSession<W> {
    /// What to say so that the broker knows that `wanted` is wanted and nothing else.
    pub fn tell(&mut self, wanted: &BTreeMap<TopicPartition, W>) -> Told<W> {
        let (id, epoch) = (self.id, self.epoch);
        let known = |name: &TopicPartition, it: &W| epoch > 0 && self.told.get(name) == Some(it);
        let told = Told {
            id,
            epoch,
            wanted: wanted
                .iter()
                .filter(|(name, it)| !known(name, it))
                .map(|(name, it)| (name.clone(), *it))
                .collect(),
            forgotten: match epoch {
                0 => Vec::new(),
                _ => {
                    let gone = self.told.iter().filter(|(name, _)| !wanted.contains_key(name));
                    gone.map(|(name, it)| (name.clone(), *it)).collect()
                }
            },
        };
        self.told = wanted.clone();
        told
    }

    /// Takes the answer. Where the broker has lost the session, or makes none, the next request
    /// says everything again.
    pub fn answered(&mut self, id: i32, code: ErrorCode) {
        if code.is_error() || id == 0 {
            *self = FetchSession::default();
            return;
        }
        self.id = id;
        self.epoch = self.epoch.checked_add(1).unwrap_or(1);
    }

    /// The request failed; what the broker has heard is not known.
    pub fn failed(&mut self) {
        *self = FetchSession::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_changes_are_told() {
        let mut session = FetchSession::default();
        let name = |partition| TopicPartition::new("t", partition);
        let want = |offset: i64| offset;
        let mut wanted: BTreeMap<_, _> = [(name(0), want(0)), (name(1), want(0))].into();
        let first = session.tell(&wanted);
        assert_eq!((first.id, first.epoch, first.wanted.len()), (0, 0, 2));
        session.answered(9, ErrorCode::NONE);
        wanted.insert(name(1), want(5));
        let second = session.tell(&wanted);
        assert_eq!((second.id, second.epoch), (9, 1));
        assert_eq!(second.wanted, [(name(1), want(5))]);
        session.answered(9, ErrorCode::NONE);
        wanted.remove(&name(0));
        let third = session.tell(&wanted);
        assert_eq!((third.epoch, third.wanted.len()), (2, 0));
        assert_eq!(third.forgotten, [(name(0), want(0))]);
        session.answered(0, ErrorCode::FETCH_SESSION_ID_NOT_FOUND);
        let again = session.tell(&wanted);
        assert_eq!((again.id, again.epoch, again.wanted.len()), (0, 0, 1));
        assert!(again.forgotten.is_empty());
        session.answered(3, ErrorCode::NONE);
        session.failed();
        assert_eq!(session.tell(&wanted).epoch, 0);
    }
}
