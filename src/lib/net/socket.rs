//! The only door to the runtime's sockets and to spawning, so that a simulated network can stand in.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt, Interest};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream, lookup_host};

use crate::base::bytes::Part;
use crate::limits;

use super::foreign;

/// Starts a task nobody waits for. Tasks of a server go through `Stop::spawn`.
pub fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(task);
}

/// Runs what may wait for the disk on a thread that may wait.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        // The work panicked: that is a broken invariant, and belongs to whoever asked for it.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// A port that is ours and not open yet: whoever connects is refused.
#[derive(Debug)]
pub struct Bound(socket2::Socket);

impl Bound {
    /// Binds; port 0 asks the kernel for one.
    pub async fn bind(host: &str, port: u16) -> io::Result<Bound> {
        let host = if host.is_empty() { "0.0.0.0" } else { host };
        let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
        for address in lookup_host((host, port)).await? {
            match Self::bind_address(address) {
                Ok(bound) => return Ok(bound),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn bind_address(address: SocketAddr) -> io::Result<Bound> {
        use socket2::{Domain, Protocol, Socket, Type};
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
        // A restarted server must not wait for its predecessor's connections to be forgotten.
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        Ok(Bound(socket))
    }

    /// Where it is bound.
    pub fn address(&self) -> io::Result<SocketAddr> {
        let address = self.0.local_addr()?;
        address.as_socket().ok_or_else(|| io::ErrorKind::AddrNotAvailable.into())
    }

    /// Opens the port.
    pub fn listen(self) -> io::Result<Listener> {
        self.0.listen(i32::try_from(limits::ACCEPT_BACKLOG).unwrap_or(i32::MAX))?;
        Ok(Listener(TcpListener::from_std(self.0.into())?))
    }
}

/// An open port.
#[derive(Debug)]
pub struct Listener(TcpListener);

impl Listener {
    /// Binds and opens; port 0 asks the kernel for one.
    pub async fn bind(host: &str, port: u16) -> io::Result<Listener> {
        Bound::bind(host, port).await?.listen()
    }

    /// Where it is bound.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// The next connection.
    pub async fn accept(&self) -> io::Result<(Stream, SocketAddr)> {
        let (stream, peer) = self.0.accept().await?;
        Ok((Stream::new(stream)?, peer))
    }
}

/// A connection.
#[derive(Debug)]
pub struct Stream(pub(super) TcpStream);

impl Stream {
    fn new(stream: TcpStream) -> io::Result<Stream> {
        // Requests and replies are whole messages: waiting to merge them only adds latency.
        stream.set_nodelay(true)?;
        Ok(Stream(stream))
    }

    /// Reads once, without waiting. A read that leaves room has emptied the socket: that is
    /// remembered, so that nobody asks it again before it has more.
    pub(super) fn try_read(&self, into: &mut impl BufMut) -> io::Result<usize> {
        let room = into.chunk_mut().len();
        let mut read = Err(io::ErrorKind::WouldBlock.into());
        // What `WouldBlock` forgets is the readiness of before the read: bytes that come meanwhile
        // make the socket readable anew.
        let _ = self.0.try_io(Interest::READABLE, || {
            read = self.0.try_read_buf(into);
            match read {
                Ok(some) if some == 0 || some == room => Ok(()),
                _ => Err(io::ErrorKind::WouldBlock.into()),
            }
        });
        read
    }

    /// Connects to the first address of `host` that answers, within `timeout` in all.
    pub async fn connect(host: &str, port: u16, timeout: Duration) -> io::Result<Stream> {
        let connecting = async {
            let mut last = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
            for address in lookup_host((host, port)).await? {
                match TcpStream::connect(address).await {
                    Ok(stream) => return Stream::new(stream),
                    Err(error) => last = error,
                }
            }
            Err(last)
        };
        match tokio::time::timeout(timeout, connecting).await {
            Ok(connected) => connected,
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "connection timed out")),
        }
    }

    /// Our end.
    pub fn local(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// The other end.
    pub fn peer(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }

    /// The two directions, for a client that reads and writes at its own pace.
    pub fn split(self) -> (FrameReader, FrameWriter) {
        let (read, write) = self.0.into_split();
        (FrameReader { half: read, buffer: BytesMut::new() }, FrameWriter { half: write })
    }
}

/// The reading direction of a client's connection.
#[derive(Debug)]
pub struct FrameReader {
    half: OwnedReadHalf,
    buffer: BytesMut,
}

impl FrameReader {
    /// The next frame's body; `None` where the peer has closed between frames. May be dropped and
    /// called again without losing bytes.
    pub async fn frame(&mut self, bytes_max: usize) -> io::Result<Option<Bytes>> {
        loop {
            if let Some(&prefix) = self.buffer.first_chunk::<4>() {
                let length = usize::try_from(i32::from_be_bytes(prefix)).unwrap_or(usize::MAX);
                if length > bytes_max {
                    let text = match foreign::recognise(&prefix) {
                        Some(name) => format!("the port speaks {name}"),
                        None => {
                            format!("a reply of {length} bytes is above the limit of {bytes_max}")
                        }
                    };
                    return Err(io::Error::new(io::ErrorKind::InvalidData, text));
                }
                if self.buffer.len() >= 4 + length {
                    self.buffer.advance(4);
                    return Ok(Some(self.buffer.split_to(length).freeze()));
                }
                self.buffer.reserve(4 + length - self.buffer.len());
            }
            if self.buffer.capacity() - self.buffer.len() < 4 * 1024 {
                self.buffer.reserve(64 * 1024);
            }
            if self.half.read_buf(&mut self.buffer).await? == 0 {
                if self.buffer.is_empty() {
                    return Ok(None);
                }
                let text = "the peer closed the connection in the middle of a reply";
                return Err(io::Error::new(io::ErrorKind::UnexpectedEof, text));
            }
        }
    }

    /// Waits for more bytes, whatever they are; false at the end of the connection. For protocols
    /// without frames, whose reader takes what it knows out of [`FrameReader::buffer`].
    pub async fn more(&mut self) -> io::Result<bool> {
        if self.buffer.capacity() - self.buffer.len() < 4 * 1024 {
            self.buffer.reserve(64 * 1024);
        }
        Ok(self.half.read_buf(&mut self.buffer).await? > 0)
    }

    /// What has come and was not taken.
    pub fn buffer(&mut self) -> &mut BytesMut {
        &mut self.buffer
    }

    /// Whatever comes next, unframed: for four-letter words, whose answer ends with the connection.
    pub async fn to_end(&mut self, bytes_max: usize) -> io::Result<Bytes> {
        while self.buffer.len() < bytes_max {
            self.buffer.reserve(4 * 1024);
            if self.half.read_buf(&mut self.buffer).await? == 0 {
                break;
            }
        }
        Ok(self.buffer.split().freeze())
    }
}

/// The writing direction of a client's connection.
#[derive(Debug)]
pub struct FrameWriter {
    half: OwnedWriteHalf,
}

impl FrameWriter {
    /// Writes a message as it is; its length prefix is the first part's business.
    pub async fn parts(&mut self, parts: Vec<Part>) -> io::Result<()> {
        for part in parts {
            match part {
                Part::Bytes(mut bytes) => self.half.write_all_buf(&mut bytes).await?,
                Part::File(slice) => self.half.write_all(&slice.read()?).await?,
            }
        }
        Ok(())
    }

    /// Writes what is left of `bytes`. May be dropped and called again: what was written is taken
    /// off them.
    pub async fn drain(&mut self, bytes: &mut Bytes) -> io::Result<()> {
        self.half.write_all_buf(bytes).await
    }

    /// Writes bytes as they are.
    pub async fn bytes(&mut self, mut bytes: Bytes) -> io::Result<()> {
        self.half.write_all_buf(&mut bytes).await
    }

    /// Says that nothing more will be written.
    pub async fn finish(&mut self) -> io::Result<()> {
        self.half.shutdown().await
    }
}
