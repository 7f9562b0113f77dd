//! The peer: looking, following, leading, and what all of them share.

use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::sync::Arc;

use super::Settings;
use super::election::{Election, Verdict};
use super::follower::Follower;
use super::history::{Entry, History};
use super::leader::Leader;
use super::message::{Action, Event};
use super::quorum::{Config, Rules};
use crate::base::clock::Instant;
use crate::config::quorum::{Membership, Role as Standing};
use crate::zookeeper::jute::{Notification, ServerId, ServerState, Vote, Zxid};

/// One server's part in its ensemble.
#[derive(Debug)]
pub struct Peer {
    pub(super) shared: Shared,
    role: Role,
    /// The round of the last election.
    round: i64,
    /// What was elected, as those who look are told.
    elected: Vote,
}

/// What outlives a role.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) settings: Settings,
    pub(super) accepted_epoch: i64,
    pub(super) current_epoch: i64,
    pub(super) history: History,
    pub(super) rules: Rules,
    /// It follows without a vote, and is told only what is committed.
    pub(super) observes: bool,
    /// Who leads next, without an election.
    pub(super) successor: Option<ServerId>,
    /// The latest epoch that anybody is known to have accepted: ours is to be a later one.
    pub(super) known_epoch: i64,
    /// Our own state leads nowhere: it is kept until a leader's snapshot takes its place.
    pub(super) wants_snapshot: bool,
    pub(super) out: VecDeque<Action>,
}

#[derive(Debug)]
enum Role {
    Looking(Election),
    Following(Follower),
    Leading(Leader),
    /// A role ends; the next election begins when that is done.
    Retiring,
}

/// Why a role ends.
pub(super) type End = String;

impl Shared {
    pub(super) fn push(&mut self, action: Action) {
        self.out.push_back(action);
    }

    /// Has the accepted epoch saved.
    pub(super) fn accept_epoch(&mut self, epoch: i64) {
        assert!(epoch > self.accepted_epoch, "the accepted epoch never decreases");
        self.accepted_epoch = epoch;
        self.push(Action::SaveAccepted(epoch));
    }

    /// A configuration is to take the place of the one that holds, if it is a later one.
    pub(super) fn prepare(&mut self, config: Config) {
        if !self.settings.reconfigures {
            return;
        }
        let later = config.version() > self.rules.current.version();
        let known = self.rules.proposed.as_deref() == Some(&config);
        self.rules.proposed = later.then(|| Arc::new(config));
        if let Some(config) = self.rules.proposed.clone().filter(|_| !known) {
            self.push(Action::Prepare(config));
        }
    }

    /// A configuration holds from now on, if it is a later one; says whether this server's part in
    /// the ensemble is another one now.
    pub(super) fn configure(&mut self, config: Arc<Config>) -> bool {
        if !self.settings.reconfigures || config.version() <= self.rules.current.version() {
            return false;
        }
        self.rules.current = config.clone();
        let version = config.version();
        self.rules.proposed.take_if(|proposed| proposed.version() <= version);
        // Whoever is in no line any more goes on as one who follows and is not counted.
        let observes = standing(&config, self.settings.id) == Some(Standing::Observer);
        let changed = observes != self.observes;
        self.observes = observes;
        self.push(Action::Configure(config));
        changed
    }

    /// Has the current epoch saved.
    pub(super) fn enter_epoch(&mut self, epoch: i64) {
        assert!(epoch <= self.accepted_epoch, "an epoch is accepted before it is entered");
        self.current_epoch = epoch;
        self.push(Action::SaveCurrent(epoch));
    }
}

/// What a configuration says a server is.
fn standing(config: &Config, id: ServerId) -> Option<Standing> {
    config.members.servers.get(&id.0).map(|line| line.role)
}

impl Peer {
    /// A peer whose disk holds these epochs and ends with `last`; `newest` are the transactions of
    /// its log that are still at hand, in order.
    pub fn new(
        settings: Settings,
        (accepted_epoch, current_epoch): (i64, i64),
        last: Zxid,
        newest: Vec<Entry>,
        now: Instant,
    ) -> Peer {
        assert!(current_epoch <= accepted_epoch, "an epoch is accepted before it is entered");
        let first = newest.first().map_or(last, |entry| entry.zxid);
        let mut history = History::new(first, settings.history_max);
        newest.into_iter().for_each(|entry| history.append(entry));
        assert_eq!(history.last(), last, "the newest transactions end with the last one");
        let line = standing(&settings.rules.current, settings.id);
        let shared = Shared {
            rules: settings.rules.clone(),
            observes: line.map_or(settings.observer, |line| line == Standing::Observer),
            successor: None,
            known_epoch: accepted_epoch,
            settings,
            accepted_epoch,
            current_epoch,
            history,
            // A disk that was lost: nothing of it counts.
            wants_snapshot: last.0 < 0,
            out: VecDeque::new(),
        };
        let elected = Vote { epoch: 0, zxid: Zxid::ZERO, leader: shared.settings.id };
        let mut peer = Peer { shared, role: Role::Retiring, round: 0, elected };
        peer.look(now);
        peer
    }

    /// Takes one event. What is to be done about it comes from [`Peer::next_action`].
    pub fn step(&mut self, now: Instant, event: Event) {
        let end = match (event, &mut self.role) {
            (Event::Heard(from, said), _) => {
                self.heard(from, &said, now);
                return;
            }
            (Event::Retired(tail), Role::Retiring) => {
                // They are in the log: they count as much as what was committed.
                tail.into_iter().for_each(|entry| self.shared.history.append(entry));
                match self.shared.successor.take() {
                    Some(leader) => {
                        let zxid = self.shared.history.last();
                        self.elected = Vote { zxid, leader, ..self.elected };
                        self.begin(leader, now);
                    }
                    None => self.look(now),
                }
                return;
            }
            (Event::Tick, Role::Looking(election)) => {
                let verdict = election.tick(now);
                self.judge(verdict, now);
                return;
            }
            (event, Role::Following(follower)) => follower.step(&mut self.shared, now, event),
            (event, Role::Leading(leader)) => leader.step(&mut self.shared, now, event),
            // What is left of an earlier role.
            (_, Role::Looking(_) | Role::Retiring) => Ok(()),
        };
        if let Err(why) = end {
            self.shared.push(Action::Retire(why));
            self.role = Role::Retiring;
            return;
        }
        if let Some(epoch) = self.serving_epoch() {
            // Those who come later must count our vote together with newer ones.
            self.elected.epoch = epoch;
        }
    }

    /// The next thing to be done.
    pub fn next_action(&mut self) -> Option<Action> {
        self.shared.out.pop_front()
    }

    /// When there is something to do even if nothing happens.
    pub fn wake_at(&self) -> Option<Instant> {
        match &self.role {
            Role::Looking(election) => Some(election.wake_at()),
            Role::Following(follower) => Some(follower.wake_at()),
            Role::Leading(leader) => Some(leader.wake_at()),
            Role::Retiring => None,
        }
    }

    /// What it is doing.
    pub fn state(&self) -> ServerState {
        match &self.role {
            Role::Looking(_) | Role::Retiring => ServerState::Looking,
            Role::Following(_) if self.shared.observes => ServerState::Observing,
            Role::Following(_) => ServerState::Following,
            Role::Leading(_) => ServerState::Leading,
        }
    }

    /// Those that have all that this leader has, itself among them, and those on the way there; of a
    /// follower, its observers.
    pub fn learners(&self) -> Learners {
        match &self.role {
            Role::Leading(leader) => leader.learners(&self.shared),
            Role::Following(follower) => follower.learners(),
            Role::Looking(_) | Role::Retiring => Learners::default(),
        }
    }

    /// The configuration that holds, and the one that is proposed.
    pub fn rules(&self) -> &Rules {
        &self.shared.rules
    }

    fn serving_epoch(&self) -> Option<i64> {
        match &self.role {
            Role::Following(follower) => follower.serving_epoch(),
            Role::Leading(leader) => leader.serving_epoch(),
            Role::Looking(_) | Role::Retiring => None,
        }
    }

    fn look(&mut self, now: Instant) {
        self.round += 1;
        let Shared { settings, rules, current_epoch, history, .. } = &self.shared;
        let own = (*current_epoch, history.last());
        let (rules, pace, me) = (rules.clone(), settings.pace, settings.id);
        self.role = Role::Looking(Election::begin(rules, pace, me, own, self.round, now));
        self.tell();
    }

    /// Says our vote to everybody.
    fn tell(&mut self) {
        let me = self.shared.settings.id;
        let others: Vec<ServerId> =
            self.shared.rules.voters().into_iter().filter(|&id| id != me).collect();
        others.into_iter().for_each(|id| self.answer(id));
    }

    fn answer(&mut self, to: ServerId) {
        let (vote, round) = match &self.role {
            Role::Looking(election) => (election.proposal(), election.round()),
            Role::Retiring => return,
            Role::Following(_) | Role::Leading(_) => (self.elected, self.round),
        };
        let config = Some(self.shared.rules.current.text().clone());
        let said = Notification { state: self.state(), vote, round, config };
        self.shared.push(Action::Vote(to, said));
    }

    fn heard(&mut self, from: ServerId, said: &Notification, now: Instant) {
        if matches!(self.role, Role::Looking(_)) && self.adopts(said) {
            self.look(now);
            return;
        }
        match &mut self.role {
            Role::Looking(election) => {
                let verdict = election.take(from, said, now);
                self.judge(verdict, now);
            }
            Role::Following(_) | Role::Leading(_) => {
                if said.state == ServerState::Looking {
                    self.answer(from);
                }
            }
            Role::Retiring => {}
        }
    }

    /// Whether somebody has told of a later configuration than ours, which holds now.
    fn adopts(&mut self, said: &Notification) -> bool {
        let shared = &mut self.shared;
        let Some(text) = said.config.as_ref().filter(|_| shared.settings.reconfigures) else {
            return false;
        };
        if text == shared.rules.current.text() {
            return false;
        }
        let Ok(members) = Membership::parse(&String::from_utf8_lossy(text)) else { return false };
        let before = shared.rules.current.clone();
        shared.configure(Arc::new(Config::new(members)));
        before.version() != shared.rules.current.version()
    }

    fn judge(&mut self, verdict: Verdict, now: Instant) {
        match verdict {
            Verdict::Open => {}
            Verdict::Tell => self.tell(),
            Verdict::Answer(to) => self.answer(to),
            Verdict::Elected { vote, round } => {
                (self.elected, self.round) = (vote, round);
                self.begin(vote.leader, now);
            }
        }
    }

    /// Begins to lead, or to follow.
    fn begin(&mut self, leader: ServerId, now: Instant) {
        self.role = match leader == self.shared.settings.id {
            true => Role::Leading(Leader::begin(&mut self.shared, now)),
            false => Role::Following(Follower::begin(&mut self.shared, leader, now)),
        };
    }
}

/// Who has all that a leader has, and how many are on their way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learners {
    /// The leader among them.
    pub synced: BTreeSet<ServerId>,
    pub observers: usize,
    /// Synchronised, and neither voters nor observers.
    pub others: usize,
    pub on_their_way: usize,
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shared { settings, accepted_epoch, current_epoch, history, .. } = &self.shared;
        let last = history.last();
        write!(f, "{} at {last}, epochs {accepted_epoch} {current_epoch}: ", settings.id)?;
        match &self.role {
            Role::Looking(election) => election.fmt(f),
            Role::Following(follower) => follower.fmt(f),
            Role::Leading(leader) => leader.fmt(f),
            Role::Retiring => f.write_str("retiring"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::zookeeper::zab::Pace;

    /// ZOOKEEPER-3829: another server's configuration is taken over only where servers may be
    /// reconfigured, and only if it is a later one.
    #[test]
    fn configurations_of_others_are_taken_over_only_where_they_may_be() {
        let parse = |text: &str| Membership::parse(text).unwrap();
        let ours = parse("server.1=h:1:11\nserver.2=h:2:12\nserver.3=h:3:13\nversion=100000000");
        let later = parse("server.1=h:1:11\nserver.2=h:2:12\nversion=200000000");
        let earlier = parse("server.1=h:1:11\nserver.2=h:2:12\nversion=1");
        for (reconfigures, told, taken) in
            [(true, &later, true), (false, &later, false), (true, &earlier, false)]
        {
            let settings = Settings {
                id: ServerId(1),
                rules: Rules { current: Arc::new(Config::new(ours.clone())), proposed: None },
                observer: false,
                reconfigures,
                tick: Duration::from_millis(100),
                init_limit: 10,
                sync_limit: 5,
                pace: Pace {
                    shortest: Duration::from_millis(200),
                    longest: Duration::from_secs(60),
                },
                history_max: 500,
                forces_snapshot: false,
                takes_observers: false,
            };
            let now = Instant::from_millis(1_000);
            let mut peer = Peer::new(settings, (0, 0), Zxid::ZERO, Vec::new(), now);
            let vote = Vote { epoch: 0, zxid: Zxid::ZERO, leader: ServerId(2) };
            let config = Some(Config::new(told.clone()).text().clone());
            let said = Notification { state: ServerState::Looking, vote, round: 1, config };
            peer.step(now, Event::Heard(ServerId(2), said));
            let version = peer.rules().current.version();
            assert_eq!(version == told.version, taken, "{version:x}, {reconfigures}");
        }
    }
}
