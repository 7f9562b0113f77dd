//! What the servers of a life log: counted where it tells what happened, printed when asked for.

use std::collections::BTreeMap;
use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use milena::net::simulated::Network;
use tracing::field::{Field, Visit};
use tracing::{Event, Metadata, Subscriber, span};

/// A logger, what a line of it has in it, and what that counts as.
pub type Mark = (&'static str, &'static str, &'static str);

/// Listens to one life.
#[derive(Clone)]
pub struct Listener {
    network: Network,
    marks: &'static [Mark],
    counts: Arc<Mutex<BTreeMap<&'static str, u64>>>,
    aloud: bool,
}

impl Listener {
    pub fn new(network: &Network, aloud: bool, marks: &'static [Mark]) -> Listener {
        Listener { network: network.clone(), marks, counts: Arc::default(), aloud }
    }

    /// How often what is marked was said.
    pub fn counts(&self) -> BTreeMap<&'static str, u64> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
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

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.aloud || self.marks.iter().any(|(logger, ..)| metadata.target() == *logger)
    }

    fn event(&self, event: &Event<'_>) {
        let mut text = Text(String::new());
        event.record(&mut text);
        let target = event.metadata().target();
        for (logger, part, kind) in self.marks {
            if *logger == target && text.0.contains(part) {
                let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
                *counts.entry(kind).or_default() += 1;
            }
        }
        if self.aloud {
            let node = milena::net::simulated::address();
            let node = node.map_or_else(String::new, |it| format!("{it} "));
            self.say(&format!("    {node}{} ({target})", text.0));
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
