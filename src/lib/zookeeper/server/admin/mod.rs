//! Four-letter words: a question of four bytes on a fresh connection, a text, and the end of it.
//! And what is asked over HTTP.
//!
//! * `text`: the answers to words. `gauges`: the numbers of the moment.
//! * `server`: the admin server and that for Prometheus. `commands`: what the first answers.
//! * `database`: a snapshot taken or put back. `pretty`: JSON in the form of ZooKeeper's.

mod commands;
mod database;
mod gauges;
mod pretty;
mod server;
mod text;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::startup::{self, Port};
use crate::net::{Stop, http};
use gauges::gauges;

use super::dispatch::Dispatch;
use super::metrics;
use super::pipeline::Role;

macro_rules! words {
    ($($name:ident $text:literal;)*) => {
        /// A question.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Word { $($name,)* }

        impl Word {
            /// The word four bytes spell.
            pub(super) fn of(bytes: [u8; 4]) -> Option<Word> {
                const ALL: &[(&str, Word)] = &[$(($text, Word::$name),)*];
                let found = ALL.iter().find(|(text, _)| text.as_bytes() == bytes);
                found.map(|&(_, word)| word)
            }

            /// How it is spelt.
            pub(super) fn text(self) -> &'static str {
                match self { $(Word::$name => $text,)* }
            }
        }
    };
}

words! {
    Conf "conf";
    Cons "cons";
    Crst "crst";
    Dirs "dirs";
    Dump "dump";
    Envi "envi";
    Gtmk "gtmk";
    Hash "hash";
    Isro "isro";
    Mntr "mntr";
    Ruok "ruok";
    Srst "srst";
    Srvr "srvr";
    Stat "stat";
    Stmk "stmk";
    Wchc "wchc";
    Wchp "wchp";
    Wchs "wchs";
}

/// The trace mask ZooKeeper starts with. Nothing is traced by it here.
pub(super) const TRACE_MASK: i64 = 306;

/// Opens the ports for operators, as far as they are wanted.
pub(super) async fn serve(server: &Arc<Dispatch>, stop: &Stop) -> Result<Ports, startup::Error> {
    let settings = &server.pipeline.settings;
    let clock = settings.clock.clone();
    let mut ports = Ports::default();
    if let Some(place) = &settings.metrics {
        let listener = startup::bind(Port::Metrics, &place.host, place.port).await?;
        ports.metrics = listener.address().ok();
        let rules = http::Settings { idle: METRICS_IDLE, clock: clock.clone() };
        http::serve(listener, Arc::new(server::MetricsServer(server.clone())), rules, stop);
    }
    let Some(admin) = &settings.admin else { return Ok(ports) };
    let listener = match startup::bind(Port::Admin, &admin.place.host, admin.place.port).await {
        Ok(listener) => listener,
        // A member of an ensemble is worth more than its admin port, as ZooKeeper has it.
        Err(error) if settings.ensemble.is_some() => {
            tracing::warn!(target: server::LOGGER, "Problem starting AdminServer: {error}");
            return Ok(ports);
        }
        Err(error) => return Err(error),
    };
    ports.admin = listener.address().ok();
    ports.admin.into_iter().for_each(|address| server::started(address, &admin.url));
    let rules = http::Settings { idle: admin.idle, clock };
    let handler = server::AdminServer::new(server.clone(), &admin.url);
    http::serve(listener, Arc::new(handler), rules, stop);
    Ok(ports)
}

/// How long a scraper may say nothing.
const METRICS_IDLE: std::time::Duration = std::time::Duration::from_secs(30);

/// Where operators connect to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ports {
    pub(super) admin: Option<std::net::SocketAddr>,
    pub(super) metrics: Option<std::net::SocketAddr>,
}

/// What a word is answered.
pub(super) fn answer(word: Word, server: &Dispatch) -> String {
    let pipeline = &server.pipeline;
    if !pipeline.settings.allows(word.text()) {
        let word = word.text();
        return format!("{word} is not executed because it is not in the whitelist.\n");
    }
    let always = matches!(word, Word::Ruok | Word::Envi | Word::Gtmk | Word::Stmk | Word::Isro);
    if !always && !pipeline.serves_clients() {
        return "This ZooKeeper instance is not currently serving requests\n".to_owned();
    }
    match word {
        Word::Ruok => "imok".to_owned(),
        Word::Isro if !pipeline.serves_clients() => "null".to_owned(),
        Word::Isro if pipeline.state().role == Role::ReadOnly => "ro".to_owned(),
        Word::Isro => "rw".to_owned(),
        Word::Gtmk | Word::Stmk => server.trace_mask.load(Ordering::Relaxed).to_string(),
        Word::Conf => text::conf(server),
        Word::Dirs => text::dirs(server),
        Word::Envi => text::envi(),
        Word::Cons => text::cons(&pipeline.state(), pipeline.settings.clock.now()),
        Word::Dump => text::dump(&mut pipeline.state(), &pipeline.settings.clock),
        Word::Hash => text::hash(&pipeline.state()),
        Word::Mntr => metrics::words(&gauges(server), &pipeline.metrics),
        Word::Srvr => text::srvr(&pipeline.state(), pipeline.outstanding(), false),
        Word::Stat => text::srvr(&pipeline.state(), pipeline.outstanding(), true),
        Word::Wchc => text::wchc(&pipeline.state()),
        Word::Wchp => text::wchp(&pipeline.state()),
        Word::Wchs => text::wchs(&pipeline.state()),
        Word::Crst => {
            text::reset_connections(pipeline);
            "Connection stats reset.\n".to_owned()
        }
        Word::Srst => {
            pipeline.state().stats = Default::default();
            "Server stats reset.\n".to_owned()
        }
    }
}
