//! The texts of four-letter words, in ZooKeeper's lines: scripts and exporters parse them.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use super::super::dispatch::Dispatch;
use super::super::metrics::mean;
use super::super::pipeline::{Connection, Phase, Pipeline, Role, State};
use super::super::stats::Sizes;
use crate::base::clock::{Clock, Instant};
use crate::zookeeper::jute::SessionId;

/// The release whose behaviour this server has, as scripts expect it before the first dash: that
/// of [`RELEASE`](super::super::RELEASE), and its day.
pub(super) const VERSION: &str = "3.9.5-milena, built on 2026-02-11 20:18 UTC";

/// In what Linux counts processor time towards programs, on every machine.
const TICKS_A_SECOND: f64 = 100.0;

/// Writing into a `String` cannot fail.
macro_rules! line {
    ($out:expr, $($text:tt)*) => {{
        let _ = writeln!($out, $($text)*);
    }};
}

/// A byte count, or 0 where the folder cannot be read.
pub(super) fn sizes(server: &Dispatch) -> (u64, u64) {
    server.snapshots.directories().sizes().unwrap_or_default()
}

pub(super) fn conf(server: &Dispatch) -> String {
    let settings = &server.pipeline.settings;
    let directories = server.snapshots.directories();
    let (data, log) = sizes(server);
    let mut out = String::new();
    line!(out, "clientPort={}", server.address.port());
    line!(out, "secureClientPort=-1");
    line!(out, "dataDir={}", directories.snapshot_folder().display());
    line!(out, "dataDirSize={data}");
    line!(out, "dataLogDir={}", directories.log_folder().display());
    line!(out, "dataLogSize={log}");
    line!(out, "tickTime={}", settings.tick_ms);
    line!(out, "maxClientCnxns={}", settings.connections_per_address_max);
    line!(out, "minSessionTimeout={}", settings.session_timeout_min());
    line!(out, "maxSessionTimeout={}", settings.session_timeout_max());
    line!(out, "clientPortListenBacklog=-1");
    let Some(ensemble) = &settings.ensemble else {
        line!(out, "serverId=0");
        return out;
    };
    line!(out, "serverId={}", ensemble.id);
    line!(out, "initLimit={}", ensemble.init_limit);
    line!(out, "syncLimit={}", ensemble.sync_limit);
    line!(out, "electionAlg=3");
    let (members, observes) = {
        let state = server.pipeline.state();
        (state.members.clone().unwrap_or_default(), state.role == Role::Observing)
    };
    let line = members.servers.get(&ensemble.id.0);
    if let Some(me) = line.and_then(|line| line.addresses.first()) {
        line!(out, "electionPort={}", me.election_port);
        line!(out, "quorumPort={}", me.quorum_port);
    }
    line!(out, "peerType={}", i32::from(observes));
    line!(out, "membership: ");
    // The last line has no end.
    let _ = write!(out, "{members}");
    out
}

pub(super) fn dirs(server: &Dispatch) -> String {
    let (data, log) = sizes(server);
    format!("datadir_size: {data}\nlogdir_size: {log}\n")
}

/// What is known of where the server runs. There is no JVM; the keys are there for those who look
/// for them.
pub(super) fn environment() -> Vec<(&'static str, String)> {
    let system = rustix::system::uname();
    let text = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
    vec![
        ("zookeeper.version", VERSION.to_owned()),
        ("host.name", text(system.nodename())),
        ("java.version", "NA".to_owned()),
        ("java.vendor", "NA".to_owned()),
        ("os.name", text(system.sysname())),
        ("os.arch", text(system.machine())),
        ("os.version", text(system.release())),
    ]
}

pub(super) fn envi() -> String {
    let pairs = environment();
    let lines = pairs.iter().map(|(key, value)| format!("{key}={value}\n"));
    lines.fold("Environment:\n".to_owned(), |all, line| all + &line)
}

/// One connection as `stat` and `cons` begin it.
fn client(connection: &Connection, out: &mut String) {
    // Whether more is read from it; ZooKeeper prints the interest set of its selector.
    let reads = u8::from(connection.phase == Phase::Live);
    let _ = write!(
        out,
        " /{}[{reads}](queued={},recved={},sent={}",
        connection.peer,
        connection.outstanding(),
        connection.stats.received,
        connection.stats.sent
    );
}

pub(super) fn srvr(state: &State, outstanding: usize, clients: bool) -> String {
    let (stats, counts) = (&state.stats, state.tree.counts());
    let mut out = String::new();
    line!(out, "Zookeeper version: {VERSION}");
    if clients {
        line!(out, "Clients:");
        for connection in state.connections.values() {
            client(connection, &mut out);
            line!(out, ")");
        }
        line!(out, "");
    }
    let (min, max) = (stats.latency.min_ms, stats.latency.max_ms);
    line!(out, "Latency min/avg/max: {min}/{}/{max}", mean(stats.latency.average()));
    line!(out, "Received: {}", stats.received);
    line!(out, "Sent: {}", stats.sent);
    line!(out, "Connections: {}", state.connections.len());
    line!(out, "Outstanding: {outstanding}");
    line!(out, "Zxid: {}", state.tree.last_zxid());
    line!(out, "Mode: {}", mode(state.role));
    line!(out, "Node count: {}", counts.nodes);
    if state.role == Role::Leading {
        let Sizes { last, min, max } = stats.proposals;
        line!(out, "Proposal sizes last/min/max: {last}/{min}/{max}");
    }
    out
}

/// What scripts look for behind `Mode:`.
pub(super) fn mode(role: Role) -> &'static str {
    match role {
        Role::Alone => "standalone",
        Role::Following => "follower",
        Role::Observing => "observer",
        Role::Leading => "leader",
        Role::Looking => "looking",
        Role::ReadOnly => "read-only",
    }
}

pub(super) fn cons(state: &State, now: Instant) -> String {
    let mut out = String::new();
    // Times of replies are told by the wall clock; they are kept by the other.
    let wall = |ms: u64, connection: &Connection| {
        let opened = connection.stats.established_ms;
        if ms == 0 { 0 } else { opened + i64::try_from(ms).unwrap_or_default() }
    };
    for connection in state.connections.values() {
        client(connection, &mut out);
        if connection.phase != Phase::New {
            let stats = &connection.stats;
            let op = stats.last_op.map_or("NA", op_name);
            let _ = write!(
                out,
                ",sid=0x{:x},lop={op},est={},to={}",
                connection.session.0, stats.established_ms, connection.timeout_ms
            );
            if stats.last_cxid >= 0 {
                let _ = write!(out, ",lcxid=0x{:x}", stats.last_cxid);
            }
            let since = stats.last_response_ms.min(now.as_millis());
            let _ = write!(
                out,
                ",lzxid=0x{:x},lresp={},llat={},minlat={},avglat={},maxlat={}",
                stats.last_zxid.0,
                wall(since.saturating_sub(connection.opened_ms()), connection),
                stats.last_latency_ms,
                stats.latency.min_ms,
                stats.latency.average() as u64,
                stats.latency.max_ms
            );
        }
        line!(out, ")");
    }
    line!(out, "");
    out
}

/// Operations as ZooKeeper's statistics abbreviate them.
pub(super) fn op_name(op: crate::zookeeper::jute::OpCode) -> &'static str {
    use crate::zookeeper::jute::OpCode;
    match op {
        OpCode::CreateSession => "SESS",
        OpCode::CloseSession => "CLOS",
        OpCode::Ping => "PING",
        OpCode::Create => "CREA",
        OpCode::Create2 => "CRE2",
        OpCode::CreateContainer => "CREC",
        OpCode::CreateTtl => "CRET",
        OpCode::Delete => "DELE",
        OpCode::Exists => "EXIS",
        OpCode::GetData => "GETD",
        OpCode::SetData => "SETD",
        OpCode::GetAcl => "GETA",
        OpCode::SetAcl => "SETA",
        OpCode::GetChildren => "GETC",
        OpCode::GetChildren2 => "GETC2",
        OpCode::Sync => "SYNC",
        OpCode::Multi => "MULT",
        OpCode::MultiRead => "MULR",
        OpCode::Check => "CHEC",
        OpCode::SetWatches | OpCode::SetWatches2 => "SETW",
        OpCode::AddWatch => "ADDW",
        OpCode::RemoveWatches => "REMW",
        _ => "NA",
    }
}

/// The sessions by when they expire.
fn buckets(state: &mut State, clock: &Clock, sessions: usize, out: &mut String) {
    let (now, wall_ms) = (clock.now(), clock.wall_ms());
    let buckets: Vec<_> = state
        .tree
        .tracker()
        .buckets()
        .map(|(at, sessions)| (at, sessions.iter().copied().collect::<Vec<_>>()))
        .collect();
    line!(out, "SessionTracker dump:");
    line!(out, "Session Sets ({})/({sessions}):", buckets.len());
    for (at, sessions) in &buckets {
        let at_ms = wall_ms + i64::try_from(at.since(now).as_millis()).unwrap_or_default();
        line!(out, "{} expire at {}:", sessions.len(), date(at_ms));
        sessions.iter().for_each(|session| line!(out, "\t{session}"));
    }
}

pub(super) fn dump(state: &mut State, clock: &Clock) -> String {
    let sessions = state.tree.sessions().count();
    let mut out = String::new();
    if state.role.follows() {
        // When they expire is known to the leader.
        line!(out, "SessionTracker dump:");
        line!(out, "Global Sessions({sessions}):");
        for (session, timeout_ms) in state.tree.sessions() {
            line!(out, "{session}\t{timeout_ms}ms");
        }
    } else {
        buckets(state, clock, sessions, &mut out);
    }
    let owners: Vec<_> = state.tree.ephemeral_owners().collect();
    line!(out, "ephemeral nodes dump:");
    line!(out, "Sessions with Ephemerals ({}):", owners.len());
    for session in owners {
        line!(out, "{session}:");
        state.tree.ephemerals(session).iter().for_each(|path| line!(out, "\t{path}"));
    }
    connections(state, clock, &mut out);
    out
}

/// The connections by when their sessions end if nothing more is heard of them, in steps of ten
/// seconds, as ZooKeeper looks at them.
fn connections(state: &State, clock: &Clock, out: &mut String) {
    const STEP_MS: i64 = 10_000;
    let (now, wall_ms) = (clock.now(), clock.wall_ms());
    let mut sets: BTreeMap<i64, Vec<&Connection>> = BTreeMap::new();
    for connection in state.connections.values() {
        let heard_ms = connection.stats.last_response_ms.max(connection.opened_ms());
        let silent_ms = i64::try_from(now.as_millis().saturating_sub(heard_ms)).unwrap_or(0);
        let timeout_ms = i64::from(connection.timeout_ms).max(STEP_MS);
        let at_ms = wall_ms + timeout_ms - silent_ms;
        sets.entry(at_ms / STEP_MS + 1).or_default().push(connection);
    }
    line!(out, "Connections dump:");
    line!(out, "Connections Sets ({})/({}):", sets.len(), state.connections.len());
    for (step, connections) in sets {
        line!(out, "{} expire at {}:", connections.len(), date(step * STEP_MS));
        for connection in connections {
            let (peer, session) = (connection.peer, connection.session.0);
            line!(out, "\tip: /{peer} sessionId: 0x{session:x}");
        }
    }
}

/// As Java prints a date.
fn date(ms: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(ms).unwrap_or_default();
    at.strftime("%a %b %d %H:%M:%S UTC %Y").to_string()
}

pub(super) fn hash(state: &State) -> String {
    let mut out = String::new();
    for past in state.tree.digest_history() {
        line!(out, "{:x}: {}", past.zxid.0, past.digest.cast_signed());
    }
    out
}

pub(super) fn wchs(state: &State) -> String {
    let watches = state.tree.counts().watches;
    format!(
        "{} connections watching {} paths\nTotal watches:{}\n",
        watches.connections, watches.paths, watches.watches
    )
}

/// The session of each connection that watches a path, by path.
pub(super) fn watchers(state: &State) -> BTreeMap<String, Vec<SessionId>> {
    let mut paths: BTreeMap<String, Vec<SessionId>> = BTreeMap::new();
    for (path, connections) in state.tree.watches_by_path() {
        let sessions = connections.iter().filter_map(|id| state.connections.get(id));
        let sessions = sessions.map(|connection| connection.session);
        let known = paths.entry(path.to_owned()).or_default();
        for session in sessions {
            if !known.contains(&session) {
                known.push(session);
            }
        }
    }
    paths
}

pub(super) fn wchp(state: &State) -> String {
    let mut out = String::new();
    for (path, sessions) in watchers(state) {
        line!(out, "{path}");
        sessions.iter().for_each(|session| line!(out, "\t{session}"));
    }
    line!(out, "");
    out
}

pub(super) fn wchc(state: &State) -> String {
    let mut by_session: BTreeMap<SessionId, Vec<String>> = BTreeMap::new();
    for (path, sessions) in watchers(state) {
        for session in sessions {
            by_session.entry(session).or_default().push(path.clone());
        }
    }
    let mut out = String::new();
    for (session, paths) in by_session {
        line!(out, "{session}");
        paths.iter().for_each(|path| line!(out, "\t{path}"));
    }
    line!(out, "");
    out
}

/// Forgets what was counted of every connection.
pub(super) fn reset_connections(pipeline: &Pipeline) {
    let mut state = pipeline.state();
    state.connections.values_mut().for_each(|connection| connection.stats.reset());
}

/// What Prometheus's own libraries say of every process. Of a JVM there is nothing to say.
pub(super) fn process(server: &Dispatch) -> String {
    let disk = &server.pipeline.settings.disk;
    let read = |name: &str| disk.read_text(Path::new("/proc/self").join(name).as_ref());
    let status = read("status").unwrap_or_default();
    let bytes = |key: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(key))?;
        line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1024)
    };
    let usage = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let open = disk.list(Path::new("/proc/self/fd")).map_or(0, |names| names.len());
    // The fields behind the name, which may have blanks: state is the first.
    let stat = read("stat").unwrap_or_default();
    let fields: Vec<&str> =
        stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|it| it.parse::<u64>().ok()).unwrap_or(0);
    let cpu = (ticks(11) + ticks(12)) as f64 / TICKS_A_SECOND;
    let mut out = String::new();
    let mut put = |name: &str, kind: &str, value: f64| {
        line!(out, "# HELP process_{name} process_{name}\n# TYPE process_{name} {kind}");
        line!(out, "process_{name} {value:?}");
    };
    put("cpu_seconds_total", "counter", cpu);
    put("open_fds", "gauge", open as f64);
    put("max_fds", "gauge", usage.unwrap_or(u64::MAX) as f64);
    put("virtual_memory_bytes", "gauge", bytes("VmSize:").unwrap_or(0) as f64);
    put("resident_memory_bytes", "gauge", bytes("VmRSS:").unwrap_or(0) as f64);
    out
}
