//! From properties to the settings of clients, for every tool that talks to brokers.

use std::path::Path;
use std::time::Duration;

use super::{Failure, Io};
use crate::base::error::Chain;
use crate::config::{ConnectionConfig, Properties};
use crate::kafka::client::admin::Admin;
use crate::kafka::client::retry::Backoff;
use crate::kafka::client::{Address, Client, Options};
use crate::zookeeper::client as zookeeper;

/// How long a tool looks for a broker before it says that there is none so far.
const PATIENCE: Duration = Duration::from_secs(1);

/// Reads a properties file. Kafka's exception says no more than the name.
pub(super) fn load(io: &Io, path: &str) -> Result<Properties, Failure> {
    Properties::load(&io.disk, Path::new(path))
        .map_err(|error| Failure::named(Chain(&error).to_string()))
}

/// What the file of `--command-config` says; nothing without one.
pub(super) fn settings(io: &Io, config: Option<&str>) -> Result<Properties, Failure> {
    config.map_or_else(|| Ok(Properties::new()), |file| load(io, file))
}

/// An admin client that first asks `servers`, and its first connection; see [`greet`].
pub(super) async fn admin(
    servers: &str,
    properties: &Properties,
    io: &mut Io,
) -> Result<Admin, Failure> {
    let client = Client::new(options(servers, properties, io)?);
    greet(&client, io).await?;
    Ok(Admin::over(client))
}

/// Puts `key=value` pairs in; without `=` the value is empty, the last of several counts.
pub(super) fn set_pairs<'a>(properties: &mut Properties, pairs: impl Iterator<Item = &'a str>) {
    for pair in pairs {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        properties.set(key.trim(), value);
    }
}

/// The settings of a client that first asks `servers`.
pub(super) fn options(servers: &str, properties: &Properties, io: &Io) -> Result<Options, Failure> {
    let named = |error: &dyn std::error::Error| Failure::named(Chain(error).to_string());
    let config = ConnectionConfig::read(properties).map_err(|error| named(&error))?;
    if !config.security_protocol.eq_ignore_ascii_case("PLAINTEXT") {
        let protocol = &config.security_protocol;
        let what = format!("security.protocol={protocol}: only PLAINTEXT is spoken so far");
        return Err(Failure::named(what));
    }
    let bootstrap = Address::parse_list(servers).map_err(|error| named(&error))?;
    let millis = |ms: i64| Duration::from_millis(u64::try_from(ms).unwrap_or(0));
    let call_timeout = properties.get("default.api.timeout.ms").and_then(|ms| ms.parse().ok());
    Ok(Options {
        client_id: properties.get("client.id").unwrap_or_default().to_owned(),
        connect_timeout: millis(config.socket_connection_setup_timeout_ms),
        request_timeout: millis(i64::from(config.request_timeout_ms)),
        call_timeout: millis(call_timeout.unwrap_or(60_000)),
        backoff: Backoff {
            first: millis(config.retry_backoff_ms),
            most: millis(config.retry_backoff_max_ms.max(config.retry_backoff_ms)),
        },
        metadata_max_age: millis(config.metadata_max_age_ms),
        clock: io.clock.clone(),
        ..Options::new(bootstrap)
    })
}

/// Makes the first connection, so that a broker that is not there is said at once and not after
/// the whole timeout of a call; the call goes on trying then.
pub(super) async fn greet(client: &Client, io: &mut Io) -> Result<(), Failure> {
    let trouble = match tokio::time::timeout(PATIENCE, client.any()).await {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(error)) => Chain(&error).to_string(),
        Err(_) => "no broker has answered yet".to_owned(),
    };
    let within = client.options().call_timeout.as_secs();
    let program = io.program.rsplit('/').next().unwrap_or_default().to_owned();
    io.complain(&format!("{program}: {trouble}; trying for {within} seconds"))?;
    Ok(())
}

/// The same of ZooKeeper: waits for a session, and says soon that there is none so far.
pub(super) async fn greet_zookeeper(
    client: &zookeeper::Client,
    within: Duration,
    io: &mut Io,
) -> Result<zookeeper::Result<()>, Failure> {
    let error = match client.connected(PATIENCE.min(within)).await {
        Err(error @ zookeeper::Error::NotConnected { .. }) => error,
        ended => return Ok(ended),
    };
    let program = io.program.rsplit('/').next().unwrap_or_default().to_owned();
    let (trouble, seconds) = (Chain(&error), within.as_secs());
    io.complain(&format!("{program}: {trouble}; trying for {seconds} seconds"))?;
    let ended = client.connected(within.saturating_sub(PATIENCE)).await;
    Ok(ended.map_err(|error| match error {
        zookeeper::Error::NotConnected { servers, trouble, .. } => {
            zookeeper::Error::NotConnected { servers, within, trouble }
        }
        other => other,
    }))
}
