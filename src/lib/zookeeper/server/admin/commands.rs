//! What the admin server answers to each command that only looks, with the keys of ZooKeeper 3.9.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::Ordering;

use serde_json::{Map, Value, json};

use super::super::dispatch::Dispatch;
use super::super::metrics;
use super::super::pipeline::{Connection, Phase, Role};
use super::super::stats::Sizes;
use super::gauges::gauges;
use super::text;
use crate::config::quorum::{Role as Kind, ServerAddress, ServerLine};
use crate::zookeeper::tree::digest;

/// The fields of an answer.
pub(super) type Fields = Map<String, Value>;

macro_rules! commands {
    ($($name:ident $text:literal [$($alias:literal)*];)*) => {
        /// A command.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Command { $($name,)* }

        impl Command {
            /// All of them, in the order of the list of commands.
            pub(super) const ALL: &[Command] = &[$(Command::$name,)*];

            /// By its name, or a shorter one.
            pub(super) fn of(name: &str) -> Option<Command> {
                match name {
                    $($text $(| $alias)* => Some(Command::$name),)*
                    _ => None,
                }
            }

            /// Its whole name.
            pub(super) fn name(self) -> &'static str {
                match self { $(Command::$name => $text,)* }
            }
        }
    };
}

commands! {
    Configuration "configuration" ["conf" "config"];
    ConnectionStatReset "connection_stat_reset" ["crst"];
    Connections "connections" ["cons"];
    Dirs "dirs" [];
    Dump "dump" [];
    Environment "environment" ["env" "envi"];
    GetTraceMask "get_trace_mask" ["gtmk"];
    Hash "hash" [];
    InitialConfiguration "initial_configuration" ["icfg"];
    IsReadOnly "is_read_only" ["isro"];
    LastSnapshot "last_snapshot" ["lsnp"];
    Leader "leader" ["lead"];
    Monitor "monitor" ["mntr"];
    ObserverConnectionStatReset "observer_connection_stat_reset" ["orst"];
    Observers "observers" ["obsr"];
    Restore "restore" ["rest"];
    Ruok "ruok" [];
    ServerStats "server_stats" ["srvr"];
    SetTraceMask "set_trace_mask" ["stmk"];
    Snapshot "snapshot" ["snap"];
    StatReset "stat_reset" ["srst"];
    Stats "stats" ["stat"];
    SystemProperties "system_properties" ["sysp"];
    VotingView "voting_view" [];
    WatchSummary "watch_summary" ["wchs"];
    Watches "watches" ["wchc"];
    WatchesByPath "watches_by_path" ["wchp"];
    ZabState "zabstate" [];
}

impl Command {
    /// Whether it is answered only while the server serves.
    pub(super) fn needs_server(self) -> bool {
        !matches!(
            self,
            Command::Environment
                | Command::GetTraceMask
                | Command::Monitor
                | Command::SetTraceMask
                | Command::SystemProperties
                | Command::ZabState
        )
    }
}

/// Answers a command. Those that read or write a snapshot are not among them.
pub(super) fn run(command: Command, query: &[(String, String)], server: &Dispatch) -> Fields {
    let pipeline = &server.pipeline;
    let answer = match command {
        Command::Configuration => configuration(server),
        Command::ConnectionStatReset => {
            text::reset_connections(pipeline);
            json!({})
        }
        Command::StatReset => {
            pipeline.state().stats = Default::default();
            json!({})
        }
        Command::Connections => connections(server),
        Command::Dirs => {
            let (data, log) = text::sizes(server);
            json!({"datadir_size": data, "logdir_size": log})
        }
        Command::Dump => dump(server),
        Command::Environment => pairs(&text::environment()),
        Command::SystemProperties => {
            let of_system = |(name, _): &&(&str, String)| name.starts_with("os.");
            let found: Vec<_> = text::environment().iter().filter(of_system).cloned().collect();
            pairs(&found)
        }
        Command::GetTraceMask => json!({"tracemask": server.trace_mask.load(Ordering::Relaxed)}),
        Command::SetTraceMask => set_trace_mask(query, server),
        Command::Hash => hash(server),
        Command::InitialConfiguration => {
            json!({"initial_configuration": pipeline.settings.configuration})
        }
        Command::IsReadOnly => json!({"read_only": false}),
        Command::LastSnapshot => last_snapshot(server),
        Command::Leader => leader(server),
        Command::Monitor => Value::Object(metrics::json(&gauges(server), &pipeline.metrics)),
        Command::Observers => {
            let synced = pipeline.state().learners.observers;
            json!({"synced_observers": synced, "observers": []})
        }
        Command::ServerStats => server_stats(server, false),
        Command::Stats => server_stats(server, true),
        Command::VotingView => voting_view(server),
        Command::WatchSummary => watch_summary(server),
        Command::Watches => watches(server),
        Command::WatchesByPath => watches_by_path(server),
        Command::ZabState => zab_state(server),
        Command::Ruok
        | Command::ObserverConnectionStatReset
        | Command::Restore
        | Command::Snapshot => json!({}),
    };
    match answer {
        Value::Object(fields) => fields,
        _ => Fields::new(),
    }
}

fn connections(server: &Dispatch) -> Value {
    let state = server.pipeline.state();
    let all = state.connections.values().filter(|it| it.phase != Phase::New);
    json!({"connections": all.map(connection).collect::<Vec<_>>(), "secure_connections": []})
}

fn hash(server: &Dispatch) -> Value {
    let state = server.pipeline.state();
    let digests = state.tree.digest_history().map(|past| {
        json!({"zxid": past.zxid.0, "digest": past.digest.cast_signed(),
               "digest_version": digest::VERSION})
    });
    json!({"digests": digests.collect::<Vec<_>>()})
}

fn watch_summary(server: &Dispatch) -> Value {
    let watches = server.pipeline.state().tree.counts().watches;
    json!({"num_connections": watches.connections, "num_paths": watches.paths,
           "num_total_watches": watches.watches})
}

fn watches(server: &Dispatch) -> Value {
    let mut by_session: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, sessions) in text::watchers(&server.pipeline.state()) {
        for session in sessions {
            by_session.entry(session.0.to_string()).or_default().push(path.clone());
        }
    }
    json!({"session_id_to_watched_paths": by_session})
}

fn watches_by_path(server: &Dispatch) -> Value {
    let paths = text::watchers(&server.pipeline.state()).into_iter().map(|(path, sessions)| {
        (path, Value::from_iter(sessions.into_iter().map(|session| session.0)))
    });
    json!({"path_to_session_ids": Map::from_iter(paths)})
}

fn pairs(pairs: &[(&str, String)]) -> Value {
    Value::Object(pairs.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect())
}

fn configuration(server: &Dispatch) -> Value {
    let settings = &server.pipeline.settings;
    let directories = server.snapshots.directories();
    json!({
        "client_port": server.address.port(),
        "data_dir": directories.snapshot_folder().display().to_string(),
        "data_log_dir": directories.log_folder().display().to_string(),
        "tick_time": settings.tick_ms,
        "max_client_cnxns": settings.connections_per_address_max,
        "min_session_timeout": settings.session_timeout_min(),
        "max_session_timeout": settings.session_timeout_max(),
        "server_id": settings.ensemble.as_ref().map_or(0, |ensemble| ensemble.id.0),
        "client_port_listen_backlog": -1,
    })
}

/// What `stats` says of a connection.
fn brief(connection: &Connection) -> Value {
    json!({
        "remote_socket_address": connection.peer.to_string(),
        "interest_ops": u8::from(connection.phase == Phase::Live),
        "outstanding_requests": connection.outstanding(),
        "packets_received": connection.stats.received,
        "packets_sent": connection.stats.sent,
    })
}

fn connection(connection: &Connection) -> Value {
    let stats = &connection.stats;
    let mut all = brief(connection);
    if let Value::Object(fields) = &mut all {
        let more = json!({
            "session_id": connection.session.0,
            "last_operation": stats.last_op.map_or("NA", text::op_name),
            "established": stats.established_ms,
            "session_timeout": connection.timeout_ms,
            "last_cxid": stats.last_cxid,
            "last_zxid": stats.last_zxid.0,
            "last_response_time": stats.last_response_ms,
            "last_latency": stats.last_latency_ms,
            "min_latency": stats.latency.min_ms,
            "avg_latency": stats.latency.average() as u64,
            "max_latency": stats.latency.max_ms,
        });
        fields.extend(more.as_object().cloned().unwrap_or_default());
    }
    all
}

fn dump(server: &Dispatch) -> Value {
    let mut state = server.pipeline.state();
    let buckets: Fields = state
        .tree
        .tracker()
        .buckets()
        .map(|(at, sessions)| {
            let ids = sessions.iter().map(|session| session.0);
            (at.as_millis().to_string(), Value::from_iter(ids))
        })
        .collect();
    let owners: Vec<_> = state.tree.ephemeral_owners().collect();
    let paths: Fields = owners
        .into_iter()
        .map(|session| (session.0.to_string(), json!(state.tree.ephemerals(session))))
        .collect();
    json!({"expiry_time_to_session_ids": buckets, "session_id_to_ephemeral_paths": paths})
}

fn set_trace_mask(query: &[(String, String)], server: &Dispatch) -> Value {
    let given = query.iter().find(|(name, _)| name == "traceMask").map(|(_, value)| value.parse());
    match given {
        None => json!({"error": "setTraceMask requires long traceMask argument"}),
        Some(Err(_)) => {
            let what = "setTraceMask requires long traceMask argument, got something else";
            json!({"error": what})
        }
        Some(Ok(mask)) => {
            server.trace_mask.store(mask, Ordering::Relaxed);
            json!({"tracemask": mask})
        }
    }
}

/// The newest snapshot's zxid, in hexadecimal, and when it was written, in seconds.
fn last_snapshot(server: &Dispatch) -> Value {
    let directories = server.snapshots.directories();
    let newest = directories.snapshots().ok().and_then(|all| all.into_iter().next());
    let Some(newest) = newest else { return json!({"zxid": "ffffffffffffffff", "timestamp": -1}) };
    let listed = directories.disk().list(directories.snapshot_folder()).unwrap_or_default();
    let name = newest.path.file_name().map(Path::new);
    let entry = listed.iter().find(|entry| Some(Path::new(&entry.name)) == name);
    let seconds = entry.map_or(-1, |entry| entry.modified_ms / 1_000);
    json!({"zxid": format!("{:x}", newest.zxid), "timestamp": seconds})
}

fn leader(server: &Dispatch) -> Value {
    let state = server.pipeline.state();
    let (Some(members), Some(id)) = (&state.members, state.leader) else {
        return json!({"error": "server is not initialized"});
    };
    let line = members.servers.get(&id.0);
    let host = line.and_then(|line| line.addresses.first()).map(|it| it.host.clone());
    json!({"is_leader": state.role == Role::Leading, "leader_id": id.0,
           "leader_ip": host.unwrap_or_default()})
}

fn sizes(sizes: Sizes) -> Value {
    json!({"last_buffer_size": sizes.last, "min_buffer_size": sizes.min,
           "max_buffer_size": sizes.max})
}

fn server_stats(server: &Dispatch, with_connections: bool) -> Value {
    let (data, log) = text::sizes(server);
    let pipeline = &server.pipeline;
    let now = pipeline.settings.clock.now();
    let state = pipeline.state();
    let stats = &state.stats;
    let mut all = json!({
        "version": text::VERSION,
        "read_only": false,
        "server_stats": {
            "packets_sent": stats.sent,
            "packets_received": stats.received,
            "fsync_threshold_exceed_count": stats.slow_syncs,
            "client_response_stats": sizes(stats.responses),
            "uptime": u64::try_from(now.since(server.started).as_millis()).unwrap_or(0),
            "provider_null": false,
            "data_dir_size": data,
            "log_dir_size": log,
            "last_processed_zxid": state.tree.last_zxid().0,
            "outstanding_requests": pipeline.outstanding(),
            "server_state": text::mode(state.role),
            "avg_latency": stats.latency.average(),
            "max_latency": stats.latency.max_ms,
            "min_latency": stats.latency.min_ms,
            "num_alive_client_connections": state.connections.len(),
            "auth_failed_count": stats.auth_failed,
            "non_mtlsremote_conn_count": 0,
            "non_mtlslocal_conn_count": 0,
        },
        "client_response": sizes(stats.responses),
    });
    if let Value::Object(fields) = &mut all {
        if state.role == Role::Leading {
            fields.insert("proposal_stats".to_owned(), sizes(stats.proposals));
        }
        fields.insert("node_count".to_owned(), json!(state.tree.counts().nodes));
        if with_connections {
            let all: Vec<Value> = state.connections.values().map(brief).collect();
            fields.insert("connections".to_owned(), json!(all));
            fields.insert("secure_connections".to_owned(), json!([]));
        }
    }
    all
}

fn voting_view(server: &Dispatch) -> Value {
    let Some(ensemble) = &server.pipeline.settings.ensemble else {
        return json!({"current_config": {}});
    };
    let members = server.pipeline.state().members.clone().unwrap_or_default();
    let voters = members.voters().filter_map(|id| {
        let line = members.servers.get(&id)?;
        let at = |port: fn(&ServerAddress) -> u16| -> Vec<String> {
            line.addresses.iter().map(|it| format!("{}:{}", it.host, port(it))).collect()
        };
        let client = match &line.client {
            Some((host, port)) => format!("{host}:{port}"),
            None if id == ensemble.id.0 => server.address.to_string(),
            None => String::new(),
        };
        let row = json!({
            "server_addresses": at(|it| it.quorum_port),
            "election_addresses": at(|it| it.election_port),
            "client_address": client,
            "learner_type": "participant",
        });
        Some((id.to_string(), row))
    });
    json!({"current_config": Map::from_iter(voters)})
}

/// What Java's bean of several addresses looks like.
fn addresses(line: &ServerLine, port: fn(&ServerAddress) -> u16) -> Value {
    let all = || line.addresses.iter().map(|it| (it.host.as_str(), port(it)));
    let at: Vec<String> = all().map(|(host, port)| format!("{host}:{port}")).collect();
    let everywhere: Vec<String> = all().map(|(_, port)| format!("0.0.0.0:{port}")).collect();
    json!({
        "empty": at.is_empty(),
        "one": at.first(),
        "all_addresses": at,
        "wildcard_addresses": everywhere,
        "all_ports": all().map(|(_, port)| port).collect::<Vec<_>>(),
        "all_host_strings": all().map(|(host, _)| host).collect::<Vec<_>>(),
    })
}

fn zab_state(server: &Dispatch) -> Value {
    let state = server.pipeline.state();
    let ensemble = server.pipeline.settings.ensemble.as_ref();
    let Some(ensemble) = ensemble.filter(|_| state.role != Role::Looking) else {
        return json!({"voting": false, "zabstate": ""});
    };
    let members = state.members.as_ref();
    let Some(me) = members.and_then(|it| it.servers.get(&ensemble.id.0)) else {
        return json!({});
    };
    let last = state.tree.last_zxid();
    json!({
        "myid": ensemble.id.0,
        "is_leader": state.role == Role::Leading,
        "quorum_address": addresses(me, |it| it.quorum_port),
        "election_address": addresses(me, |it| it.election_port),
        "client_address": server.address.to_string(),
        "voting": me.role == Kind::Participant,
        "last_zxid": last.to_string(),
        "zab_epoch": last.epoch(),
        "zab_counter": last.counter(),
        "zabstate": "broadcast",
    })
}
