//! The floor's server: a thread a connection, one buffer each, and no more calls than must be.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use milena::base::crc32c;
use rustix::fs::sendfile;
use rustix::net::{SendFlags, send};

use super::{SHORT, purpose};

/// Room for many small frames. A larger one gets just its own room: what is written must still be
/// near the processor.
const BUFFER_BYTES: usize = 256 * 1024;
/// A log that syncs has its length beforehand, as ZooKeeper's does: a new one would be synced, too.
const SYNCED_BYTES: u64 = 64 * 1024 * 1024;

/// Serves until standard input ends.
pub fn serve(folder: &Path) -> ExitCode {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    println!("{}", listener.local_addr().expect("its address").port());
    let folder = folder.to_owned();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().flatten().enumerate() {
            let file = folder.join(format!("floor-{number}.log"));
            std::thread::spawn(move || converse(stream, file));
        }
    });
    let _ = io::stdin().read(&mut [0]);
    ExitCode::SUCCESS
}

/// Serves one connection. That the client has gone is its natural end.
fn converse(mut stream: TcpStream, path: PathBuf) {
    let mut first = [0];
    stream.set_nodelay(true).expect("an option of a socket");
    stream.read_exact(&mut first).expect("what the connection is for");
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).create_new(true).open(&path).expect("a file");
    let ended = match first[0] {
        purpose::TAKE_IN => take_in(&mut stream, file, false),
        purpose::TAKE_IN_AND_SYNC => {
            file.set_len(SYNCED_BYTES).expect("its length");
            take_in(&mut stream, file, true)
        }
        purpose::GIVE_OUT => give_out(&mut stream, file),
        other => panic!("no purpose is {other}"),
    };
    std::fs::remove_file(&path).expect("the file made above");
    ended.expect("a connection that works");
}

/// Receives, checks, appends, answers.
fn take_in(stream: &mut TcpStream, mut file: File, sync: bool) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    let mut filled = 0;
    loop {
        match stream.read(&mut buffer[filled..])? {
            0 => return Ok(()),
            read => filled += read,
        }
        let mut at = 0;
        while let Some(&length) = buffer[at..filled].first_chunk::<4>() {
            let whole = 4 + u32::from_be_bytes(length) as usize;
            let Some(frame) = buffer[at..filled].get(..whole) else {
                buffer.resize(whole.max(BUFFER_BYTES), 0);
                break;
            };
            assert_eq!(crc32c::checksum(&frame[8..]).to_be_bytes(), frame[4..8]);
            file.write_all(frame)?;
            if sync {
                file.sync_data()?;
            }
            stream.write_all(&[0; SHORT])?;
            at += whole;
        }
        if at > 0 {
            buffer.copy_within(at..filled, 0);
            filled -= at;
        }
    }
}

/// Answers each request for `parts` pieces of `bytes` with sixteen bytes and the pieces.
fn give_out(stream: &mut TcpStream, mut file: File) -> io::Result<()> {
    let mut request = [0; SHORT];
    let mut written = 0;
    loop {
        match stream.read_exact(&mut request) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        }
        let number = |at: usize| {
            let bytes = request[at..].first_chunk().expect("eight bytes");
            u64::from_be_bytes(*bytes)
        };
        let (parts, bytes) = (number(0), number(8));
        if written < parts * bytes {
            io::copy(&mut io::repeat(b'.').take(parts * bytes - written), &mut file)?;
            written = parts * bytes;
        }
        // The head leaves together with the first piece.
        send(&*stream, &request, SendFlags::MORE)?;
        for part in 0..parts {
            let (mut position, end) = (part * bytes, (part + 1) * bytes);
            while position < end {
                let left = usize::try_from(end - position).expect("a piece fits in memory");
                sendfile(&*stream, &file, Some(&mut position), left)?;
            }
        }
    }
}
