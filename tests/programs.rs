//! Every program in one file: it runs as the program it is called by. One of them is the suite's
//! own: `hold-connections` keeps connections that do nothing, for a test whose own process could
//! not open as many.
//!
//! Where `SUITE_STATUS_FILE` names a file, the kernel's account of the process (`/proc/self/status`)
//! is copied there at its end: nobody else can read its peak memory once it is gone.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::ExitCode;

use milena::tools::TOOLS;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

fn main() -> ExitCode {
    let called = std::env::args().next().unwrap_or_default();
    let name = Path::new(&called).file_name().unwrap_or_default();
    if name == "hold-connections" {
        return hold_connections();
    }
    let Some(tool) = TOOLS.iter().find(|tool| name == tool.name) else {
        return ExitCode::from(127);
    };
    let ended = milena::tools::main(tool);
    if let Some(file) = std::env::var_os("SUITE_STATUS_FILE")
        && let Err(error) = std::fs::copy("/proc/self/status", &file)
    {
        eprintln!("{}: {error}", file.display());
        return ExitCode::FAILURE;
    }
    ended
}

/// `hold-connections PORT COUNT`: opens connections to a broker, has each answered once, says how
/// many there are, and keeps them until its input ends.
fn hold_connections() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let (port, wanted) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (Ok(port), Ok(wanted)) = (port.parse::<u16>(), wanted.parse::<u64>()) else {
        return ExitCode::from(2);
    };
    let limit = getrlimit(Resource::Nofile);
    // Refused only where it is as high as it can be.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
    // A few are the program's own.
    let count = getrlimit(Resource::Nofile).current.map_or(wanted, |most| wanted.min(most - 100));
    let mut held = Vec::new();
    for _ in 0..count {
        match asked_once(port) {
            Ok(stream) => held.push(stream),
            Err(error) => {
                println!("after {} connections: {error}", held.len());
                return ExitCode::FAILURE;
            }
        }
    }
    println!("holding {} connections", held.len());
    let _ = std::io::stdin().read(&mut [0]);
    ExitCode::SUCCESS
}

/// A connection that has been used: the broker knows it, and has taken back what it needed for it.
fn asked_once(port: u16) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    // ApiVersions, version 0, correlation 1, no client id.
    stream.write_all(&[0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff])?;
    let mut length = [0; 4];
    stream.read_exact(&mut length)?;
    let mut answer = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap_or(0)];
    stream.read_exact(&mut answer)?;
    Ok(stream)
}
