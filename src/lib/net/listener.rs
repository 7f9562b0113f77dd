//! Accepts connections and turns each into a task.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::base::error::io_text;

use super::admission::{Counted, Gate};
use super::buffers::Buffers;
use super::connection::{self, Service};
use super::shutdown::Stop;
use super::socket::{Listener, Stream};

/// Accepts until the stop signal; each connection is a task of `stop`.
pub fn serve<S: Service>(listener: Listener, service: Arc<S>, gate: Gate, stop: &Stop) {
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
                Ok((stream, peer)) => {
                    let entered = tokio::select! {
                        biased;
                        () = signal.raised() => return,
                        entered = gate.enter(peer.ip()) => entered,
                    };
                    match entered {
                        Ok(counted) => {
                            start(stream, peer, &service, &buffers, &connections, counted);
                        }
                        Err(most) => {
                            service.refused();
                            service.warn(&format!(
                                "Too many connections from {} - max is {most}",
                                peer.ip()
                            ));
                        }
                    }
                }
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
    counted: (Counted, Counted),
) {
    let (service, buffers, signal) = (service.clone(), buffers.clone(), stop.signal());
    stop.spawn(async move {
        connection::serve(stream, peer, service, buffers, signal).await;
        drop(counted);
    });
}
