//! Who reconfigures.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use milena::zookeeper::client::Client;
use milena::zookeeper::jute::Request;
use milena::zookeeper::jute::request::ReconfigRequest;

use super::world::{World, start};

/// How long a reconfiguration may take.
const WITHIN: Duration = Duration::from_secs(15);

/// One reconfiguration at a time.
#[derive(Clone, Default)]
pub struct Operator {
    busy: Arc<AtomicBool>,
}

impl Operator {
    pub fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Acquire)
    }

    /// Asks for a server to join, as its line says, or to leave. Whether it does, time will show.
    pub fn ask(&self, world: &World, joining: Option<String>, leaving: Option<String>) {
        if self.busy.swap(true, Ordering::AcqRel) {
            return;
        }
        let (busy, listener) = (self.busy.clone(), world.listener.clone());
        let servers: Vec<usize> = (0..world.traits.size).collect();
        // A machine that nothing happens to, but what happens to the servers.
        let node = world.operator.clone();
        node.clone().spawn(async move {
            listener.say(&format!("reconfiguration: {joining:?} joins, {leaving:?} leaves"));
            let (client, _events) = start(&node, &servers, Duration::from_secs(6));
            let asking = ask(&client, joining, leaving);
            let said = tokio::time::timeout(WITHIN, asking).await;
            listener.say(&format!("reconfiguration: {said:?}"));
            client.close().await;
            busy.store(false, Ordering::Release);
        });
    }
}

async fn ask(
    client: &Client,
    joining: Option<String>,
    leaving: Option<String>,
) -> Result<(), String> {
    let text = |error: milena::zookeeper::client::Error| error.to_string();
    client.connected(WITHIN).await.map_err(text)?;
    client.add_auth("digest", b"super:secret").await.map_err(text)?;
    let request = ReconfigRequest { joining, leaving, new_members: None, config_id: -1 };
    client.request(Request::Reconfig(request)).await.map_err(text).map(|_| ())
}
