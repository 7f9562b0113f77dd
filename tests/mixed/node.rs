//! Servers as processes: ours, or Apache Kafka's from a folder of its jars, over the same folders.

use std::fmt;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use super::load::Error;

/// How long a server may take to start or to stop: a JVM on a busy machine takes its time.
const WITHIN: Duration = Duration::from_secs(120);

/// Whose server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Make {
    Ours,
    Apache,
}

impl fmt::Display for Make {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Make::Ours => "ours",
            Make::Apache => "theirs",
        })
    }
}

/// Where programs and jars lie, and where servers may write.
#[derive(Clone, Debug)]
pub struct Places {
    /// The folder of our programs.
    pub programs: PathBuf,
    /// The folder of Kafka's jars.
    pub jars: PathBuf,
    pub scratch: PathBuf,
}

/// A server that runs. It is killed when this is dropped.
pub struct Process {
    name: String,
    child: Child,
    /// What it prints, until nobody is interested any more.
    lines: Option<Lines<BufReader<ChildStdout>>>,
    /// Where all of that is kept.
    log: File,
}

impl Process {
    fn start(name: String, mut command: Command, log: &Path) -> Result<Process, Error> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        command.kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| format!("{name}: {error}"))?;
        let stdout = child.stdout.take().ok_or("no output")?;
        let log = File::options().create(true).append(true).open(log)?;
        Ok(Process { name, child, lines: Some(BufReader::new(stdout).lines()), log })
    }

    /// Reads what it prints up to a line that has `wanted`.
    async fn says(&mut self, wanted: &str) -> Result<String, Error> {
        let mut last = String::new();
        let lines = self.lines.as_mut().ok_or("nobody reads what it prints")?;
        let reading = async {
            while let Some(line) = lines.next_line().await? {
                writeln!(self.log, "{line}")?;
                if line.contains(wanted) {
                    return Ok::<_, Error>(line);
                }
                last = line;
            }
            Err(format!("it ended after '{last}'").into())
        };
        let said = tokio::time::timeout(WITHIN, reading).await;
        said.map_err(|_| Error::from("it took too long"))
            .and_then(|said| said)
            .map_err(|error| format!("{} never said '{wanted}': {error}", self.name).into())
    }

    /// Whatever else it prints is only kept.
    fn let_run(mut self) -> Result<Process, Error> {
        if let Some(mut lines) = self.lines.take() {
            let mut log = self.log.try_clone()?;
            tokio::spawn(async move {
                while let Ok(Some(line)) = lines.next_line().await {
                    let _ = writeln!(log, "{line}");
                }
            });
        }
        Ok(self)
    }

    /// SIGKILL.
    async fn kill(mut self) -> Result<(), Error> {
        Ok(self.child.kill().await?)
    }

    /// SIGTERM, and the wait for its end.
    pub async fn stop(mut self) -> Result<(), Error> {
        let pid = self.child.id().ok_or("it has ended by itself")?;
        let told = Command::new("kill").arg(pid.to_string()).status().await?;
        if !told.success() {
            return Err(format!("{} could not be told to stop", self.name).into());
        }
        match tokio::time::timeout(WITHIN, self.child.wait()).await {
            Ok(ended) => ended.map(|_| ()).map_err(Error::from),
            Err(_) => Err(format!("{} does not stop", self.name).into()),
        }
    }
}

/// Our ZooKeeper; gives its port.
pub async fn zookeeper(places: &Places) -> Result<(Process, u16), Error> {
    let file = places.scratch.join("zookeeper.properties");
    let data = places.scratch.join("zookeeper");
    let text = format!(
        "dataDir={}\nclientPort=0\nclientPortAddress=127.0.0.1\nmaxClientCnxns=0\n\
         admin.enableServer=false\ntickTime=500\n",
        data.display()
    );
    write(&file, &text)?;
    let mut command = Command::new(places.programs.join("zookeeper-server-start"));
    command.arg(&file).env("LOG_DIR", places.scratch.join("logs"));
    let log = places.scratch.join("zookeeper.log");
    let mut process = Process::start("ZooKeeper".to_owned(), command, &log)?;
    let line = process.says("binding to port").await?;
    let address = line.split_whitespace().find_map(|word| word.strip_prefix("127.0.0.1:"));
    let port = address.and_then(|port| port.parse().ok());
    let port = port.ok_or_else(|| format!("no port in '{line}'"))?;
    Ok((process.let_run()?, port))
}

/// A broker of the cluster: always on the same port and folder, whoever's it is.
pub struct Node {
    pub id: i32,
    pub port: u16,
    pub make: Make,
    process: Option<Process>,
}

impl Node {
    /// A place in the cluster, on a port that is free now.
    pub fn new(id: i32) -> Result<Node, Error> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        Ok(Node { id, port, make: Make::Apache, process: None })
    }

    /// Where its logs lie.
    pub fn log_dir(&self, places: &Places) -> PathBuf {
        places.scratch.join(format!("kafka-{}", self.id))
    }

    /// Starts it, and waits until it says that it has.
    pub async fn start(&mut self, make: Make, places: &Places, common: &str) -> Result<(), Error> {
        let file = places.scratch.join(format!("server-{}.properties", self.id));
        let text = format!(
            "broker.id={}\nlisteners=PLAINTEXT://127.0.0.1:{}\nlog.dirs={}\n{common}",
            self.id,
            self.port,
            self.log_dir(places).display()
        );
        write(&file, &text)?;
        let command = match make {
            Make::Ours => {
                let mut command = Command::new(places.programs.join("kafka-server-start"));
                command.arg(&file).env("LOG_DIR", places.scratch.join("logs"));
                command
            }
            Make::Apache => {
                let mut command = java(places, &["-Xms128m", "-Xmx384m"])?;
                command.arg("kafka.Kafka").arg(&file);
                command
            }
        };
        let log = places.scratch.join(format!("broker-{}.log", self.id));
        let mut process = Process::start(format!("broker {} ({make})", self.id), command, &log)?;
        process.says("started (kafka.server.KafkaServer)").await?;
        self.process = Some(process.let_run()?);
        self.make = make;
        Ok(())
    }

    /// Ends it without a word.
    pub async fn kill(&mut self) -> Result<(), Error> {
        match self.process.take() {
            Some(process) => process.kill().await,
            None => Ok(()),
        }
    }

    /// Stops it as an operator would.
    pub async fn stop(&mut self) -> Result<(), Error> {
        match self.process.take() {
            Some(process) => process.stop().await,
            None => Ok(()),
        }
    }
}

/// A command that runs Java with Kafka's jars.
pub fn java(places: &Places, options: &[&str]) -> Result<Command, Error> {
    let config = places.scratch.join("log4j.properties");
    let text = "log4j.rootLogger=INFO, out\n\
                log4j.appender.out=org.apache.log4j.ConsoleAppender\n\
                log4j.appender.out.layout=org.apache.log4j.PatternLayout\n\
                log4j.appender.out.layout.ConversionPattern=[%d] %p %m (%c)%n\n";
    write(&config, text)?;
    let mut command = Command::new("java");
    command.args(options);
    command.arg(format!("-Dlog4j.configuration=file:{}", config.display()));
    command.arg("-cp").arg(places.jars.join("*"));
    Ok(command)
}

fn write(path: &Path, text: &str) -> Result<(), Error> {
    milena::base::disk::Disk::System.replace(path, text.as_bytes())?;
    Ok(())
}
