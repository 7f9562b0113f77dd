//! What the servers of a life log: counted where it tells what happened, printed when asked for.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use milena::net::simulated::Network;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};

/// Listens to one life.
#[derive(Clone)]
pub struct Listener {
    network: Network,
    truncations: Arc<Mutex<u64>>,
    aloud: bool,
}

impl Listener {
    pub fn new(network: &Network, aloud: bool) -> Listener {
        Listener { network: network.clone(), truncations: Arc::default(), aloud }
    }

    /// How often a log was cut to what its leader has.
    pub fn truncations(&self) -> u64 {
        *self.truncations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says what the life itself does.
    pub fn say(&self, text: &str) {
        if self.aloud {
            println!("{:>9.3} {text}", self.network.elapsed().as_secs_f64());
        }
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            let _ = write!(self.0, "{value:?}");
        }
    }
}

const LOG: &str = "kafka.log.UnifiedLog";

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.aloud || metadata.target() == LOG
    }

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        let target = event.metadata().target();
        if target == LOG && text.0.contains("Truncating to offset") {
            *self.truncations.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        }
        if self.aloud {
            self.say(&format!("    {} ({target})", text.0));
        }
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}
