//! The texts of four-letter words, in ZooKeeper's lines: scripts and exporters parse them.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::super::dispatch::Dispatch;
use super::super::pipeline::{Connection, Phase, Role, State};
use crate::base::clock::{Clock, Instant};

/// The release whose behaviour this server has, as scripts expect it before the first dash.
const VERSION: &str = "3.9.3-milena, built on 10/10/2024 00:00 UTC";

/// Writing into a `String` cannot fail.
macro_rules! line {
    ($out:expr, $($text:tt)*) => {{
        let _ = writeln!($out, $($text)*);
    }};
}

/// A byte count, or 0 where the folder cannot be read.
fn sizes(server: &Dispatch) -> (u64, u64) {
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
    line!(out, "{members}");
    out
}

pub(super) fn dirs(server: &Dispatch) -> String {
    let (data, log) = sizes(server);
    format!("datadir_size: {data}\nlogdir_size: {log}\n")
}

pub(super) fn envi() -> String {
    let mut out = String::new();
    line!(out, "Environment:");
    line!(out, "zookeeper.version={VERSION}");
    line!(out, "host.name={}", rustix::system::uname().nodename().to_string_lossy());
    // There is no JVM; the keys are there for those who look for them.
    line!(out, "java.version=NA");
    line!(out, "java.vendor=NA");
    line!(out, "os.name={}", rustix::system::uname().sysname().to_string_lossy());
    line!(out, "os.arch={}", rustix::system::uname().machine().to_string_lossy());
    line!(out, "os.version={}", rustix::system::uname().release().to_string_lossy());
    out
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
    out
}

/// What scripts look for behind `Mode:`.
fn mode(role: Role) -> &'static str {
    match role {
        Role::Alone => "standalone",
        Role::Following => "follower",
        Role::Observing => "observer",
        Role::Leading => "leader",
        Role::Looking => "looking",
        Role::ReadOnly => "read-only",
    }
}

/// At most four decimals, at least one, as Java prints such a number.
fn mean(value: f64) -> String {
    let text = format!("{value:.4}");
    let short = text.trim_end_matches('0');
    if short.ends_with('.') { format!("{short}0") } else { short.to_owned() }
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
fn op_name(op: crate::zookeeper::jute::OpCode) -> &'static str {
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
    line!(out, "Connections dump:");
    line!(out, "Connections Sets (1)/({}):", state.connections.len());
    state.connections.values().for_each(|connection| line!(out, "\t/{}", connection.peer));
    out
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
fn watchers(state: &State) -> BTreeMap<String, Vec<String>> {
    let mut paths: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, connections) in state.tree.watches_by_path() {
        let sessions = connections.iter().filter_map(|id| state.connections.get(id));
        let sessions = sessions.map(|connection| connection.session.to_string());
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
    let mut by_session: BTreeMap<String, Vec<String>> = BTreeMap::new();
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

pub(super) fn mntr(server: &Dispatch) -> String {
    let pipeline = &server.pipeline;
    let mut state = pipeline.state();
    let (stats, counts) = (state.stats, state.tree.counts());
    let connections = state.connections.len();
    let (role, learners) = (state.role, state.learners.clone());
    let locals = state.tree.tracker().locals();
    let voters = state.members.as_ref().map_or(1, |members| members.voters().count());
    drop(state);
    let (open, most) = descriptors(&pipeline.settings.disk);
    let mut out = String::new();
    let mut put = |key: &str, value: &dyn std::fmt::Display| line!(out, "zk_{key}\t{value}");
    put("version", &VERSION);
    put("server_state", &mode(role));
    let peer_state = match role {
        Role::Following => "following - broadcast",
        Role::Observing => "observing - broadcast",
        _ => "leading - broadcast",
    };
    put("peer_state", &peer_state);
    put("avg_latency", &mean(stats.latency.average()));
    put("min_latency", &stats.latency.min_ms);
    put("max_latency", &stats.latency.max_ms);
    put("packets_received", &stats.received);
    put("packets_sent", &stats.sent);
    put("num_alive_connections", &connections);
    put("outstanding_requests", &pipeline.outstanding());
    put("znode_count", &counts.nodes);
    put("watch_count", &counts.watches.watches);
    put("ephemerals_count", &counts.ephemerals);
    put("approximate_data_size", &counts.data_bytes);
    put("open_file_descriptor_count", &open);
    put("max_file_descriptor_count", &most);
    put("fsync_threshold_exceed_count", &stats.slow_syncs);
    put("auth_failed_count", &stats.auth_failed);
    put("global_sessions", &counts.sessions);
    put("local_sessions", &locals);
    put("digest_mismatches_count", &counts.digest_mismatches);
    let uptime = pipeline.settings.clock.now().since(server.started).as_millis();
    put("uptime", &uptime);
    if role == Role::Leading {
        let followers = learners.synced.len().saturating_sub(1);
        put("quorum_size", &voters);
        put("learners", &(followers + learners.observers + learners.on_their_way));
        put("synced_followers", &followers);
        put("synced_observers", &learners.observers);
        put("synced_non_voting_followers", &learners.others);
    }
    out
}

/// How many files are open, and how many may be.
fn descriptors(disk: &crate::base::disk::Disk) -> (usize, u64) {
    let open = disk.list(std::path::Path::new("/proc/self/fd")).map_or(0, |names| names.len());
    let most = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    (open, most.unwrap_or(u64::MAX))
}
