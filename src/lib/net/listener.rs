//! Accepts connections and turns each into a task.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::base::error::io_text;

use super::buffers::Buffers;
use super::connection::{self, Service};
use super::shutdown::Stop;
use super::socket::{Listener, Stream};

/// Connections by address, and how many one address may have.
#[derive(Debug, Default)]
struct Counts {
    by_address: Mutex<HashMap<IpAddr, usize>>,
    max_per_address: usize,
}

impl Counts {
    /// Counts one in, unless the address has its fill.
    fn enter(self: &Arc<Counts>, address: IpAddr) -> Option<Counted> {
        let mut counts = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if self.max_per_address > 0 && *count >= self.max_per_address {
            return None;
        }
        *count += 1;
        Some(Counted { counts: self.clone(), address })
    }
}

/// One connection of an address; counted out when dropped.
#[derive(Debug)]
struct Counted {
    counts: Arc<Counts>,
    address: IpAddr,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut counts = self.counts.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

/// How a listener treats connections.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Connections that one address may have; 0 for no limit.
    pub max_per_address: usize,
}

/// Accepts until the stop signal; each connection is a task of `stop`.
pub fn serve<S: Service>(listener: Listener, service: Arc<S>, settings: Settings, stop: &Stop) {
    let counts =
        Arc::new(Counts { max_per_address: settings.max_per_address, ..Counts::default() });
    let buffers = Arc::new(Buffers::default());
    let connections = stop.clone();
    let mut signal = stop.signal();
    stop.spawn(async move {
        loop {
            let accepted = tokio::select! {
                biased;
                () = signal.raised() => return,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, peer)) => match counts.enter(peer.ip()) {
                    Some(counted) => start(stream, peer, &service, &buffers, &connections, counted),
                    None => {
                        service.refused();
                        service.warn(&format!(
                            "Too many connections from {} - max is {}",
                            peer.ip(),
                            settings.max_per_address
                        ));
                    }
                },
                Err(error) => {
                    service.warn(&format!("cannot accept a connection: {}", io_text(&error)));
                    if is_exhaustion(&error) {
                        // No descriptors left: the connection stays in the queue, and asking again
                        // at once would only spin. A short pause, cut short by the stop signal.
                        let pause = tokio::time::sleep(Duration::from_millis(50));
                        tokio::select! {
                            biased;
                            () = signal.raised() => return,
                            () = pause => {}
                        }
                    }
                }
            }
        }
    });
}

fn is_exhaustion(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error().map(rustix::io::Errno::from_raw_os_error),
        Some(rustix::io::Errno::MFILE | rustix::io::Errno::NFILE | rustix::io::Errno::NOBUFS)
    )
}

fn start<S: Service>(
    stream: Stream,
    peer: SocketAddr,
    service: &Arc<S>,
    buffers: &Arc<Buffers>,
    stop: &Stop,
    counted: Counted,
) {
    let (service, buffers, signal) = (service.clone(), buffers.clone(), stop.signal());
    stop.spawn(async move {
        connection::serve(stream, peer, service, buffers, signal).await;
        drop(counted);
    });
}
