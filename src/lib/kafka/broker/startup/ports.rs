//! Opening the listeners' sockets, and saying who holds a port that is taken.

use std::io;
use std::net::SocketAddr;

use crate::base::holder;
use crate::config::broker::{BrokerConfig, Endpoint, SecurityProtocol};
use crate::net::socket;

use super::Error;

/// A listener that is bound.
#[derive(Clone, Debug)]
pub struct Bound {
    pub endpoint: Endpoint,
    pub address: SocketAddr,
}

/// A listener whose port is ours and not open yet.
pub(super) struct Reserved {
    pub bound: Bound,
    pub socket: socket::Bound,
}

impl Reserved {
    /// Opens the port.
    pub(super) fn open(self) -> Result<(Bound, socket::Listener), Error> {
        let (bound, address) = (self.bound.clone(), self.bound.address);
        let listener = self.socket.listen().map_err(|source| {
            let holder = holder::of_port(address.port());
            Error::Bind { address: address.to_string(), holder, source }
        })?;
        tracing::info!(
            target: "kafka.network.DataPlaneAcceptor",
            "Awaiting socket connections on {}:{}.", address.ip(), address.port()
        );
        Ok((bound, listener))
    }
}

/// Takes the ports of all listeners, so that a second start of the same broker ends here.
pub(super) async fn reserve(config: &BrokerConfig) -> Result<Vec<Reserved>, Error> {
    let mut reserved = Vec::new();
    for endpoint in config.listeners()?.bound {
        if endpoint.protocol != SecurityProtocol::Plaintext {
            let protocol = endpoint.protocol.name().to_owned();
            return Err(Error::Security { listener: endpoint.listener, protocol });
        }
        let refused = |source: io::Error| {
            let taken = source.kind() == io::ErrorKind::AddrInUse;
            let holder = taken.then(|| holder::of_port(endpoint.port)).flatten();
            let host = if endpoint.host.is_empty() { "0.0.0.0" } else { &endpoint.host };
            Error::Bind { address: format!("{host}:{}", endpoint.port), holder, source }
        };
        let socket = socket::Bound::bind(&endpoint.host, endpoint.port).await.map_err(refused)?;
        let address = socket.address().map_err(refused)?;
        reserved.push(Reserved { bound: Bound { endpoint, address }, socket });
    }
    Ok(reserved)
}
