//! What operators ask: four-letter words, the admin server, Prometheus, snapshots over HTTP.

use std::net::SocketAddr;

use bytes::Bytes;
use milena::zookeeper::jute::record::perms;
use milena::zookeeper::jute::request::CreateMode;
use milena::zookeeper::jute::{Acl, Id};
use milena::zookeeper::server::{Admin, Place, Running, Settings};

use crate::support::folder::Folder;
use crate::support::program::run;
use crate::support::servers;

/// A server with all ports for operators.
async fn started(folder: &Folder, change: impl FnOnce(&mut Settings)) -> Running {
    let mut settings = servers::zookeeper_settings(folder.path());
    let place = Place { host: "127.0.0.1".to_owned(), port: 0 };
    settings.admin = Some(Admin { place: place.clone(), ..Admin::default() });
    settings.metrics = Some(place);
    settings.words = vec!["*".to_owned()];
    // user:admin
    settings.super_digest = Some("user:/LuTKDRdjX+6xkBvju9H7KC44Ao=".to_owned());
    change(&mut settings);
    servers::start(settings).await
}

/// The head of an answer and its body.
async fn http(at: Option<SocketAddr>, request: &[u8]) -> (String, Vec<u8>) {
    let at = at.expect("a port");
    let said = servers::said("127.0.0.1", at.port(), request).await.expect("an answer");
    let end = said.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8(said[..end].to_vec()).expect("text");
    (head, said[end + 4..].to_vec())
}

async fn get(at: Option<SocketAddr>, path: &str, more: &str) -> (String, String) {
    let request = format!("GET {path} HTTP/1.1\r\nConnection: close\r\n{more}\r\n");
    let (head, body) = http(at, request.as_bytes()).await;
    (head, String::from_utf8(body).expect("text"))
}

fn status(head: &str) -> &str {
    head.split(' ').nth(1).unwrap_or_default()
}

async fn create(zookeeper: &Running, path: &str, acl: &[Acl]) {
    let (client, _) = servers::client(zookeeper).await;
    let data = Some(Bytes::from_static(b"data"));
    client.create(path, data, acl, CreateMode::Persistent).await.expect("a node");
    client.close().await;
}

async fn word(zookeeper: &Running, word: &str) -> String {
    servers::word("127.0.0.1", zookeeper.address().port(), word).await.expect("an answer")
}

/// The number behind a name in lines of `mntr` or of Prometheus.
fn number(text: &str, name: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(['\t', ' ']));
    let line = line.unwrap_or_else(|| panic!("no {name} in {text}"));
    line.parse().expect("a number")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_registry_feeds_words_commands_and_prometheus() {
    let folder = Folder::new();
    let zookeeper = started(&folder, |_| {}).await;
    create(&zookeeper, "/a", &[Acl::world(perms::ALL)]).await;
    let mntr = word(&zookeeper, "mntr").await;
    // A session, a node, the end of the session.
    for (name, wanted) in [
        ("zk_znode_count", 6.0),
        ("zk_cnt_updatelatency", 3.0),
        ("zk_prep_processor_request_queued", 3.0),
        ("zk_connection_request_count", 1.0),
        ("zk_global_sessions", 0.0),
        ("zk_sum_sync_processor_batch_size", 3.0),
        ("zk_cnt_dbinittime", 1.0),
    ] {
        assert_eq!(number(&mntr, name), wanted, "{name} in {mntr}");
    }
    for name in ["zk_cnt_fsynctime", "zk_bytes_received_count", "zk_response_bytes"] {
        assert!(number(&mntr, name) > 0.0, "{name} in {mntr}");
    }
    assert!(mntr.starts_with("zk_version\t3.9.5-milena"), "{mntr}");
    assert!(mntr.contains("\nzk_server_state\tstandalone\n"), "{mntr}");

    let address = zookeeper.address().to_string();
    run("zkCli", &["-server", &address], "setquota -n 10 /a\nsetquota -B 100 /a\nquit\n").await;
    let mntr = word(&zookeeper, "mntr").await;
    for (name, wanted) in [
        ("zk_a_quota_count_limit_per_namespace", 10.0),
        ("zk_a_quota_bytes_limit_per_namespace", 100.0),
        ("zk_a_quota_count_usage_per_namespace", 1.0),
        ("zk_a_quota_bytes_usage_per_namespace", 4.0),
    ] {
        assert_eq!(number(&mntr, name), wanted, "{name} in {mntr}");
    }
    let (head, page) = get(zookeeper.metrics_address(), "/metrics", "").await;
    assert_eq!(number(&page, "quota_count_limit_per_namespace{key=\"a\",}"), 10.0);
    assert!(head.contains("Content-Type: text/plain; version=0.0.4"), "{head}");
    let queued = number(&mntr, "zk_prep_processor_request_queued");
    assert_eq!(number(&page, "znode_count"), number(&mntr, "zk_znode_count"));
    assert_eq!(number(&page, "updatelatency_count"), number(&mntr, "zk_cnt_updatelatency"));
    assert_eq!(number(&page, "prep_processor_request_queued"), queued);
    assert!(number(&page, "process_resident_memory_bytes") > 0.0);
    let (head, _) = get(zookeeper.metrics_address(), "/", "").await;
    assert_eq!(status(&head), "404");

    let (_, monitor) = get(zookeeper.admin_address(), "/commands/mntr", "").await;
    for part in
        ["\n  \"a_quota_count_limit_per_namespace\" : 10,\n", "\n  \"cnt_dbinittime\" : 1,\n"]
    {
        assert!(monitor.contains(part), "{part} in {monitor}");
    }
    assert!(monitor.ends_with("  \"command\" : \"monitor\",\n  \"error\" : null\n}"));
    assert_eq!(word(&zookeeper, "srst").await, "Server stats reset.\n");
    assert_eq!(number(&word(&zookeeper, "mntr").await, "zk_max_latency"), 0.0);
    zookeeper.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_answer_in_the_form_of_zookeepers() {
    let folder = Folder::new();
    let zookeeper = started(&folder, |_| {}).await;
    let at = zookeeper.admin_address();
    let ok = |name: &str, fields: &str| {
        format!("{{\n{fields}  \"command\" : \"{name}\",\n  \"error\" : null\n}}")
    };
    let cases = [
        ("ruok", ok("ruok", "")),
        ("isro", ok("is_read_only", "  \"read_only\" : false,\n")),
        ("gtmk", ok("get_trace_mask", "  \"tracemask\" : 306,\n")),
        ("set_trace_mask?traceMask=7", ok("set_trace_mask", "  \"tracemask\" : 7,\n")),
        (
            "wchs",
            ok(
                "watch_summary",
                "  \"num_connections\" : 0,\n  \"num_paths\" : 0,\n  \"num_total_watches\" : 0,\n",
            ),
        ),
        ("voting_view", ok("voting_view", "  \"current_config\" : { },\n")),
        ("zabstate", ok("zabstate", "  \"voting\" : false,\n  \"zabstate\" : \"\",\n")),
        ("hash", ok("hash", "  \"digests\" : [ ],\n")),
        ("observers", ok("observers", "  \"synced_observers\" : 0,\n  \"observers\" : [ ],\n")),
        (
            "lead",
            "{\n  \"error\" : \"server is not initialized\",\n  \"command\" : \"leader\"\n}"
                .to_owned(),
        ),
        (
            "bogus",
            "{\n  \"command\" : \"bogus\",\n  \"error\" : \"Unknown command: bogus\"\n}".to_owned(),
        ),
    ];
    for (name, expected) in cases {
        let (head, body) = get(at, &format!("/commands/{name}"), "").await;
        assert_eq!((status(&head), body), ("200", expected), "{name}");
        assert!(head.contains("\r\nContent-Type: application/json\r\n"), "{head}");
    }
    assert_eq!(word(&zookeeper, "gtmk").await, "7", "set over HTTP");
    let (_, list) = get(at, "/commands", "").await;
    let first = "<a href=\"/commands/configuration\">configuration</a>\n<br/>\n";
    assert!(list.starts_with(first) && list.matches("<br/>").count() == 28, "{list}");

    let (client, _) = servers::client(&zookeeper).await;
    client.create("/e", None, &[Acl::world(perms::ALL)], CreateMode::Ephemeral).await.unwrap();
    client.get("/e", true).await.unwrap();
    let session = client.session().0;
    let (_, watches) = get(at, "/commands/wchp", "").await;
    assert!(watches.contains(&format!("\"/e\" : [ {session} ]")), "{watches}");
    let (_, dump) = get(at, "/commands/dump", "").await;
    assert!(dump.contains(&format!("\"{session}\" : [ \"/e\" ]")), "{dump}");
    let (_, stats) = get(at, "/commands/stats", "").await;
    assert!(
        stats.contains("  \"connections\" : [ {\n    \"remote_socket_address\" : \"127.0.0.1:")
    );
    let (_, connections) = get(at, "/commands/connections", "").await;
    assert!(connections.contains(&format!("\n    \"session_id\" : {session},\n")));
    client.close().await;

    for (request, wanted) in [
        ("TRACE /commands/ruok HTTP/1.0\r\n\r\n", "403"),
        ("PUT /commands/ruok HTTP/1.0\r\n\r\n", "405"),
        ("POST /commands/ruok HTTP/1.0\r\n\r\n", "405"),
        ("POST /commands/ruok HTTP/1.0\r\nContent-Length: 1\r\n\r\n", "413"),
        ("GET /elsewhere HTTP/1.0\r\n\r\n", "404"),
        ("GET /commandsruok HTTP/1.0\r\n\r\n", "404"),
    ] {
        assert_eq!(status(&http(at, request.as_bytes()).await.0), wanted, "{request}");
    }
    zookeeper.stop().await;
}

/// What curl's `-H 'Authorization: digest user:...'` sends.
fn authorized(secret: &str) -> String {
    format!("Authorization: digest user:{secret}\r\n")
}

async fn restore(zookeeper: &Running, more: &str, snapshot: &[u8]) -> (String, String) {
    let head = format!(
        "POST /commands/restore HTTP/1.0\r\nContent-Type: application/octet-stream\r\n\
         Content-Length: {}\r\n{more}\r\n",
        snapshot.len()
    );
    let request = [head.as_bytes(), snapshot].concat();
    let (head, body) = http(zookeeper.admin_address(), &request).await;
    (head, String::from_utf8(body).expect("text"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_goes_from_one_server_to_another() {
    let (first, second) = (Folder::new(), Folder::new());
    let zookeeper = started(&first, |_| {}).await;
    create(&zookeeper, "/kept", &[Acl::world(perms::ALL)]).await;
    let at = zookeeper.admin_address();
    let (head, body) = get(at, "/commands/snapshot", "").await;
    assert_eq!(status(&head), "401");
    assert!(body.contains("\"error\" : \"Auth info is missing for the command\""), "{body}");
    let (head, _) = get(at, "/commands/snapshot", "Authorization: foo a:b\r\n").await;
    assert_eq!(status(&head), "401");
    let ask = format!("GET /commands/snapshot HTTP/1.0\r\n{}\r\n", authorized("admin"));
    let (head, snapshot) = http(at, ask.as_bytes()).await;
    assert_eq!(status(&head), "200", "{head}");
    assert!(head.contains("\r\nlast_zxid: 0x3\r\n"), "{head}");
    assert!(head.contains(&format!("\r\nsnapshot_size: {}", snapshot.len())), "{head}");
    assert!(snapshot.starts_with(b"ZKSN"));
    let (head, _) = http(at, ask.as_bytes()).await;
    assert_eq!(status(&head), "429", "not again before five minutes are over");
    assert_eq!(number(&word(&zookeeper, "mntr").await, "zk_snapshot_rate_limited_count"), 1.0);
    zookeeper.stop().await;

    let short = |settings: &mut Settings| {
        settings.admin.as_mut().expect("a port").interval_ms = 0;
    };
    let zookeeper = started(&second, short).await;
    for path in ["/gone", "/lost", "/void"] {
        create(&zookeeper, path, &[Acl::world(perms::ALL)]).await;
    }
    let (client, _) = servers::client(&zookeeper).await;
    assert_eq!(status(&restore(&zookeeper, "", &snapshot).await.0), "401");
    let mut torn = snapshot.clone();
    torn.truncate(snapshot.len() - 40);
    let (head, body) = restore(&zookeeper, &authorized("admin"), &torn).await;
    assert!(status(&head) == "500" && body.contains("the log says why"), "{body}");
    assert!(client.exists("/gone", false).await.unwrap().is_some(), "nothing has happened");
    let (head, body) = restore(&zookeeper, &authorized("admin"), &snapshot).await;
    assert_eq!(status(&head), "200", "{body}");
    assert!(body.contains("\"last_zxid\" : 3,"), "{body}");
    client.close().await;
    create(&zookeeper, "/later", &[Acl::world(perms::ALL)]).await;
    zookeeper.stop().await;

    // What was restored is what the next life finds, and what was written since.
    let zookeeper = started(&second, short).await;
    let (client, _) = servers::client(&zookeeper).await;
    for (path, there) in [("/kept", true), ("/later", true), ("/gone", false), ("/void", false)] {
        assert_eq!(client.exists(path, false).await.unwrap().is_some(), there, "{path}");
    }
    client.close().await;
    zookeeper.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_who_may_do_everything_gets_a_snapshot() {
    let folder = Folder::new();
    let zookeeper = started(&folder, |_| {}).await;
    let (client, _) = servers::client(&zookeeper).await;
    let id = Id { scheme: "ip".to_owned(), id: "127.0.0.1".to_owned() };
    client.set_acl("/", &[Acl { perms: perms::ALL, id }], -1).await.unwrap();
    client.close().await;
    let at = zookeeper.admin_address();
    let (head, body) = get(at, "/commands/snapshot", &authorized("wrong")).await;
    assert_eq!(status(&head), "403");
    assert!(body.contains("\"error\" : \"Not authorized\""), "{body}");
    let ask =
        format!("GET /commands/snapshot?streaming=false HTTP/1.0\r\n{}\r\n", authorized("admin"));
    let (head, body) = http(at, ask.as_bytes()).await;
    assert_eq!(status(&head), "200", "the super user");
    assert!(body.starts_with(b"{\n  \"command\" : \"snapshot\""));
    zookeeper.stop().await;
    let off = |settings: &mut Settings| settings.admin.as_mut().expect("a port").snapshots = false;
    let zookeeper = started(&folder, off).await;
    let (head, _) = get(zookeeper.admin_address(), "/commands/snap", &authorized("admin")).await;
    assert_eq!(status(&head), "503");
    zookeeper.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_in_the_way_is_said() {
    let folder = Folder::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its address").port();
    let admin = format!("admin.serverAddress=127.0.0.1\nadmin.serverPort={port}\n");
    let metrics = format!(
        "admin.enableServer=false\nmetricsProvider.httpHost=127.0.0.1\nmetricsProvider.httpPort={port}\n\
         metricsProvider.className=org.apache.zookeeper.metrics.prometheus.PrometheusMetricsProvider\n"
    );
    let cases = [
        (admin.as_str(), 4, "cannot bind to admin port"),
        (&metrics, 1, "cannot bind to metrics port"),
        ("admin.forceHttps=true\n", 2, "admin.forceHttps=true: the admin server speaks plain HTTP"),
        (
            "metricsProvider.className=my.Own\n",
            2,
            "metricsProvider.className=my.Own: classes cannot",
        ),
    ];
    for (lines, code, sentence) in cases {
        let text = format!(
            "dataDir={}\nclientPort=0\nclientPortAddress=127.0.0.1\n{lines}",
            folder.at("data")
        );
        let file = folder.write("zoo.cfg", &text);
        let ended = run("zookeeper-server-start", &[&file], "").await;
        let said = format!("{}{}", ended.stdout, ended.stderr);
        assert!(ended.code == Some(code) && said.contains(sentence), "{lines}: {ended:?}");
    }
}
