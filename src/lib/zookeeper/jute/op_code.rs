//! A list: every operation, as its number travels in request headers and transactions.

use std::fmt;

/// How an operation travels through the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Answered from this server's own tree.
    Read,
    /// Becomes a transaction, even when it fails.
    Write,
    /// To the leader and back, without a transaction.
    Sync,
    /// About the session or connection itself.
    Session,
    /// Never asked for by a client.
    Internal,
}

macro_rules! op_codes {
    ($($(#[$meta:meta])* $code:literal $name:ident $text:literal $kind:ident;)*) => {
        /// What a request asks for, or a transaction does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        #[repr(i32)]
        pub enum OpCode { $($(#[$meta])* $name = $code,)* }

        impl OpCode {
            /// All of them.
            pub const ALL: &[OpCode] = &[$(OpCode::$name,)*];

            /// The operation a number stands for.
            pub const fn of(code: i32) -> Option<OpCode> {
                match code {
                    $($code => Some(OpCode::$name),)*
                    _ => None,
                }
            }

            /// Its number.
            pub const fn code(self) -> i32 {
                match self { $(OpCode::$name => $code,)* }
            }

            /// Its name, as ZooKeeper's log formatter prints it.
            pub const fn name(self) -> &'static str {
                match self { $(OpCode::$name => $text,)* }
            }

            /// How it travels.
            pub const fn kind(self) -> Kind {
                match self { $(OpCode::$name => Kind::$kind,)* }
            }
        }
    };
}

op_codes! {
    -11 CloseSession "closeSession" Session;
    -10 CreateSession "createSession" Internal;
    /// A request that failed, as a transaction.
    -1 Error "error" Internal;
    #[default]
    0 Notification "notification" Internal;
    1 Create "create" Write;
    2 Delete "delete" Write;
    3 Exists "exists" Read;
    4 GetData "getData" Read;
    5 SetData "setData" Write;
    6 GetAcl "getACL" Read;
    7 SetAcl "setACL" Write;
    8 GetChildren "getChildren" Read;
    9 Sync "sync" Sync;
    11 Ping "ping" Session;
    12 GetChildren2 "getChildren2" Read;
    /// Lawful inside a multi only; alone it poisoned ZooKeeper's log (ZOOKEEPER-2623).
    13 Check "check" Internal;
    14 Multi "multi" Write;
    15 Create2 "create2" Write;
    16 Reconfig "reconfig" Write;
    17 CheckWatches "checkWatches" Read;
    18 RemoveWatches "removeWatches" Read;
    19 CreateContainer "createContainer" Write;
    /// The leader's own broom for empty containers and stale TTL nodes.
    20 DeleteContainer "deleteContainer" Internal;
    21 CreateTtl "createTTL" Write;
    22 MultiRead "multiRead" Read;
    100 Auth "auth" Session;
    101 SetWatches "setWatches" Read;
    102 Sasl "sasl" Session;
    103 GetEphemerals "getEphemerals" Read;
    104 GetAllChildrenNumber "getAllChildrenNumber" Read;
    105 SetWatches2 "setWatches2" Read;
    106 AddWatch "addWatch" Read;
    107 WhoAmI "whoAmI" Read;
}

impl fmt::Display for OpCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_operations_go_both_ways() {
        for &op in OpCode::ALL {
            assert_eq!(OpCode::of(op.code()), Some(op));
        }
        assert_eq!(OpCode::of(10), None);
        assert_eq!(OpCode::of(9999), None);
    }
}
