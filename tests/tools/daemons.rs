//! Servers in the background: `-daemon`, their log files, and how stop programs find them.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::support::folder::Folder;
use crate::support::program::{port_of, run_with, server_properties};
use crate::support::within;

/// A server that has left the test's family; it ends with the test all the same.
struct Daemon(Pid);

impl Daemon {
    /// The process whose command line has the name of its settings, and that command line.
    fn of(file: &str) -> (Daemon, String) {
        let processes = std::fs::read_dir("/proc").expect("the processes");
        let found = processes.flatten().find_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok().and_then(Pid::from_raw)?;
            let line = std::fs::read_to_string(entry.path().join("cmdline")).ok()?;
            line.contains(file).then(|| (Daemon(pid), line.replace('\0', " ")))
        });
        found.expect("a process in the background")
    }

    async fn ended(&self) {
        let folder = format!("/proc/{}", self.0.as_raw_nonzero());
        let status = || std::fs::read_to_string(format!("{folder}/stat")).unwrap_or_default();
        within("the end of a server", async {
            let mut pause = tokio::time::interval(Duration::from_millis(10));
            // Who takes its status may be slow: a zombie has ended, too.
            while !status().is_empty() && !status().contains(") Z ") {
                pause.tick().await;
            }
        })
        .await;
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Mostly it has ended by then.
        let _ = kill_process(self.0, Signal::KILL);
    }
}

/// Waits until a file has a line with `wanted`; gives the line.
async fn logged(file: &str, wanted: &str) -> String {
    within(wanted, async {
        let mut pause = tokio::time::interval(Duration::from_millis(10));
        loop {
            pause.tick().await;
            let text = std::fs::read_to_string(file).unwrap_or_default();
            if let Some(line) = text.lines().find(|line| line.contains(wanted)) {
                return line.to_owned();
            }
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_in_the_background_log_and_are_found() {
    let folder = Folder::new();
    let text = format!(
        "dataDir={}\nclientPort=0\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\n",
        folder.at("zookeeper")
    );
    let zoo_cfg = folder.write("zoo.cfg", &text);
    let zookeeper_logs = folder.at("zookeeper-logs");
    let line = ["-daemon", &zoo_cfg];
    let started = run_with("zookeeper-server-start", &line, &[("LOG_DIR", &zookeeper_logs)]).await;
    assert_eq!((started.stdout.as_str(), started.code), ("", Some(0)), "{started:?}");
    let port = logged(&format!("{zookeeper_logs}/zookeeper.out"), "binding to port").await;
    let (zookeeper, words) = Daemon::of(&zoo_cfg);
    assert!(words.contains("java ") && words.contains("QuorumPeerMain"), "{words}");

    let logs = folder.at("kafka-logs");
    let file = server_properties(&folder, port_of(&port), "");
    let environment = [("LOG_DIR", logs.as_str()), ("EXTRA_ARGS", "-name mine")];
    let started = run_with("kafka-server-start", &["-daemon", &file], &environment).await;
    assert_eq!((started.stdout.as_str(), started.code), ("", Some(0)), "{started:?}");
    let server_log = format!("{logs}/server.log");
    logged(&server_log, "[KafkaServer id=0] started (kafka.server.KafkaServer)").await;
    logged(&format!("{logs}/controller.log"), "[Controller id=0]").await;
    logged(&format!("{logs}/mine.out"), "Awaiting socket connections on").await;
    let (broker, words) = Daemon::of(&file);
    assert!(words.contains("java ") && words.contains(" kafka.Kafka "), "{words}");

    // The stop programs signal all servers of the machine, others' too: with a signal that does no
    // harm to any. One of them may end between being found and being signalled, and that is said.
    for tool in ["kafka-server-stop", "zookeeper-server-stop"] {
        within(tool, async {
            while run_with(tool, &[], &[("SIGNAL", "CONT")]).await.code != Some(0) {}
        })
        .await;
    }
    kill_process(broker.0, Signal::TERM).expect("a broker to stop");
    broker.ended().await;
    logged(&server_log, "[KafkaServer id=0] shut down completed").await;
    assert!(std::fs::exists(folder.at("kafka/.kafka_cleanshutdown")).expect("a look"));
    kill_process(zookeeper.0, Signal::TERM).expect("a server to stop");
    zookeeper.ended().await;
}
