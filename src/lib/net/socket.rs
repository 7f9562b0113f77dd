//! The only door to the runtime's sockets and to spawning, so that a simulated network can stand in.

use std::future::Future;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::buf::Limit;
use bytes::{Buf, BufMut, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, Interest, ReadBuf};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream, lookup_host};
use tokio::sync::oneshot;

use crate::base::bytes::Part;
use crate::limits;

use super::foreign;
use super::simulated;

/// Starts a task nobody waits for. Tasks of a server go through `Stop::spawn`.
pub fn spawn(task: impl Future<Output = ()> + Send + 'static) {
    match simulated::current() {
        Some(node) => node.spawn(task),
        None => drop(tokio::spawn(task)),
    }
}

/// Runs what may wait for the disk on a thread that may wait.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    if simulated::current().is_some() {
        platter().await;
        return work();
    }
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        // The work panicked: that is a broken invariant, and belongs to whoever asked for it.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// Waits as long as a simulated disk takes; real ones take their time themselves.
pub async fn platter() {
    if let Some(node) = simulated::current() {
        node.disk().await;
    }
}

/// A thread of its own for work that may wait for the disk between its awaits.
#[derive(Debug)]
pub struct Worker(oneshot::Receiver<()>);

impl Worker {
    /// Starts it; a simulated node has a task in its place.
    pub fn start(
        name: &str,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<Worker> {
        let (done, ended) = oneshot::channel();
        let work = async move {
            work.await;
            // Whoever started it need not wait for it.
            let _ = done.send(());
        };
        match simulated::current() {
            Some(node) => node.spawn(work),
            None => {
                let runtime = tokio::runtime::Handle::current();
                let builder = std::thread::Builder::new().name(name.to_owned());
                builder.spawn(move || runtime.block_on(work))?;
            }
        }
        Ok(Worker(ended))
    }

    /// Returns when it has ended; false where it has panicked.
    pub async fn ended(self) -> bool {
        self.0.await.is_ok()
    }
}

/// A port that is ours and not open yet: whoever connects is refused.
#[derive(Debug)]
pub struct Bound(Port<socket2::Socket>);

/// An open port.
#[derive(Debug)]
pub struct Listener(Port<TcpListener>);

#[derive(Debug)]
enum Port<T> {
    Tcp(T),
    Simulated(simulated::stream::Port),
}

impl Bound {
    /// Binds; port 0 asks the kernel for one.
    pub async fn bind(host: &str, port: u16) -> io::Result<Bound> {
        if let Some(node) = simulated::current() {
            return simulated::stream::Port::bind(&node, host, port)
                .map(Port::Simulated)
                .map(Bound);
        }
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
        Ok(Bound(Port::Tcp(socket)))
    }

    /// Where it is bound.
    pub fn address(&self) -> io::Result<SocketAddr> {
        match &self.0 {
            Port::Tcp(socket) => {
                let address = socket.local_addr()?;
                address.as_socket().ok_or_else(|| io::ErrorKind::AddrNotAvailable.into())
            }
            Port::Simulated(port) => Ok(port.address()),
        }
    }

    /// Opens the port.
    pub fn listen(self) -> io::Result<Listener> {
        Ok(Listener(match self.0 {
            Port::Tcp(socket) => {
                socket.listen(i32::try_from(limits::ACCEPT_BACKLOG).unwrap_or(i32::MAX))?;
                Port::Tcp(TcpListener::from_std(socket.into())?)
            }
            Port::Simulated(port) => Port::Simulated(port.listen()),
        }))
    }
}

impl Listener {
    /// Binds and opens; port 0 asks the kernel for one.
    pub async fn bind(host: &str, port: u16) -> io::Result<Listener> {
        Bound::bind(host, port).await?.listen()
    }

    /// Where it is bound.
    pub fn address(&self) -> io::Result<SocketAddr> {
        match &self.0 {
            Port::Tcp(listener) => listener.local_addr(),
            Port::Simulated(port) => Ok(port.address()),
        }
    }

    /// The next connection.
    pub async fn accept(&self) -> io::Result<(Stream, SocketAddr)> {
        match &self.0 {
            Port::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                Ok((Stream::new(stream)?, peer))
            }
            Port::Simulated(port) => {
                let (stream, peer) = port.accept().await;
                Ok((Stream(Line::Simulated(stream)), peer))
            }
        }
    }
}

/// A connection.
#[derive(Debug)]
pub struct Stream(pub(super) Line);

/// What a connection runs over.
#[derive(Debug)]
pub(super) enum Line {
    Tcp(TcpStream),
    Simulated(simulated::stream::Stream),
}

/// Reads once. A read that leaves room has emptied the socket: that is remembered, so that nobody
/// asks it again before it has more.
fn read_once(stream: &TcpStream, into: &mut Limit<&mut BytesMut>) -> io::Result<usize> {
    let room = into.chunk_mut().len();
    let mut read = Err(io::ErrorKind::WouldBlock.into());
    // What `WouldBlock` forgets is the readiness of before the read: bytes that come meanwhile
    // make the socket readable anew.
    let _ = stream.try_io(Interest::READABLE, || {
        read = stream.try_read_buf(into);
        match read {
            Ok(some) if some == 0 || some == room => Ok(()),
            _ => Err(io::ErrorKind::WouldBlock.into()),
        }
    });
    read
}

impl Stream {
    fn new(stream: TcpStream) -> io::Result<Stream> {
        // Requests and replies are whole messages: waiting to merge them only adds latency.
        stream.set_nodelay(true)?;
        Ok(Stream(Line::Tcp(stream)))
    }

    /// Connects to the first address of `host` that answers, within `timeout` in all.
    pub async fn connect(host: &str, port: u16, timeout: Duration) -> io::Result<Stream> {
        let connecting = async {
            if let Some(node) = simulated::current() {
                let stream = simulated::stream::Stream::connect(&node, host, port).await?;
                return Ok(Stream(Line::Simulated(stream)));
            }
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
        match &self.0 {
            Line::Tcp(stream) => stream.local_addr(),
            Line::Simulated(stream) => Ok(stream.local()),
        }
    }

    /// The other end.
    pub fn peer(&self) -> io::Result<SocketAddr> {
        match &self.0 {
            Line::Tcp(stream) => stream.peer_addr(),
            Line::Simulated(stream) => Ok(stream.peer()),
        }
    }

    /// Ready when a read brings something.
    pub(super) fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &self.0 {
            Line::Tcp(stream) => stream.poll_read_ready(cx),
            Line::Simulated(stream) => stream.poll_readable(cx),
        }
    }

    /// Reads what is there, after [`Stream::poll_read_ready`].
    pub(super) fn try_read(&self, into: &mut Limit<&mut BytesMut>) -> io::Result<usize> {
        match &self.0 {
            Line::Tcp(stream) => read_once(stream, into),
            Line::Simulated(stream) => Ok(stream.take(|bytes| {
                let length = bytes.len().min(into.remaining_mut());
                into.put_slice(bytes.get(..length).unwrap_or_default());
                length
            })),
        }
    }

    /// The two directions, for a client that reads and writes at its own pace.
    pub fn split(self) -> (FrameReader, FrameWriter) {
        let (read, write) = match self.0 {
            Line::Tcp(stream) => {
                let (read, write) = stream.into_split();
                (ReadHalf::Tcp(read), WriteHalf::Tcp(write))
            }
            Line::Simulated(stream) => {
                let stream = Arc::new(stream);
                (ReadHalf::Simulated(stream.clone()), WriteHalf::Simulated(Writing(stream)))
            }
        };
        (FrameReader { half: read, buffer: BytesMut::new() }, FrameWriter { half: write })
    }
}

#[derive(Debug)]
enum ReadHalf {
    Tcp(OwnedReadHalf),
    Simulated(Arc<simulated::stream::Stream>),
}

impl AsyncRead for ReadHalf {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            ReadHalf::Tcp(half) => Pin::new(half).poll_read(cx, into),
            ReadHalf::Simulated(stream) => {
                ready!(stream.poll_readable(cx))?;
                stream.take(|bytes| {
                    let length = bytes.len().min(into.remaining());
                    into.put_slice(bytes.get(..length).unwrap_or_default());
                    length
                });
                Poll::Ready(Ok(()))
            }
        }
    }
}

#[derive(Debug)]
enum WriteHalf {
    Tcp(OwnedWriteHalf),
    Simulated(Writing),
}

/// Ends its direction when dropped, as the real one does.
#[derive(Debug)]
struct Writing(Arc<simulated::stream::Stream>);

impl Drop for Writing {
    fn drop(&mut self) {
        self.0.finish();
    }
}

impl AsyncWrite for WriteHalf {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            WriteHalf::Tcp(half) => Pin::new(half).poll_write(cx, bytes),
            WriteHalf::Simulated(writing) => writing.0.write(cx, &[IoSlice::new(bytes)]),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            WriteHalf::Tcp(half) => Pin::new(half).poll_flush(cx),
            WriteHalf::Simulated(_) => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            WriteHalf::Tcp(half) => Pin::new(half).poll_shutdown(cx),
            WriteHalf::Simulated(writing) => {
                writing.0.finish();
                Poll::Ready(Ok(()))
            }
        }
    }
}

/// The reading direction of a client's connection.
#[derive(Debug)]
pub struct FrameReader {
    half: ReadHalf,
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
    half: WriteHalf,
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
