//! zkServer and the programs around it: a server is initialized, started, asked, stopped, and what
//! it left is shown, repaired and cleaned up.

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::support::folder::Folder;
use crate::support::program::{Ended, run, run_with};
use crate::support::{servers, within};

/// A server in the background; it ends with the test.
struct Background(Pid);

impl Drop for Background {
    fn drop(&mut self) {
        // Mostly it has ended by then.
        let _ = kill_process(self.0, Signal::KILL);
    }
}

fn pid_of(file: &str) -> Pid {
    let text = std::fs::read_to_string(file).expect("a pid file");
    text.parse().ok().and_then(Pid::from_raw).expect("a process id")
}

async fn asked(folder: &Folder, line: &[&str]) -> Ended {
    let logs = folder.at("logs");
    let environment = [
        ("ZOOCFGDIR", folder.path().to_str().expect("a path")),
        ("ZOO_LOG_DIR", logs.as_str()),
        ("USER", "me"),
        ("HOSTNAME", "here"),
        ("SERVER_JVMFLAGS", "-Xmx1g -Dzookeeper.4lw.commands.whitelist=ruok"),
    ];
    run_with("zkServer", line, &environment).await
}

fn using(folder: &Folder) -> String {
    format!("Using config: {}\n", folder.at("zoo.cfg"))
}

/// A port nobody has, for a server whose port must be in its file.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its address").port()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_is_initialized_started_asked_and_stopped() {
    let folder = Folder::new();
    let port = free_port();
    let data = folder.at("data");
    let text = format!(
        "dataDir={data}\nclientPort={port}\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\n"
    );
    let file = folder.write("zoo.cfg", &text);
    let made = run("zkServer-initialize", &[&format!("--configfile={file}")], "").await;
    let expected =
        format!("No myid provided, be sure to specify it in {data}/myid if using non-standalone\n");
    assert_eq!((made.stdout, made.code), (expected, Some(0)));

    let contact =
        format!("Client port found: {port}. Client address: 127.0.0.1. Client SSL: false.\n");
    let ended = asked(&folder, &["status"]).await;
    let expected = format!("{contact}Error contacting service. It is probably not running.\n");
    assert_eq!((ended.stdout, ended.stderr, ended.code), (expected, using(&folder), Some(1)));
    let pid_file = folder.at("data/zookeeper_server.pid");
    let ended = asked(&folder, &["stop"]).await;
    let none =
        format!("Stopping zookeeper ... no zookeeper to stop (could not find file {pid_file})\n");
    assert_eq!((ended.stdout, ended.code), (none, Some(0)));

    let started = asked(&folder, &["start"]).await;
    assert_eq!(
        (started.stdout.as_str(), started.code),
        ("Starting zookeeper ... STARTED\n", Some(0))
    );
    assert_eq!(started.stderr, format!("{}There is no JVM; ignored: -Xmx1g\n", using(&folder)));
    let server = Background(pid_of(&pid_file));
    let output = folder.at("logs/zookeeper-me-server-here.out");
    let output = std::fs::read_to_string(output).expect("its output");
    assert!(output.contains(&format!("binding to port 127.0.0.1:{port}")), "{output}");
    let ended = asked(&folder, &["start", "zoo.cfg"]).await;
    let there = format!(
        "Starting zookeeper ... already running as process {}.\n",
        server.0.as_raw_nonzero()
    );
    assert_eq!((ended.stdout, ended.code), (there, Some(1)));
    let ended = asked(&folder, &["status"]).await;
    let expected = format!("{contact}Mode: standalone\n");
    assert_eq!((ended.stdout, ended.code), (expected.clone(), Some(0)));
    let words = servers::word("127.0.0.1", port, "ruok").await;
    assert_eq!(words.as_deref(), Some("imok"), "from the whitelist of SERVER_JVMFLAGS");

    let ended = asked(&folder, &["restart"]).await;
    let expected_restart = "Stopping zookeeper ... STOPPED\nStarting zookeeper ... STARTED\n";
    assert_eq!(
        (ended.stdout.as_str(), ended.code),
        (expected_restart, Some(0)),
        "{}",
        ended.stderr
    );
    let second = Background(pid_of(&pid_file));
    assert_ne!(server.0, second.0);
    assert_eq!(asked(&folder, &["status"]).await.stdout, expected);
    let ended = asked(&folder, &["stop"]).await;
    assert_eq!((ended.stdout.as_str(), ended.code), ("Stopping zookeeper ... STOPPED\n", Some(0)));
    assert!(!std::fs::exists(&pid_file).expect("a look"));
    within("the end of a process", async {
        let mut pause = tokio::time::interval(std::time::Duration::from_millis(10));
        // A container's first process may be slow to take notice of an orphan that has ended.
        let stat = format!("/proc/{}/stat", second.0.as_raw_nonzero());
        while test_kill_process(second.0).is_ok()
            && !std::fs::read_to_string(&stat).is_ok_and(|stat| stat.contains(") Z "))
        {
            pause.tick().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_that_fails_says_where_the_reason_is() {
    let folder = Folder::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("its address").port();
    let text = format!(
        "dataDir={}\nclientPort={port}\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\n",
        folder.at("data")
    );
    folder.write("zoo.cfg", &text);
    let ended = asked(&folder, &["start"]).await;
    let expected = "Starting zookeeper ... FAILED TO START\n";
    assert_eq!((ended.stdout.as_str(), ended.code), (expected, Some(1)));
    let output = folder.at("logs/zookeeper-me-server-here.out");
    assert!(ended.stderr.contains(&format!("the server has ended; {output} says why")));
    let output = std::fs::read_to_string(output).expect("its output");
    assert!(output.contains("cannot bind to client port"), "{output}");
    let environment = [
        ("ZOOCFGDIR", folder.path().to_str().expect("a path")),
        ("ZOO_DATADIR_AUTOCREATE_DISABLE", "1"),
    ];
    std::fs::remove_dir_all(folder.at("data")).expect("a folder to go");
    let ended = run_with("zkServer", &["start-foreground"], &environment).await;
    let expected = format!(
        "ZooKeeper data directory is missing at {} fix the path or run initialize\n",
        folder.at("data")
    );
    assert_eq!((ended.stdout, ended.code), (expected, Some(1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_left_is_shown_and_cleaned_up() {
    let folder = Folder::new();
    let zookeeper = servers::zookeeper(folder.path()).await;
    let address = zookeeper.address().to_string();
    let commands = "create /a one\nset /a two\ncreate -e /e x\nquit\n";
    run("zkCli", &["-server", &address], commands).await;
    zookeeper.stop().await;
    let log = folder.at("zookeeper/version-2/log.1");
    let shown = run("zkTxnLogToolkit", &[&log], "").await;
    assert_eq!((shown.stderr.as_str(), shown.code), ("", Some(0)));
    let lines: Vec<&str> = shown.stdout.lines().collect();
    assert_eq!(lines[0], "ZooKeeper Transactional Log File with dbid 0 txnlog format version 2");
    let whats = [
        " cxid 0x0 zxid 0x1 createSession 30000",
        " cxid 0x1 zxid 0x2 create /a,one,[31,s{'world,'anyone}",
        "],false,1",
        " cxid 0x2 zxid 0x3 setData /a,two,1",
        " cxid 0x3 zxid 0x4 create /e,x,[31,s{'world,'anyone}",
        "],true,2",
        " cxid 0x4 zxid 0x5 closeSession v{'/e}",
        "EOF reached after 5 txns.",
    ];
    assert_eq!(lines.len(), whats.len() + 1, "{lines:?}");
    for (line, what) in lines[1..].iter().zip(whats) {
        assert!(line.ends_with(what), "{line}");
    }
    // The next life begins with a snapshot of what this one left.
    let snapshot = folder.at("zookeeper/version-2/snapshot.0");
    let shown = run("zkSnapShotToolkit", &[&snapshot], "").await;
    assert_eq!((shown.stderr.as_str(), shown.code), ("", Some(0)));
    assert!(shown.stdout.starts_with("ZNode Details (count=5):\n----\n/\n"), "{}", shown.stdout);

    let text = format!("dataDir={}\nclientPort=0\n", folder.at("zookeeper"));
    folder.write("zoo.cfg", &text);
    for zxid in 1..6 {
        let copy = folder.at(&format!("zookeeper/version-2/snapshot.{zxid}"));
        std::fs::copy(&snapshot, copy).expect("a copy");
    }
    let config = ["--config", folder.path().to_str().expect("a path"), "-n", "4"];
    let ended = run("zkCleanup", &config, "").await;
    let gone: Vec<&str> =
        ended.stdout.lines().filter_map(|line| line.rsplit('\t').next()).collect();
    let expected = [folder.at("zookeeper/version-2/snapshot.1"), snapshot.clone()];
    assert_eq!(gone, expected, "{ended:?}");
    assert!(ended.stdout.starts_with("Removing file: "), "{ended:?}");
    assert_eq!(ended.code, Some(0));
}
