//! What stands in a person's way when a server is to start or a tool is to reach one: each is a
//! sentence that names the thing, and an exit code.

use crate::support::folder::Folder;
use crate::support::program::{Ended, Process, Servers, run, server_properties, zookeeper};

/// All that was said, which was no panic.
fn said(ended: &Ended) -> String {
    let all = format!("{}{}", ended.stdout, ended.stderr);
    assert!(!all.contains("panicked"), "{all}");
    all
}

/// Ends with a code, and says all of `wanted` in one line.
fn refused(ended: &Ended, code: i32, wanted: &[&str]) {
    let all = said(ended);
    let is_there = |line: &str| wanted.iter().all(|part| line.contains(part));
    assert!(all.lines().any(is_there), "{wanted:?} in no line of:\n{all}");
    assert_eq!(ended.code, Some(code), "{all}");
}

/// A port that was free a moment ago, and that nobody listens on.
fn nobody() -> String {
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    socket.local_addr().expect("its address").to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_broker_is_there() {
    let folder = Folder::new();
    let address = nobody();
    let refusal = format!("no broker can be reached: {address}: connection refused");
    let impatient = folder.write("client.properties", "default.api.timeout.ms=200\n");
    let line = ["--list", "--bootstrap-server", &address, "--command-config", &impatient];
    refused(&run("kafka-topics", &line, "").await, 1, &[&refusal]);
    let line =
        ["--topic", "t", "--broker-list", &address, "--producer-property", "max.block.ms=1500"];
    let ended = run("kafka-console-producer", &line, "one\n").await;
    refused(&ended, 1, &[&refusal]);
    // Nobody has said anything about the topic.
    assert!(!said(&ended).contains("UNKNOWN_TOPIC"), "{ended:?}");
    let line = ["--topic", "t", "--bootstrap-server", &address, "--timeout-ms", "300"];
    // It was to end after a while without a record, and did.
    refused(&run("kafka-console-consumer", &line, "").await, 0, &[&refusal]);
    let line =
        ["--list", "--bootstrap-server", "nowhere.invalid:9092", "--command-config", &impatient];
    let ended = run("kafka-topics", &line, "").await;
    refused(&ended, 1, &["no broker can be reached: nowhere.invalid:9092: "]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_zookeeper_is_there() {
    let folder = Folder::new();
    let address = nobody();
    let port = address.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let file = server_properties(&folder, port, "zookeeper.connection.timeout.ms=200\n");
    let ended = run("kafka-server-start", &[&file], "").await;
    let refusal = format!("cannot connect to {address}: connection refused");
    refused(&ended, 1, &["cannot connect to ZooKeeper at", "within 200ms", &refusal]);
    let line = ["--list", "--zookeeper", &address];
    let ended = run("kafka-topics", &line, "").await;
    refused(&ended, 1, &["ZooKeeper at", "within 10000ms", &refusal]);
    // It has said so long before it gave up.
    refused(&ended, 1, &["kafka-topics: no session", &refusal, "trying for 10 seconds"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_another_process_has_is_named_with_it() {
    let folder = Folder::new();
    let servers = Servers::start(&folder, 0).await;
    let holder =
        |process: &Process, name: &str| format!("{name} (pid {})", process.pid().as_raw_nonzero());
    let by_broker = holder(&servers.broker, "kafka-server-start");
    let by_zookeeper = holder(&servers.zookeeper, "zookeeper-server-start");

    // The port of the broker, then its folder.
    let port = format!("listeners=PLAINTEXT://{}", servers.address());
    let file = folder.at("server.properties");
    let ended = run("kafka-server-start", &[&file, "--override", &port], "").await;
    refused(&ended, 1, &[&servers.address(), "the port is taken by", &by_broker, "'listeners'"]);
    let ended = run("kafka-server-start", &[&file], "").await;
    refused(&ended, 1, &[&folder.at("kafka"), "failed to acquire lock", &by_broker, "'log.dirs'"]);
    // Its id, with port and folder of its own.
    let dirs = format!("log.dirs={}", folder.at("other"));
    let ended = run("kafka-server-start", &[&file, "--override", &dirs], "").await;
    refused(&ended, 1, &["broker.id 0 is taken by the broker at", &servers.address()]);

    // The same of ZooKeeper.
    let other = format!(
        "dataDir={}\nclientPort={}\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\n",
        folder.at("other-zookeeper"),
        servers.zookeeper_port
    );
    let other = folder.write("other.properties", &other);
    let ended = run("zookeeper-server-start", &[&other], "").await;
    let address = servers.zookeeper_address();
    refused(&ended, 1, &[&address, "taken by", &by_zookeeper, "'clientPort'"]);
    let ended = run("zookeeper-server-start", &[&folder.at("zookeeper.properties")], "").await;
    refused(&ended, 1, &[&folder.at("zookeeper"), "in use by", &by_zookeeper, "'dataDir'"]);

    // A port that something else has.
    let socket = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = socket.local_addr().expect("its address").to_string();
    let port = format!("listeners=PLAINTEXT://{taken}");
    let ended =
        run("kafka-server-start", &[&file, "--override", &port, "--override", &dirs], "").await;
    refused(&ended, 1, &[&taken, &format!("(pid {})", std::process::id())]);
    servers.kill().await;
}

/// The data of one cluster, started against the ZooKeeper of another.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn point_02_data_of_another_cluster_or_broker() {
    let folder = Folder::new();
    let mut servers = Servers::start(&folder, 0).await;
    let mine = cluster_id(&mut servers.broker);
    servers.kill().await;
    let elsewhere = Folder::new();
    let mut others = Servers::start(&elsewhere, 0).await;
    let theirs = cluster_id(&mut others.broker);
    others.broker.kill().await;

    let file = server_properties(&folder, others.zookeeper_port, "");
    let ended = run("kafka-server-start", &[&file], "").await;
    // Which is which, and the two safe ways out.
    let which = format!("The Cluster ID {theirs} doesn't match stored clusterId {mine} in");
    let ways = ["Point 'zookeeper.connect' at", "or 'log.dirs' at an empty folder"];
    refused(&ended, 1, &[&which, &folder.at("kafka/meta.properties"), ways[0], ways[1]]);
    let file = elsewhere.at("server.properties");
    let ended = run("kafka-server-start", &[&file, "--override", "broker.id=5"], "").await;
    refused(&ended, 1, &["broker.id 5 doesn't match stored broker.id 0 in", "Set broker.id=0"]);
    others.zookeeper.kill().await;
}

fn cluster_id(broker: &mut Process) -> String {
    let line = broker.seen().iter().find_map(|line| line.split_once("Cluster ID = "));
    let id = line.and_then(|(_, id)| id.split_whitespace().next());
    id.expect("the id in the log").to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_settings_name_key_value_and_file() {
    let folder = Folder::new();
    let file = server_properties(&folder, 1, "\n# Many of them.\nnum.partitions=many\n");
    let ended = run("kafka-server-start", &[&file], "").await;
    refused(&ended, 1, &["Invalid value many for configuration num.partitions", &file, "line 10"]);
    let file = server_properties(&folder, 1, "");
    for (setting, wanted) in [
        ("log.segment.bytes=3", "Invalid value 3 for configuration log.segment.bytes"),
        ("listeners=nonsense", "nonsense"),
        ("listeners=SASL_SSL://:9092", "SASL_SSL"),
        ("zookeeper.connect=", "zookeeper.connect"),
    ] {
        let ended = run("kafka-server-start", &[&file, "--override", setting], "").await;
        refused(&ended, 1, &[wanted]);
    }
    let ended = run("kafka-server-start", &["/absent/server.properties"], "").await;
    refused(&ended, 1, &["/absent/server.properties", "no such file"]);
    let file = folder.write("zoo.cfg", "dataDir=/tmp\nclientPort=0\ntickTime=soon\n");
    let ended = run("zookeeper-server-start", &[&file], "").await;
    refused(&ended, 2, &["Invalid value soon for configuration tickTime", &file, "line 3"]);
    let ended = run("zookeeper-server-start", &["/absent/zoo.cfg"], "").await;
    refused(&ended, 2, &["/absent/zoo.cfg", "no such file"]);

    // A key that is nearly one is a warning, and the start goes on.
    let (server, port) = zookeeper(&folder, 0).await;
    let file = server_properties(&folder, port, "log.retention.hour=1\n");
    let mut broker = Process::start("kafka-server-start", &[&file]);
    let warning = broker.says("log.retention.hour").await;
    assert!(warning.contains("WARN") && warning.contains("log.retention.hours"), "{warning}");
    broker.says("[KafkaServer id=0] started").await;
    broker.kill().await;
    server.kill().await;
}
