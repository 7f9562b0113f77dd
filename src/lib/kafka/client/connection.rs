//! One TCP connection to a broker: requests go out one after the other, answers come back in the
//! same order, and callers wait for their own.
//!
//! Two tasks serve it. The writer takes frames from a channel; the reader hands each answer to the
//! caller that is first in line. A connection that breaks, or whose broker answers too late, fails
//! everyone in line with the same error and is never used again.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};

use super::error::{Error, Result};
use super::options::{Address, Options};
use super::versions::Versions;
use crate::base::bytes::{Part, Reader, Writer};
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::header::{RequestHeader, ResponseHeader};
use crate::kafka::protocol::message::{ApiVersionsRequest, ApiVersionsResponse};
use crate::kafka::protocol::{Message, Request};
use crate::limits;
use crate::net::socket::{self, FrameReader, FrameWriter, Stream};

/// Below this size a request is sent as one buffer, attached records copied into it: a copy is
/// cheaper than another system call.
const COPIED_REQUEST_BYTES_MAX: usize = 64 * 1024;

/// A connection. Copies of the handle share it.
#[derive(Clone, Debug)]
pub struct Connection {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    address: Arc<str>,
    client_id: String,
    request_timeout: Duration,
    versions: Versions,
    correlation: AtomicI32,
    outgoing: mpsc::Sender<Outgoing>,
    line: Arc<Line>,
}

/// A frame to be written, and who waits for its answer.
#[derive(Debug)]
struct Outgoing {
    parts: Vec<Part>,
    waiter: Option<Waiter>,
}

/// Where an answer is waited for.
type Waiter = oneshot::Sender<Bytes>;

/// Those who wait for answers.
#[derive(Debug)]
struct Line {
    waiting: Mutex<Waiting>,
    broken: watch::Sender<bool>,
}

#[derive(Debug, Default)]
struct Waiting {
    queue: VecDeque<Waiter>,
    broken: Option<Error>,
}

impl Line {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fails everyone in line and everyone after them. The first reason stays.
    fn fail(&self, error: Error) {
        let mut waiting = self.lock();
        waiting.broken.get_or_insert(error);
        waiting.queue.clear();
        drop(waiting);
        self.broken.send_replace(true);
    }

    fn enter(&self, waiter: Waiter) -> bool {
        let mut waiting = self.lock();
        if waiting.broken.is_some() {
            return false;
        }
        waiting.queue.push_back(waiter);
        true
    }
}

impl Connection {
    /// Connects and asks which versions the broker speaks.
    pub async fn open(address: &Address, options: &Options) -> Result<Connection> {
        let name: Arc<str> = address.to_string().into();
        let stream = Stream::connect(&address.host, address.port, options.connect_timeout).await;
        let stream = stream.map_err(|source| Error::Connect {
            address: name.to_string(),
            source: Arc::new(source),
        })?;
        let (reader, writer) = stream.split();
        let (outgoing, frames) = mpsc::channel(limits::CLIENT_REQUESTS_QUEUED_MAX);
        let line = Arc::new(Line { waiting: Mutex::default(), broken: watch::Sender::new(false) });
        socket::spawn(write(writer, frames, line.clone(), name.clone()));
        socket::spawn(read(reader, line.clone(), name.clone()));
        let mut inner = Inner {
            address: name,
            client_id: options.client_id.clone(),
            request_timeout: options.request_timeout,
            versions: Versions::default(),
            correlation: AtomicI32::new(0),
            outgoing,
            line,
        };
        // A port that accepts and never speaks must not hold a bootstrap up for the whole timeout
        // of a request.
        let within = options.connect_timeout.min(options.request_timeout);
        inner.versions = inner.handshake(within).await?;
        Ok(Connection { inner: Arc::new(inner) })
    }

    /// Where it leads to.
    pub fn address(&self) -> &str {
        &self.inner.address
    }

    /// What the broker speaks.
    pub fn versions(&self) -> &Versions {
        &self.inner.versions
    }

    /// Whether it can still be used.
    pub fn is_open(&self) -> bool {
        self.inner.line.lock().broken.is_none()
    }

    /// Ends it; callers in line fail.
    pub fn close(&self) {
        self.inner.line.fail(Error::Closed { address: self.inner.address.to_string() });
    }

    /// The newest version of `R` both sides speak.
    pub fn version_of<R: Request>(&self) -> Result<i16> {
        self.version_at_most::<R>(i16::MAX)
    }

    /// The same, not above `most`.
    pub fn version_at_most<R: Request>(&self, most: i16) -> Result<i16> {
        self.inner.versions.choose::<R>(&self.inner.address, most)
    }

    /// Asks at the newest common version and waits for the answer.
    pub async fn send<R: Request>(&self, request: &R) -> Result<R::Response> {
        self.call(request, self.version_of::<R>()?, self.inner.request_timeout).await
    }

    /// Asks at a given version and waits no longer than `within` for the answer.
    pub async fn call<R: Request>(
        &self,
        request: &R,
        version: i16,
        within: Duration,
    ) -> Result<R::Response> {
        let pending = self.begin(request, version).await?;
        pending.answer(within).await
    }

    /// Puts a request in line and gives back what its answer is waited for with, so that several
    /// can be under way in a given order.
    pub async fn begin<R: Request>(&self, request: &R, version: i16) -> Result<Pending<R>> {
        let (frame, correlation) = self.inner.frame(request, version);
        let answer = self.inner.queue(frame).await?;
        let inner = self.inner.clone();
        Ok(Pending { inner, version, correlation, answer, request: std::marker::PhantomData })
    }

    /// Sends a request that has no answer: a produce with acks=0.
    pub async fn tell<R: Request>(&self, request: &R, version: i16) -> Result<()> {
        let (parts, _) = self.inner.frame(request, version);
        let sent = self.inner.outgoing.send(Outgoing { parts, waiter: None }).await;
        sent.map_err(|_| self.inner.reason())
    }
}

/// A request under way.
#[derive(Debug)]
pub struct Pending<R> {
    inner: Arc<Inner>,
    version: i16,
    correlation: i32,
    answer: oneshot::Receiver<Bytes>,
    request: std::marker::PhantomData<fn() -> R>,
}

impl<R: Request> Pending<R> {
    /// Waits for the answer, at most `within`. A broker that is later has lost the connection.
    pub async fn answer(self, within: Duration) -> Result<R::Response> {
        let frame = self.inner.wait(R::KEY, self.answer, within).await?;
        self.inner.decode(&frame, R::KEY, self.version, self.correlation)
    }
}

impl Inner {
    fn reason(&self) -> Error {
        let broken = self.line.lock().broken.clone();
        broken.unwrap_or_else(|| Error::Closed { address: self.address.to_string() })
    }

    fn frame<R: Request>(&self, request: &R, version: i16) -> (Vec<Part>, i32) {
        let correlation_id = self.correlation.fetch_add(1, Ordering::Relaxed) & i32::MAX;
        let mut writer = Writer::with_capacity(256);
        let mark = writer.mark_i32();
        let client_id = Some(self.client_id.clone());
        RequestHeader { key: R::KEY.number(), version, correlation_id, client_id }
            .encode(&mut writer);
        request.encode(&mut writer, version);
        writer.fill_length(&mark);
        let parts = match writer.len() <= COPIED_REQUEST_BYTES_MAX {
            true => vec![Part::Bytes(writer.into_bytes())],
            false => writer.finish(),
        };
        (parts, correlation_id)
    }

    async fn queue(&self, parts: Vec<Part>) -> Result<oneshot::Receiver<Bytes>> {
        let (answer, receiver) = oneshot::channel();
        let sent = self.outgoing.send(Outgoing { parts, waiter: Some(answer) }).await;
        sent.map_err(|_| self.reason())?;
        Ok(receiver)
    }

    async fn wait(
        &self,
        api: ApiKey,
        answer: oneshot::Receiver<Bytes>,
        within: Duration,
    ) -> Result<Bytes> {
        match tokio::time::timeout(within, answer).await {
            Ok(Ok(frame)) => Ok(frame),
            Ok(Err(_)) => Err(self.reason()),
            Err(_) => {
                let address = self.address.to_string();
                let error = Error::Timeout { address, api, after: within };
                self.line.fail(error.clone());
                Err(error)
            }
        }
    }

    fn decode<T: Message>(
        &self,
        frame: &Bytes,
        api: ApiKey,
        version: i16,
        correlation: i32,
    ) -> Result<T> {
        let read = || {
            let mut reader = Reader::shared(frame);
            let header = ResponseHeader::decode(&mut reader, api, version)?;
            if header.correlation_id != correlation {
                let found = i64::from(header.correlation_id);
                return Err(reader.invalid("correlation id", found));
            }
            T::decode(&mut reader, version)
        };
        read().map_err(|source| {
            let address = self.address.to_string();
            Error::Answer { address, api, version, source }
        })
    }

    /// Asks for versions, first in the newest form. Who does not know that form answers in the
    /// oldest one with UNSUPPORTED_VERSION (KIP-511); brokers since 2.4 then say which they know.
    async fn handshake(&self, within: Duration) -> Result<Versions> {
        let request = ApiVersionsRequest {
            client_software_name: env!("CARGO_PKG_NAME").to_owned(),
            client_software_version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let mut version = 3;
        loop {
            let (parts, correlation) = self.frame(&request, version);
            let answer = self.queue(parts).await?;
            let frame = self.wait(ApiKey::ApiVersions, answer, within).await?;
            // Behind the correlation id stands the error code, whatever the form.
            let refused = frame.get(4..6) == Some(&ErrorCode::UNSUPPORTED_VERSION.0.to_be_bytes());
            let form = if refused { 0 } else { version };
            let response: ApiVersionsResponse =
                self.decode(&frame, ApiKey::ApiVersions, form, correlation)?;
            let versions = Versions::of(&response);
            if response.error_code.is_error() && !(refused && version > 0) {
                let what = format!("{} refused the handshake", self.address);
                return Err(Error::refused(what, response.error_code, None));
            }
            if !refused {
                return Ok(versions);
            }
            let known = versions.offered(ApiKey::ApiVersions).map_or(0, |(_, max)| max);
            version = known.clamp(0, version - 1);
        }
    }
}

async fn write(
    mut writer: FrameWriter,
    mut frames: mpsc::Receiver<Outgoing>,
    line: Arc<Line>,
    address: Arc<str>,
) {
    let mut broken = line.broken.subscribe();
    loop {
        let outgoing = tokio::select! {
            biased;
            _ = broken.wait_for(|broken| *broken) => None,
            outgoing = frames.recv() => outgoing,
        };
        let Some(outgoing) = outgoing else { break };
        // In line before the first byte is out: the answer may be faster than this task.
        if outgoing.waiter.is_some_and(|waiter| !line.enter(waiter)) {
            break;
        }
        if let Err(source) = writer.parts(outgoing.parts).await {
            line.fail(Error::Broken { address: address.to_string(), source: Arc::new(source) });
            break;
        }
    }
    // Nobody holds the connection any more, or it is broken: the broker may know.
    let _ = writer.finish().await;
}

async fn read(mut reader: FrameReader, line: Arc<Line>, address: Arc<str>) {
    let mut broken = line.broken.subscribe();
    // The first answer is that to the handshake. What is larger is no broker: `HTTP`, read as a
    // length, would be a gigabyte to wait for.
    let mut bytes_max = limits::HANDSHAKE_REPLY_BYTES_MAX;
    let error = loop {
        let frame = tokio::select! {
            biased;
            _ = broken.wait_for(|broken| *broken) => return,
            frame = reader.frame(bytes_max) => frame,
        };
        let frame = match frame {
            Ok(Some(frame)) => frame,
            Ok(None) => break Error::Closed { address: address.to_string() },
            Err(source) => {
                break Error::Broken { address: address.to_string(), source: Arc::new(source) };
            }
        };
        bytes_max = limits::KAFKA_REPLY_BYTES_MAX;
        let waiter = line.lock().queue.pop_front();
        match waiter {
            // Who stopped waiting has dropped the other end.
            Some(waiter) => drop(waiter.send(frame)),
            None => {
                let text = "an answer nobody asked for";
                let source = std::io::Error::new(std::io::ErrorKind::InvalidData, text);
                break Error::Broken { address: address.to_string(), source: Arc::new(source) };
            }
        }
    };
    line.fail(error);
}
