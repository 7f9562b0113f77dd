//! What a server is at a moment, for whoever looks after several of them.

use std::collections::BTreeSet;
use std::sync::{Arc, Weak};

use super::pipeline::{Pipeline, Role};
use crate::config::quorum::Membership;
use crate::zookeeper::jute::{ServerId, ServerState, Zxid};

/// A look at a server that may be gone.
#[derive(Clone, Debug, Default)]
pub struct View(Weak<Pipeline>);

/// What a server is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Looking where it serves nobody; a server that is alone leads.
    pub state: ServerState,
    /// The last transaction that is applied.
    pub zxid: Zxid,
    /// Of the tree with it.
    pub digest: u64,
    /// Whom it follows, itself where it leads; none where it is alone or looks for one.
    pub leader: Option<ServerId>,
    /// Who has all that this leader has, itself among them.
    pub synced: BTreeSet<ServerId>,
    /// The configuration that holds; none where it is alone.
    pub members: Option<Membership>,
}

impl View {
    pub(super) fn of(pipeline: &Arc<Pipeline>) -> View {
        View(Arc::downgrade(pipeline))
    }

    /// What the server is now; none where it is gone.
    pub fn standing(&self) -> Option<Standing> {
        let pipeline = self.0.upgrade()?;
        let state = pipeline.state();
        Some(Standing {
            state: match state.role {
                Role::Alone | Role::Leading => ServerState::Leading,
                Role::Following => ServerState::Following,
                Role::Observing => ServerState::Observing,
                Role::Looking | Role::ReadOnly => ServerState::Looking,
            },
            zxid: state.tree.last_zxid(),
            digest: state.tree.digest(),
            leader: state.leader,
            synced: state.learners.synced.clone(),
            members: state.members.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::disk::Disk;
    use crate::zookeeper::server::{Server, Settings};

    #[tokio::test]
    async fn a_server_is_seen_as_long_as_it_is_there() {
        let folder = std::path::PathBuf::from("/data");
        let settings = Settings {
            disk: Disk::memory(),
            data_dir: folder.clone(),
            data_log_dir: folder,
            host: "127.0.0.1".to_owned(),
            port: 0,
            ..Settings::default()
        };
        let running = Server::start(settings).await.unwrap();
        let view = running.view();
        let standing = view.standing().expect("it runs");
        let alone = (ServerState::Leading, Zxid::ZERO, None);
        assert_eq!((standing.state, standing.zxid, standing.leader), alone);
        running.stop().await;
        assert_eq!(view.standing(), None);
    }
}
