//! A server in the background, known by its pid file.
//!
//! The server's standard input is one end of a pipe: it writes a byte there once it serves, and
//! the kernel closes it where it ends before. So the one who started it waits for what happens, and
//! not for a while.

use std::io::{Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal};

use super::conf::Conf;
use super::{launch, say_ignored};
use crate::base::disk::Disk;
use crate::base::error::io_text;
use crate::config::quorum::ZooCfg;
use crate::tools::launch::console;
use crate::tools::{Ended, Exit, Failure, Io};

/// The name of the pid file below `dataDir`.
const PID_FILE: &str = "zookeeper_server.pid";
/// How long a server may take to end.
const STOP_WITHIN: Duration = Duration::from_secs(10);
/// How often it is looked at meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// `start`.
pub(super) fn start(conf: &Conf, io: &mut Io) -> Ended {
    say_ignored(io)?;
    let cfg = conf.load(io)?;
    prepare(&cfg, io)?;
    let pid_file = pid_file(io, || Ok(cfg.data_dir()))?;
    io.print("Starting zookeeper ... ")?;
    if let Some(pid) = running(&io.disk, &pid_file) {
        io.stdout.line(&format!("already running as process {}.", pid.as_raw_nonzero()))?;
        return Ok(Exit::FAILED);
    }
    io.stdout.flush()?;
    let name = console_path(conf, io);
    let (folder, name) = (name.parent().unwrap_or(Path::new(".")), name.file_stem());
    let output = console(&io.disk, folder, &name.unwrap_or_default().to_string_lossy())?;
    let program = std::env::current_exe().map_err(|error| failed("find this program", &error))?;
    let (mut told, tells) = std::io::pipe().map_err(|error| failed("make a pipe", &error))?;
    let error_output = output.try_clone().map_err(|error| failed("share the log", &error))?;
    let mut command = Command::new(program);
    command.arg0(&io.program).args(launch(conf, true).line());
    command.stdin(tells).stdout(Stdio::from(output)).stderr(Stdio::from(error_output));
    let child = command.spawn();
    // With the command goes our end for writing: from here on only the server has one.
    drop(command);
    let Ok(child) = child else {
        io.stdout.line("SERVER DID NOT START")?;
        return Ok(Exit::FAILED);
    };
    if let Err(error) = io.disk.replace(&pid_file, child.id().to_string().as_bytes()) {
        io.stdout.line("FAILED TO WRITE PID")?;
        return Err(failed(&format!("write {}", pid_file.display()), &error));
    }
    if told.read_exact(&mut [0]).is_err() {
        io.stdout.line("FAILED TO START")?;
        return Err(Failure::named(format!(
            "the server has ended; {} says why",
            console_path(conf, io).display()
        )));
    }
    io.stdout.line("STARTED")?;
    Ok(Exit::OK)
}

/// What the server does once it serves, and then it has no input.
pub(super) fn tell_parent() {
    // Whoever started us may have gone.
    let _ = std::io::stdout().flush();
    let _ = rustix::io::write(rustix::stdio::stdin(), b"1");
    if let Ok(nothing) = Disk::System.open(Path::new("/dev/null"), crate::base::disk::Mode::Read)
        && let Some(nothing) = nothing.descriptor()
    {
        let _ = rustix::stdio::dup2_stdin(nothing);
    }
}

/// `stop`.
pub(super) async fn stop(conf: &Conf, io: &mut Io) -> Ended {
    let pid_file = pid_file(io, || Ok(conf.load(io)?.data_dir()))?;
    io.print("Stopping zookeeper ... ")?;
    io.stdout.flush()?;
    let Ok(text) = io.disk.read_text(&pid_file) else {
        let file = pid_file.display();
        io.stdout.line(&format!("no zookeeper to stop (could not find file {file})"))?;
        return Ok(Exit::OK);
    };
    let pid = text.trim().parse().ok().and_then(Pid::from_raw);
    let signalled = match pid {
        Some(pid) => rustix::process::kill_process(pid, Signal::TERM).map_err(std::io::Error::from),
        None => Err(std::io::Error::other("it names no process")),
    };
    match (signalled, pid) {
        (Ok(()), Some(pid)) => {
            let gone = async {
                let mut pause = tokio::time::interval(LOOK_EVERY);
                while is_alive(&io.disk, pid) {
                    pause.tick().await;
                }
            };
            if tokio::time::timeout(STOP_WITHIN, gone).await.is_err() {
                let pid = pid.as_raw_nonzero();
                io.stdout.line(&format!("still running as process {pid}."))?;
                return Ok(Exit::FAILED);
            }
        }
        (Err(error), _) => {
            io.complain(&format!("{}: {}", pid_file.display(), io_text(&error)))?;
        }
        (Ok(()), None) => {}
    }
    let removed = io.disk.remove_file(&pid_file);
    removed.map_err(|error| failed(&format!("delete {}", pid_file.display()), &error))?;
    io.stdout.line("STOPPED")?;
    Ok(Exit::OK)
}

/// Refuses folders that must be there already and are not.
pub(super) fn prepare(cfg: &ZooCfg, io: &mut Io) -> Result<(), Failure> {
    if io.environment.filled("ZOO_DATADIR_AUTOCREATE_DISABLE").is_none() {
        return Ok(());
    }
    for (folder, kind) in [(cfg.data_dir(), "data"), (cfg.data_log_dir(), "txnlog")] {
        if !io.disk.exists(&folder.join("version-2")) {
            return Err(Failure::printed(format!(
                "ZooKeeper {kind} directory is missing at {} fix the path or run initialize",
                folder.display()
            )));
        }
    }
    Ok(())
}

/// Where the server's output goes.
pub(super) fn console_path(conf: &Conf, io: &Io) -> PathBuf {
    let host = io
        .environment
        .filled("HOSTNAME")
        .unwrap_or_else(|| rustix::system::uname().nodename().to_string_lossy().into_owned());
    let user = io.environment.get("USER").unwrap_or_default();
    conf.log_folder.join(format!("zookeeper-{user}-server-{host}.out"))
}

/// `$ZOOPIDFILE`, else one below `dataDir`; its folder is made.
fn pid_file(
    io: &Io,
    data_dir: impl FnOnce() -> Result<PathBuf, Failure>,
) -> Result<PathBuf, Failure> {
    let path = match io.environment.filled("ZOOPIDFILE") {
        Some(path) => PathBuf::from(path),
        None => data_dir()?.join(PID_FILE),
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let made = folder.map_or(Ok(()), |folder| io.disk.create_dir_all(folder));
    made.map_err(|error| failed(&format!("make the folder of {}", path.display()), &error))?;
    Ok(path)
}

/// The process a pid file names, where it lives.
fn running(disk: &Disk, pid_file: &Path) -> Option<Pid> {
    let pid = disk.read_text(pid_file).ok()?.trim().parse().ok().and_then(Pid::from_raw)?;
    is_alive(disk, pid).then_some(pid)
}

/// Whether a process has not ended; one that only waits for its parent to take notice has.
fn is_alive(disk: &Disk, pid: Pid) -> bool {
    let stat = disk.read_text(Path::new(&format!("/proc/{}/stat", pid.as_raw_nonzero())));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

fn failed(what: &str, error: &std::io::Error) -> Failure {
    Failure::named(format!("cannot {what}: {}", io_text(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_lives_until_it_has_ended() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        assert!(is_alive(&Disk::System, pid));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!is_alive(&Disk::System, pid));
    }

    #[test]
    fn the_pid_file_is_below_data_dir_unless_named() {
        let mut io = Io::captured("zkServer", b"");
        io.disk = Disk::memory();
        let data = || Ok(PathBuf::from("/data"));
        assert_eq!(pid_file(&io, data).unwrap(), Path::new("/data/zookeeper_server.pid"));
        let named = [("ZOOPIDFILE".to_owned(), "/run/zk/pid".to_owned())];
        io.environment = crate::tools::Environment::Fixed(named.into());
        assert_eq!(pid_file(&io, data).unwrap(), Path::new("/run/zk/pid"));
        assert!(io.disk.exists(Path::new("/run/zk")));
        assert!(running(&io.disk, Path::new("/run/zk/pid")).is_none());
    }
}
