//! What a follower asks one leader, and what the answers mean for its logs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::base::clock::{Instant, Now};
use crate::base::uuid::Uuid;
use crate::kafka::client::fetch_session::Told;
use crate::kafka::log;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::fetch::{
    FetchPartition, FetchTopic, ForgottenTopic, PartitionData,
};
use crate::kafka::replica::partition::{FromLeader, Side, Truncated};
use crate::kafka::replica::{self, Partition};
use crate::kafka::types::{LeaderEpoch, Offset, TopicPartition};

use super::versions::Truncation;
use super::{Followed, by_topic};

/// The first pause before a leader is asked again that does not know yet that it leads; it
/// doubles up to `replica.fetch.backoff.ms`.
const SOON: Duration = Duration::from_millis(10);

/// What a fetch asks of one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// Zero where the topic has none.
    pub(super) topic_id: Uuid,
    pub(super) epoch: i32,
    pub(super) offset: Offset,
    pub(super) last_epoch: i32,
    pub(super) log_start: Offset,
}

/// Where a partition is on the way to being in sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The leader must be asked where the last epoch of this log ended.
    Truncating,
    Fetching,
    /// It asked for an offset that the leader does not have: where does its log begin and end?
    OutOfRange,
    /// Nothing can be done in this epoch.
    Failed,
}

#[derive(Clone)]
struct Entry {
    partition: Arc<Partition>,
    epoch: LeaderEpoch,
    stage: Stage,
    /// What the leader last said; a follower that has all of it is in sync.
    leader_high_watermark: Option<Offset>,
    /// Not before.
    retry_at: Option<Instant>,
    pause: Duration,
}

/// What came of an answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The log refused.
    Log(log::Error),
    /// The leader did.
    Code(ErrorCode),
}

/// The partitions of one task.
pub(super) struct Plan {
    entries: BTreeMap<TopicPartition, Entry>,
    names: BTreeMap<Uuid, Arc<str>>,
    truncation: Truncation,
    backoff: Duration,
    /// A log was shortened: recovery points must be on disk before anything is appended.
    pub(super) shortened: bool,
    /// When to look again at what the throttle held back.
    throttled_until: Option<Instant>,
}

impl Plan {
    /// Nothing yet.
    pub(super) fn new(truncation: Truncation, backoff: Duration) -> Plan {
        Plan {
            entries: BTreeMap::new(),
            names: BTreeMap::new(),
            truncation,
            backoff,
            shortened: false,
            throttled_until: None,
        }
    }

    /// Follows these and no others; says whether one of them is new.
    pub(super) fn follow(&mut self, wanted: &BTreeMap<TopicPartition, Followed>) -> bool {
        self.entries.retain(|name, entry| {
            wanted.get(name).is_some_and(|followed| followed.epoch == entry.epoch)
        });
        let mut news = false;
        for (name, followed) in wanted {
            if self.entries.contains_key(name) {
                continue;
            }
            news = true;
            let Followed { partition, epoch } = followed.clone();
            // A log with epochs tells with each fetch where it ends, and the leader objects.
            let knows = partition.standing(epoch).is_ok_and(|it| it.last_epoch.is_some());
            let stage = match self.truncation {
                Truncation::OnFetch if knows => Stage::Fetching,
                _ => Stage::Truncating,
            };
            let entry = Entry {
                partition,
                epoch,
                stage,
                leader_high_watermark: None,
                retry_at: None,
                pause: SOON,
            };
            self.entries.insert(name.clone(), entry);
        }
        let ids = self.entries.iter();
        let ids = ids.map(|(name, entry)| (entry.partition.topic_id(), name.topic.clone()));
        self.names = ids.filter(|(id, _)| *id != Uuid::ZERO).collect();
        news
    }

    /// Whether every topic goes by an id.
    pub(super) fn all_have_ids(&self) -> bool {
        self.entries.values().all(|entry| entry.partition.topic_id() != Uuid::ZERO)
    }

    /// What to fetch now. Where `over` the throttle, what counts against it is left for later unless
    /// it is in sync (KIP-73).
    pub(super) fn fetches(&mut self, now: Instant, over: bool) -> BTreeMap<TopicPartition, Asked> {
        let mut held_back = false;
        let ready = self.ready(now, |stage| stage == Stage::Fetching);
        let asked = ready.filter_map(|(name, entry)| {
            let standing = entry.partition.standing(entry.epoch).ok()?;
            let in_sync = entry.leader_high_watermark.is_some_and(|it| standing.log_end >= it);
            if over && !in_sync && entry.partition.is_throttled(Side::Following) {
                held_back = true;
                return None;
            }
            let asked = Asked {
                topic_id: entry.partition.topic_id(),
                epoch: entry.epoch.0,
                offset: standing.log_end,
                last_epoch: standing.last_epoch.map_or(-1, |it| it.0),
                log_start: standing.log_start,
            };
            Some((name.clone(), asked))
        });
        let asked = asked.collect();
        self.throttled_until = held_back.then(|| now + self.backoff);
        asked
    }

    /// Whether what is fetched of it counts against the throttle.
    pub(super) fn is_throttled(&self, name: &TopicPartition) -> bool {
        let entry = self.entries.get(name);
        entry.is_some_and(|entry| entry.partition.is_throttled(Side::Following))
    }

    /// Whose epochs to ask for: of which one, and the leader's own. A log without any is cut at its
    /// high watermark and fetched.
    pub(super) fn epochs(
        &mut self,
        now: Now,
    ) -> BTreeMap<TopicPartition, (LeaderEpoch, LeaderEpoch)> {
        let mut asked = BTreeMap::new();
        let mut cut = Vec::new();
        for (name, entry) in self.ready(now.monotonic, |stage| stage == Stage::Truncating) {
            let Ok(standing) = entry.partition.standing(entry.epoch) else { continue };
            match standing.last_epoch.filter(|_| self.truncation == Truncation::ByEpoch) {
                Some(epoch) => drop(asked.insert(name.clone(), (epoch, entry.epoch))),
                None => cut.push((name.clone(), standing.high_watermark)),
            }
        }
        for (name, offset) in cut {
            self.cut(&name, offset, now);
        }
        asked
    }

    /// Whose leader to ask where its log begins and ends.
    pub(super) fn out_of_range(&self, now: Instant) -> Vec<(TopicPartition, LeaderEpoch)> {
        let ready = self.ready(now, |stage| stage == Stage::OutOfRange);
        ready.map(|(name, entry)| (name.clone(), entry.epoch)).collect()
    }

    fn ready(
        &self,
        now: Instant,
        which: impl Fn(Stage) -> bool,
    ) -> impl Iterator<Item = (&TopicPartition, &Entry)> {
        self.entries.iter().filter(move |(_, entry)| {
            which(entry.stage) && entry.retry_at.is_none_or(|at| at <= now)
        })
    }

    /// When something that waits is to be tried again.
    pub(super) fn next_retry(&self, now: Instant) -> Option<Instant> {
        let waiting = self.entries.values().filter(|entry| entry.stage != Stage::Failed);
        let retries = waiting.filter_map(|entry| entry.retry_at);
        retries.chain(self.throttled_until).filter(|at| *at > now).min()
    }

    /// Leaves everything alone for a while: the leader cannot be reached.
    pub(super) fn unreachable(&mut self, now: Instant) {
        let until = now + self.backoff;
        self.entries.values_mut().for_each(|entry| entry.retry_at = Some(until));
    }

    /// The name of a topic in an answer.
    pub(super) fn name(&self, topic: &str, id: Uuid, partition: i32) -> Option<TopicPartition> {
        let topic = match id {
            Uuid::ZERO => topic.into(),
            id => self.names.get(&id)?.clone(),
        };
        Some(TopicPartition::new(topic, partition))
    }

    /// Takes what the leader sent of one partition.
    pub(super) fn fetched(
        &mut self,
        name: &TopicPartition,
        data: PartitionData,
        now: Now,
    ) -> Result<(), Trouble> {
        let Some(entry) = self.entries.get_mut(name) else { return Ok(()) };
        match data.error_code {
            ErrorCode::NONE => {}
            ErrorCode::OFFSET_OUT_OF_RANGE => {
                entry.stage = Stage::OutOfRange;
                return Ok(());
            }
            code => return self.refused(name, code, now),
        }
        entry.pause = SOON;
        let diverging = &data.diverging_epoch;
        if diverging.end_offset >= 0 {
            let (epoch, end) = (diverging.epoch, diverging.end_offset);
            return self.truncate(name, epoch, end, now);
        }
        let leader =
            FromLeader { high_watermark: data.high_watermark, log_start: data.log_start_offset };
        entry.leader_high_watermark = Some(data.high_watermark);
        let records: Bytes = data.records.into_bytes();
        let taken = entry.partition.append_as_follower(entry.epoch, &records, leader, now.wall_ms);
        self.settle(name, taken, now)
    }

    /// Takes the leader's answer where an epoch ended.
    pub(super) fn epoch_ended(
        &mut self,
        name: &TopicPartition,
        code: ErrorCode,
        epoch: i32,
        end: Offset,
        now: Now,
    ) -> Result<(), Trouble> {
        match code {
            ErrorCode::NONE => self.truncate(name, epoch, end, now),
            code => self.refused(name, code, now),
        }
    }

    fn truncate(
        &mut self,
        name: &TopicPartition,
        epoch: i32,
        end: Offset,
        now: Now,
    ) -> Result<(), Trouble> {
        let Some(entry) = self.entries.get_mut(name) else { return Ok(()) };
        let cut = entry.partition.truncate_to_leader(entry.epoch, epoch, end, now.wall_ms);
        if let Ok(Truncated { shortened, agrees }) = &cut {
            self.shortened |= shortened;
            entry.stage = match *agrees || self.truncation == Truncation::OnFetch {
                true => Stage::Fetching,
                // The latest epoch that is left here is older now.
                false => Stage::Truncating,
            };
        }
        self.settle(name, cut.map(|_| ()), now)
    }

    /// Cuts a log whose epochs nobody knows at its high watermark.
    fn cut(&mut self, name: &TopicPartition, offset: Offset, now: Now) {
        let Some(entry) = self.entries.get_mut(name) else { return };
        let cut = entry.partition.truncate_to(entry.epoch, offset, now.wall_ms);
        if let Ok(shortened) = cut {
            self.shortened |= shortened;
            entry.stage = Stage::Fetching;
        }
        // What went wrong shows again with the fetch.
        let _ = self.settle(name, cut.map(|_| ()), now);
    }

    /// Takes the ends of the leader's log after an offset that it does not have.
    pub(super) fn range_told(
        &mut self,
        name: &TopicPartition,
        code: ErrorCode,
        range: (Offset, Offset),
        now: Now,
    ) -> Result<(), Trouble> {
        let Some(entry) = self.entries.get_mut(name) else { return Ok(()) };
        if code.is_error() {
            return self.refused(name, code, now);
        }
        let (start, end) = range;
        let taken = entry.partition.standing(entry.epoch).and_then(|standing| {
            if end < standing.log_end {
                // An unclean leader: what it does not have is lost to the cluster.
                tracing::warn!(
                    target: super::task::LOGGER,
                    "Reset fetch offset for partition {name} from {} to current leader's latest offset {end}",
                    standing.log_end,
                );
                let cut = entry.partition.truncate_to(entry.epoch, end, now.wall_ms)?;
                self.shortened |= cut;
            } else if start > standing.log_end {
                tracing::warn!(
                    target: super::task::LOGGER,
                    "Reset fetch offset for partition {name} from {} to current leader's start offset {start}",
                    standing.log_end,
                );
                entry.partition.start_over_at(entry.epoch, start, now.wall_ms)?;
                self.shortened = true;
            }
            Ok(())
        });
        if taken.is_ok() {
            entry.stage = Stage::Fetching;
        }
        self.settle(name, taken, now)
    }

    /// The leader refused a partition.
    fn refused(&mut self, name: &TopicPartition, code: ErrorCode, now: Now) -> Result<(), Trouble> {
        let backoff = self.backoff;
        let Some(entry) = self.entries.get_mut(name) else { return Ok(()) };
        match code {
            // Another leader is known, and will be told here.
            ErrorCode::FENCED_LEADER_EPOCH => entry.stage = Stage::Failed,
            // It is about to be told that it leads.
            ErrorCode::UNKNOWN_LEADER_EPOCH
            | ErrorCode::NOT_LEADER_OR_FOLLOWER
            | ErrorCode::UNKNOWN_TOPIC_ID
            | ErrorCode::UNKNOWN_TOPIC_OR_PARTITION => {
                entry.retry_at = Some(now.monotonic + entry.pause);
                entry.pause = (entry.pause * 2).min(backoff);
            }
            _ => entry.retry_at = Some(now.monotonic + backoff),
        }
        Err(Trouble::Code(code))
    }

    /// What a partition made of it.
    fn settle(
        &mut self,
        name: &TopicPartition,
        taken: Result<(), replica::Error>,
        now: Now,
    ) -> Result<(), Trouble> {
        let Err(error) = taken else { return Ok(()) };
        let Some(entry) = self.entries.get_mut(name) else { return Ok(()) };
        match error {
            replica::Error::Log(error) => {
                match error.is_storage() {
                    true => entry.stage = Stage::Failed,
                    // Damaged on the way, perhaps; the leader has it whole.
                    false => entry.retry_at = Some(now.monotonic + self.backoff),
                }
                Err(Trouble::Log(error))
            }
            // Followed no more, or not in this epoch: somebody else is told soon.
            _ => {
                entry.stage = Stage::Failed;
                Ok(())
            }
        }
    }
}

/// The topics of a request.
pub(super) fn request(told: Told<Asked>, bytes_max: i32) -> (Vec<FetchTopic>, Vec<ForgottenTopic>) {
    let id_of = |partitions: &[(i32, Asked)]| partitions.first().map(|(_, asked)| asked.topic_id);
    let topics = by_topic(told.wanted).into_iter().map(|(topic, partitions)| FetchTopic {
        topic: topic.to_string(),
        topic_id: id_of(&partitions).unwrap_or(Uuid::ZERO),
        partitions: partitions
            .into_iter()
            .map(|(partition, asked)| FetchPartition {
                partition,
                current_leader_epoch: asked.epoch,
                fetch_offset: asked.offset,
                last_fetched_epoch: asked.last_epoch,
                log_start_offset: asked.log_start,
                partition_max_bytes: bytes_max,
                ..FetchPartition::default()
            })
            .collect(),
    });
    let forgotten =
        by_topic(told.forgotten).into_iter().map(|(topic, partitions)| ForgottenTopic {
            topic: topic.to_string(),
            topic_id: id_of(&partitions).unwrap_or(Uuid::ZERO),
            partitions: partitions.into_iter().map(|(partition, _)| partition).collect(),
        });
    (topics.collect(), forgotten.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::client::fetch_session::FetchSession;

    #[test]
    fn a_topic_that_is_followed_no_more_is_forgotten_by_its_id() {
        let asked = |id: u8, offset| Asked {
            topic_id: Uuid([id; 16]),
            epoch: 3,
            offset,
            last_epoch: 2,
            log_start: 1,
        };
        let name = |topic, partition| TopicPartition::new(topic, partition);
        let mut session = FetchSession::default();
        let mut wanted: BTreeMap<_, _> =
            [(name("a", 0), asked(1, 5)), (name("a", 1), asked(1, 6)), (name("b", 0), asked(2, 7))]
                .into();
        let (topics, forgotten) = request(session.tell(&wanted), 100);
        let told: Vec<_> =
            topics.iter().map(|it| (it.topic.as_str(), it.topic_id, it.partitions.len())).collect();
        let ids = [1, 2].map(|id| Uuid([id; 16]));
        assert_eq!(told, [("a", ids[0], 2), ("b", ids[1], 1)]);
        assert!(forgotten.is_empty());
        let first = &topics[0].partitions[0];
        let fields = (first.current_leader_epoch, first.fetch_offset, first.last_fetched_epoch);
        assert_eq!(
            (fields, first.log_start_offset, first.partition_max_bytes),
            ((3, 5, 2), 1, 100)
        );

        session.answered(9, ErrorCode::NONE);
        wanted.remove(&name("b", 0));
        let (topics, forgotten) = request(session.tell(&wanted), 100);
        assert!(topics.is_empty());
        assert_eq!((forgotten[0].topic_id, &forgotten[0].partitions), (ids[1], &vec![0]));
    }
}
