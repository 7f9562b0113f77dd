//! A list: every error code of ZooKeeper, with what it usually means and what to do.

use std::fmt;

macro_rules! keeper_errors {
    ($($code:literal $name:ident $text:literal, $meaning:literal, $remedy:literal;)*) => {
        /// Why a request was not done. `OK` is not among them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(i32)]
        pub enum KeeperError { $($name = $code,)* }

        impl KeeperError {
            /// All of them.
            pub const ALL: &[KeeperError] = &[$(KeeperError::$name,)*];

            /// The error a code stands for; zero, and a code nobody knows, are none.
            pub const fn of(code: i32) -> Option<KeeperError> {
                match code {
                    $($code => Some(KeeperError::$name),)*
                    _ => None,
                }
            }

            /// Its code on the wire.
            pub const fn code(self) -> i32 {
                match self { $(KeeperError::$name => $code,)* }
            }

            /// ZooKeeper's own words, as in `KeeperErrorCode = NoNode for /a`.
            pub const fn text(self) -> &'static str {
                match self { $(KeeperError::$name => $text,)* }
            }

            /// What it usually means.
            pub const fn meaning(self) -> &'static str {
                match self { $(KeeperError::$name => $meaning,)* }
            }

            /// What to do about it.
            pub const fn remedy(self) -> &'static str {
                match self { $(KeeperError::$name => $remedy,)* }
            }
        }
    };
}

keeper_errors! {
    -1 SystemError "SystemError",
        "the server failed in a way it has no word for",
        "look into the server's log";
    -2 RuntimeInconsistency "RuntimeInconsistency",
        "an earlier operation of the same multi failed, so this one was not tried",
        "look at the first result that is not zero and not this one";
    -3 DataInconsistency "DataInconsistency",
        "the server found its own data contradictory",
        "compare the servers' digests and restore the odd one from another";
    -4 ConnectionLoss "ConnectionLoss",
        "the connection broke before the answer came; the request may or may not have been done",
        "check that the server is up and reachable, then read before writing again";
    -5 MarshallingError "MarshallingError",
        "the request could not be read, or named something the server does not know",
        "check that client and server versions fit";
    -6 Unimplemented "Unimplemented",
        "the server does not know or does not allow this operation",
        "check the server's version; TTL nodes need extendedTypesEnabled, reconfig an ensemble";
    -7 OperationTimeout "OperationTimeout",
        "no answer in time",
        "check the server's load and the network";
    -8 BadArguments "BadArguments",
        "a path, mode or number that cannot be",
        "paths start with '/', do not end with it, and have no empty, '.' or '..' part";
    -12 UnknownSession "UnknownSession",
        "the server has no such session",
        "open a new one";
    -13 NewConfigNoQuorum "NewConfigNoQuorum",
        "no quorum of the new configuration has caught up with the leader",
        "start the new servers first and wait until they follow";
    -14 ReconfigInProgress "ReconfigInProgress",
        "another reconfiguration is under way",
        "wait for it and try again";
    -100 ApiError "APIError",
        "the boundary between system and API errors; nobody sends it",
        "report which server sent it";
    -101 NoNode "NoNode",
        "the node, or the parent of the node to create, does not exist",
        "create the parents first, and check the chroot of the connect string";
    -102 NoAuth "NoAuth",
        "the node's ACL does not allow this to any of the connection's identities",
        "authenticate (addauth), or look at the ACL with getAcl";
    -103 BadVersion "BadVersion",
        "the node changed since it was read",
        "read again and decide anew";
    -108 NoChildrenForEphemerals "NoChildrenForEphemerals",
        "an ephemeral node cannot have children",
        "put the child elsewhere or make the parent persistent";
    -110 NodeExists "NodeExists",
        "there is a node of that name already",
        "use another name, or take it as done";
    -111 NotEmpty "Directory not empty",
        "the node has children",
        "delete the children first (deleteall)";
    -112 SessionExpired "Session expired",
        "the server heard nothing from the client for longer than the session timeout",
        "open a new session; ephemeral nodes and watches of the old one are gone";
    -113 InvalidCallback "Invalid callback",
        "the client was given a callback it cannot use",
        "check the calling program";
    -114 InvalidAcl "InvalidACL",
        "an ACL that is empty, of an unknown scheme or with an id that cannot be",
        "digest ids are user:base64(sha1(user:password)); scheme auth needs an authenticated client";
    -115 AuthFailed "AuthFailed",
        "the server knows no such scheme or does not accept the credentials",
        "check scheme, user and password";
    -118 SessionMoved "Session moved",
        "the session has been taken over by another server's connection",
        "use the newer connection";
    -119 NotReadOnly "Not a read-only call",
        "a write, and the server has no quorum behind it",
        "wait for the ensemble to have a leader again";
    -120 EphemeralOnLocalSession "Ephemeral node on local session",
        "a local session cannot own ephemeral nodes",
        "set localSessionsUpgradingEnabled";
    -121 NoWatcher "No such watcher",
        "there is no such watch of this connection",
        "nothing: there is nothing to remove";
    -122 RequestTimeout "RequestTimeout",
        "the client waited longer than zookeeper.request.timeout",
        "check the server's load and the network";
    -123 ReconfigDisabled "Reconfig is disabled",
        "the servers do not allow reconfiguration",
        "set reconfigEnabled=true on all servers";
    -124 SessionClosedRequireSaslAuth "Session closed because client failed to authenticate",
        "the server demands authentication and the client gave none",
        "authenticate by a scheme of enforce.auth.schemes";
    -125 QuotaExceeded "Quota has exceeded",
        "the write would break a hard quota",
        "delete something below the path, or raise the quota (setquota)";
    -127 ThrottledOp "Op throttled due to high load",
        "the request waited too long in the server's queue and was dropped",
        "slow down, or raise throttled_op_wait_time";
}

/// As Java clients print it.
impl fmt::Display for KeeperError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeeperErrorCode = {}", self.text())
    }
}

impl std::error::Error for KeeperError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_complete_and_ordered() {
        for pair in KeeperError::ALL.windows(2) {
            assert!(pair[0].code() > pair[1].code(), "{:?} before {:?}", pair[0], pair[1]);
        }
        for &error in KeeperError::ALL {
            assert_eq!(KeeperError::of(error.code()), Some(error));
            assert!(!error.text().is_empty());
            assert!(!error.meaning().is_empty());
            assert!(!error.remedy().is_empty());
        }
        assert_eq!(KeeperError::of(0), None);
        assert_eq!(KeeperError::NoNode.to_string(), "KeeperErrorCode = NoNode");
    }
}
