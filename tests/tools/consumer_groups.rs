//! kafka-consumer-groups against groups that are empty, alive, and of the old kind.

use bytes::Bytes;
use milena::zookeeper::jute::Acl;
use milena::zookeeper::jute::record::perms;
use milena::zookeeper::jute::request::CreateMode;
use rustix::process::Signal;

use crate::support::folder::Folder;
use crate::support::program::{Ended, Process, Servers, run};
use crate::support::servers::client_at;

/// Types a line about groups; what it prints, where it says nothing else.
async fn groups(servers: &Servers, line: &str) -> Ended {
    let address = servers.address();
    let mut words = vec!["--bootstrap-server", &address, "--timeout", "30000"];
    words.extend(line.split_whitespace());
    let ended = run("kafka-consumer-groups", &words, "").await;
    assert_eq!(ended.code, Some(0), "{line}: {ended:?}");
    ended
}

/// The same without the padding of columns.
async fn said(servers: &Servers, line: &str) -> Vec<String> {
    let ended = groups(servers, line).await;
    let lines = ended.stdout.lines().filter(|line| !line.is_empty());
    lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

async fn produce(servers: &Servers, topic: &str, input: &str) {
    let address = servers.address();
    let line = ["--bootstrap-server", &address, "--topic", topic, "--property", "parse.key=true"];
    let line = [&line[..], &["--property", "key.separator=:"]].concat();
    let ended = run("kafka-console-producer", &line, input).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

/// A topic of two partitions, three records in the first.
async fn start(folder: &Folder) -> Servers {
    let servers = Servers::start(folder, 0).await;
    let address = servers.address();
    let line = ["--bootstrap-server", &address, "--create", "--topic", "g", "--partitions", "2"];
    let made = run("kafka-topics", &line, "").await;
    assert_eq!(made.code, Some(0), "{made:?}");
    // "a" belongs to partition 0 of two, in every client.
    produce(&servers, "g", "a:1\na:2\na:3\n").await;
    servers
}

async fn consume(servers: &Servers, group: &str) {
    let address = servers.address();
    let line = ["--bootstrap-server", &address, "--topic", "g", "--group", group];
    let more = ["--from-beginning", "--max-messages", "3", "--timeout-ms", "30000"];
    let read = run("kafka-console-consumer", &[&line[..], &more].concat(), "").await;
    assert_eq!(read.stdout, "1\n2\n3\n", "{read:?}");
}

const OFFSETS: &str = "GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG CONSUMER-ID HOST \
                       CLIENT-ID";
const PLAN: &str = "GROUP TOPIC PARTITION NEW-OFFSET";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_group_is_shown_reset_and_deleted() {
    let folder = Folder::new();
    let servers = start(&folder).await;
    assert_eq!(groups(&servers, "--list").await.stdout, "");
    let missing = groups(&servers, "--describe --group nope").await;
    assert_eq!(missing.stdout, "\nError: Consumer group 'nope' does not exist.\n");

    consume(&servers, "grp").await;
    assert_eq!(groups(&servers, "--list").await.stdout, "grp\n");
    assert_eq!(said(&servers, "--list --state empty --type").await[1], "grp Classic Empty");
    assert_eq!(said(&servers, "--list --state Stable").await, ["GROUP STATE"]);
    assert_eq!(said(&servers, "--list --type consumer").await, ["GROUP TYPE"]);
    let described = groups(&servers, "--describe --all-groups").await;
    assert_eq!(described.stderr, "\nConsumer group 'grp' has no active members.\n");
    let lines = said(&servers, "--describe --group grp").await;
    assert_eq!(lines, [OFFSETS, "grp g 0 3 3 0 - - -", "grp g 1 0 0 0 - - -"]);
    let state = said(&servers, "--describe --group grp --state").await;
    assert_eq!(state[1], format!("grp {} (0) Empty 0", servers.address()));

    resets(&servers, &folder).await;

    let forgotten = said(&servers, "--delete-offsets --group grp --topic g:1").await;
    let done = "Request succeed for deleting offsets with topic g group grp";
    assert_eq!(forgotten, [done, "TOPIC PARTITION STATUS", "g 1 Successful"]);
    let lines = said(&servers, "--describe --group grp").await;
    assert_eq!(lines, [OFFSETS, "grp g 0 3 3 0 - - -"]);
    let deleted = groups(&servers, "--delete --group grp").await;
    let done = "Deletion of requested consumer groups ('grp') was successful.\n";
    assert_eq!(deleted.stdout, done);
    let again = said(&servers, "--delete --group grp").await;
    assert_eq!(again[0], "Error: Deletion of some consumer groups failed:");
    assert!(again[1].ends_with("GroupIdNotFoundException: The group id does not exist."));
    servers.kill().await;
}

/// Every way to move the offsets of a group that has read all three records.
async fn resets(servers: &Servers, folder: &Folder) {
    let reset = "--reset-offsets --group grp";
    // What is only planned changes nothing.
    let lines = said(servers, &format!("{reset} --topic g --to-earliest --dry-run")).await;
    assert_eq!(lines, [PLAN, "grp g 0 0", "grp g 1 0"]);
    let export = format!("{reset} --topic g --to-current --export --dry-run");
    assert_eq!(said(servers, &export).await, ["g,0,3", "g,1,0"]);

    // Each from where the one before left it.
    let file = folder.write("plan.csv", "g,0,2\ng,1,0\n");
    let from_file = format!("--from-file {file}");
    let cases = [
        ("--topic g --to-earliest", 0),
        ("--topic g:0 --shift-by 1", 1),
        ("--topic g --to-offset 2", 2),
        ("--all-topics --to-latest", 3),
        ("--topic g --to-datetime 2020-01-01T00:00:00.000", 0),
        (&from_file, 2),
        ("--topic g:0 --shift-by -9", 0),
        ("--topic g:0 --to-offset 9", 3),
        ("--topic g --by-duration PT1H", 0),
        ("--topic g --by-duration PT0S", 3),
    ];
    for (scenario, expected) in cases {
        let shown = said(servers, &format!("{reset} {scenario} --execute")).await;
        let row = format!("grp g 0 {expected}");
        assert!(shown.contains(&row), "{scenario}: {shown:?}");
        let lines = said(servers, "--describe --group grp").await;
        let row = format!("grp g 0 {expected} 3 {} - - -", 3 - expected);
        assert!(lines.contains(&row), "{scenario}: {lines:?}");
    }
    let other = format!("--reset-offsets --group other {from_file} --dry-run");
    assert_eq!(said(servers, &other).await, [PLAN, "other g 0 2", "other g 1 0"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_group_that_lives_is_shown_and_left_alone() {
    let folder = Folder::new();
    let servers = start(&folder).await;
    let address = servers.address();
    let line = ["--bootstrap-server", &address, "--topic", "g", "--group", "live"];
    let more = ["--from-beginning", "--consumer-property", "client.id=c1"];
    let mut consumer = Process::start("kafka-console-consumer", &[&line[..], &more].concat());
    consumer.says("3").await;

    let lines = said(&servers, "--describe --group live").await;
    let fields: Vec<&str> = lines[1].split(' ').collect();
    assert_eq!(fields[..3], ["live", "g", "0"], "{lines:?}");
    assert_eq!(fields[4], "3", "{lines:?}");
    assert!(fields[6].starts_with("c1-"), "{lines:?}");
    assert_eq!(fields[7..], ["/127.0.0.1", "c1"], "{lines:?}");
    let members = said(&servers, "--describe --group live --members --verbose").await;
    assert!(members[1].ends_with(" /127.0.0.1 c1 2 g(0,1)"), "{members:?}");
    let state = said(&servers, "--describe --group live --state").await;
    assert_eq!(state[1], format!("live {address} (0) range Stable 1"));
    let json = groups(&servers, "--describe --group live --output json").await.stdout;
    assert!(json.starts_with("{\"group\":\"live\",\"topic\":\"g\",\"partition\":0,"), "{json}");

    let refused = said(&servers, "--reset-offsets --group live --all-topics --to-latest --execute");
    let complaint = "Error: Assignments can only be reset if the group 'live' is inactive, but the \
                     current state is Stable.";
    assert_eq!(refused.await, [complaint, PLAN]);
    let refused = said(&servers, "--delete --group live").await;
    assert!(refused[1].ends_with("GroupNotEmptyException: The group is not empty."));
    let refused = said(&servers, "--delete-offsets --group live --topic g").await;
    let complaint = "Error: Encounter some partition level error, see the follow-up details:";
    assert_eq!(refused[..2], [complaint, "TOPIC PARTITION STATUS"], "{refused:?}");

    consumer.signal(Signal::INT);
    consumer.ended().await;
    let state = said(&servers, "--describe --group live --state").await;
    assert_eq!(state[1], format!("live {address} (0) Empty 0"));
    servers.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_of_old_consumers_are_found_in_zookeeper() {
    let folder = Folder::new();
    let servers = start(&folder).await;
    let (keeper, _events) = client_at(&servers.zookeeper_address()).await;
    for (path, data) in [
        ("/consumers/old/ids", ""),
        ("/consumers/old/offsets/g", ""),
        ("/consumers/old/owners/g", ""),
    ] {
        keeper.create_all(path).await.expect(data);
    }
    let leaf = async |path: &str, data: &'static str| {
        let acl = [Acl::world(perms::ALL)];
        let data = Some(Bytes::from_static(data.as_bytes()));
        keeper.create(path, data, &acl, CreateMode::Persistent).await.expect("a node");
    };
    leaf("/consumers/old/offsets/g/0", "1").await;
    leaf("/consumers/old/owners/g/0", "old_host-0").await;
    leaf("/consumers/old/ids/old_host", "{}").await;

    let address = servers.zookeeper_address();
    let old = async |line: &str| {
        let mut words = vec!["--zookeeper", &address];
        words.extend(line.split_whitespace());
        let ended = run("kafka-consumer-groups", &words, "").await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        let lines = ended.stdout.lines();
        lines.map(|it| it.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    assert_eq!(old("--list").await, ["old"]);
    let head = "GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG OWNER";
    let lines = old("--describe --group old").await;
    assert_eq!(lines, [head, "old g 0 1 3 2 old_host-0", "old g 1 unknown 0 unknown none"]);
    let lines = old("--delete --group old").await;
    assert_eq!(lines, ["Delete for group old failed because its consumers are still active."]);
    keeper.delete("/consumers/old/ids/old_host", -1).await.expect("a node");
    let lines = old("--delete --group old --group none").await;
    let done = "Deleted all consumer group information for group old in zookeeper.";
    let missing = "Delete for group none failed because group does not exist.";
    assert_eq!(lines, [done, missing]);
    assert_eq!(
        old("--describe --group old").await,
        ["No topic available for consumer group provided"]
    );
    assert_eq!(old("--list").await, [] as [&str; 0]);
    keeper.close().await;
    servers.kill().await;
}
