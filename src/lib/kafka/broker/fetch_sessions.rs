//! Fetch sessions (KIP-227): a client names its partitions once, then only what changed; the answer
//! names only partitions that have something to say. Pure: no I/O, no clock.

use std::collections::{BTreeMap, HashMap};

use crate::base::clock::Instant;
use crate::base::rng::Rng;
use crate::base::uuid::Uuid;
use crate::kafka::protocol::error_code::ErrorCode;

/// One partition as a client asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Empty in sessions by id.
    pub topic: String,
    /// Zero in sessions by name.
    pub topic_id: Uuid,
    pub partition: i32,
    pub current_leader_epoch: i32,
    pub offset: i64,
    pub last_fetched_epoch: i32,
    pub log_start: i64,
    pub bytes_max: i32,
}

impl Asked {
    fn key(&self) -> PartitionKey {
        PartitionKey { topic: self.topic.clone(), id: self.topic_id, partition: self.partition }
    }
}

/// What names a partition within a session.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PartitionKey {
    pub topic: String,
    pub id: Uuid,
    pub partition: i32,
}

/// What was last told of a partition, to see what is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    pub high_watermark: i64,
    pub log_start: i64,
}

/// What one answer says of a partition, as far as sessions care.
#[derive(Clone, Copy, Debug)]
pub struct Telling {
    pub told: Told,
    pub has_records: bool,
    /// An error, a diverging epoch or a preferred replica: said whatever was told before.
    pub must_say: bool,
    pub is_error: bool,
}

struct Session {
    /// The epoch that the next request must carry.
    epoch: i32,
    by_id: bool,
    /// In the order they are read: those that gave records go to the end.
    order: BTreeMap<u64, PartitionKey>,
    partitions: HashMap<PartitionKey, (u64, Asked, Option<Told>)>,
    next_place: u64,
    last_used: Instant,
}

impl Session {
    fn put(&mut self, asked: Asked) {
        let key = asked.key();
        match self.partitions.get_mut(&key) {
            Some((_, known, _)) => *known = asked,
            None => {
                self.order.insert(self.next_place, key.clone());
                self.partitions.insert(key, (self.next_place, asked, None));
                self.next_place += 1;
            }
        }
    }

    fn forget(&mut self, key: &PartitionKey) {
        if let Some((place, ..)) = self.partitions.remove(key) {
            self.order.remove(&place);
        }
    }

    fn asked(&self) -> Vec<Asked> {
        let in_order = self.order.values().filter_map(|key| self.partitions.get(key));
        in_order.map(|(_, asked, _)| asked.clone()).collect()
    }
}

/// The sessions of a broker.
pub struct FetchSessions {
    sessions: HashMap<i32, Session>,
    slots: usize,
    rng: Rng,
}

/// A session must have been idle for so long before another may take its slot.
const EVICTION_AGE_MS: u64 = 120_000;
/// The epoch of a request that opens a session.
const INITIAL_EPOCH: i32 = 0;
/// The epoch of a request that wants none.
const FINAL_EPOCH: i32 = -1;

/// What a request's session id and epoch mean, with the partitions to read.
#[derive(Debug, PartialEq, Eq)]
pub enum Begun {
    /// All of the request, and no session.
    Sessionless,
    /// All of the request; the answer opens this session.
    Opened { id: i32, partitions: Vec<Asked> },
    /// What the session remembers, changed by the request.
    Incremental { id: i32, partitions: Vec<Asked> },
}

impl FetchSessions {
    /// Room for so many sessions.
    pub fn new(slots: usize, rng: Rng) -> FetchSessions {
        FetchSessions { sessions: HashMap::new(), slots, rng }
    }

    /// Takes in a request's session part.
    pub fn begin(
        &mut self,
        now: Instant,
        (id, epoch): (i32, i32),
        asked: Vec<Asked>,
        forgotten: &[PartitionKey],
        by_id: bool,
    ) -> Result<Begun, ErrorCode> {
        if epoch == INITIAL_EPOCH || epoch == FINAL_EPOCH {
            if id != 0 {
                self.sessions.remove(&id);
            }
            return Ok(match epoch {
                INITIAL_EPOCH => self.open(now, asked, by_id),
                _ => Begun::Sessionless,
            });
        }
        let session = self.sessions.get_mut(&id).ok_or(ErrorCode::FETCH_SESSION_ID_NOT_FOUND)?;
        if session.epoch != epoch {
            return Err(ErrorCode::INVALID_FETCH_SESSION_EPOCH);
        }
        if session.by_id != by_id {
            return Err(ErrorCode::FETCH_SESSION_TOPIC_ID_ERROR);
        }
        session.epoch = if epoch == i32::MAX { 1 } else { epoch + 1 };
        session.last_used = now;
        asked.into_iter().for_each(|asked| session.put(asked));
        forgotten.iter().for_each(|key| session.forget(key));
        Ok(Begun::Incremental { id, partitions: session.asked() })
    }

    fn open(&mut self, now: Instant, asked: Vec<Asked>, by_id: bool) -> Begun {
        if asked.is_empty() || !self.make_room(now) {
            return Begun::Sessionless;
        }
        let id = loop {
            let id = 1 + i32::try_from(self.rng.below(i32::MAX as u64 - 1)).unwrap_or(0);
            if !self.sessions.contains_key(&id) {
                break id;
            }
        };
        let mut session = Session {
            epoch: 1,
            by_id,
            order: BTreeMap::new(),
            partitions: HashMap::new(),
            next_place: 0,
            last_used: now,
        };
        asked.into_iter().for_each(|asked| session.put(asked));
        let partitions = session.asked();
        self.sessions.insert(id, session);
        Begun::Opened { id, partitions }
    }

    /// A free slot: the longest idle session goes if it is old enough.
    fn make_room(&mut self, now: Instant) -> bool {
        if self.sessions.len() < self.slots {
            return true;
        }
        let oldest = self.sessions.iter().min_by_key(|(_, session)| session.last_used);
        let Some((&id, session)) = oldest else { return false };
        if now.since(session.last_used).as_millis() < u128::from(EVICTION_AGE_MS) {
            return false;
        }
        self.sessions.remove(&id);
        true
    }

    /// Whether an answer has to mention a partition; remembers what it says.
    pub fn must_mention(&mut self, id: i32, key: &PartitionKey, telling: Telling) -> bool {
        let Some(session) = self.sessions.get_mut(&id) else { return true };
        let next_place = session.next_place;
        let Some((place, _, told)) = session.partitions.get_mut(key) else { return true };
        let news = telling.has_records || telling.must_say || *told != Some(telling.told);
        // After an error the partition is mentioned again whatever its offsets are.
        *told = (!telling.is_error).then_some(telling.told);
        if telling.has_records {
            // The others first the next time, or a busy partition would starve them.
            session.order.remove(place);
            *place = next_place;
            session.order.insert(next_place, key.clone());
            session.next_place += 1;
        }
        news
    }

    /// How many sessions there are.
    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(topic: &str, partition: i32, offset: i64) -> Asked {
        Asked {
            topic: topic.to_owned(),
            topic_id: Uuid::ZERO,
            partition,
            current_leader_epoch: -1,
            offset,
            last_fetched_epoch: -1,
            log_start: -1,
            bytes_max: 100,
        }
    }

    fn telling(high_watermark: i64, has_records: bool) -> Telling {
        let told = Told { high_watermark, log_start: 0 };
        Telling { told, has_records, must_say: false, is_error: false }
    }

    const NOW: Instant = Instant::from_millis(1_000_000);

    fn opened(sessions: &mut FetchSessions, partitions: Vec<Asked>) -> i32 {
        match sessions.begin(NOW, (0, 0), partitions, &[], false) {
            Ok(Begun::Opened { id, .. }) => id,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_session_remembers_and_mentions_only_news() {
        let mut sessions = FetchSessions::new(10, Rng::seeded(1));
        let id = opened(&mut sessions, vec![asked("a", 0, 0), asked("b", 0, 0)]);
        let (a, b) = (asked("a", 0, 0).key(), asked("b", 0, 0).key());
        assert!(sessions.must_mention(id, &a, telling(5, true)));
        assert!(sessions.must_mention(id, &b, telling(0, false)), "the first time");
        let begun = sessions.begin(NOW, (id, 1), vec![asked("a", 0, 5)], &[], false).unwrap();
        // `a` had records, so `b` is read first now.
        let partitions = vec![asked("b", 0, 0), asked("a", 0, 5)];
        assert_eq!(begun, Begun::Incremental { id, partitions });
        assert!(!sessions.must_mention(id, &b, telling(0, false)));
        assert!(sessions.must_mention(id, &a, telling(6, false)), "the high watermark moved");
        let forgotten = sessions.begin(NOW, (id, 2), vec![], &[b], false).unwrap();
        assert_eq!(forgotten, Begun::Incremental { id, partitions: vec![asked("a", 0, 5)] });
    }

    #[test]
    fn wrong_ids_and_epochs_are_told_apart() {
        let mut sessions = FetchSessions::new(10, Rng::seeded(1));
        let id = opened(&mut sessions, vec![asked("a", 0, 0)]);
        let mut begin = |epoch, by_id| sessions.begin(NOW, epoch, vec![], &[], by_id);
        assert_eq!(begin((id, 9), false), Err(ErrorCode::INVALID_FETCH_SESSION_EPOCH));
        assert_eq!(begin((id, 1), true), Err(ErrorCode::FETCH_SESSION_TOPIC_ID_ERROR));
        assert_eq!(begin((-id, 1), false), Err(ErrorCode::FETCH_SESSION_ID_NOT_FOUND));
        assert_eq!(begin((id, -1), false), Ok(Begun::Sessionless));
        assert_eq!(begin((id, 1), false), Err(ErrorCode::FETCH_SESSION_ID_NOT_FOUND));
    }

    #[test]
    fn only_idle_sessions_give_up_their_slot() {
        let mut sessions = FetchSessions::new(1, Rng::seeded(1));
        let first = opened(&mut sessions, vec![asked("a", 0, 0)]);
        let again = sessions.begin(NOW, (0, 0), vec![asked("b", 0, 0)], &[], false);
        assert_eq!(again, Ok(Begun::Sessionless));
        let later = NOW + std::time::Duration::from_millis(EVICTION_AGE_MS);
        let begun = sessions.begin(later, (0, 0), vec![asked("b", 0, 0)], &[], false).unwrap();
        assert!(matches!(begun, Begun::Opened { id, .. } if id != first));
        assert_eq!(sessions.len(), 1);
    }

    #[test]
    fn an_error_is_followed_by_a_mention() {
        let mut sessions = FetchSessions::new(1, Rng::seeded(1));
        let id = opened(&mut sessions, vec![asked("a", 0, 0)]);
        let key = asked("a", 0, 0).key();
        sessions.must_mention(id, &key, telling(3, false));
        let error = Telling { must_say: true, is_error: true, ..telling(-1, false) };
        assert!(sessions.must_mention(id, &key, error));
        assert!(sessions.must_mention(id, &key, telling(3, false)));
        assert!(!sessions.must_mention(id, &key, telling(3, false)));
    }
}
