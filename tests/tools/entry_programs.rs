//! start-kafka and start-zookeeper: what an image runs, given an environment and no Docker.

use milena::kafka::protocol::message::describe_configs::{
    DescribeConfigsRequest, DescribeConfigsResource,
};
use milena::kafka::protocol::message::metadata::{MetadataRequest, MetadataRequestTopic};
use rustix::process::Signal;

use crate::support::folder::Folder;
use crate::support::program::{Process, port_of, run, run_in};
use crate::support::servers::client_at;
use crate::support::wire::Wire;
use crate::support::within;

/// start-zookeeper with the variables of the official image; gives its address.
async fn start_zookeeper(folder: &Folder) -> (Process, String) {
    let (data, logs) = (folder.at("data"), folder.at("datalog"));
    let environment = [
        ("ZOO_DATA_DIR", data.as_str()),
        ("ZOO_DATA_LOG_DIR", &logs),
        ("ZOO_ADMINSERVER_ENABLED", "false"),
        ("ZOO_MAX_CLIENT_CNXNS", "0"),
        ("ZOO_CFG_EXTRA", "clientPort=0 clientPortAddress=127.0.0.1"),
    ];
    let mut zookeeper = Process::start_in("start-zookeeper", &environment);
    let port = port_of(&zookeeper.says("binding to port").await);
    (zookeeper, format!("127.0.0.1:{port}"))
}

/// What stands in the image: a file that the environment goes before.
fn home(folder: &Folder) -> String {
    let config = "broker.id=3\noffsets.topic.replication.factor=1\nlog.dirs=/nowhere\n";
    std::fs::create_dir_all(folder.path().join("config")).expect("a folder");
    folder.write("config/server.properties", config);
    folder.path().to_string_lossy().into_owned()
}

/// The page's environment, but for its ports, which come from the kernel, and its folder.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_environment_of_the_page_makes_its_topic() {
    let folder = Folder::new();
    let (mut zookeeper, zookeeper_address) = start_zookeeper(&folder).await;
    let (home, logs) = (home(&folder), folder.at("kafka-logs"));
    let environment = [
        ("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://localhost:0"),
        ("KAFKA_LISTENERS", "PLAINTEXT://127.0.0.1:0"),
        ("KAFKA_ADVERTISED_HOST_NAME", "127.0.0.1"),
        ("KAFKA_ADVERTISED_PORT", "9092"),
        ("KAFKA_ZOOKEEPER_CONNECT", &zookeeper_address),
        ("KAFKA_CREATE_TOPICS", "javainuse-topic:1:1"),
        ("KAFKA_LOG_DIRS", &logs),
        ("KAFKA_HOME", &home),
        ("KAFKA_VERSION", "2.4.0"),
    ];
    let mut broker = Process::start_in("start-kafka", &environment);
    let configuring = format!("[Configuring] 'advertised.listeners' in '{home}/config/");
    broker.says(&configuring).await;
    broker.says("Excluding KAFKA_HOME from broker config").await;
    broker.says("Excluding KAFKA_VERSION from broker config").await;
    let port = port_of(&broker.says("Awaiting socket connections on").await);
    // No id in the environment: the image has one generated, whatever the file says.
    broker.says("[KafkaServer id=1001] started").await;
    broker.says(&format!("Created log for partition javainuse-topic-0 in {logs}/")).await;

    let address = format!("127.0.0.1:{port}");
    let line = ["--describe", "--bootstrap-server", &address, "--topic", "javainuse-topic"];
    let described = run("kafka-topics", &line, "").await;
    assert!(described.stdout.contains("\tPartitionCount: 1\tReplicationFactor: 1\t"));
    assert!(described.stdout.contains("\tPartition: 0\tLeader: 1001\t"), "{described:?}");
    let all = Wire::connect(port).await.ask(&MetadataRequest::default(), 9).await;
    let told = all.brokers.iter().map(|it| (it.host.as_str(), it.port)).collect::<Vec<_>>();
    assert_eq!(told, [("localhost", i32::from(port))], "where clients are told to go");
    for process in [&mut broker, &mut zookeeper] {
        process.signal(Signal::TERM);
        assert_eq!(process.ended().await.code(), Some(143));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_are_run_and_topics_are_set_apart_as_told() {
    let folder = Folder::new();
    let (zookeeper, zookeeper_address) = start_zookeeper(&folder).await;
    let (home, logs) = (home(&folder), folder.at("kafka-logs"));
    let environment = [
        ("PATH", "/usr/bin:/bin"),
        ("KAFKA_LISTENERS", "PLAINTEXT://127.0.0.1:0"),
        ("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://_{HOSTNAME_COMMAND}:_{PORT_COMMAND}"),
        ("HOSTNAME_COMMAND", "echo localhost"),
        ("PORT_COMMAND", "echo 0"),
        ("BROKER_ID_COMMAND", "expr 3 + 4"),
        ("RACK_COMMAND", "echo r1"),
        ("KAFKA_ZOOKEEPER_CONNECT", &zookeeper_address),
        ("KAFKA_CREATE_TOPICS", "\n plain:1:1\n compacted:3:1:compact\n many:1:2\n"),
        ("KAFKA_CREATE_TOPICS_SEPARATOR", "$'\\n'"),
        ("KAFKA_LOG_DIRS", &logs),
        ("KAFKA_HOME", &home),
    ];
    let mut broker = Process::start_in("start-kafka", &environment);
    let port = port_of(&broker.says("Awaiting socket connections on").await);
    broker.says("[KafkaServer id=7] started").await;
    // The last of them asks for more replicas than there are brokers.
    let said = broker.says("Topic many was not created").await;
    assert!(said.contains("Replication factor: 2 larger than available brokers: 1"), "{said}");

    let mut wire = Wire::connect(port).await;
    let topics = ["plain", "compacted", "many"];
    let topics =
        topics.map(|name| MetadataRequestTopic { name: Some(name.into()), ..Default::default() });
    let topics = Some(topics.into());
    let asked = MetadataRequest { topics, allow_auto_topic_creation: false, ..Default::default() };
    // They are made; the broker hears of it from the controller a moment later.
    let all = within("its topics", async {
        loop {
            let all = wire.ask(&asked, 9).await;
            if all.topics.iter().map(|topic| topic.partitions.len()).eq([1, 3, 0]) {
                return all;
            }
        }
    })
    .await;
    let told = &all.brokers[0];
    let seen = (told.host.as_str(), told.port, told.rack.as_deref());
    assert_eq!(seen, ("localhost", i32::from(port), Some("r1")));
    let resource = DescribeConfigsResource {
        resource_type: 2,
        resource_name: "compacted".to_owned(),
        configuration_keys: Some(vec!["cleanup.policy".to_owned()]),
    };
    let asked = DescribeConfigsRequest { resources: vec![resource], ..Default::default() };
    let described = wire.ask(&asked, 4).await;
    assert_eq!(described.results[0].configs[0].value.as_deref(), Some("compact"));
    broker.kill().await;
    zookeeper.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn environments_that_make_no_broker() {
    let folder = Folder::new();
    let home = home(&folder);
    let zookeeper = ("KAFKA_ZOOKEEPER_CONNECT", "z:2181");
    let host = ("KAFKA_ADVERTISED_HOST_NAME", "h");
    let cases: [(&[(&str, &str)], &str); 7] = [
        (&[host], "ERROR: missing mandatory config: KAFKA_ZOOKEEPER_CONNECT"),
        (
            // Beside a variable that only wurstmeister's image has.
            &[
                zookeeper,
                ("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://h:1"),
                ("HOSTNAME_COMMAND", "true"),
            ],
            "ERROR: Missing environment variable KAFKA_LISTENERS",
        ),
        (&[zookeeper, host, ("KAFKA_CREATE_TOPICS", "a:x:1")], "'a:x:1' is not name:partitions:"),
        (
            &[zookeeper, host, ("BROKER_ID_COMMAND", "exit 3")],
            "BROKER_ID_COMMAND: the command ended with exit status: 3",
        ),
        (&[zookeeper], "KAFKA_ADVERTISED_LISTENERS is required."),
        (
            &[
                zookeeper,
                ("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://h:1"),
                ("KAFKA_PORT", "tcp://10.0.0.1:1"),
            ],
            "KAFKA_PORT is deprecated",
        ),
        (&[("KAFKA_CFG_ZOOKEEPER_CONNECT", "z:2181")], "ALLOW_PLAINTEXT_LISTENER=yes"),
    ];
    for (environment, said) in cases {
        let mut environment = environment.to_vec();
        environment.extend([("KAFKA_HOME", home.as_str()), ("PATH", "/usr/bin:/bin")]);
        let ended = run_in("start-kafka", &environment).await;
        let all = format!("{}{}", ended.stdout, ended.stderr);
        assert!(all.contains(said) && !all.contains("panicked"), "{environment:?}: {all}");
        assert_eq!(ended.code, Some(1), "{environment:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_zookeeper_in_each_dialect() {
    let folder = Folder::new();
    let (mut official, address) = start_zookeeper(&folder).await;
    let (client, _events) = client_at(&address).await;
    client.create_all("/a/b").await.expect("nodes");
    client.close().await;
    official.signal(Signal::TERM);
    assert_eq!(official.ended().await.code(), Some(143));

    // cp-zookeeper over the same folders.
    let (data, logs) = (folder.at("data"), folder.at("datalog"));
    let environment = [
        ("ZOOKEEPER_CLIENT_PORT", "0"),
        ("ZOOKEEPER_CLIENT_PORT_ADDRESS", "127.0.0.1"),
        ("ZOOKEEPER_DATA_DIR", data.as_str()),
        ("ZOOKEEPER_DATA_LOG_DIR", &logs),
        ("ZOOKEEPER_ADMIN_ENABLE_SERVER", "false"),
    ];
    let mut confluent = Process::start_in("start-zookeeper", &environment);
    let port = port_of(&confluent.says("binding to port").await);
    let (client, _events) = client_at(&format!("127.0.0.1:{port}")).await;
    assert!(client.exists("/a/b", false).await.expect("an answer").is_some());
    client.close().await;
    confluent.kill().await;

    let wrong = [("ZOO_TICK_TIME", "soon")];
    let ended = run_in("start-zookeeper", &wrong).await;
    let said = format!("{}{}", ended.stdout, ended.stderr);
    assert!(said.contains("tickTime") && said.contains("soon"), "{said}");
    assert_eq!(ended.code, Some(2));
}
