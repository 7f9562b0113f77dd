//! What the tests of all folders need.

pub mod batches;
pub mod cluster;
pub mod coordinator;
pub mod ensemble;
pub mod folder;
pub mod load;
pub mod mutation;
pub mod peer;
pub mod program;
pub mod servers;
pub mod transactional;
pub mod wire;

use std::future::Future;
use std::time::Duration;

/// No step of any test takes this long on a machine that works.
pub const WITHIN: Duration = Duration::from_secs(60);

/// Waits, but not for ever.
pub async fn within<T>(what: &str, wait: impl Future<Output = T>) -> T {
    match tokio::time::timeout(WITHIN, wait).await {
        Ok(done) => done,
        Err(_) => panic!("{what} took longer than {}s", WITHIN.as_secs()),
    }
}
