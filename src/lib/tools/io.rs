//! What a tool may touch of the world: three streams, the environment, the clock, the disk.
//!
//! Standard output is a buffer that is written when it is full, when the tool says so and at the
//! end: a million records are not a million system calls. Who prints something that someone waits
//! for calls [`Output::flush`].

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::clock::Clock;
use crate::base::disk::Disk;

/// When a buffer is written out, in bytes: what a pipe holds.
const BUFFER_BYTES: usize = 64 * 1024;

/// The world of one tool.
#[derive(Debug)]
pub struct Io {
    /// The name the program was called by.
    pub program: String,
    pub stdin: Input,
    pub stdout: Output,
    pub stderr: Output,
    pub environment: Environment,
    pub clock: Clock,
    pub disk: Disk,
}

impl Io {
    /// The world of this process.
    pub fn system(program: String) -> Io {
        Io {
            program,
            stdin: Input::System,
            stdout: Output::new(Sink::Stdout),
            stderr: Output::new(Sink::Stderr),
            environment: Environment::System,
            clock: Clock::System,
            disk: Disk::System,
        }
    }

    /// A world of its own: the input is `stdin`, the output is kept; no terminal anywhere.
    pub fn captured(program: &str, stdin: &[u8]) -> Io {
        Io {
            program: program.to_owned(),
            stdin: Input::Bytes(Arc::new(Mutex::new((stdin.to_vec(), 0)))),
            stdout: Output::new(Sink::Kept(Arc::default())),
            stderr: Output::new(Sink::Kept(Arc::default())),
            environment: Environment::Fixed(BTreeMap::new()),
            clock: Clock::System,
            disk: Disk::System,
        }
    }

    /// Writes text to standard output.
    pub fn print(&mut self, text: &str) -> io::Result<()> {
        self.stdout.write_all(text.as_bytes())
    }

    /// Writes one line to standard error, after what standard output still holds.
    pub fn complain(&mut self, line: &str) -> io::Result<()> {
        self.stdout.flush()?;
        self.stderr.line(line)?;
        self.stderr.flush()
    }
}

/// Standard input. Reading waits, so a tool with an event loop reads on a thread of its own; a
/// clone reads the same stream.
#[derive(Clone, Debug)]
pub enum Input {
    System,
    /// Given bytes, and how many of them were read.
    Bytes(Arc<Mutex<(Vec<u8>, usize)>>),
}

impl Input {
    /// Whether a person types it.
    pub fn is_terminal(&self) -> bool {
        match self {
            Input::System => io::stdin().is_terminal(),
            Input::Bytes(_) => false,
        }
    }

    /// How many bytes there are, where it is a file; a pipe does not know.
    pub fn file_len(&self) -> Option<u64> {
        match self {
            Input::System => {
                let stat = rustix::fs::fstat(rustix::stdio::stdin()).ok()?;
                let is_file = rustix::fs::FileType::from_raw_mode(stat.st_mode).is_file();
                u64::try_from(stat.st_size).ok().filter(|_| is_file)
            }
            Input::Bytes(_) => None,
        }
    }
}

impl io::Read for Input {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            // Past the lock and the buffer of the standard library: the reader has its own.
            Input::System => Ok(rustix::io::retry_on_intr(|| {
                rustix::io::read(rustix::stdio::stdin(), &mut *into)
            })?),
            Input::Bytes(shared) => {
                let mut shared = shared.lock().unwrap_or_else(PoisonError::into_inner);
                let (bytes, done) = &mut *shared;
                let rest = bytes.get(*done..).unwrap_or_default();
                let count = rest.len().min(into.len());
                into[..count].copy_from_slice(&rest[..count]);
                *done += count;
                Ok(count)
            }
        }
    }
}

/// A stream out, buffered.
#[derive(Debug)]
pub struct Output {
    sink: Sink,
    buffer: Vec<u8>,
}

#[derive(Debug)]
enum Sink {
    Stdout,
    Stderr,
    Kept(Arc<Mutex<Vec<u8>>>),
}

impl Output {
    fn new(sink: Sink) -> Output {
        Output { sink, buffer: Vec::new() }
    }

    /// Writes a line.
    pub fn line(&mut self, line: &str) -> io::Result<()> {
        self.write_all(line.as_bytes())?;
        self.write_all(b"\n")
    }

    /// Whether a person reads it.
    pub fn is_terminal(&self) -> bool {
        match self.sink {
            Sink::Stdout => io::stdout().is_terminal(),
            Sink::Stderr => io::stderr().is_terminal(),
            Sink::Kept(_) => false,
        }
    }

    /// How many bytes wait to be written.
    pub fn waiting(&self) -> usize {
        self.buffer.len()
    }

    /// Writes out what waits.
    pub fn flush(&mut self) -> io::Result<()> {
        let written = match &self.sink {
            Sink::Stdout => write_whole(rustix::stdio::stdout(), &self.buffer),
            Sink::Stderr => write_whole(rustix::stdio::stderr(), &self.buffer),
            Sink::Kept(kept) => {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend_from_slice(&self.buffer);
                Ok(())
            }
        };
        // What could not be written never can: a second attempt would only repeat a part of it.
        self.buffer.clear();
        written
    }

    /// What a captured stream holds so far.
    pub fn kept(&self) -> String {
        let Sink::Kept(kept) = &self.sink else { return String::new() };
        let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&kept).into_owned()
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.buffer.len() + bytes.len() > BUFFER_BYTES {
            Output::flush(self)?;
        }
        self.buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Output::flush(self)
    }
}

fn write_whole(to: std::os::fd::BorrowedFd<'_>, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = rustix::io::retry_on_intr(|| rustix::io::write(to, bytes))?;
        bytes = bytes.get(written..).unwrap_or_default();
    }
    Ok(())
}

/// Environment variables.
#[derive(Clone, Debug)]
pub enum Environment {
    System,
    Fixed(BTreeMap<String, String>),
}

impl Environment {
    /// The value of a variable that is set, even to nothing.
    #[allow(clippy::disallowed_methods)]
    pub fn get(&self, name: &str) -> Option<String> {
        match self {
            Environment::System => {
                std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
            }
            Environment::Fixed(values) => values.get(name).cloned(),
        }
    }

    /// All variables that are set.
    #[allow(clippy::disallowed_methods)]
    pub fn all(&self) -> BTreeMap<String, String> {
        match self {
            Environment::System => std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .collect(),
            Environment::Fixed(values) => values.clone(),
        }
    }

    /// The value of a variable that is set to something, as shell scripts ask with `-z`.
    pub fn filled(&self, name: &str) -> Option<String> {
        self.get(name).filter(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_captured_world_keeps_what_is_written() {
        let mut io = Io::captured("tool", b"input");
        io.stdout.line("out").unwrap();
        assert_eq!(io.stdout.kept(), "", "buffered");
        io.complain("err").unwrap();
        assert_eq!((io.stdout.kept(), io.stderr.kept()), ("out\n".into(), "err\n".into()));
        let mut read = String::new();
        io.stdin.read_to_string(&mut read).unwrap();
        assert_eq!(read, "input");
        assert!(!io.stdin.is_terminal() && !io.stdout.is_terminal());
    }

    #[test]
    fn output_waits_until_the_buffer_is_full() {
        let mut io = Io::captured("tool", b"");
        for _ in 0..=BUFFER_BYTES {
            io.stdout.write_all(b"x").unwrap();
        }
        assert_eq!(io.stdout.waiting(), 1);
        assert_eq!(io.stdout.kept().len(), BUFFER_BYTES);
    }

    #[test]
    fn an_empty_variable_is_set_but_not_filled() {
        let values = [("A", "1"), ("B", "")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        let environment = Environment::Fixed(BTreeMap::from(values));
        assert_eq!(environment.get("B").as_deref(), Some(""));
        assert_eq!(environment.filled("B"), None);
        assert_eq!(environment.filled("A").as_deref(), Some("1"));
        assert_eq!(environment.get("C"), None);
    }
}
