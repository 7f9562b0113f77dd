//! Where other brokers are reached, and connections to them.

use std::time::Duration;

use crate::config::broker::Listeners;
use crate::kafka::client::connection::Connection;
use crate::kafka::client::error::{Error, Result};
use crate::kafka::client::options::{Address, Options};
use crate::kafka::metadata::Image;
use crate::kafka::types::BrokerId;

use super::Broker;

/// The listeners on which brokers speak to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerListeners {
    pub inter_broker: String,
    /// Where the controller is reached: the control plane's listener where there is one.
    pub controller: String,
}

impl PeerListeners {
    /// As the configuration names them.
    pub fn of(listeners: &Listeners) -> PeerListeners {
        let inter_broker = listeners.inter_broker.clone();
        let controller = listeners.control_plane.as_ref().unwrap_or(&inter_broker).clone();
        PeerListeners { inter_broker, controller }
    }
}

impl Broker {
    /// A connection to the broker `id` on `listener`, made by a part of this broker that calls
    /// itself `client_id`.
    pub(super) async fn connect_to(
        &self,
        id: BrokerId,
        listener: &str,
        client_id: String,
        timeout: Duration,
    ) -> Result<Connection> {
        let address = address_of(&self.cluster.image(), id, listener)?;
        let options = Options {
            client_id,
            connect_timeout: timeout,
            request_timeout: timeout,
            clock: self.clock.clone(),
            ..Options::new(Vec::new())
        };
        Connection::open(&address, &options).await
    }
}

/// Where a broker listens, as the controller has told.
fn address_of(image: &Image, id: BrokerId, listener: &str) -> Result<Address> {
    let broker = image.broker(id.0).ok_or(Error::UnknownBroker { id: id.0 })?;
    let endpoint = broker.endpoint(listener).ok_or_else(|| Error::NoListener {
        id: id.0,
        listener: listener.to_owned(),
        has: broker.endpoints.iter().map(|it| it.listener.clone()).collect(),
    })?;
    Ok(Address { host: endpoint.host.clone(), port: endpoint.port })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::config::broker::Endpoint;
    use crate::kafka::metadata::image::BrokerImage;

    #[test]
    fn a_broker_without_the_listener_is_not_an_unknown_one() {
        let mut image = Image::empty();
        let endpoints = vec![Endpoint::plain("b2", 9092)];
        image.brokers.insert(2, Arc::new(BrokerImage { id: 2, rack: None, endpoints }));
        let said = |id, listener: &str| match address_of(&image, BrokerId(id), listener) {
            Ok(address) => format!("{}:{}", address.host, address.port),
            Err(error) => error.to_string(),
        };
        assert_eq!(said(2, "PLAINTEXT"), "b2:9092");
        assert_eq!(said(3, "PLAINTEXT"), "no broker 3 is known");
        assert_eq!(
            said(2, "INTERNAL"),
            "broker 2 has no listener INTERNAL, only PLAINTEXT: all brokers need the one that \
             inter.broker.listener.name (or control.plane.listener.name) says"
        );
    }
}
