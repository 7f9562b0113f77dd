//! The admin server: commands over HTTP, answered with JSON.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use serde_json::Value;
use tracing::{info, warn};

use super::super::dispatch::Dispatch;
use super::commands::{Command, Fields, run};
use super::pretty::pretty;
use super::{database, text};
use crate::limits::RESTORE_BYTES_MAX;
use crate::net::http::{Body, Handler, Head, Response};
use crate::zookeeper::jute::Id;
use crate::zookeeper::tree::acl;

pub(in super::super) const LOGGER: &str = "org.apache.zookeeper.server.admin.JettyAdminServer";
const JSON: &str = "application/json";

/// The service behind the admin port.
pub(in super::super) struct AdminServer {
    server: Arc<Dispatch>,
    /// What stands before the name of a command.
    url: String,
    snapshots: Guard,
    restores: Guard,
}

/// When something was last done that may not be done often.
#[derive(Debug)]
struct Guard {
    /// Milliseconds of the monotonic clock, and one more; 0 is never.
    last: AtomicU64,
    enabled: bool,
}

impl Guard {
    fn new(enabled: bool) -> Guard {
        Guard { last: AtomicU64::new(0), enabled }
    }

    /// Takes the turn, unless the last one was not long ago.
    fn enter(&self, now_ms: u64, interval_ms: u64) -> bool {
        let may = |last: u64| last == 0 || now_ms + 1 >= last.saturating_add(interval_ms);
        let next = |last: u64| may(last).then_some(now_ms + 1);
        self.last.fetch_update(Ordering::AcqRel, Ordering::Acquire, next).is_ok()
    }
}

/// Why a command is not done: the status and what is said of it.
struct Refused(u16, Option<&'static str>);

impl AdminServer {
    pub(in super::super) fn new(server: Arc<Dispatch>, url: &str) -> AdminServer {
        let admin = server.pipeline.settings.admin.clone().unwrap_or_default();
        AdminServer {
            server,
            url: format!("/{}", url.trim_matches('/')),
            snapshots: Guard::new(admin.snapshots),
            restores: Guard::new(admin.restores),
        }
    }

    /// The name of the command that a path asks for; empty for the list of all.
    fn asked<'a>(&self, path: &'a str) -> Option<&'a str> {
        let rest = path.strip_prefix(self.url.trim_end_matches('/'))?;
        match rest.strip_prefix('/') {
            Some(name) => Some(name),
            None => rest.is_empty().then_some(""),
        }
    }

    /// What must hold before a command is done at all.
    fn check(&self, command: Command, head: &Head) -> Result<(), Refused> {
        const NOT_SERVING: &str = "This ZooKeeper instance is not currently serving requests";
        let pipeline = &self.server.pipeline;
        if command.needs_server() && !pipeline.serves() {
            return Err(Refused(200, Some(NOT_SERVING)));
        }
        if !matches!(command, Command::Snapshot | Command::Restore) {
            return Ok(());
        }
        let Some(given) = head.header("authorization") else {
            return Err(Refused(401, Some("Auth info is missing for the command")));
        };
        let ids = self.identities(given).ok_or(Refused(401, Some("Not authenticated")))?;
        match pipeline.state().tree.may_do_all("/", &ids) {
            true => Ok(()),
            false => Err(Refused(403, Some("Not authorized"))),
        }
    }

    /// Who an `Authorization` header proves to be: a scheme and what it takes.
    fn identities(&self, given: &str) -> Option<Vec<Id>> {
        let mut words = given.split(' ');
        let scheme = words.next()?;
        let secret = words.next().unwrap_or_default();
        let super_digest = self.server.pipeline.settings.super_digest.as_deref();
        let proved = acl::authenticate(scheme, secret.as_bytes(), super_digest).ok()?;
        (words.next().is_none() && !proved.is_empty()).then_some(proved)
    }

    /// Whether a snapshot may be read or restored now.
    fn enter(&self, command: Command) -> Result<(), Refused> {
        let settings = &self.server.pipeline.settings;
        let metrics = &self.server.pipeline.metrics;
        let (guard, limited) = match command {
            Command::Restore => (&self.restores, &metrics.restore_rate_limited_count),
            _ => (&self.snapshots, &metrics.snapshot_rate_limited_count),
        };
        if !guard.enabled {
            warn!(target: LOGGER, "{} command is disabled", command.name());
            return Err(Refused(503, None));
        }
        let interval_ms = settings.admin.as_ref().map_or(0, |admin| admin.interval_ms);
        if !guard.enter(settings.clock.now().as_millis(), interval_ms) {
            warn!(target: LOGGER, "{} request was rate limited", command.name());
            limited.up();
            return Err(Refused(429, None));
        }
        Ok(())
    }

    fn list(&self) -> Response {
        let url = &self.url;
        let lines = Command::ALL.iter().map(|command| {
            let name = command.name();
            format!("<a href=\"{url}/{name}\">{name}</a>\n<br/>\n")
        });
        Response::text(200, "text/html", lines.collect::<String>())
    }

    async fn command(&self, name: &str, head: &Head, body: Bytes) -> Response {
        let Some(command) = Command::of(name) else {
            return said(200, name, Fields::new(), Some(&format!("Unknown command: {name}")));
        };
        if let Err(Refused(status, why)) = self.check(command, head) {
            return said(status, name, Fields::new(), why);
        }
        let posted = head.method == "POST";
        let done = match command {
            Command::Snapshot if !posted => match self.enter(command) {
                Ok(()) => return self.snapshot(head).await,
                Err(refused) => Err(refused),
            },
            Command::Restore if posted => self.restore(head, body).await,
            // Nothing to read from one, nothing to write to the others.
            Command::Restore => Err(Refused(405, Some("restore is asked for by POST"))),
            _ if posted => Err(Refused(405, Some("only restore is asked for by POST"))),
            _ => Ok(run(command, &head.query, &self.server)),
        };
        match done {
            Ok(fields) => said(200, command.name(), fields, None),
            Err(Refused(status, why)) => said(status, command.name(), Fields::new(), why),
        }
    }

    /// Writes a snapshot, and hands it out unless only that was wanted.
    async fn snapshot(&self, head: &Head) -> Response {
        let name = Command::Snapshot.name();
        let streams = head.query.iter().find(|(name, _)| name == "streaming");
        let streams = streams.is_none_or(|(_, value)| value.eq_ignore_ascii_case("true"));
        match database::snapshot(&self.server).await {
            Ok((zxid, file, bytes)) => {
                let mut response = match streams {
                    true => Response {
                        body: Body::File(file, bytes),
                        ..Response::text(200, "application/octet-stream", "")
                    },
                    false => said(200, name, Fields::new(), None),
                };
                response.headers.push(("last_zxid", zxid.to_string()));
                response.headers.push(("snapshot_size", bytes.to_string()));
                response
            }
            Err(why) => {
                warn!(target: LOGGER, "the snapshot could not be taken: {why}");
                self.server.pipeline.metrics.snapshot_error_count.up();
                said(500, name, Fields::new(), Some(&why))
            }
        }
    }

    async fn restore(&self, head: &Head, body: Bytes) -> Result<Fields, Refused> {
        if body.is_empty() || head.header("content-type") != Some("application/octet-stream") {
            let what = "restore takes a snapshot as application/octet-stream";
            return Err(Refused(400, Some(what)));
        }
        self.enter(Command::Restore)?;
        match database::restore(&self.server, body).await {
            Ok(zxid) => Ok(Fields::from_iter([("last_zxid".to_owned(), zxid.0.into())])),
            Err(why) => {
                warn!(target: LOGGER, "the snapshot could not be restored: {why}");
                self.server.pipeline.metrics.restore_error_count.up();
                Err(Refused(500, Some("the snapshot was not restored; the log says why")))
            }
        }
    }
}

/// An answer with the two fields that are in all of them.
fn said(status: u16, command: &str, mut fields: Fields, error: Option<&str>) -> Response {
    fields.insert("command".to_owned(), Value::from(command));
    if error.is_some() || !fields.contains_key("error") {
        fields.insert("error".to_owned(), error.map_or(Value::Null, Value::from));
    }
    Response::text(status, JSON, pretty(&Value::Object(fields)))
}

impl Handler for AdminServer {
    fn admit(&self, head: &Head) -> Result<u64, Response> {
        let command = self.asked(&head.path).and_then(Command::of);
        if command != Some(Command::Restore) || head.method != "POST" {
            return Ok(0);
        }
        let refused = |Refused(status, why)| said(status, "restore", Fields::new(), why);
        self.check(Command::Restore, head).map_err(refused)?;
        Ok(RESTORE_BYTES_MAX)
    }

    async fn answer(&self, head: Head, body: Bytes) -> Response {
        match head.method.as_str() {
            "GET" | "HEAD" | "POST" => {}
            // It would show what a browser must not be shown.
            "TRACE" => return Response::bare(403),
            _ => return Response::bare(405),
        }
        match self.asked(&head.path) {
            None => Response::text(404, "text/plain", format!("see {}\n", self.url)),
            Some("") => self.list(),
            Some(name) => self.command(name, &head, body).await,
        }
    }

    fn warn(&self, text: &str) {
        warn!(target: LOGGER, "{text}");
    }
}

/// The service behind Prometheus's port.
pub(in super::super) struct MetricsServer(pub(in super::super) Arc<Dispatch>);

impl Handler for MetricsServer {
    fn admit(&self, _: &Head) -> Result<u64, Response> {
        Ok(0)
    }

    async fn answer(&self, head: Head, _: Bytes) -> Response {
        match (head.method.as_str(), head.path.as_str()) {
            ("GET" | "HEAD", "/metrics") => {
                let gauges = super::gauges::gauges(&self.0);
                let all = super::super::metrics::prometheus(&gauges, &self.0.pipeline.metrics);
                let process = text::process(&self.0);
                Response::text(200, "text/plain; version=0.0.4; charset=utf-8", all + &process)
            }
            ("GET" | "HEAD", _) => Response::text(404, "text/plain", "see /metrics\n"),
            _ => Response::bare(405),
        }
    }

    fn warn(&self, text: &str) {
        warn!(
            target: "org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider", "{text}"
        );
    }
}

/// Says where the admin server is, in the line people look for.
pub(in super::super) fn started(address: std::net::SocketAddr, url: &str) {
    info!(
        target: LOGGER,
        "Started AdminServer on address {}, port {} and command URL {url}",
        address.ip(), address.port()
    );
}
