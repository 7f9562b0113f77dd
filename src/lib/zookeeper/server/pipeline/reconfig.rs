//! Which configuration a reconfiguration makes, and when it is refused.

use super::State;
use crate::config::quorum::Membership;
use crate::zookeeper::jute::request::ReconfigRequest;
use crate::zookeeper::jute::{KeeperError, OpCode, Transaction};
use crate::zookeeper::tree::Asked;
use crate::zookeeper::zab::Config;

/// What an operator says about reconfigurations.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Rules {
    /// `reconfigEnabled`.
    pub(in super::super) enabled: bool,
    /// The fewest voters: one only with `standaloneEnabled=false`.
    pub(in super::super) voters_min: usize,
}

impl State {
    /// Prepares a reconfiguration, where this server leads.
    pub(super) fn reconfigure(
        &mut self,
        asked: &Asked<'_>,
        request: &ReconfigRequest,
    ) -> Transaction {
        match self.decide(asked, request) {
            Ok(next) => {
                let transaction = self.tree.prepare_config(asked, next.to_string());
                self.reconfiguring = transaction.header.op == OpCode::Reconfig;
                transaction
            }
            Err(error) => self.tree.refuse(asked, error),
        }
    }

    /// The next configuration; the order of refusals is ZooKeeper's.
    fn decide(
        &mut self,
        asked: &Asked<'_>,
        request: &ReconfigRequest,
    ) -> Result<Membership, KeeperError> {
        if !self.reconfiguration.enabled {
            return Err(KeeperError::ReconfigDisabled);
        }
        self.tree.tracker().check(asked.session, asked.owner)?;
        let current = self.members.clone().ok_or(KeeperError::ReconfigDisabled)?;
        if self.reconfiguring {
            return Err(KeeperError::ReconfigInProgress);
        }
        if request.config_id != -1 && request.config_id != current.version {
            return Err(KeeperError::BadVersion);
        }
        let mut next = next_of(&current, request)?;
        next.version = asked.zxid.0;
        if next.voters().count() < self.reconfiguration.voters_min {
            return Err(KeeperError::BadArguments);
        }
        // Who is not there now would be waited for.
        if !Config::new(next.clone()).is_quorum(&self.learners.synced) {
            return Err(KeeperError::NewConfigNoQuorum);
        }
        Ok(next)
    }
}

fn next_of(current: &Membership, request: &ReconfigRequest) -> Result<Membership, KeeperError> {
    if let Some(lines) = &request.new_members {
        let lines = lines.replace(',', "\n");
        // The version is not theirs to choose.
        let lines: Vec<&str> = lines.lines().filter(|it| !it.starts_with("version=")).collect();
        let next = Membership::parse(&lines.join("\n")).map_err(|_| KeeperError::BadArguments)?;
        return Ok(next);
    }
    if !current.groups.is_empty() {
        return Err(KeeperError::BadArguments);
    }
    let mut next = current.clone();
    let list = |text: &Option<String>| -> Vec<String> {
        let parts = text.as_deref().unwrap_or_default().split(',').map(str::trim);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    for leaving in list(&request.leaving) {
        let id: i64 = leaving.parse().map_err(|_| KeeperError::MarshallingError)?;
        next.servers.remove(&id);
    }
    for joining in list(&request.joining) {
        next.join(&joining).map_err(|_| KeeperError::BadArguments)?;
    }
    Ok(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_made_one_by_one_or_all_at_once() {
        let current = Membership::parse("server.1=a:1:2;3\nserver.2=b:1:2;3\nversion=5").unwrap();
        let request = |joining: &str, leaving: &str, new: Option<&str>| ReconfigRequest {
            joining: Some(joining.to_owned()),
            leaving: Some(leaving.to_owned()),
            new_members: new.map(str::to_owned),
            config_id: -1,
        };
        let ids = |request: ReconfigRequest| {
            next_of(&current, &request).map(|next| next.servers.into_keys().collect::<Vec<_>>())
        };
        assert_eq!(ids(request("server.3=c:1:2;3", "1", None)), Ok(vec![2, 3]));
        assert_eq!(ids(request("", "", Some("server.7=x:1:2;3,server.8=y:1:2"))), Ok(vec![7, 8]));
        assert_eq!(ids(request("", "one", None)), Err(KeeperError::MarshallingError));
        assert_eq!(ids(request("server.3=c:1:2", "", None)), Err(KeeperError::BadArguments));
        assert_eq!(ids(request("", "", Some("nonsense"))), Err(KeeperError::BadArguments));
        let grouped = Membership::parse("server.1=a:1:2\ngroup.1=1").unwrap();
        let refused = next_of(&grouped, &request("", "1", None));
        assert_eq!(refused, Err(KeeperError::BadArguments));
    }
}
