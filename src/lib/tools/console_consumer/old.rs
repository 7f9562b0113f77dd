//! What the oldest releases did through ZooKeeper: only the brokers are looked up there now.

use std::time::Duration;

use super::super::{Failure, Io, clients};
use crate::base::error::Chain;
use crate::config::broker::{Endpoint, SecurityProtocol};
use crate::kafka::metadata::broker::Registration;
use crate::kafka::metadata::znode;
use crate::zookeeper::client::{Client, ConnectString, Options};

/// How long to look for a ZooKeeper server.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);

/// The addresses of the brokers that are registered.
pub(in super::super) async fn brokers(servers: &str, io: &mut Io) -> Result<String, Failure> {
    io.complain(
        "The old consumer, which kept its offsets in ZooKeeper, is no more: the brokers are looked \
         up there, and the new consumer reads from them. Use --bootstrap-server instead.",
    )?;
    let failed = |error: &dyn std::error::Error| Failure::named(Chain(error).to_string());
    let servers = ConnectString::parse(servers).map_err(|error| failed(&error))?;
    let (client, _) = Client::start(&servers, Options::default());
    let greeted = clients::greet_zookeeper(&client, CONNECT_WITHIN, io).await?;
    greeted.map_err(|error| failed(&error))?;
    let (ids, _) = client.children(znode::BROKER_IDS, false).await.map_err(|e| failed(&e))?;
    let mut addresses = Vec::new();
    for id in ids.iter().filter_map(|id| id.parse().ok()) {
        // A broker may go between the listing and the reading.
        let Ok((data, _)) = client.get(&znode::broker_id_path(id), false).await else { continue };
        let registration = Registration::from_json(&data.unwrap_or_default());
        let registration = registration.map_err(|error| failed(&error))?;
        let is_plain = |it: &&Endpoint| it.protocol == SecurityProtocol::Plaintext;
        let plain = registration.endpoints.iter().find(is_plain);
        addresses.extend(plain.map(|endpoint| format!("{}:{}", endpoint.host, endpoint.port)));
    }
    client.close().await;
    match addresses.is_empty() {
        true => Err(Failure::plain("No brokers found in ZK.")),
        false => Ok(addresses.join(",")),
    }
}
