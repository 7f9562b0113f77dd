//! A server as a process: what it prints goes to a file, and it can be held, killed and stopped.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::mpsc;

use crate::support::load::Error;

/// How long a server may take to start or to stop: a JVM on a busy machine takes its time.
pub const WITHIN: Duration = Duration::from_secs(300);

/// Where a server runs: its address, and the network namespace, where it is one of its own.
#[derive(Clone, Debug)]
pub struct Place {
    pub host: String,
    pub namespace: Option<String>,
}

impl Place {
    /// Somewhere on loopback.
    pub fn on(host: String) -> Place {
        Place { host, namespace: None }
    }

    /// A command that runs there, as what it is called.
    fn command(&self, program: &Path, called: &str) -> Command {
        let mut command = match &self.namespace {
            // The shell gives it its name: `ip` has no word for that.
            Some(namespace) => {
                let mut command = std::process::Command::new("ip");
                command.args(["netns", "exec", namespace, "bash", "-c"]);
                command.args(["exec -a \"$0\" \"$@\"", called]).arg(program);
                command
            }
            None => std::process::Command::new(program),
        };
        if self.namespace.is_none() {
            command.arg0(called);
        }
        Command::from(command)
    }

    /// A command of one of our programs.
    pub fn ours(&self, name: &str) -> Result<Command, Error> {
        let beside = || -> Result<PathBuf, Error> {
            Ok(std::env::current_exe()?.with_file_name("programs"))
        };
        let program = match option_env!("CARGO_BIN_EXE_programs") {
            Some(program) => PathBuf::from(program),
            None => beside()?,
        };
        let mut command = self.command(&program, name);
        // Nothing of this machine's environment may change what they do.
        let path = std::env::var_os("PATH").unwrap_or_default();
        command.env_clear().env("PATH", path).env("RUST_BACKTRACE", "1");
        Ok(command)
    }

    /// A command that runs Java with a folder of jars.
    pub fn java(&self, jars: &Path) -> Command {
        let mut command = self.command(Path::new("java"), "java");
        command.arg("-Xmx256m").arg("-cp").arg(jars.join("*"));
        command
    }
}

/// A server that runs. It is killed when this is dropped.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    /// What it prints, until nobody is interested any more.
    lines: Option<mpsc::UnboundedReceiver<String>>,
}

impl Process {
    /// Starts it; what it prints is added to a file.
    pub fn start(name: &str, mut command: Command, log: &Path) -> Result<Process, Error> {
        let log = File::options().create(true).append(true).open(log)?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log.try_clone()?);
        command.kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| format!("{name}: {error}"))?;
        let stdout = child.stdout.take().ok_or("no output")?;
        Ok(Process { name: name.to_owned(), child, lines: Some(listen(stdout, log)) })
    }

    /// Waits for a line that has `wanted`; nobody reads what comes after it.
    pub async fn says(&mut self, wanted: &str) -> Result<(), Error> {
        let mut lines = self.lines.take().ok_or("nobody reads what it prints")?;
        let mut last = String::new();
        let reading = async {
            while let Some(line) = lines.recv().await {
                if line.contains(wanted) {
                    return Ok(());
                }
                last = line;
            }
            Err("it ended")
        };
        let said = tokio::time::timeout(WITHIN, reading).await.unwrap_or(Err("it took too long"));
        said.map_err(|why| {
            format!("{} never said '{wanted}': {why} after '{last}'", self.name).into()
        })
    }

    /// Whether it still runs; else an error that says how it ended.
    pub fn runs(&mut self) -> Result<(), Error> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => Err(format!("{} has ended by itself: {status}", self.name).into()),
        }
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) -> Result<(), Error> {
        let pid = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| format!("{} has ended by itself", self.name))?;
        Ok(kill_process(pid, signal)?)
    }

    /// kill -9, and the wait until it is gone.
    pub async fn kill(mut self) -> Result<(), Error> {
        self.runs()?;
        Ok(self.child.kill().await?)
    }

    /// SIGTERM, and the wait for its end.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.signal(Signal::TERM)?;
        match tokio::time::timeout(WITHIN, self.child.wait()).await {
            Ok(ended) => ended.map(|_| ()).map_err(Error::from),
            Err(_) => Err(format!("{} does not stop", self.name).into()),
        }
    }
}

/// Keeps what a process prints, and passes it on while somebody listens.
fn listen(stdout: ChildStdout, mut log: File) -> mpsc::UnboundedReceiver<String> {
    let (sender, lines) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut reading = BufReader::new(stdout).lines();
        while let Ok(Some(line)) = reading.next_line().await {
            // A log that cannot be written is missed by whoever reads it.
            let _ = writeln!(log, "{line}");
            let _ = sender.send(line);
        }
    });
    lines
}
