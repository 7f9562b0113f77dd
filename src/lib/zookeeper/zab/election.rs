//! Fast leader election: every server tells every other whom it would follow, until enough agree.
//!
//! A server begins by proposing itself. Whoever hears of a better vote of the same round takes it
//! over and says so; of a later round, begins that round anew; of an earlier one, answers with its
//! own. When a quorum has voted as it does itself, it waits a moment for a better vote and then
//! knows its leader. Who hears instead from a quorum that follows somebody joins them, if that
//! somebody says itself that it leads.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use super::quorum::Rules;
use crate::base::clock::Instant;
use crate::zookeeper::jute::{Notification, ServerId, ServerState, Vote, Zxid};

/// How long a settled election waits for a better vote.
const SETTLING: Duration = Duration::from_millis(200);

/// When votes are said again.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// `fastleader.minNotificationInterval`.
    pub shortest: Duration,
    /// `fastleader.maxNotificationInterval`.
    pub longest: Duration,
}

/// One election of one server.
#[derive(Debug)]
pub struct Election {
    me: ServerId,
    rules: Rules,
    pace: Pace,
    round: i64,
    /// What speaks for this server itself.
    own: Vote,
    proposal: Vote,
    /// Votes of this round.
    votes: BTreeMap<ServerId, Ballot>,
    /// Votes of those who follow or lead already, of whatever round.
    outside: BTreeMap<ServerId, Ballot>,
    again_at: Instant,
    interval: Duration,
    /// Enough agree: the election ends then.
    settles_at: Option<Instant>,
}

/// What is known of one server's vote.
#[derive(Clone, Copy, Debug)]
struct Ballot {
    state: ServerState,
    vote: Vote,
    round: i64,
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on.
    Open,
    /// Everybody is to be told of our vote.
    Tell,
    /// Our vote is to be said to this one.
    Answer(ServerId),
    /// It is over.
    Elected { vote: Vote, round: i64 },
}

impl Ballot {
    /// Whether two votes are for the same. Among those who follow or lead, their logs have moved on
    /// since and rounds may differ.
    fn agrees(&self, other: &Ballot) -> bool {
        let looking = self.state == ServerState::Looking || other.state == ServerState::Looking;
        match looking {
            true => self.vote == other.vote && self.round == other.round,
            false => (self.vote.leader, self.vote.epoch) == (other.vote.leader, other.vote.epoch),
        }
    }
}

impl Election {
    /// Begins round `round` for `me`, whose epoch and log's end are these; everybody is to be told.
    pub fn begin(
        rules: Rules,
        pace: Pace,
        me: ServerId,
        (epoch, zxid): (i64, Zxid),
        round: i64,
        now: Instant,
    ) -> Election {
        let own = match rules.current.voters().contains(&me) {
            true => Vote { epoch, zxid, leader: me },
            // Nobody could be less of a leader.
            false => Vote { epoch: i64::MIN, zxid: Zxid(i64::MIN), leader: ServerId(i64::MIN) },
        };
        let mut election = Election {
            me,
            rules,
            pace,
            round,
            own,
            proposal: own,
            votes: BTreeMap::new(),
            outside: BTreeMap::new(),
            again_at: now + pace.shortest,
            interval: pace.shortest,
            settles_at: None,
        };
        election.vote();
        election.settle(now);
        election
    }

    /// Our vote.
    pub fn proposal(&self) -> Vote {
        self.proposal
    }

    /// The round it is given in.
    pub fn round(&self) -> i64 {
        self.round
    }

    /// When [`Election::tick`] has something to do.
    pub fn wake_at(&self) -> Instant {
        self.settles_at.map_or(self.again_at, |at| at.min(self.again_at))
    }

    /// Time has passed.
    pub fn tick(&mut self, now: Instant) -> Verdict {
        if self.settles_at.is_some_and(|at| now >= at) {
            return Verdict::Elected { vote: self.proposal, round: self.round };
        }
        if now < self.again_at {
            return Verdict::Open;
        }
        self.interval = (self.interval * 2).min(self.pace.longest);
        self.again_at = now + self.interval;
        Verdict::Tell
    }

    /// Takes what a voter says.
    pub fn take(&mut self, from: ServerId, said: &Notification, now: Instant) -> Verdict {
        if !self.rules.votes(from) {
            // Whoever has no vote learns from ours whom to join; two without one have nothing to say.
            let votes = self.rules.votes(self.me) && said.state == ServerState::Looking;
            return if votes { Verdict::Answer(from) } else { Verdict::Open };
        }
        if !self.rules.votes(said.vote.leader) {
            return Verdict::Open;
        }
        let ballot = Ballot { state: said.state, vote: said.vote, round: said.round };
        match said.state {
            ServerState::Looking => self.take_looking(from, ballot, now),
            ServerState::Following | ServerState::Leading => self.take_settled(from, ballot),
            ServerState::Observing => Verdict::Open,
        }
    }

    fn take_looking(&mut self, from: ServerId, ballot: Ballot, now: Instant) -> Verdict {
        // The number of one who lost its disk and must not be counted.
        if self.own.zxid.0 == -1 || ballot.vote.zxid.0 == -1 {
            return Verdict::Open;
        }
        if ballot.round < self.round {
            // It would answer, and so on, to one without a vote.
            let votes = self.rules.votes(self.me);
            return if votes { Verdict::Answer(from) } else { Verdict::Open };
        }
        let mut tell = false;
        if ballot.round > self.round {
            self.round = ballot.round;
            self.votes.clear();
            self.proposal =
                if self.is_better(ballot.vote, self.own) { ballot.vote } else { self.own };
            tell = true;
        } else if self.is_better(ballot.vote, self.proposal) {
            self.proposal = ballot.vote;
            tell = true;
        }
        self.vote();
        self.votes.insert(from, ballot);
        self.settle(now);
        if tell {
            self.interval = self.pace.shortest;
            self.again_at = now + self.interval;
            return Verdict::Tell;
        }
        Verdict::Open
    }

    fn take_settled(&mut self, from: ServerId, ballot: Ballot) -> Verdict {
        if ballot.round == self.round {
            self.votes.insert(from, ballot);
            if self.enough(&self.votes, &ballot) && self.leads(&self.votes, &ballot) {
                return Verdict::Elected { vote: ballot.vote, round: self.round };
            }
        }
        self.outside.insert(from, ballot);
        if self.enough(&self.outside, &ballot) && self.leads(&self.outside, &ballot) {
            self.round = ballot.round;
            return Verdict::Elected { vote: ballot.vote, round: self.round };
        }
        Verdict::Open
    }

    /// Whether the leader of a vote is one: by its own word, or, if it is this server, by having
    /// been elected in this very round.
    fn leads(&self, votes: &BTreeMap<ServerId, Ballot>, ballot: &Ballot) -> bool {
        let leader = ballot.vote.leader;
        match leader == self.me {
            true => ballot.round == self.round,
            false => votes.get(&leader).is_some_and(|it| it.state == ServerState::Leading),
        }
    }

    fn enough(&self, votes: &BTreeMap<ServerId, Ballot>, ballot: &Ballot) -> bool {
        let agree = |(_, other): &(&ServerId, &Ballot)| other.agrees(ballot);
        self.rules.is_quorum(votes.iter().filter(agree).map(|(id, _)| id))
    }

    /// Whether one vote wins over another. One for a server that may not lead never does.
    fn is_better(&self, vote: Vote, than: Vote) -> bool {
        let may_lead = |vote: Vote| self.rules.may_lead(vote.leader);
        may_lead(vote) && (vote > than || !may_lead(than))
    }

    /// Counts our own vote.
    fn vote(&mut self) {
        let ballot = Ballot { state: ServerState::Looking, vote: self.proposal, round: self.round };
        self.votes.insert(self.me, ballot);
    }

    /// Sees whether enough agree with us. Once all have voted alike nothing better can come.
    fn settle(&mut self, now: Instant) {
        let ours = self.votes[&self.me];
        if !self.enough(&self.votes, &ours) {
            self.settles_at = None;
            return;
        }
        let agrees = |id| self.votes.get(id).is_some_and(|other| other.agrees(&ours));
        let unanimous = self.rules.voters().iter().all(agrees);
        let wait = if unanimous { Duration::ZERO } else { SETTLING };
        let at = self.settles_at.map_or(now + wait, |at| at.min(now + wait));
        self.settles_at = Some(at);
    }
}

impl fmt::Display for Election {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Vote { leader, zxid, epoch } = self.proposal;
        write!(f, "looking in round {} for {leader} ({epoch}, {zxid})", self.round)?;
        if self.settles_at.is_some() {
            f.write_str(", settled")?;
        }
        Ok(())
    }
}
