//! Who asks, from where, at what version.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::base::clock::Instant;
use crate::kafka::protocol::api::ApiKey;

/// What is known of a request besides its body.
#[derive(Clone, Debug)]
pub struct Context {
    pub key: ApiKey,
    pub version: i16,
    pub correlation_id: i32,
    /// What the client calls itself; empty where it says nothing.
    pub client_id: Arc<str>,
    pub peer: SocketAddr,
    /// The listener's name: answers that name brokers name their addresses on the same listener.
    pub listener: Arc<str>,
    pub received: Instant,
}
