//! kafka-topics beyond the page: what is said twice, refused, left out, or given as JSON.

use crate::support::folder::Folder;
use crate::support::program::{Ended, Servers, run};

async fn topics(servers: &Servers, line: &str) -> Ended {
    let address = servers.address();
    let mut words = vec!["--bootstrap-server", &address];
    words.extend(line.split_whitespace());
    run("kafka-topics", &words, "").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn topics_are_made_shown_and_refused() {
    let folder = Folder::new();
    let servers = Servers::start(&folder, 0).await;
    let made =
        topics(&servers, "--create --topic a --partitions 2 --config cleanup.policy=compact");
    assert_eq!(made.await.stdout, "Created topic a.\n");
    let made = topics(&servers, "--create --topic b --replica-assignment 0,0,0").await;
    assert_eq!(made.stdout, "Created topic b.\n");
    let again = topics(&servers, "--create --topic a --if-not-exists").await;
    assert_eq!((again.stdout.as_str(), again.code), ("", Some(0)));
    for (line, said) in [
        ("--alter --topic a --partitions 1", "Topic currently has 2 partitions, which is higher"),
        ("--delete --topic absent", "Topic 'absent' does not exist as expected"),
        ("--describe --topic absent", "Topic 'absent' does not exist as expected"),
        ("--create --topic a/b", "Topic name is invalid: 'a/b' contains"),
        ("--create --topic c --config retention.ms=soon", "Invalid value soon"),
        ("--create --topic c --replication-factor 3", "larger than available brokers: 1"),
    ] {
        let refused = topics(&servers, line).await;
        assert!(refused.stdout.contains("Error while executing topic command : "), "{refused:?}");
        assert!(refused.stdout.contains(said), "{line}: {refused:?}");
        assert_eq!(refused.code, Some(1), "{line}");
    }
    let quiet = topics(&servers, "--delete --topic absent --if-exists").await;
    assert_eq!((quiet.stdout.as_str(), quiet.code), ("", Some(0)));

    let listed = topics(&servers, "--list --output json").await;
    assert_eq!(listed.stdout, "{\"topic\":\"a\"}\n{\"topic\":\"b\"}\n");
    let described = topics(&servers, "--describe --topic a --output json").await;
    let one = "{\"partition\":1,\"leader\":0,\"replicas\":[0],\"isr\":[0],";
    assert!(described.stdout.starts_with("{\"topic\":\"a\",\"topic_id\":\""), "{described:?}");
    assert!(described.stdout.contains(one) && described.stdout.lines().count() == 1);
    let overridden = topics(&servers, "--describe --topics-with-overrides").await;
    assert_eq!(overridden.stdout.lines().count(), 1, "{overridden:?}");
    assert!(overridden.stdout.contains("Configs: cleanup.policy=compact"), "{overridden:?}");
    for line in ["--describe --under-replicated-partitions", "--describe --unavailable-partitions"]
    {
        let none = topics(&servers, line).await;
        assert_eq!((none.stdout.as_str(), none.code), ("", Some(0)), "{line}");
    }
    servers.kill().await;
}
