//! Why a command was not done, in the words of ZooKeeper's own client.

use std::io;

use super::words::Misread;
use crate::zookeeper::client::Error;
use crate::zookeeper::jute::KeeperError;

/// Why a command was not done.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Words for standard error, and the exit code.
    Said(String, u8),
    /// There is no session to do it in.
    NotConnected,
    /// The output cannot be written.
    Output(io::Error),
}

/// What a command gives.
pub(super) type Done = Result<(), Refusal>;

impl Refusal {
    pub(super) fn said(words: impl ToString) -> Refusal {
        Refusal::Said(words.to_string(), 1)
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Refusal {
        Refusal::Output(error)
    }
}

impl From<Misread> for Refusal {
    fn from(misread: Misread) -> Refusal {
        Refusal::said(misread)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        let Error::Keeper { error: code, path, .. } = &error else { return Refusal::said(error) };
        let of_path = |words: &str| Refusal::said(format!("{words}: {path}"));
        match code {
            KeeperError::NoNode => of_path("Node does not exist"),
            KeeperError::NodeExists => of_path("Node already exists"),
            KeeperError::NotEmpty => of_path("Node not empty"),
            KeeperError::NoChildrenForEphemerals => of_path("Ephemerals cannot have children"),
            KeeperError::NoAuth => of_path("Insufficient permission "),
            KeeperError::BadVersion => of_path("version No is not valid "),
            KeeperError::BadArguments => of_path("Arguments are not valid "),
            KeeperError::InvalidAcl => of_path("Acl is not valid "),
            KeeperError::QuotaExceeded => of_path("Quota has exceeded "),
            KeeperError::NotReadOnly => Refusal::said("Not a read-only call"),
            KeeperError::ReconfigInProgress => Refusal::said(
                "Another reconfiguration is in progress -- concurrent reconfigs not supported (yet)",
            ),
            KeeperError::NewConfigNoQuorum => Refusal::said(
                "No quorum of new config is connected and up-to-date with the leader of last \
                 committed config - try invoking reconfiguration after new servers are connected \
                 and synced",
            ),
            _ => Refusal::said(error),
        }
    }
}

/// Refuses what can be no node's path, before a server is asked.
pub(super) fn lawful(path: &str) -> Result<&str, Refusal> {
    let Some(rest) = path.strip_prefix('/') else {
        return Err(Refusal::said("Path must start with / character"));
    };
    if path.len() > 1 && path.ends_with('/') {
        return Err(Refusal::said("Path must not end with / character"));
    }
    // Where a part ends, counted as Java counts: in UTF-16.
    let mut at = 0;
    for part in rest.split('/') {
        at += 1 + part.encode_utf16().count();
        let why = match part {
            "" if path.len() > 1 => format!("empty node name specified @{at}"),
            "." | ".." => format!("relative paths not allowed @{}", at - 1),
            _ => match part.find(char::is_control) {
                Some(inside) => {
                    let before = part.get(inside..).unwrap_or_default().encode_utf16().count();
                    format!("invalid character @{}", at - before)
                }
                None => continue,
            },
        };
        return Err(Refusal::said(format!("Invalid path string \"{path}\" caused by {why}")));
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_refused_in_zookeepers_words() {
        let cases = [
            ("bad", "Path must start with / character"),
            ("/bad/", "Path must not end with / character"),
            ("/a//b", "Invalid path string \"/a//b\" caused by empty node name specified @3"),
            ("/a/./b", "Invalid path string \"/a/./b\" caused by relative paths not allowed @3"),
            ("/a\tb", "Invalid path string \"/a\tb\" caused by invalid character @2"),
        ];
        for (path, expected) in cases {
            match lawful(path) {
                Err(Refusal::Said(said, 1)) => assert_eq!(said, expected),
                other => panic!("{path}: {other:?}"),
            }
        }
        for path in ["/", "/a", "/a/b c"] {
            assert_eq!(lawful(path).unwrap(), path);
        }
    }
}
