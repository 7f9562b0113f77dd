//! Sessions: who opened them is told by their number, whether they live by a tracker.
//!
//! The table of sessions and timeouts is part of the replicated state. Who owns a session and when
//! it expires is known to the leader alone (or the only server), and starts afresh with it.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::clock::Instant;
use crate::base::planted::Bug;
use crate::base::rng::Rng;
use crate::zookeeper::jute::record::PASSWORD_BYTES;
use crate::zookeeper::jute::{KeeperError, SessionId};

/// Whoever brings a session's requests to the leader: one of its own connections, or a learner. A
/// session has one owner at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner(pub u64);

/// Numbers new sessions: this server's number in the high byte, and 56 bits of chance below.
///
/// A password follows from its session's number, so that any server of an ensemble can compute it:
/// whoever can tell the numbers beforehand can take sessions over. ZooKeeper counts them from the
/// time of the start.
#[derive(Clone, Copy, Debug)]
pub struct SessionIds {
    server_id: u8,
}

impl SessionIds {
    /// Numbers of a server, of whose own number the low byte counts.
    pub fn of(server_id: u8) -> SessionIds {
        SessionIds { server_id }
    }

    /// A number that nobody has had.
    pub fn take(&mut self) -> SessionId {
        loop {
            let chance = (Rng::from_system().next_u64() >> 8).cast_signed();
            // With nothing below, the number is no session's, or marks containers where a node's
            // owner is expected.
            if chance != 0 {
                return SessionId(i64::from(self.server_id) << 56 | chance);
            }
        }
    }
}

/// The password of a session: every server of an ensemble, ours or not, computes the same, so that
/// a client can go to another one. It guards against mistakes, not against malice.
pub fn password(session: SessionId) -> [u8; PASSWORD_BYTES] {
    const SECRET: i64 = 0xb341_5c00;
    const MULTIPLIER: u64 = 0x5_deec_e66d;
    const MASK: u64 = (1 << 48) - 1;
    let mut seed = ((session.0 ^ SECRET).cast_unsigned() ^ MULTIPLIER) & MASK;
    let mut bytes = [0; PASSWORD_BYTES];
    for chunk in bytes.chunks_exact_mut(4) {
        seed = seed.wrapping_mul(MULTIPLIER).wrapping_add(0xb) & MASK;
        let [_, _, a, b, c, d, _, _] = seed.to_be_bytes();
        chunk.copy_from_slice(&[d, c, b, a]);
    }
    bytes
}

/// Whether `given` is the password of `session`.
pub fn password_matches(session: SessionId, given: Option<&[u8]>) -> bool {
    session != SessionId::NONE && given == Some(&password(session)[..])
}

/// Which sessions live, who owns them and when they expire.
///
/// Expiry is rounded up to ticks, so that a touch is rarely more than a look: sessions of one
/// bucket expire together, between one timeout and one timeout and a tick after the last touch.
#[derive(Debug)]
pub struct SessionTracker {
    tick_ms: u64,
    /// This server's number in session ids, where others may have sessions that only they know.
    own: Option<u8>,
    sessions: BTreeMap<SessionId, Tracked>,
    buckets: BTreeMap<u64, BTreeSet<SessionId>>,
}

#[derive(Debug)]
struct Tracked {
    timeout_ms: i32,
    expires_ms: u64,
    owner: Option<Owner>,
    closing: bool,
    /// Known to this server alone: in no log, and without ephemeral nodes.
    local: bool,
}

impl SessionTracker {
    /// Tracks nothing yet.
    pub fn new(tick_ms: u32) -> SessionTracker {
        let tick_ms = u64::from(tick_ms.max(1));
        SessionTracker { tick_ms, own: None, sessions: BTreeMap::new(), buckets: BTreeMap::new() }
    }

    /// Other servers than `own` may have sessions that this one does not know.
    pub fn beside_local_sessions(mut self, own: Option<u8>) -> SessionTracker {
        self.own = own;
        self
    }

    /// Begins to track a session that only this server knows.
    pub fn track_local(&mut self, session: SessionId, timeout_ms: i32, now: Instant) {
        self.track(session, timeout_ms, now);
        if let Some(tracked) = self.sessions.get_mut(&session) {
            tracked.local = true;
        }
    }

    /// Whether only this server knows a session.
    pub fn is_local(&self, session: SessionId) -> bool {
        self.sessions.get(&session).is_some_and(|tracked| tracked.local)
    }

    /// How many of those there are.
    pub fn locals(&self) -> usize {
        self.sessions.values().filter(|tracked| tracked.local).count()
    }

    /// Begins to track a session, new or from the table; says whether it was unknown.
    pub fn track(&mut self, session: SessionId, timeout_ms: i32, now: Instant) -> bool {
        let new = !self.sessions.contains_key(&session);
        if new {
            let tracked =
                Tracked { timeout_ms, expires_ms: 0, owner: None, closing: false, local: false };
            self.sessions.insert(session, tracked);
        }
        if let Some(tracked) = self.sessions.get_mut(&session) {
            // A local session that is everybody's from now on.
            tracked.local = false;
        }
        self.touch(session, timeout_ms, now);
        new
    }

    /// Puts off a session's expiry, since something was heard of it; false if it is unknown or
    /// closing. `timeout_ms` is the connection's, which may differ from the session's.
    pub fn touch(&mut self, session: SessionId, timeout_ms: i32, now: Instant) -> bool {
        let expires_ms = self.bucket(now, timeout_ms);
        let Some(tracked) = self.sessions.get_mut(&session).filter(|tracked| !tracked.closing)
        else {
            return false;
        };
        let before = tracked.expires_ms;
        if before != expires_ms {
            tracked.expires_ms = expires_ms;
            self.leave_bucket(before, session);
            self.buckets.entry(expires_ms).or_default().insert(session);
        }
        true
    }

    fn bucket(&self, now: Instant, timeout_ms: i32) -> u64 {
        let after = now.as_millis().saturating_add(u64::try_from(timeout_ms).unwrap_or(0));
        (after / self.tick_ms + 1).saturating_mul(self.tick_ms)
    }

    fn leave_bucket(&mut self, expires_ms: u64, session: SessionId) {
        if let Some(bucket) = self.buckets.get_mut(&expires_ms) {
            bucket.remove(&session);
            if bucket.is_empty() {
                self.buckets.remove(&expires_ms);
            }
        }
    }

    /// When the next session may expire.
    pub fn next_expiry(&self) -> Option<Instant> {
        self.buckets.keys().next().map(|&at| Instant::from_millis(at))
    }

    /// Takes the sessions that expired by `now`. They are closing from now on; each is to be closed
    /// by a transaction.
    pub fn expire(&mut self, now: Instant) -> Vec<SessionId> {
        let mut expired = Vec::new();
        while let Some(bucket) = self.buckets.first_entry() {
            if *bucket.key() > now.as_millis() {
                break;
            }
            expired.extend(bucket.remove());
        }
        for session in &expired {
            if let Some(tracked) = self.sessions.get_mut(session) {
                tracked.closing = true;
            }
        }
        expired
    }

    /// A session is being closed: it can do nothing more.
    pub fn close(&mut self, session: SessionId) {
        let Some(tracked) = self.sessions.get_mut(&session) else { return };
        tracked.closing = true;
        let expires_ms = tracked.expires_ms;
        self.leave_bucket(expires_ms, session);
    }

    /// A session is closed.
    pub fn remove(&mut self, session: SessionId) {
        if let Some(tracked) = self.sessions.remove(&session) {
            self.leave_bucket(tracked.expires_ms, session);
        }
    }

    /// Hands a session to a new owner: its client came anew. Requests that the former one still
    /// brings are refused.
    pub fn set_owner(&mut self, session: SessionId, owner: Owner) -> Result<(), KeeperError> {
        let tracked = self.sessions.get_mut(&session).filter(|tracked| !tracked.closing);
        tracked.ok_or(KeeperError::SessionExpired)?.owner = Some(owner);
        Ok(())
    }

    /// Refuses requests of a session that is unknown or closing, or owned by another. The first
    /// who brings one owns it.
    pub fn check(&mut self, session: SessionId, owner: Owner) -> Result<(), KeeperError> {
        let foreign = self.own.is_some_and(|own| session.0.to_be_bytes()[0] != own);
        if foreign && !self.sessions.contains_key(&session) {
            return Ok(());
        }
        let tracked = self.sessions.get_mut(&session).filter(|tracked| !tracked.closing);
        let tracked = tracked.ok_or(KeeperError::SessionExpired)?;
        let moved = *tracked.owner.get_or_insert(owner) != owner;
        if !moved || Bug::IgnoreMoves.is_planted() {
            return Ok(());
        }
        Err(KeeperError::SessionMoved)
    }

    /// Refuses ephemeral nodes of a session that is local, or of one that is not known here.
    pub fn check_global(&self, session: SessionId) -> Result<(), KeeperError> {
        match self.sessions.get(&session) {
            Some(tracked) if tracked.local => Err(KeeperError::EphemeralOnLocalSession),
            Some(_) => Ok(()),
            None => Err(KeeperError::SessionExpired),
        }
    }

    /// Whether a session is tracked and not closing.
    pub fn is_alive(&self, session: SessionId) -> bool {
        self.sessions.get(&session).is_some_and(|tracked| !tracked.closing)
    }

    /// The timeout a session was opened with.
    pub fn timeout_ms(&self, session: SessionId) -> Option<i32> {
        self.sessions.get(&session).map(|tracked| tracked.timeout_ms)
    }

    /// Every bucket with what expires in it, for `dump`.
    pub fn buckets(&self) -> impl Iterator<Item = (Instant, &BTreeSet<SessionId>)> {
        self.buckets.iter().map(|(&at, sessions)| (Instant::from_millis(at), sessions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: SessionId = SessionId(0xa);

    #[test]
    fn passwords_are_zookeepers() {
        let session = SessionId(0x0100_0014_35ee_0000);
        let text: String = password(session).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(text, "d0d0ea5a1dfaea592e587fc62e287cb1");
        assert!(password_matches(session, Some(&password(session))));
        assert!(!password_matches(session, None));
        assert!(!password_matches(SessionId::NONE, Some(&password(SessionId::NONE))));
    }

    #[test]
    fn numbers_begin_with_the_server_and_go_on_by_chance() {
        for server_id in [1, 3, 0x80, 0xfe] {
            let mut ids = SessionIds::of(server_id);
            let numbers: BTreeSet<_> = (0..1_000).map(|_| ids.take()).collect();
            assert_eq!(numbers.len(), 1_000);
            assert!(numbers.iter().all(|id| id.0.to_be_bytes()[0] == server_id));
            // Each of the other bits is set in some and not in others.
            let bits = |fold: fn(i64, i64) -> i64| numbers.iter().map(|id| id.0).reduce(fold);
            let low = (1_i64 << 56) - 1;
            assert_eq!(bits(|a, b| a | b).unwrap() & low, low);
            assert_eq!(bits(|a, b| a & b).unwrap() & low, 0);
        }
    }

    #[test]
    fn a_session_expires_within_a_tick_after_its_timeout() {
        let mut tracker = SessionTracker::new(2_000);
        let at = Instant::from_millis;
        assert!(tracker.track(A, 4_000, at(1_000)));
        assert_eq!(tracker.next_expiry(), Some(at(6_000)));
        assert!(tracker.touch(A, 4_000, at(1_900)), "the same bucket");
        assert!(tracker.expire(at(5_999)).is_empty());
        assert!(tracker.touch(A, 4_000, at(2_100)));
        assert!(tracker.expire(at(7_999)).is_empty());
        assert_eq!(tracker.expire(at(8_000)), [A]);
        assert!(!tracker.touch(A, 4_000, at(8_000)), "closing");
        assert_eq!(tracker.check(A, Owner(1)), Err(KeeperError::SessionExpired));
        tracker.remove(A);
        assert_eq!(tracker.next_expiry(), None);
        assert!(tracker.track(A, 4_000, at(9_000)));
    }

    #[test]
    fn a_local_session_is_its_servers_alone_until_it_is_tracked_for_all() {
        let at = Instant::from_millis(0);
        let mut tracker = SessionTracker::new(2_000).beside_local_sessions(Some(0));
        tracker.track_local(A, 4_000, at);
        assert!(tracker.is_local(A) && tracker.locals() == 1);
        assert_eq!(tracker.check(A, Owner(1)), Ok(()));
        assert_eq!(tracker.check_global(A), Err(KeeperError::EphemeralOnLocalSession));
        assert!(!tracker.track(A, 4_000, at), "it is there");
        assert_eq!((tracker.is_local(A), tracker.check_global(A)), (false, Ok(())));
        let (own, foreign) = (SessionId(9), SessionId(9 | 3 << 56));
        assert_eq!(tracker.check(own, Owner(1)), Err(KeeperError::SessionExpired));
        assert_eq!(tracker.check(foreign, Owner(1)), Ok(()));
        assert_eq!(tracker.check_global(foreign), Err(KeeperError::SessionExpired));
    }

    #[test]
    fn a_session_has_one_owner() {
        let mut tracker = SessionTracker::new(2_000);
        tracker.track(A, 4_000, Instant::from_millis(0));
        assert_eq!(tracker.check(A, Owner(1)), Ok(()));
        assert_eq!(tracker.check(A, Owner(2)), Err(KeeperError::SessionMoved));
        assert_eq!(tracker.set_owner(A, Owner(2)), Ok(()));
        assert_eq!(tracker.check(A, Owner(1)), Err(KeeperError::SessionMoved));
        assert_eq!(tracker.check(A, Owner(2)), Ok(()));
        tracker.close(A);
        assert_eq!(tracker.set_owner(A, Owner(3)), Err(KeeperError::SessionExpired));
        assert_eq!(tracker.check(SessionId(9), Owner(2)), Err(KeeperError::SessionExpired));
    }
}
