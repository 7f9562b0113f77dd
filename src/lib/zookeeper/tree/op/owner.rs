//! Whose a node is: what the owner field of its stat means.

use crate::zookeeper::jute::SessionId;
use crate::zookeeper::tree::DataTree;
use crate::zookeeper::tree::node::NodeId;

/// The owner of a container.
const CONTAINER: i64 = i64::MIN;
/// The high byte of a TTL node's owner.
const TTL_MARK: i64 = 0xff << 56;
/// The longest time to live: the owner has 40 bits for it.
const TTL_MAX_MS: i64 = (1 << 40) - 1;

/// How long a node lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::zookeeper::tree) enum Lifetime {
    /// Until it is deleted.
    Persistent,
    /// As long as a session.
    Ephemeral { session: SessionId },
    /// While it has children, once it had one.
    Container,
    /// While it has children or its data is not older than this.
    Ttl { ttl_ms: i64 },
}

impl Lifetime {
    /// What the owner field says for it.
    pub(super) fn owner(self) -> i64 {
        match self {
            Lifetime::Persistent => 0,
            Lifetime::Ephemeral { session } => session.0,
            Lifetime::Container => CONTAINER,
            Lifetime::Ttl { ttl_ms } => TTL_MARK | ttl_ms,
        }
    }

    /// Whether a time to live can be told.
    pub(super) fn is_ttl(ttl_ms: i64) -> bool {
        (1..=TTL_MAX_MS).contains(&ttl_ms)
    }
}

impl DataTree {
    /// What an owner field says. TTL nodes are known only where they are allowed: elsewhere their
    /// mark is a session like any other, as it is to ZooKeeper.
    pub(in crate::zookeeper::tree) fn lifetime(&self, owner: i64) -> Lifetime {
        match owner {
            0 => Lifetime::Persistent,
            CONTAINER => Lifetime::Container,
            _ if self.settings.extended_types && owner & TTL_MARK == TTL_MARK => {
                Lifetime::Ttl { ttl_ms: owner & TTL_MAX_MS }
            }
            _ => Lifetime::Ephemeral { session: SessionId(owner) },
        }
    }

    /// Notes whose a new node is.
    pub(in crate::zookeeper::tree) fn own(&mut self, id: NodeId, owner: i64) {
        match self.lifetime(owner) {
            Lifetime::Persistent => {}
            Lifetime::Container => {
                self.containers.insert(id);
            }
            Lifetime::Ttl { .. } => {
                self.ttls.insert(id);
            }
            Lifetime::Ephemeral { session } => {
                self.ephemerals.entry(session).or_default().insert(id);
            }
        }
    }

    /// Forgets whose a node was.
    pub(super) fn disown(&mut self, id: NodeId, owner: i64) {
        match self.lifetime(owner) {
            Lifetime::Persistent => {}
            Lifetime::Container => {
                self.containers.remove(&id);
            }
            Lifetime::Ttl { .. } => {
                self.ttls.remove(&id);
            }
            Lifetime::Ephemeral { session } => {
                if let Some(nodes) = self.ephemerals.get_mut(&session) {
                    nodes.remove(&id);
                    if nodes.is_empty() {
                        self.ephemerals.remove(&session);
                    }
                }
            }
        }
    }

    /// The owner clients are shown: a session, or nobody.
    pub(in crate::zookeeper::tree) fn shown_owner(&self, owner: i64) -> i64 {
        match self.lifetime(owner) {
            Lifetime::Ephemeral { session } => session.0,
            Lifetime::Persistent | Lifetime::Container | Lifetime::Ttl { .. } => 0,
        }
    }
}
