//! Where other brokers are reached, and connections to them.

use std::time::Duration;

use crate::config::broker::Listeners;
use crate::kafka::client::connection::Connection;
use crate::kafka::client::error::{Error, Result};
use crate::kafka::client::options::{Address, Options};
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
        let address = self.address_of(id, listener)?;
        let options = Options {
            client_id,
            connect_timeout: timeout,
            request_timeout: timeout,
            clock: self.clock.clone(),
            ..Options::new(Vec::new())
        };
        Connection::open(&address, &options).await
    }

    /// Where a broker listens, as the controller has told.
    fn address_of(&self, id: BrokerId, listener: &str) -> Result<Address> {
        let image = self.cluster.image();
        let endpoint = image.broker(id.0).and_then(|broker| broker.endpoint(listener));
        let endpoint = endpoint.ok_or(Error::UnknownBroker { id: id.0 })?;
        Ok(Address { host: endpoint.host.clone(), port: endpoint.port })
    }
}
