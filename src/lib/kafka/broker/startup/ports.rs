//! Opening the listeners' sockets, and saying who holds a port that is taken.

use std::io;
use std::net::SocketAddr;

use crate::base::disk::Disk;
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
            let holder = holder(address.port());
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
            let holder = taken.then(|| holder(endpoint.port)).flatten();
            let host = if endpoint.host.is_empty() { "0.0.0.0" } else { &endpoint.host };
            Error::Bind { address: format!("{host}:{}", endpoint.port), holder, source }
        };
        let socket = socket::Bound::bind(&endpoint.host, endpoint.port).await.map_err(refused)?;
        let address = socket.address().map_err(refused)?;
        reserved.push(Reserved { bound: Bound { endpoint, address }, socket });
    }
    Ok(reserved)
}

/// The process that listens on a port, `kafka-server-start (pid 12)`, where `/proc` tells.
fn holder(port: u16) -> Option<String> {
    let disk = Disk::System;
    let inode = ["/proc/net/tcp", "/proc/net/tcp6"].iter().find_map(|table| {
        let text = disk.read_text(table.as_ref()).ok()?;
        listening_inode(&text, port).map(str::to_owned)
    })?;
    let wanted = format!("socket:[{inode}]");
    let processes = disk.list("/proc".as_ref()).ok()?;
    processes.iter().filter(|entry| entry.name.parse::<u32>().is_ok()).find_map(|process| {
        let folder = format!("/proc/{}", process.name);
        let descriptors = disk.list(format!("{folder}/fd").as_ref()).ok()?;
        let holds = descriptors.iter().any(|entry| {
            let path = format!("{folder}/fd/{}", entry.name);
            disk.read_link(path.as_ref()).is_ok_and(|target| target.to_string_lossy() == wanted)
        });
        let name = disk.read_text(format!("{folder}/comm").as_ref()).ok()?;
        holds.then(|| format!("{} (pid {})", name.trim(), process.name))
    })
}

/// The socket in state LISTEN (0A) on a port, in the form of `/proc/net/tcp`.
fn listening_inode(table: &str, port: u16) -> Option<&str> {
    let ending = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (local, state, inode) = (words.get(1)?, words.get(3)?, words.get(9)?);
        (local.ends_with(&ending) && *state == "0A").then_some(*inode)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_holder_of_a_port_is_found() {
        let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let found = holder(port).expect("this very process");
        assert!(found.ends_with(&format!("(pid {})", std::process::id())), "{found}");
        drop(socket);
        assert_eq!(holder(port), None);
    }
}
