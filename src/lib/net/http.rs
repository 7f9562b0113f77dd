//! A small HTTP/1.1 server, for what operators and scrapers ask of a process.
//!
//! It knows lines, headers and bodies of a told length, and keeps connections alive. What is slow
//! is cut: a head must be whole, and every piece of a body must come, within the idle time. A head
//! and the number of connections are bounded by `limits`; how large a body may be is for its
//! handler to say, who sees the head before a byte of the body is kept.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use jiff::Timestamp;
use tokio::time::timeout;

use super::foreign;
use super::shutdown::Stop;
use super::socket::{FrameReader, FrameWriter, Listener, Stream, blocking};
use crate::base::clock::Clock;
use crate::base::disk::File;
use crate::base::error::io_text;
use crate::limits::{HTTP_CONNECTIONS_MAX, HTTP_HEAD_BYTES_MAX};

/// How much of a file is held at a time, in bytes.
const FILE_PIECE_BYTES: u64 = 256 * 1024;
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

/// What is asked, without its body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    pub method: String,
    /// Without the query, decoded.
    pub path: String,
    /// The pairs of the query, decoded.
    pub query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    keeps_alive: bool,
}

impl Head {
    /// The first header of that name, which is in small letters.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Reads a head, its last empty line left off.
    fn parse(text: &[u8]) -> Option<Head> {
        let text = std::str::from_utf8(text).ok()?;
        let mut lines = text.split("\r\n");
        let mut first = lines.next()?.split(' ');
        let (method, target, version) = (first.next()?, first.next()?, first.next()?);
        let is_known = method.bytes().all(|byte| byte.is_ascii_uppercase()) && !method.is_empty();
        if !is_known || first.next().is_some() || !version.starts_with("HTTP/1.") {
            return None;
        }
        let mut headers = Vec::new();
        for line in lines {
            let (name, value) = line.split_once(':')?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        let query = pairs.map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        });
        let mut head = Head {
            method: method.to_owned(),
            path: decoded(path),
            query: query.collect(),
            headers,
            keeps_alive: false,
        };
        let said = head.header("connection").unwrap_or_default().to_ascii_lowercase();
        head.keeps_alive = match version {
            "HTTP/1.0" => said.contains("keep-alive"),
            _ => !said.contains("close"),
        };
        Some(head)
    }
}

/// Takes `%20` and `+` for what they stand for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, more)) = rest.split_first() {
        let pair = more.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        let byte = pair.filter(|_| first == b'%').and_then(|it| u8::from_str_radix(it, 16).ok());
        match byte {
            Some(byte) => {
                bytes.push(byte);
                rest = more.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(if first == b'+' { b' ' } else { first });
                rest = more;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What is answered.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Body,
}

/// What follows the head of an answer.
#[derive(Debug)]
pub enum Body {
    Bytes(Bytes),
    /// A file, which is read while it is sent.
    File(File, u64),
}

/// What a server does with requests.
pub trait Handler: Send + Sync + 'static {
    /// Looks at a head that announces a body: how large it may be, in bytes, or why it is not
    /// even read.
    fn admit(&self, head: &Head) -> Result<u64, Response>;

    /// Answers a request.
    fn answer(&self, head: Head, body: Bytes) -> impl Future<Output = Response> + Send;

    /// Says something about connections in the log, under the handler's own logger.
    fn warn(&self, text: &str);
}

impl Response {
    /// A text of some type.
    pub fn text(status: u16, kind: &str, text: impl Into<Bytes>) -> Response {
        let headers = vec![("Content-Type", kind.to_owned())];
        Response { status, headers, body: Body::Bytes(text.into()) }
    }

    /// A status and nothing else.
    pub fn bare(status: u16) -> Response {
        Response { status, headers: Vec::new(), body: Body::Bytes(Bytes::new()) }
    }
}

/// How a server treats connections.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long nothing may come. Zero is for ever.
    pub idle: Duration,
    pub clock: Clock,
}

/// Serves until the stop signal; each connection is a task of `stop`.
pub fn serve<H: Handler>(listener: Listener, handler: Arc<H>, settings: Settings, stop: &Stop) {
    let open = Arc::new(AtomicUsize::new(0));
    let connections = stop.clone();
    let mut signal = stop.signal();
    stop.spawn(async move {
        loop {
            let accepted = tokio::select! {
                biased;
                () = signal.raised() => return,
                accepted = listener.accept() => accepted,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    handler.warn(&format!("cannot accept a connection: {}", io_text(&error)));
                    let pause = tokio::time::sleep(Duration::from_millis(50));
                    tokio::select! { biased; () = signal.raised() => return, () = pause => {} }
                    continue;
                }
            };
            if open.fetch_add(1, Ordering::Relaxed) >= HTTP_CONNECTIONS_MAX {
                open.fetch_sub(1, Ordering::Relaxed);
                handler.warn(&format!("Too many connections - max is {HTTP_CONNECTIONS_MAX}"));
                continue;
            }
            let (handler, settings) = (handler.clone(), settings.clone());
            let (open, mut signal) = (open.clone(), connections.signal());
            connections.spawn(async move {
                let connection = Connection::new(stream, &settings);
                tokio::select! {
                    biased;
                    () = signal.raised() => {}
                    () = connection.serve(&*handler, peer) => {}
                }
                open.fetch_sub(1, Ordering::Relaxed);
            });
        }
    });
}

struct Connection<'a> {
    reader: FrameReader,
    writer: FrameWriter,
    settings: &'a Settings,
}

/// Why a request could not be read.
enum Bad {
    /// The peer is gone, or silent.
    Gone,
    Answer(Response),
    Foreign(&'static str),
}

impl From<io::Error> for Bad {
    fn from(_: io::Error) -> Bad {
        Bad::Gone
    }
}

impl<'a> Connection<'a> {
    fn new(stream: Stream, settings: &'a Settings) -> Connection<'a> {
        let (reader, writer) = stream.split();
        Connection { reader, writer, settings }
    }

    async fn serve<H: Handler>(mut self, handler: &H, peer: SocketAddr) {
        loop {
            let (head, body) = match self.request(handler).await {
                Ok(request) => request,
                Err(Bad::Gone) => return,
                Err(Bad::Answer(response)) => {
                    // Nobody knows where the next request begins.
                    let _ = self.respond(response, false, true).await;
                    return;
                }
                Err(Bad::Foreign(name)) => {
                    handler.warn(&format!(
                        "connection from {peer} closed: the peer speaks {name} to a plain HTTP port"
                    ));
                    return;
                }
            };
            let (keeps_alive, with_body) = (head.keeps_alive, head.method != "HEAD");
            let response = handler.answer(head, body).await;
            if self.respond(response, keeps_alive, with_body).await.is_err() || !keeps_alive {
                return;
            }
        }
    }

    /// The next request.
    async fn request<H: Handler>(&mut self, handler: &H) -> Result<(Head, Bytes), Bad> {
        let head = within(self.settings.idle, head(&mut self.reader)).await??;
        let Some(head) = Head::parse(&head) else {
            return Err(Bad::Answer(Response::bare(400)));
        };
        if head.header("transfer-encoding").is_some() {
            return Err(Bad::Answer(Response::bare(411)));
        }
        let length = match head.header("content-length").map(str::parse::<u64>) {
            None | Some(Ok(0)) => return Ok((head, Bytes::new())),
            Some(Ok(length)) => length,
            Some(Err(_)) => return Err(Bad::Answer(Response::bare(400))),
        };
        let max = handler.admit(&head).map_err(Bad::Answer)?;
        if length > max {
            return Err(Bad::Answer(Response::bare(413)));
        }
        if head.header("expect").is_some_and(|it| it.eq_ignore_ascii_case("100-continue")) {
            let go_on = Bytes::from_static(b"HTTP/1.1 100 Continue\r\n\r\n");
            within(self.settings.idle, self.writer.bytes(go_on)).await??;
        }
        // It grows with what comes, not with what was promised.
        while (self.reader.buffer().len() as u64) < length {
            if !within(self.settings.idle, self.reader.more()).await?? {
                return Err(Bad::Gone);
            }
        }
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        Ok((head, self.reader.buffer().split_to(length).freeze()))
    }

    async fn respond(
        &mut self,
        response: Response,
        keeps_alive: bool,
        with_body: bool,
    ) -> io::Result<()> {
        let Response { status, headers, body } = response;
        let length = match &body {
            Body::Bytes(bytes) => bytes.len() as u64,
            Body::File(_, length) => *length,
        };
        let date = Timestamp::from_millisecond(self.settings.clock.wall_ms()).unwrap_or_default();
        let date = date.strftime("%a, %d %b %Y %H:%M:%S GMT");
        let mut head = format!("HTTP/1.1 {status} {}\r\nDate: {date}\r\n", reason(status));
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {length}\r\n"));
        if !keeps_alive {
            head.push_str("Connection: close\r\n");
        }
        head.push_str("\r\n");
        let mut first = BytesMut::from(head.as_bytes());
        if let Body::Bytes(bytes) = &body
            && with_body
        {
            first.extend_from_slice(bytes);
        }
        self.write(first.freeze()).await?;
        if let Body::File(file, length) = body
            && with_body
        {
            self.send_file(file, length).await?;
        }
        Ok(())
    }

    async fn send_file(&mut self, file: File, length: u64) -> io::Result<()> {
        let mut position = 0;
        while position < length {
            let (file, take) = (file.clone(), FILE_PIECE_BYTES.min(length - position));
            let piece = blocking(move || {
                let mut piece = vec![0; take as usize];
                file.read_exact_at(&mut piece, position).map(|()| piece)
            });
            let piece = piece.await?;
            self.write(piece.into()).await?;
            position += take;
        }
        Ok(())
    }

    async fn write(&mut self, bytes: Bytes) -> io::Result<()> {
        within(self.settings.idle, self.writer.bytes(bytes)).await?
    }
}

/// Waits, but no longer than a connection may be idle.
async fn within<T>(idle: Duration, wait: impl Future<Output = T>) -> io::Result<T> {
    if idle.is_zero() {
        return Ok(wait.await);
    }
    timeout(idle, wait).await.map_err(|_| io::ErrorKind::TimedOut.into())
}

/// The bytes of the next head, its end left off.
async fn head(reader: &mut FrameReader) -> Result<Bytes, Bad> {
    loop {
        let buffer = reader.buffer();
        if let Some(name) = foreign::recognise(buffer).filter(|name| *name != "HTTP") {
            return Err(Bad::Foreign(name));
        }
        let end = buffer.windows(END_OF_HEAD.len()).position(|window| window == END_OF_HEAD);
        if let Some(end) = end.filter(|&end| end <= HTTP_HEAD_BYTES_MAX) {
            let head = buffer.split_to(end).freeze();
            buffer.advance(END_OF_HEAD.len());
            return Ok(head);
        }
        if buffer.len() > HTTP_HEAD_BYTES_MAX {
            return Err(Bad::Answer(Response::bare(431)));
        }
        if !reader.more().await? {
            return Err(Bad::Gone);
        }
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        411 => "Length Required",
        413 => "Payload Too Large",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        503 => "Service Unavailable",
        _ => "Server Error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Echo;

    impl Handler for Echo {
        fn admit(&self, head: &Head) -> Result<u64, Response> {
            if head.path == "/closed" { Err(Response::bare(401)) } else { Ok(10) }
        }

        async fn answer(&self, head: Head, body: Bytes) -> Response {
            let text = format!("{} {} {:?} {body:?}", head.method, head.path, head.query);
            Response::text(200, "text/plain", text)
        }

        fn warn(&self, _: &str) {}
    }

    /// What a server says to these bytes until it closes.
    async fn said(bytes: &[u8]) -> String {
        let stop = Stop::new();
        let listener = Listener::bind("127.0.0.1", 0).await.unwrap();
        let port = listener.address().unwrap().port();
        let settings = Settings { idle: Duration::from_secs(10), clock: Clock::System };
        serve(listener, Arc::new(Echo), settings, &stop);
        let stream = Stream::connect("127.0.0.1", port, Duration::from_secs(10)).await.unwrap();
        let (mut reader, mut writer) = stream.split();
        writer.bytes(Bytes::copy_from_slice(bytes)).await.unwrap();
        let answer = reader.to_end(1024 * 1024).await.unwrap();
        assert!(stop.stop(Duration::from_secs(10)).await);
        String::from_utf8_lossy(&answer).into_owned()
    }

    #[tokio::test]
    async fn requests_are_answered_one_after_the_other() {
        let two = b"GET /a%20b?x=1&y=%2Fz HTTP/1.1\r\nHost: h\r\n\r\n\
                    POST /p HTTP/1.1\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc";
        let text = said(two).await;
        assert!(text.starts_with("HTTP/1.1 200 OK\r\nDate: "), "{text}");
        assert!(text.contains("\r\n\r\nGET /a b [(\"x\", \"1\"), (\"y\", \"/z\")] b\"\"HTTP/1.1"));
        assert!(text.ends_with("Connection: close\r\n\r\nPOST /p [] b\"abc\""), "{text}");
        let head = said(b"HEAD /a HTTP/1.0\r\n\r\n").await;
        assert!(head.contains("Content-Length: ") && head.ends_with("\r\n\r\n"), "{head}");
        let expects = b"PUT /e HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nz";
        let text = said(expects).await;
        assert!(text.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"), "{text}");
    }

    #[tokio::test]
    async fn what_is_wrong_is_refused() {
        let long = format!("GET / HTTP/1.1\r\nA: {}\r\n\r\n", "a".repeat(HTTP_HEAD_BYTES_MAX));
        let cases: &[(&[u8], &str)] = &[
            (b"GET /\r\n\r\n", "400 Bad Request"),
            (b"get / HTTP/1.1\r\n\r\n", "400 Bad Request"),
            (b"GET / HTTP/1.1\r\nno colon\r\n\r\n", "400 Bad Request"),
            (b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "400 Bad Request"),
            (b"POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n", "413 Payload Too Large"),
            (b"POST /closed HTTP/1.1\r\nContent-Length: 1\r\n\r\n", "401 Unauthorized"),
            (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "411 Length Required"),
            (long.as_bytes(), "431 Request Header Fields Too Large"),
        ];
        for (bytes, status) in cases {
            let text = said(bytes).await;
            assert!(text.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{status}: {text}");
        }
        assert_eq!(said(b"\x16\x03\x01\x02\x00\x01\x00\x01").await, "", "TLS");
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_peer_is_cut() {
        assert_eq!(said(b"GET / HT").await, "");
    }
}
