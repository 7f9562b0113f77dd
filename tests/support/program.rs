//! Programs as processes: run to their end, or servers that are killed with their owner.

use std::os::unix::process::CommandExt as _;
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Resource, Rlimit, Signal, kill_process, prlimit};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::mpsc;

use super::folder::Folder;
use super::within;

/// A program's command, to be run under its own name.
pub fn command(name: &str, line: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_programs"));
    // Nothing of this machine's environment may change what is printed.
    command.arg0(name).args(line).env_clear();
    command
}

/// The same, to be awaited, and killed where nobody does.
fn awaited(name: &str, line: &[&str]) -> Command {
    let mut command = Command::from(command(name, line));
    command.kill_on_drop(true);
    command
}

/// The same with a soft limit of open files, as a shell's `ulimit -Sn` sets it.
fn limited(name: &str, line: &[&str], folder: &Folder, files: u32) -> Command {
    let program = folder.path().join(name);
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_programs"), &program).expect("a link");
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &format!("ulimit -Sn {files} && exec \"$0\" \"$@\"")]);
    command.arg(program).args(line).env_clear().kill_on_drop(true);
    command
}

/// How a program ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Ended {
    pub stdout: String,
    pub stderr: String,
    pub code: Option<i32>,
}

/// Runs a program to its end. `input` is its standard input.
pub async fn run(name: &str, line: &[&str], input: &str) -> Ended {
    let what = format!("{name} {}", line.join(" "));
    finished(&what, awaited(name, line), input).await
}

/// Runs a program to its end with an environment of its own.
pub async fn run_in(name: &str, environment: &[(&str, &str)]) -> Ended {
    run_with(name, &[], environment).await
}

/// The same with arguments.
pub async fn run_with(name: &str, line: &[&str], environment: &[(&str, &str)]) -> Ended {
    let mut command = awaited(name, line);
    command.envs(environment.iter().copied());
    finished(name, command, "").await
}

async fn finished(what: &str, mut command: Command, input: &str) -> Ended {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("a program that starts");
    let mut stdin = child.stdin.take().expect("its input");
    let input = input.to_owned();
    let feeding = async move {
        // A program that does not read what it is given is no failure of ours.
        let _ = stdin.write_all(input.as_bytes()).await;
    };
    let ((), output) =
        within(what, async { tokio::join!(feeding, child.wait_with_output()) }).await;
    let output = output.expect("its output");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Ended { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

/// A program that runs until it is told to stop.
#[derive(Debug)]
pub struct Process {
    child: Child,
    lines: mpsc::UnboundedReceiver<String>,
    seen: Vec<String>,
}

/// Reads what a process prints, whether anybody listens or not: it must never wait for us.
fn listen(stdout: ChildStdout) -> mpsc::UnboundedReceiver<String> {
    let (sender, lines) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut reading = BufReader::new(stdout).lines();
        while let Ok(Some(line)) = reading.next_line().await {
            // Who no longer listens has ended or kills the process.
            let _ = sender.send(line);
        }
    });
    lines
}

impl Process {
    pub fn start(name: &str, line: &[&str]) -> Process {
        let mut command = awaited(name, line);
        command.stdin(Stdio::null());
        Process::spawn(command)
    }

    /// With an environment of its own.
    pub fn start_in(name: &str, environment: &[(&str, &str)]) -> Process {
        let mut command = awaited(name, &[]);
        command.stdin(Stdio::null()).envs(environment.iter().copied());
        Process::spawn(command)
    }

    /// With an input that ends by [`Process::let_go`].
    pub fn start_held(name: &str, line: &[&str]) -> Process {
        let mut command = awaited(name, line);
        command.stdin(Stdio::piped());
        Process::spawn(command)
    }

    fn spawn(mut command: Command) -> Process {
        command.stdout(Stdio::piped());
        let mut child = command.spawn().expect("a program that starts");
        let stdout = child.stdout.take().expect("its output");
        Process { child, lines: listen(stdout), seen: Vec::new() }
    }

    /// Reads what it prints until a line that has `wanted`; gives that line.
    pub async fn says(&mut self, wanted: &str) -> String {
        let reading = async {
            while let Some(line) = self.lines.recv().await {
                self.seen.push(line);
                let line = self.seen.last().expect("the line just read");
                if line.contains(wanted) {
                    return Some(line.clone());
                }
            }
            None
        };
        let said = within(wanted, reading).await;
        said.unwrap_or_else(|| panic!("it never said '{wanted}':\n{}", self.seen.join("\n")))
    }

    /// Ends its input.
    pub fn let_go(&mut self) {
        drop(self.child.stdin.take());
    }

    /// Its number.
    pub fn pid(&self) -> Pid {
        let pid = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        pid.expect("a process that runs")
    }

    /// No file of it may grow beyond `bytes` from now on: how a disk is full for one process.
    pub fn limit_files(&self, bytes: u64) {
        let limit = Rlimit { current: Some(bytes), maximum: None };
        prlimit(Some(self.pid()), Resource::Fsize, limit).expect("a limit");
    }

    /// How many files and sockets it has open.
    pub fn open_files(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.pid().as_raw_nonzero());
        std::fs::read_dir(folder).expect("its descriptors").count()
    }

    /// The memory it holds, in KiB.
    pub fn resident_kib(&self) -> u64 {
        let file = format!("/proc/{}/status", self.pid().as_raw_nonzero());
        let status = std::fs::read_to_string(file).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        number.expect("a number of KiB")
    }

    /// The lines that were read so far.
    pub fn seen(&self) -> &[String] {
        &self.seen
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("a signal");
    }

    /// Reads on until it ends.
    pub async fn ended(&mut self) -> ExitStatus {
        let ending = async {
            while let Some(line) = self.lines.recv().await {
                self.seen.push(line);
            }
            self.child.wait().await
        };
        within("the end of a process", ending).await.expect("its status")
    }

    /// kill -9, and waits until it is gone.
    pub async fn kill(mut self) {
        self.kill_now().await;
    }

    /// The same where another one is to take its place.
    pub async fn kill_now(&mut self) {
        self.signal(Signal::KILL);
        self.ended().await;
    }
}

/// ZooKeeper and a broker as two processes over one folder.
#[derive(Debug)]
pub struct Servers {
    pub zookeeper: Process,
    pub broker: Process,
    pub zookeeper_port: u16,
    pub port: u16,
}

impl Servers {
    /// Starts both; `zookeeper_port` is 0, or that of an earlier life.
    pub async fn start(folder: &Folder, zookeeper_port: u16) -> Servers {
        let (zookeeper, zookeeper_port) = zookeeper(folder, zookeeper_port).await;
        let (broker, port) = broker(folder, zookeeper_port).await;
        Servers { zookeeper, broker, zookeeper_port, port }
    }

    /// kill -9 for both.
    pub async fn kill(self) {
        self.broker.kill().await;
        self.zookeeper.kill().await;
    }

    /// Where clients find the broker.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Where clients find ZooKeeper.
    pub fn zookeeper_address(&self) -> String {
        format!("127.0.0.1:{}", self.zookeeper_port)
    }
}

/// Writes ZooKeeper's settings; gives their path.
pub fn zookeeper_properties(folder: &Folder, port: u16) -> String {
    let text = format!(
        "dataDir={}\nclientPort={port}\nclientPortAddress=127.0.0.1\n\
         maxClientCnxns=0\nadmin.enableServer=false\n",
        folder.at("zookeeper")
    );
    folder.write("zookeeper.properties", &text)
}

/// Starts ZooKeeper alone; gives its port.
pub async fn zookeeper(folder: &Folder, port: u16) -> (Process, u16) {
    let file = zookeeper_properties(folder, port);
    let mut zookeeper = Process::start("zookeeper-server-start", &[&file]);
    let port = port_of(&zookeeper.says("binding to port").await);
    (zookeeper, port)
}

/// Starts a broker alone; gives its port.
pub async fn broker(folder: &Folder, zookeeper_port: u16) -> (Process, u16) {
    let file = server_properties(folder, zookeeper_port, "");
    started(Process::start("kafka-server-start", &[&file])).await
}

/// The same, started where a process may have `files` files open unless it asks for more.
pub async fn broker_with_few_files(
    folder: &Folder,
    zookeeper_port: u16,
    files: u32,
) -> (Process, u16) {
    let file = server_properties(folder, zookeeper_port, "");
    let mut command = limited("kafka-server-start", &[&file], folder, files);
    command.stdin(Stdio::null());
    started(Process::spawn(command)).await
}

/// Writes the file of a broker, with lines of its own in `more`; gives its path.
pub fn server_properties(folder: &Folder, zookeeper_port: u16, more: &str) -> String {
    let text = format!(
        "broker.id=0\nlisteners=PLAINTEXT://127.0.0.1:0\nlog.dirs={}\n\
         zookeeper.connect=127.0.0.1:{zookeeper_port}\n\
         offsets.topic.replication.factor=1\ngroup.initial.rebalance.delay.ms=0\n\
         zookeeper.session.timeout.ms=6000\n{more}",
        folder.at("kafka")
    );
    folder.write("server.properties", &text)
}

/// Waits until a broker serves; gives its port.
pub async fn started(mut broker: Process) -> (Process, u16) {
    let port = port_of(&broker.says("Awaiting socket connections on").await);
    broker.says("[KafkaServer id=0] started").await;
    (broker, port)
}

/// The number behind the last colon of a log line.
pub fn port_of(line: &str) -> u16 {
    let address = line.split_whitespace().find(|word| word.starts_with("127.0.0.1:"));
    let port = address.and_then(|address| address.rsplit(':').next());
    let digits = port.unwrap_or_default().trim_end_matches('.');
    digits.parse().unwrap_or_else(|_| panic!("no port in '{line}'"))
}
