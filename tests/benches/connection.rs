//! Raw frames over a blocking socket: prebuilt requests out, answers in.

use std::io::{BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use milena::base::bytes::Reader;
use milena::kafka::protocol::header::ResponseHeader;
use milena::kafka::protocol::{Decode as _, Request};

use super::support::wire;

/// No answer takes this long.
const ANSWER_WITHIN: Duration = Duration::from_secs(60);
/// Many small answers are read at once; large ones go past this buffer.
const BUFFER_BYTES: usize = 256 * 1024;

/// A connection.
pub struct Connection {
    reader: BufReader<TcpStream>,
    /// The memory of the last frame, for the next.
    spare: BytesMut,
}

impl Connection {
    pub fn open(host: &str, port: u16) -> Connection {
        let stream = TcpStream::connect((host, port))
            .unwrap_or_else(|error| panic!("cannot connect to {host}:{port}: {error}"));
        stream.set_nodelay(true).expect("an option of a socket");
        stream.set_read_timeout(Some(ANSWER_WITHIN)).expect("an option of a socket");
        Connection {
            reader: BufReader::with_capacity(BUFFER_BYTES, stream),
            spare: BytesMut::new(),
        }
    }

    /// The other half, for a thread that only writes.
    pub fn writer(&self) -> TcpStream {
        self.reader.get_ref().try_clone().expect("a second handle")
    }

    /// Sends a whole frame, its length in front.
    pub fn send(&mut self, frame: &[u8]) {
        self.reader.get_mut().write_all(frame).expect("a server that reads");
    }

    /// Waits for bytes that have no frame.
    pub fn exactly(&mut self, bytes: &mut [u8]) {
        self.reader.read_exact(bytes).expect("a server that answers");
    }

    /// Says that nothing more will come, and waits until the other side has put its things away.
    pub fn finish(mut self) {
        self.reader.get_ref().shutdown(Shutdown::Write).expect("a connection");
        let left = self.reader.read_to_end(&mut Vec::new()).expect("the end of a connection");
        assert_eq!(left, 0, "bytes that nobody asked for");
    }

    /// Waits for a frame and looks at it.
    pub fn frame<T>(&mut self, look: impl FnOnce(&Bytes) -> T) -> T {
        let mut length = [0; 4];
        self.exactly(&mut length);
        let mut buffer = std::mem::take(&mut self.spare);
        buffer.resize(u32::from_be_bytes(length) as usize, 0);
        self.exactly(&mut buffer);
        let frame = buffer.freeze();
        let seen = look(&frame);
        self.spare = frame.try_into_mut().unwrap_or_default();
        seen
    }

    /// Whether the start of another answer is here already.
    pub fn has_more(&self) -> bool {
        !self.reader.buffer().is_empty()
    }

    /// Waits for the answer to an `R` and looks at it.
    pub fn answer<R: Request, T>(
        &mut self,
        version: i16,
        look: impl FnOnce(R::Response) -> T,
    ) -> T {
        self.frame(|frame| {
            let mut reader = Reader::shared(frame);
            ResponseHeader::decode(&mut reader, R::KEY, version).expect("a response header");
            look(R::Response::decode(&mut reader, version).expect("a response"))
        })
    }

    /// Asks and waits; none where the other side has gone.
    pub fn try_ask<R: Request>(&mut self, request: &R, version: i16) -> Option<R::Response> {
        let frame = wire::frame(request, version, 0);
        self.reader.get_mut().write_all(&frame).ok()?;
        let mut length = [0; 4];
        self.reader.read_exact(&mut length).ok()?;
        let mut buffer = vec![0; u32::from_be_bytes(length) as usize];
        self.reader.read_exact(&mut buffer).ok()?;
        let frame = Bytes::from(buffer);
        let mut reader = Reader::shared(&frame);
        ResponseHeader::decode(&mut reader, R::KEY, version).expect("a response header");
        Some(R::Response::decode(&mut reader, version).expect("a response"))
    }

    /// Asks and waits.
    pub fn ask<R: Request>(&mut self, request: &R, version: i16) -> R::Response {
        self.send(&wire::frame(request, version, 0));
        self.answer::<R, _>(version, |answer| answer)
    }
}
