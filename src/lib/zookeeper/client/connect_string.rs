//! `host:port,host:port/chroot`: where the servers are, and below which node the client lives.

use std::fmt;

use super::super::jute::reply::CreatedStat;
use super::super::jute::{MultiResult, Reply, Request};

/// The port of a host that names none.
const DEFAULT_PORT: u16 = 2181;

/// A parsed connect string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectString {
    pub hosts: Vec<Host>,
    pub chroot: Chroot,
}

/// One server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    pub name: String,
    pub port: u16,
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name.contains(':') {
            true => write!(f, "[{}]:{}", self.name, self.port),
            false => write!(f, "{}:{}", self.name, self.port),
        }
    }
}

/// Why a connect string cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParseError {
    /// It names no host.
    NoHost,
    /// A port that is no number from 1 to 65535.
    Port { host: String },
    /// The chroot is not a node's path.
    Chroot { path: String },
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParseError::NoHost => f.write_str("the connect string names no host"),
            ParseError::Port { host } => write!(f, "the port of '{host}' is not a port"),
            ParseError::Chroot { path } => write!(f, "the chroot '{path}' is not a node's path"),
        }
    }
}

impl std::error::Error for ParseError {}

impl ConnectString {
    /// Reads a connect string.
    pub fn parse(text: &str) -> Result<ConnectString, ParseError> {
        let (hosts, chroot) = match text.find('/') {
            Some(slash) => text.split_at(slash),
            None => (text, ""),
        };
        let hosts: Vec<Host> = hosts
            .split(',')
            .map(str::trim)
            .filter(|host| !host.is_empty())
            .map(parse_host)
            .collect::<Result<_, _>>()?;
        if hosts.is_empty() {
            return Err(ParseError::NoHost);
        }
        Ok(ConnectString { hosts, chroot: Chroot::parse(chroot)? })
    }

    /// The same servers, seen from the root.
    pub fn without_chroot(&self) -> ConnectString {
        ConnectString { hosts: self.hosts.clone(), chroot: Chroot::default() }
    }
}

impl fmt::Display for ConnectString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, host) in self.hosts.iter().enumerate() {
            write!(f, "{}{host}", if index > 0 { "," } else { "" })?;
        }
        f.write_str(self.chroot.path())
    }
}

fn parse_host(text: &str) -> Result<Host, ParseError> {
    let bad = || ParseError::Port { host: text.to_owned() };
    let (name, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((name, "")) => (name, None),
        Some((name, port)) => (name, Some(port.strip_prefix(':').ok_or_else(bad)?)),
        // More than one colon without brackets: an IPv6 address and no port.
        None if text.matches(':').count() > 1 => (text, None),
        None => match text.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (text, None),
        },
    };
    let port = match port {
        Some(port) => port.parse().ok().filter(|&port| port > 0).ok_or_else(bad)?,
        None => DEFAULT_PORT,
    };
    Ok(Host { name: name.to_owned(), port })
}

/// The node all paths are below; empty for the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chroot(String);

impl Chroot {
    fn parse(path: &str) -> Result<Chroot, ParseError> {
        let path = if path == "/" { "" } else { path };
        let fine = path.is_empty()
            || path
                .strip_prefix('/')
                .is_some_and(|rest| rest.split('/').all(|part| !matches!(part, "" | "." | "..")));
        if !fine {
            return Err(ParseError::Chroot { path: path.to_owned() });
        }
        Ok(Chroot(path.to_owned()))
    }

    /// Its path; empty for the root.
    pub fn path(&self) -> &str {
        &self.0
    }

    /// The paths of all nodes that must exist for the chroot to, the highest first.
    pub fn ancestors(&self) -> impl Iterator<Item = &str> {
        let ends = self.0.match_indices('/').map(|(at, _)| at).skip(1).chain([self.0.len()]);
        ends.map(|end| self.0.get(..end).unwrap_or_default()).filter(|path| !path.is_empty())
    }

    fn enter(&self, path: &mut String) {
        if self.0.is_empty() {
            return;
        }
        match path.as_str() {
            "/" => path.clone_from(&self.0),
            _ => path.insert_str(0, &self.0),
        }
    }

    /// A server's path as the client sees it. What lies outside is left as it is.
    pub(super) fn leave(&self, path: &mut String) {
        match path.strip_prefix(&self.0) {
            Some("") => "/".clone_into(path),
            Some(inside) if inside.starts_with('/') && !self.0.is_empty() => {
                *path = inside.to_owned();
            }
            _ => {}
        }
    }

    /// Turns the paths of a request into the server's.
    pub(super) fn enter_request(&self, request: &mut Request) {
        if self.0.is_empty() {
            return;
        }
        match request {
            Request::Multi(operations) | Request::MultiRead(operations) => {
                operations.iter_mut().for_each(|operation| self.enter_request(operation));
            }
            // No path is the root, which is elsewhere now.
            Request::Sync(r) => self.enter(r.path.get_or_insert_with(|| "/".to_owned())),
            Request::GetEphemerals(r) => self.enter(r.path.get_or_insert_with(|| "/".to_owned())),
            other => {
                if let Some(path) = other.path_mut() {
                    self.enter(path);
                }
            }
        }
    }

    /// Turns the paths of a reply into the client's.
    pub(super) fn leave_reply(&self, ephemerals: bool, reply: &mut Reply) {
        if self.0.is_empty() {
            return;
        }
        match reply {
            Reply::Created(path) | Reply::CreatedStat(CreatedStat { path, .. }) => self.leave(path),
            Reply::Synced(Some(path)) => self.leave(path),
            // Children are names; ephemerals are paths.
            Reply::Children(paths) if ephemerals => {
                paths.iter_mut().for_each(|path| self.leave(path));
            }
            Reply::Multi(results) => {
                for result in results {
                    if let MultiResult::Created(path)
                    | MultiResult::CreatedStat(CreatedStat { path, .. }) = result
                    {
                        self.leave(path);
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connect_strings() {
        let host = |name: &str, port| Host { name: name.to_owned(), port };
        let cases = [
            ("localhost", vec![host("localhost", 2181)], ""),
            ("a:1,b:2/kafka", vec![host("a", 1), host("b", 2)], "/kafka"),
            (" a:1 , b /x/y", vec![host("a", 1), host("b", 2181)], "/x/y"),
            ("[::1]:5/", vec![host("::1", 5)], ""),
            ("fe80::1", vec![host("fe80::1", 2181)], ""),
        ];
        for (text, hosts, chroot) in cases {
            let parsed = ConnectString::parse(text).unwrap();
            assert_eq!((parsed.hosts, parsed.chroot.path()), (hosts, chroot), "{text}");
        }
        for bad in ["", ",", "/x", "a:0", "a:b", "a:70000", "a/x//y", "a/x/", "a/./b", "[::1]5"] {
            assert!(ConnectString::parse(bad).is_err(), "{bad}");
        }
        let text = "a:1,[::1]:2/kafka";
        assert_eq!(ConnectString::parse(text).unwrap().to_string(), text);
    }

    #[test]
    fn a_chroot_is_entered_and_left() {
        let chroot = Chroot::parse("/a/b").unwrap();
        for (inside, outside) in [("/", "/a/b"), ("/x", "/a/b/x"), ("/a/b", "/a/b/a/b")] {
            let mut path = inside.to_owned();
            chroot.enter(&mut path);
            assert_eq!(path, outside);
            chroot.leave(&mut path);
            assert_eq!(path, inside);
        }
        let mut stranger = "/a/bc".to_owned();
        chroot.leave(&mut stranger);
        assert_eq!(stranger, "/a/bc");
        assert_eq!(chroot.ancestors().collect::<Vec<_>>(), ["/a", "/a/b"]);
        assert_eq!(Chroot::default().ancestors().count(), 0);
    }
}
