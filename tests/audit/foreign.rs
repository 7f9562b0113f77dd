//! Clients that others wrote, as part of the load: `tests/foreign/load.py`, which keeps its own
//! books and audits them itself.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use milena::kafka::client::Options;
use milena::kafka::client::admin::{Admin, NewTopic};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use super::brokers::BROKERS;
use crate::support::load::{Error, PARTITIONS, TOPIC};

/// The clients there are.
const CLIENTS: [&str; 2] = ["confluent-kafka", "kafka-python"];
/// How long a client may take until it has written something.
const WITHIN: Duration = Duration::from_secs(120);
/// How long its audit may take: it reads everything, on a busy machine.
const AUDITED_WITHIN: Duration = Duration::from_secs(1_800);

/// A client that works.
struct Working {
    name: &'static str,
    child: Child,
    /// How many times it has said that it goes on.
    beats: Arc<AtomicU64>,
    /// Its last line.
    reading: JoinHandle<String>,
}

/// All of them; none where there is no Python.
pub struct Foreign(Vec<Working>);

impl Foreign {
    /// Creates a topic for each, and starts them.
    pub async fn start(
        python: Option<&Path>,
        options: &Options,
        bootstrap: &str,
    ) -> Result<Foreign, Error> {
        let mut all = Vec::new();
        for name in CLIENTS {
            let Some(python) = python else { break };
            let topic = format!("{TOPIC}-{name}");
            let new = NewTopic {
                name: topic.clone(),
                partitions: Some(PARTITIONS),
                replication_factor: Some(i16::try_from(BROKERS)?),
                ..NewTopic::default()
            };
            for (_, made) in Admin::new(options.clone()).create_topics(&[new], false).await? {
                made?;
            }
            all.push(begin(python, name, bootstrap, &topic)?);
        }
        Ok(Foreign(all))
    }

    /// Waits until each has had something acknowledged.
    pub async fn go_on(&self) -> Result<(), Error> {
        for Working { name, beats, reading, .. } in &self.0 {
            let before = beats.load(Ordering::Acquire);
            let beating = async {
                // A line that came may have been under way before: two are proof.
                while beats.load(Ordering::Acquire) < before + 2 && !reading.is_finished() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            };
            let goes = tokio::time::timeout(WITHIN, beating).await;
            if goes.is_err() || reading.is_finished() {
                return Err(format!("{name} does not go on").into());
            }
        }
        Ok(())
    }

    /// Ends their work and has them look for what they wrote.
    pub async fn stop(self) -> Result<(), Error> {
        for Working { name, mut child, reading, .. } in self.0 {
            drop(child.stdin.take());
            let ended = tokio::time::timeout(AUDITED_WITHIN, child.wait()).await;
            let ended = ended.map_err(|_| format!("{name} comes to no end"))??;
            let last = reading.await?;
            if !ended.success() {
                return Err(format!("{name}: {last}").into());
            }
            println!("  {name}: {last}");
        }
        Ok(())
    }
}

fn begin(
    python: &Path,
    name: &'static str,
    bootstrap: &str,
    topic: &str,
) -> Result<Working, Error> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("foreign/load.py");
    let mut command = Command::new(python);
    command.arg(script).args([name, bootstrap, topic, &PARTITIONS.to_string()]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn()?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    let beats = Arc::new(AtomicU64::new(0));
    let counted = beats.clone();
    let reading = tokio::spawn(async move {
        let mut last = String::new();
        while let Ok(Some(line)) = lines.next_line().await {
            last = line;
            counted.fetch_add(1, Ordering::AcqRel);
        }
        last
    });
    Ok(Working { name, child, beats, reading })
}
