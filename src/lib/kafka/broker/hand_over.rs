//! Before it stops, a broker asks the controller to move its leaderships elsewhere, so that clients
//! find new leaders instead of a dead one.

use std::io;
use std::time::Duration;

use crate::base::error::io_text;
use crate::config::broker::ProtocolVersion;
use crate::kafka::protocol::message::controlled_shutdown::{
    ControlledShutdownRequest, ControlledShutdownResponse,
};
use crate::net::socket::Stream;

use super::Broker;
use super::control::send::Connection;

/// Asks until all is moved, as often as the settings allow; then the broker stops all the same.
pub(super) async fn hand_over(broker: &Broker) {
    let config = broker.config();
    if !config.controlled_shutdown_enable {
        return;
    }
    let attempts = config.controlled_shutdown_max_retries.max(0);
    let pause = u64::try_from(config.controlled_shutdown_retry_backoff_ms).unwrap_or(0);
    for attempt in 1..=attempts {
        if broker.cluster.image().controller < 0 {
            // Nobody has told this broker of a controller: it leads nothing.
            return;
        }
        let trouble = match ask(broker).await {
            Ok(answer) if answer.error_code.is_error() => answer.error_code.name().to_owned(),
            Ok(answer) if answer.remaining_partitions.is_empty() => {
                tracing::info!(
                    target: "kafka.server.KafkaServer",
                    "[KafkaServer id={}] Controlled shutdown request returned successfully after {attempt} attempt(s)",
                    broker.id,
                );
                return;
            }
            Ok(answer) => format!("{} partitions still led", answer.remaining_partitions.len()),
            Err(error) => io_text(&error),
        };
        tracing::warn!(
            target: "kafka.server.KafkaServer",
            "[KafkaServer id={}] Attempt {attempt} of {attempts} at a controlled shutdown: {trouble}",
            broker.id,
        );
        if attempt < attempts {
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }
    tracing::warn!(
        target: "kafka.server.KafkaServer",
        "[KafkaServer id={}] Proceeding to do an unclean shutdown as all the controlled shutdown attempts failed",
        broker.id,
    );
}

async fn ask(broker: &Broker) -> io::Result<ControlledShutdownResponse> {
    let config = broker.config();
    let not_found = |what: String| io::Error::new(io::ErrorKind::NotFound, what);
    let listeners = config.listeners().map_err(|error| not_found(error.to_string()))?;
    let image = broker.cluster.image();
    let controller = image.broker(image.controller);
    let endpoint = controller.and_then(|it| it.endpoint(&listeners.inter_broker));
    let endpoint = endpoint.ok_or_else(|| {
        let (id, listener) = (image.controller, &listeners.inter_broker);
        not_found(format!("controller {id} has no listener {listener}"))
    })?;
    let timeout = Duration::from_millis(u64::try_from(config.request_timeout_ms).unwrap_or(0));
    let request =
        ControlledShutdownRequest { broker_id: broker.id.0, broker_epoch: broker.epoch() };
    let version = version(config.inter_broker_protocol_version);
    let exchange = async {
        let stream = Stream::connect(&endpoint.host, endpoint.port, timeout).await?;
        Connection::new(stream, broker.id.to_string()).exchange(&request, version).await
    };
    match tokio::time::timeout(timeout, exchange).await {
        Ok(answer) => answer,
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "no answer")),
    }
}

fn version(protocol: ProtocolVersion) -> i16 {
    match protocol {
        protocol if protocol >= ProtocolVersion::V2_4_IV1 => 3,
        protocol if protocol >= ProtocolVersion::V2_2_IV0 => 2,
        protocol if protocol >= ProtocolVersion::V0_9_0 => 1,
        _ => 0,
    }
}
