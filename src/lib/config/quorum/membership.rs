//! Who belongs to an ensemble and how votes count: the lines that zoo.cfg, `/zookeeper/config`,
//! votes and NEWLEADER have in common.

use std::collections::BTreeMap;
use std::fmt;

use super::{Role, ServerLine};
use crate::config::Error;

/// The lines of one configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    /// `server.N` lines by number.
    pub servers: BTreeMap<i64, ServerLine>,
    /// `group.N=a:b` lines: the members of each group.
    pub groups: BTreeMap<i64, Vec<i64>>,
    /// `weight.N` lines.
    pub weights: BTreeMap<i64, i64>,
    /// The transaction that made it; 0 for what only a file says.
    pub version: i64,
}

/// Where two configurations differ, for a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub ours: Vec<String>,
    pub theirs: Vec<String>,
}

/// Whether a key of a file belongs here.
pub(super) fn is_member_line(key: &str) -> bool {
    ["server.", "group.", "weight."].iter().any(|prefix| key.starts_with(prefix))
}

impl Membership {
    /// Reads the text as servers tell it each other: lines, and `version=` in hexadecimal.
    pub fn parse(text: &str) -> Result<Membership, Error> {
        let mut members = Membership::default();
        for line in text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()) {
            let Some((key, value)) = line.split_once('=') else {
                return Err(Error::conflict(format!("'{line}' is no line of a configuration")));
            };
            members.add(key.trim(), value.trim())?;
        }
        members.check()?;
        Ok(members)
    }

    /// Takes one line.
    pub(super) fn add(&mut self, key: &str, value: &str) -> Result<(), Error> {
        let expected = |what: &str| Error::invalid(key, value, what);
        if key == "version" {
            let version = u64::from_str_radix(value, 16);
            let version = version.map_err(|_| expected("a hexadecimal number"))?;
            self.version = version.cast_signed();
            return Ok(());
        }
        let (kind, number) = key.split_once('.').unwrap_or((key, ""));
        if !is_member_line(key) {
            return Err(expected("expected server.N, group.N, weight.N or version"));
        }
        let id: i64 = number.parse().map_err(|_| expected("a number behind the dot of the key"))?;
        match kind {
            "server" => {
                let line = ServerLine::parse(value).map_err(|what| expected(&what))?;
                self.servers.insert(id, line);
            }
            "group" => {
                let members: Result<Vec<i64>, _> = value.split(':').map(str::parse).collect();
                let members = members.map_err(|_| expected("expected server numbers as 1:2:3"))?;
                self.groups.insert(id, members);
            }
            _ => {
                let weight = value.parse().ok().filter(|&weight: &i64| weight >= 0);
                self.weights.insert(id, weight.ok_or_else(|| expected("a number, 0 or more"))?);
            }
        }
        Ok(())
    }

    /// Adds or replaces a server as a reconfiguration names it: `server.N=` with its three places,
    /// none of which another server has.
    pub fn join(&mut self, text: &str) -> Result<(), Error> {
        let wrong = |why: &str| Error::conflict(format!("'{text}' cannot join: {why}"));
        let (key, value) = text.split_once('=').ok_or_else(|| wrong("no server.N=..."))?;
        let number = key.trim().strip_prefix("server.").ok_or_else(|| wrong("no server.N=..."))?;
        let id: i64 = number.parse().map_err(|_| wrong("its number is none"))?;
        let line = ServerLine::parse(value.trim()).map_err(|why| wrong(&why))?;
        if line.client.is_none() {
            return Err(wrong("each server should have 3 ports specified"));
        }
        let places = |line: &ServerLine| {
            let of = |it: &super::ServerAddress| {
                [(it.host.clone(), it.quorum_port), (it.host.clone(), it.election_port)]
            };
            let quorum = line.addresses.iter().flat_map(of);
            // Every host has an address of any.
            let any = |host: &str| {
                host.parse().is_ok_and(|address: std::net::IpAddr| address.is_unspecified())
            };
            let all = quorum.chain(line.client.clone());
            all.filter(|(host, _)| !any(host)).collect::<Vec<_>>()
        };
        let taken = places(&line);
        let others = self.servers.iter().filter(|(other, _)| **other != id);
        for (other, theirs) in others {
            if let Some((host, port)) = places(theirs).iter().find(|it| taken.contains(it)) {
                return Err(wrong(&format!("{host}:{port} is server {other}'s")));
            }
        }
        self.servers.insert(id, line);
        Ok(())
    }

    /// The rules between the lines.
    pub(super) fn check(&self) -> Result<(), Error> {
        let mut seen = BTreeMap::new();
        for (group, members) in &self.groups {
            for member in members {
                if let Some(other) = seen.insert(*member, group) {
                    let message = format!("Server {member} is in group {other} and group {group}");
                    return Err(Error::conflict(message));
                }
                if !self.servers.contains_key(member) {
                    let message = format!("group.{group} names server {member}, which has no line");
                    return Err(Error::conflict(message));
                }
            }
        }
        if !self.groups.is_empty()
            && let Some(id) = self.voters().find(|id| !seen.contains_key(id))
        {
            let message = format!(
                "Every server must be in exactly one group, and server {id} is in none; add it to \
                 a group.N line"
            );
            return Err(Error::conflict(message));
        }
        if !self.groups.is_empty() && self.voters().all(|id| self.weight(id) == 0) {
            return Err(Error::conflict("no voter has a weight above 0"));
        }
        Ok(())
    }

    /// Those that vote.
    pub fn voters(&self) -> impl Iterator<Item = i64> {
        let voting = |(_, line): &(&i64, &ServerLine)| line.role == Role::Participant;
        self.servers.iter().filter(voting).map(|(&id, _)| id)
    }

    /// Those that only listen.
    pub fn observers(&self) -> impl Iterator<Item = i64> {
        let observing = |(_, line): &(&i64, &ServerLine)| line.role == Role::Observer;
        self.servers.iter().filter(observing).map(|(&id, _)| id)
    }

    /// What a vote counts where there are groups.
    pub fn weight(&self, id: i64) -> i64 {
        self.weights.get(&id).copied().unwrap_or(1)
    }

    /// Each line without its version, in the order of numbers.
    pub fn lines(&self) -> Vec<String> {
        let servers = self.servers.iter().map(|(id, line)| format!("server.{id}={line}"));
        let mut lines: Vec<String> = servers.collect();
        if self.groups.is_empty() {
            return lines;
        }
        for (id, members) in &self.groups {
            let members: Vec<String> = members.iter().map(i64::to_string).collect();
            lines.push(format!("group.{id}={}", members.join(":")));
        }
        let voters = self.voters().map(|id| format!("weight.{id}={}", self.weight(id)));
        lines.extend(voters);
        lines
    }

    /// Where they differ; none where they mean the same, whatever their versions and where clients
    /// connect, which a file need not say.
    pub fn difference(&self, other: &Membership) -> Option<Difference> {
        let plain = |of: &Membership| {
            let mut of = of.clone();
            of.servers.values_mut().for_each(|line| line.client = None);
            of.lines()
        };
        let (ours, theirs) = (plain(self), plain(other));
        let missing = |of: &[String], from: &[String]| -> Vec<String> {
            of.iter().filter(|line| !from.contains(line)).cloned().collect()
        };
        let difference =
            Difference { ours: missing(&ours, &theirs), theirs: missing(&theirs, &ours) };
        (!difference.ours.is_empty() || !difference.theirs.is_empty()).then_some(difference)
    }
}

impl fmt::Display for Membership {
    /// The text of `/zookeeper/config`: no line break at its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.lines() {
            writeln!(f, "{line}")?;
        }
        write!(f, "version={:x}", self.version)
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |lines: &[String]| match lines.is_empty() {
            true => "nothing".to_owned(),
            false => lines.join(" "),
        };
        write!(f, "it has {} where this one has {}", list(&self.theirs), list(&self.ours))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "server.1=a:1:2:participant;0.0.0.0:2181\nserver.2=b:1:2:participant\n\
                        server.3=c:1:2:observer\nversion=1f00000002";

    #[test]
    fn the_text_goes_both_ways() {
        let members = Membership::parse(TEXT).unwrap();
        assert_eq!(members.to_string(), TEXT);
        assert_eq!(members.version, 0x1f_0000_0002);
        assert_eq!(members.voters().collect::<Vec<_>>(), [1, 2]);
        assert_eq!(members.observers().collect::<Vec<_>>(), [3]);
        let grouped = "server.1=a:1:2:participant\nserver.2=b:1:2:participant\n\
                       group.1=1:2\nweight.1=3\nweight.2=1\nversion=0";
        let members = Membership::parse(&grouped.replace("weight.2=1\n", "")).unwrap();
        assert_eq!(members.to_string(), grouped);
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let cases = [
            ("server.1", "'server.1' is no line"),
            ("server.1=a:1:2\nspeed=3", "expected server.N"),
            ("server.1=a:1:2\nversion=x", "hexadecimal"),
            ("server.1=a:1:2\nweight.1=-1", "0 or more"),
            ("server.1=a:1:2\nserver.2=b:1:2\ngroup.1=1", "server 2 is in none"),
            ("server.1=a:1:2\ngroup.1=1:9", "names server 9, which has no line"),
            ("server.1=a:1:2\ngroup.1=1\ngroup.2=1", "Server 1 is in group 1 and group 2"),
            ("server.1=a:1:2\ngroup.1=1\nweight.1=0", "no voter has a weight"),
        ];
        for (text, sentence) in cases {
            let error = Membership::parse(text).unwrap_err().to_string();
            assert!(error.contains(sentence), "{text}: {error}");
        }
    }

    #[test]
    fn whoever_joins_has_places_of_its_own() {
        let mut members = Membership::parse(TEXT).unwrap();
        members.join("server.4=d:1:2;2181").unwrap();
        assert_eq!(members.servers[&4].to_string(), "d:1:2:participant;0.0.0.0:2181");
        members.join("server.3=c:1:2:participant;c:9").unwrap();
        assert_eq!(members.voters().count(), 4);
        let cases = [
            ("server.5=e:1:2", "3 ports"),
            ("server.5=a:1:7;3", "a:1 is server 1's"),
            ("server.x=e:1:2;3", "number"),
            ("5=e:1:2;3", "server.N"),
        ];
        for (text, sentence) in cases {
            let error = members.join(text).unwrap_err().to_string();
            assert!(error.contains(sentence), "{error}");
        }
    }

    #[test]
    fn differences_are_named_by_their_lines() {
        let ours = Membership::parse(TEXT).unwrap();
        let same = Membership::parse("server.3=c:1:2:observer\nserver.1=a:1:2\nserver.2=b:1:2");
        assert_eq!(ours.difference(&same.unwrap()), None);
        let theirs = Membership::parse("server.1=a:1:2\nserver.2=b:1:9\nserver.3=c:1:2").unwrap();
        assert_eq!(
            ours.difference(&theirs).unwrap().to_string(),
            "it has server.2=b:1:9:participant server.3=c:1:2:participant where this one has \
             server.2=b:1:2:participant server.3=c:1:2:observer"
        );
    }
}
