//! The signals that end a tool which otherwise goes on for ever.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Exit, Failure};
use crate::base::error::io_text;

/// Listens from its making on.
pub(super) struct Stops {
    interrupt: Signal,
    terminate: Signal,
}

impl Stops {
    pub(super) fn new() -> Result<Stops, Failure> {
        let listen = |kind| {
            signal(kind).map_err(|error| {
                Failure::named(format!("cannot wait for signals: {}", io_text(&error)))
            })
        };
        Ok(Stops {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
        })
    }

    /// Waits for one, and gives the exit code that a shell gives it.
    pub(super) async fn next(&mut self) -> Exit {
        tokio::select! {
            _ = self.interrupt.recv() => Exit(130),
            _ = self.terminate.recv() => Exit(143),
        }
    }
}
