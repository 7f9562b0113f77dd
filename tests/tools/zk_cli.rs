//! zkCli and zookeeper-shell against a server.

use crate::support::folder::Folder;
use crate::support::program::{Ended, run};
use crate::support::servers;

async fn typed(address: &str, commands: &[&str]) -> Ended {
    run("zkCli", &["-server", address], &format!("{}\n", commands.join("\n"))).await
}

/// What follows the greeting and the first event.
fn said(ended: &Ended) -> &str {
    let greeting = "WatchedEvent state:SyncConnected type:None path:null zxid: -1\n";
    ended.stdout.split_once(greeting).unwrap_or_else(|| panic!("no session: {ended:?}")).1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_command_is_done_and_its_outcome_is_the_exit_code() {
    let folder = Folder::new();
    let zookeeper = servers::zookeeper(folder.path()).await;
    let address = zookeeper.address().to_string();
    let greeting = format!(
        "Connecting to {address}\n\nWATCHER::\n\nWatchedEvent state:SyncConnected type:None \
         path:null\n"
    );
    let cases: &[(&str, &str, &str, i32)] = &[
        ("create /a one", "", "Created /a\n", 0),
        ("get /a", "one\n", "", 0),
        ("create /a one", "", "Node already exists: /a\n", 1),
        ("create -s /a/s- x", "", "Created /a/s-0000000000\n", 0),
        ("create -c /a/c", "", "Created /a/c\n", 0),
        ("ls /a", "[c, s-0000000000]\n", "", 0),
        ("ls -R /a", "/a\n/a/c\n/a/s-0000000000\n", "", 0),
        ("get /a/c", "null\n", "", 0),
        ("set /a two -v 7", "", "version No is not valid : /a\n", 1),
        ("delete /a", "", "Node not empty: /a\n", 1),
        ("getAcl /a", "'world,'anyone\n: cdrwa\n", "", 0),
        ("getAllChildrenNumber /a", "2\n", "", 0),
        ("deleteall /a", "", "", 0),
        ("get /a", "", "Node does not exist: /a\n", 1),
        ("ls", "", "ls [-s] [-w] [-R] path\n", 1),
        ("ls a", "", "Path must start with / character\n", 1),
        ("sync /", "Sync is OK\n", "", 0),
    ];
    for (command, stdout, stderr, code) in cases {
        let mut line = vec![address.as_str()];
        line.extend(command.split(' '));
        let ended = run("zookeeper-shell", &line, "").await;
        let expected = (format!("{greeting}{stdout}"), (*stderr).to_owned(), Some(*code));
        assert_eq!((ended.stdout, ended.stderr, ended.code), expected, "{command}");
    }
    zookeeper.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn access_is_given_and_refused() {
    let folder = Folder::new();
    let zookeeper = servers::zookeeper(folder.path()).await;
    let address = zookeeper.address().to_string();
    let commands = [
        "addauth digest u:p",
        "create /mine x auth::cdrwa,world:anyone:r",
        "getAcl /mine",
        "setAcl /mine junk",
        "setAcl -R /mine auth::a",
        "get /mine",
        "whoami",
    ];
    let ended = typed(&address, &commands).await;
    let expected = "'digest,'u:Jq7wMyA/w2Vd5WIDAKdu4OIIFEQ=\n: cdrwa\n'world,'anyone\n: r\n\
                    Auth scheme: User\nip: 127.0.0.1\ndigest: u\n";
    assert_eq!(said(&ended), expected, "{ended:?}");
    let expected = "Created /mine\njunk does not have the form scheme:id:perm\n\
                    Acl is not valid : null\nInsufficient permission : /mine\n";
    assert_eq!((ended.stderr.as_str(), ended.code), (expected, Some(0)));
    zookeeper.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quotas_are_set_shown_and_lifted() {
    let folder = Folder::new();
    let zookeeper = servers::zookeeper(folder.path()).await;
    let address = zookeeper.address().to_string();
    let commands = [
        "create /q xx",
        "create /q/a",
        "setquota -n 10 /q",
        "setquota -B 1 /q",
        "listquota /q",
        "setquota -n 5 /q/a",
        "setquota -n 0 /q",
        "delquota -n /q",
        "listquota /q",
        "delquota /q",
        "delquota /q",
        "ls /zookeeper/quota",
    ];
    let ended = typed(&address, &commands).await;
    let expected = "[Warning]: the bytes quota you create is less than the existing bytes:2\n\
                    Output quota for /q count=10,bytes=-1=;byteHardLimit=1;countHardLimit=-1\n\
                    Output stat for /q count=2,bytes=2\n\
                    Output quota for /q count=-1,bytes=-1=;byteHardLimit=1;countHardLimit=-1\n\
                    Output stat for /q count=2,bytes=2\n\
                    Quota does not exist for /q\n[]\n";
    assert_eq!(said(&ended), expected, "{ended:?}");
    let path = "absolute path is /zookeeper/quota/q/zookeeper_limits";
    let expected = format!(
        "Created /q\nCreated /q/a\n{path}\n/q/a has a parent /q which has a quota\n\
         the num quota must be greater than zero\n{path}\n"
    );
    assert_eq!(ended.stderr, expected);
    zookeeper.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn watches_are_shown_before_what_comes_after_them() {
    let folder = Folder::new();
    let zookeeper = servers::zookeeper(folder.path()).await;
    let address = zookeeper.address().to_string();
    let commands = [
        "create /w one",
        "addWatch -m PERSISTENT /w",
        "set /w two",
        "printwatches off",
        "set /w three",
        "printwatches on",
        "removewatches /w",
        "set /w four",
        "removewatches /w -d",
        "create -e /w/e",
        "getEphemerals /w",
        "close",
        "ls /",
        "connect",
        "ls /w",
        "bogus",
        "quit",
    ];
    let ended = typed(&address, &commands).await;
    let event = |state: &str, kind: &str, path: &str, zxid: i64| {
        format!("\nWATCHER::\n\nWatchedEvent state:{state} type:{kind} path:{path} zxid: {zxid}\n")
    };
    let expected = [
        event("SyncConnected", "NodeDataChanged", "/w", 3),
        "[/w/e]\n".to_owned(),
        event("Closed", "None", "null", -1),
        "Not connected\n".to_owned(),
        event("SyncConnected", "None", "null", -1),
        "[]\n".to_owned(),
        event("Closed", "None", "null", -1),
    ];
    assert_eq!(said(&ended), expected.concat(), "{ended:?}");
    assert!(ended.stderr.contains("KeeperErrorCode = No such watcher for /w\nCreated /w/e\n"));
    assert!(ended.stderr.ends_with("Command not found: Command not found bogus\n"), "{ended:?}");
    assert_eq!(ended.code, Some(127), "that of the command before quit");
    zookeeper.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chroot_is_the_root() {
    let folder = Folder::new();
    let zookeeper = servers::zookeeper(folder.path()).await;
    let address = zookeeper.address().to_string();
    let ended = typed(&address, &["create /kafka", "create /kafka/t a"]).await;
    assert_eq!(
        (ended.stderr.as_str(), ended.code),
        ("Created /kafka\nCreated /kafka/t\n", Some(0))
    );
    let below = format!("{address}/kafka");
    let ended = typed(&below, &["ls -R /", "config", "reconfig -remove 1", "get -x /t"]).await;
    let dump = "+--------+-------------------------------------------------+----------------+";
    assert!(said(&ended).starts_with("/\n/t\n"), "{ended:?}");
    let row = format!("|00000000| 61{}|a{}|\n{dump}\n", " ".repeat(46), " ".repeat(15));
    assert!(said(&ended).ends_with(&row), "{ended:?}");
    assert!(ended.stderr.starts_with("KeeperErrorCode = "), "{ended:?}");
    zookeeper.stop().await;
}
