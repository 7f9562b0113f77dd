//! Which nodes may go because nobody needs them: empty containers, and TTL nodes left alone.
//!
//! The leader asks from time to time and puts a deleteContainer request into prepare for each, which
//! looks again.

use super::DataTree;
use super::op::owner::Lifetime;

impl DataTree {
    /// The paths of nodes to be reaped, in order. A container that never had a child stays, unless
    /// `never_used_ms` (zero is never) has passed since it was created.
    pub fn reapable(&self, now_ms: i64, never_used_ms: i64) -> Vec<String> {
        let containers = self.containers.iter().filter(|&&id| {
            let node = self.nodes.get(id);
            let stat = node.stat();
            let waited_ms = now_ms.saturating_sub(stat.ctime);
            let used = stat.cversion > 0;
            node.children().is_empty() && (used || (never_used_ms > 0 && waited_ms > never_used_ms))
        });
        let stale = self.ttls.iter().filter(|&&id| {
            let node = self.nodes.get(id);
            let stat = node.stat();
            let Lifetime::Ttl { ttl_ms } = self.lifetime(stat.ephemeral_owner) else {
                return false;
            };
            let idle_ms = now_ms.saturating_sub(stat.mtime);
            node.children().is_empty() && ttl_ms != 0 && idle_ms > ttl_ms
        });
        let mut paths: Vec<String> =
            containers.chain(stale).map(|&id| self.nodes.path(id)).collect();
        paths.sort_unstable();
        paths
    }
}
