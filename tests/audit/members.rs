//! The ZooKeeper servers of a cluster, each a process: ours or Apache's, alone or voting.

use std::fmt;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::Command;

use super::process::{Place, Process, WITHIN};
use crate::support::load::Error;

/// Whose servers they are, how many, and where.
#[derive(Clone, Debug)]
pub enum Kind {
    /// One of ours.
    One,
    /// Three of ours, which vote.
    Three,
    /// The same, each inside the process of a broker.
    Inside,
    /// Three of Apache's, from a folder of jars.
    Apache(PathBuf),
}

impl Kind {
    /// As it is typed: `one`, `three`, `inside`, or a folder of jars.
    pub fn named(name: &str) -> Kind {
        match name {
            "one" => Kind::One,
            "three" => Kind::Three,
            "inside" => Kind::Inside,
            jars => Kind::Apache(PathBuf::from(jars)),
        }
    }

    /// How many servers that is.
    pub fn size(&self) -> usize {
        match self {
            Kind::One => 1,
            Kind::Three | Kind::Inside | Kind::Apache(_) => 3,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Kind::One => f.write_str("one ZooKeeper of ours"),
            Kind::Three => f.write_str("three ZooKeepers of ours"),
            Kind::Inside => f.write_str("three ZooKeepers of ours inside the brokers"),
            Kind::Apache(jars) => write!(f, "three ZooKeepers from {}", jars.display()),
        }
    }
}

/// A server: where it is, and its process where it has one of its own.
#[derive(Debug)]
struct Member {
    place: Place,
    client: u16,
    quorum: u16,
    election: u16,
    process: Option<Process>,
}

/// All of them.
#[derive(Debug)]
pub struct Members {
    pub kind: Kind,
    folder: PathBuf,
    members: Vec<Member>,
}

/// Ports that are free on an address: servers must come back where their peers know them to be.
pub fn free_ports<const N: usize>(host: &str) -> Result<[u16; N], Error> {
    let mut held = Vec::new();
    let mut ports = [0; N];
    for port in &mut ports {
        let listener = TcpListener::bind((host, 0))?;
        *port = listener.local_addr()?.port();
        held.push(listener);
    }
    Ok(ports)
}

impl Members {
    /// Servers that do not run yet, in these places; each finds its files written.
    pub fn new(kind: Kind, folder: &Path, places: &[Place]) -> Result<Members, Error> {
        let mut members = Vec::new();
        for place in places.iter().take(kind.size()) {
            // In a namespace of its own every port is free.
            let ports = match place.namespace {
                Some(_) => [2181, 2888, 3888],
                None => free_ports(&place.host)?,
            };
            let [client, quorum, election] = ports;
            members.push(Member { place: place.clone(), client, quorum, election, process: None });
        }
        let members = Members { kind, folder: folder.to_owned(), members };
        for index in 0..members.len() {
            members.write(index)?;
        }
        Ok(members)
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Where a server's settings are.
    pub fn file(&self, index: usize) -> PathBuf {
        self.folder.join(format!("zoo-{index}.cfg"))
    }

    fn write(&self, index: usize) -> Result<(), Error> {
        let data = self.folder.join(format!("zookeeper-{index}"));
        fs::create_dir_all(&data)?;
        fs::write(data.join("myid"), format!("{index}\n"))?;
        let member = &self.members[index];
        let mut text = format!(
            "dataDir={}\nclientPort={}\nclientPortAddress={}\ntickTime=500\ninitLimit=20\n\
             syncLimit=5\nmaxClientCnxns=0\nadmin.enableServer=false\n4lw.commands.whitelist=*\n",
            data.display(),
            member.client,
            member.place.host
        );
        if self.len() > 1 {
            for (id, Member { place, quorum, election, .. }) in self.members.iter().enumerate() {
                text += &format!("server.{id}={}:{quorum}:{election}\n", place.host);
            }
        }
        Ok(fs::write(self.file(index), text)?)
    }

    /// Where clients find a server.
    pub fn address(&self, index: usize) -> String {
        format!("{}:{}", self.members[index].place.host, self.members[index].client)
    }

    /// Where clients find them.
    pub fn connect(&self) -> String {
        (0..self.len()).map(|index| self.address(index)).collect::<Vec<_>>().join(",")
    }

    /// The command of a server, which Apache's is told how much to log.
    fn command(&self, index: usize) -> Result<Command, Error> {
        let place = &self.members[index].place;
        let mut command = match &self.kind {
            Kind::Apache(jars) => {
                let levels = self.folder.join("logback.xml");
                let text = "<configuration><appender name=\"out\" \
                     class=\"ch.qos.logback.core.ConsoleAppender\"><encoder><pattern>\
                     %d %p %m %c%n</pattern></encoder></appender><root level=\"INFO\">\
                     <appender-ref ref=\"out\"/></root></configuration>\n";
                fs::write(&levels, text)?;
                let mut command = place.java(jars);
                command.arg(format!("-Dlogback.configurationFile={}", levels.display()));
                command.arg("org.apache.zookeeper.server.quorum.QuorumPeerMain");
                command
            }
            _ => {
                let mut command = place.ours("zookeeper-server-start")?;
                command.env("LOG_DIR", self.folder.join("logs"));
                command
            }
        };
        command.arg(self.file(index));
        Ok(command)
    }

    /// Starts a server that has a process of its own; others may have to come before it serves.
    pub fn begin(&mut self, index: usize) -> Result<(), Error> {
        let name = format!("zookeeper-{index}");
        let log = self.folder.join(format!("{name}.log"));
        let process = Process::start(&name, self.command(index)?, &log)?;
        self.members[index].process = Some(process);
        Ok(())
    }

    /// The processes of some servers.
    pub fn processes(&mut self, which: &[usize]) -> Vec<&mut Option<Process>> {
        let all = self.members.iter_mut().enumerate();
        let some = all.filter(|(index, _)| which.contains(index));
        some.map(|(_, member)| &mut member.process).collect()
    }

    /// The answer to a four-letter word.
    pub async fn word(&self, index: usize, word: &str) -> Option<String> {
        let asking = async {
            let mut stream = TcpStream::connect(self.address(index)).await.ok()?;
            stream.write_all(word.as_bytes()).await.ok()?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.ok()?;
            Some(answer)
        };
        tokio::time::timeout(Duration::from_secs(2), asking).await.ok().flatten()
    }

    /// What a server says it is.
    pub async fn mode(&self, index: usize) -> Option<String> {
        let text = self.word(index, "srvr").await?;
        let line = text.lines().find_map(|line| line.strip_prefix("Mode: "))?;
        Some(line.to_owned())
    }

    /// Waits until all serve, one of them as the leader; gives that one.
    pub async fn leader(&mut self) -> Result<usize, Error> {
        let until = Instant::now() + WITHIN;
        loop {
            let (mut leaders, mut others) = (Vec::new(), 0);
            let mut modes = Vec::new();
            for index in 0..self.len() {
                let mode = self.mode(index).await;
                match mode.as_deref() {
                    Some("leader" | "standalone") => leaders.push(index),
                    Some("follower") => others += 1,
                    _ => {}
                }
                modes.push(mode);
                if let Some(process) = &mut self.members[index].process {
                    process.runs()?;
                }
            }
            match leaders[..] {
                [leader] if others + 1 == self.len() => return Ok(leader),
                _ if Instant::now() > until => {
                    return Err(format!("no quorum that is full: {modes:?}").into());
                }
                // Nobody tells when a role begins.
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    }

    /// Stops those that have a process of their own.
    pub async fn stop(&mut self) -> Result<(), Error> {
        for member in &mut self.members {
            if let Some(process) = member.process.take() {
                process.stop().await?;
            }
        }
        Ok(())
    }
}
