//! One broker's queue of control requests: sent one by one, in order, until it answers each.
//!
//! A broker must hear everything the controller says and in the order it says it: nothing is
//! dropped, and a request that found no answer is sent again, until the broker answers or its
//! registration is gone and the queue with it.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::base::bytes::{Reader, Writer};
use crate::base::error::io_text;
use crate::kafka::controller::{Broker, ControlRequest, Event};
use crate::kafka::protocol::header::{RequestHeader, ResponseHeader};
use crate::kafka::protocol::{Decode as _, Request};
use crate::limits;
use crate::net::Stop;
use crate::net::socket::{FrameReader, FrameWriter, Stream};

use super::Message;
use super::message::{self, Envelope};

/// How long to wait before a request that failed is tried again.
const RETRY: Duration = Duration::from_millis(100);

/// The controller's end of the queue. Dropping it ends the task.
pub(super) struct Sender {
    queue: mpsc::Sender<ControlRequest>,
    _alive: oneshot::Sender<()>,
}

impl Sender {
    /// Starts the task that sends to `broker`. A request is given up to try again after `timeout`.
    pub(super) fn start(
        stop: &Stop,
        broker: Arc<Broker>,
        envelope: Envelope,
        timeout: Duration,
        inbox: mpsc::Sender<Message>,
    ) -> Sender {
        let (queue, requests) = mpsc::channel(limits::CONTROL_REQUESTS_QUEUED_MAX);
        let (alive, gone) = oneshot::channel();
        let link = Link { broker, envelope, timeout, inbox, connection: None };
        stop.spawn(async move {
            tokio::select! {
                biased;
                () = link.run(requests) => {}
                _ = gone => {}
            }
        });
        Sender { queue, _alive: alive }
    }

    /// Queues a request; false when the queue is full, which no broker that works lets happen.
    pub(super) fn push(&self, request: ControlRequest) -> bool {
        self.queue.try_send(request).is_ok()
    }
}

/// The task's state.
struct Link {
    broker: Arc<Broker>,
    envelope: Envelope,
    timeout: Duration,
    inbox: mpsc::Sender<Message>,
    connection: Option<Connection>,
}

impl Link {
    async fn run(mut self, mut requests: mpsc::Receiver<ControlRequest>) {
        while let Some(request) = requests.recv().await {
            let news = self.say(&request).await;
            for event in news.into_iter().filter(|_| message::is_awaited(&request)) {
                let life = self.envelope.broker_epoch;
                let answered = Message::Answered { broker: self.broker.id, life, event };
                if self.inbox.send(answered).await.is_err() {
                    return;
                }
            }
        }
    }

    /// Says it until it is answered.
    async fn say(&mut self, request: &ControlRequest) -> Vec<Event> {
        let protocol = self.envelope.protocol;
        let broker = self.broker.id;
        match request {
            ControlRequest::LeaderAndIsr(request) => {
                let version = message::leader_and_isr_version(protocol);
                let wire = self.envelope.leader_and_isr(request, version);
                let answer = self.insist(&wire, version).await;
                if answer.error_code.is_error() {
                    self.refused("LeaderAndIsr", answer.error_code.name());
                }
                let names = message::names_by_id(request);
                vec![message::leader_and_isr_answered(broker, &names, &answer)]
            }
            ControlRequest::UpdateMetadata(request) => {
                let version = message::update_metadata_version(protocol);
                let wire = self.envelope.update_metadata(request, version);
                let answer = self.insist(&wire, version).await;
                if answer.error_code.is_error() {
                    self.refused("UpdateMetadata", answer.error_code.name());
                }
                Vec::new()
            }
            ControlRequest::StopReplica(request) => {
                let version = message::stop_replica_version(protocol);
                let mut news = Vec::new();
                for wire in self.envelope.stop_replica(request, version) {
                    let answer = self.insist(&wire, version).await;
                    if answer.error_code.is_error() {
                        self.refused("StopReplica", answer.error_code.name());
                    }
                    news.push(message::stop_replica_answered(broker, request, &answer));
                }
                news
            }
        }
    }

    fn refused(&self, request: &str, code: &str) {
        tracing::warn!(
            target: "kafka.controller.RequestSendThread",
            "[RequestSendThread controllerId={}] Broker {} answered {request} with {code}",
            self.envelope.controller, self.broker.id,
        );
    }

    async fn insist<R: Request>(&mut self, request: &R, version: i16) -> R::Response {
        loop {
            match self.exchange(request, version).await {
                Ok(answer) => return answer,
                Err(error) => {
                    self.connection = None;
                    tracing::warn!(
                        target: "kafka.controller.RequestSendThread",
                        "[RequestSendThread controllerId={}] Controller {}'s connection to broker {} was unsuccessful: {}",
                        self.envelope.controller, self.envelope.controller, self.broker, io_text(&error),
                    );
                    tokio::time::sleep(RETRY).await;
                }
            }
        }
    }

    async fn exchange<R: Request>(&mut self, request: &R, version: i16) -> io::Result<R::Response> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        let exchange = connection.exchange(request, version);
        let answer = match tokio::time::timeout(self.timeout, exchange).await {
            Ok(answer) => answer?,
            Err(_) => return Err(io::Error::new(io::ErrorKind::TimedOut, "no answer")),
        };
        self.connection = Some(connection);
        Ok(answer)
    }

    async fn connect(&self) -> io::Result<Connection> {
        let listener = &*self.envelope.listener;
        let endpoint = self.broker.endpoints.iter().find(|one| one.listener == listener);
        let Some(endpoint) = endpoint else {
            let text = format!("it has no listener {listener}");
            return Err(io::Error::new(io::ErrorKind::NotFound, text));
        };
        let stream = Stream::connect(&endpoint.host, endpoint.port, self.timeout).await?;
        let client_id = self.envelope.controller.to_string();
        Ok(Connection::new(stream, client_id))
    }
}

/// A connection to another broker, one request at a time.
pub(crate) struct Connection {
    reader: FrameReader,
    writer: FrameWriter,
    client_id: String,
    correlation_id: i32,
}

impl Connection {
    pub(crate) fn new(stream: Stream, client_id: String) -> Connection {
        let (reader, writer) = stream.split();
        Connection { reader, writer, client_id, correlation_id: 0 }
    }

    /// Sends a request and waits for its answer. After an error the connection is of no more use.
    pub(crate) async fn exchange<R: Request>(
        &mut self,
        request: &R,
        version: i16,
    ) -> io::Result<R::Response> {
        self.correlation_id = self.correlation_id.wrapping_add(1);
        let mut writer = Writer::with_capacity(256);
        let length = writer.mark_i32();
        let header = RequestHeader {
            key: R::KEY.number(),
            version,
            correlation_id: self.correlation_id,
            client_id: Some(self.client_id.clone()),
        };
        header.encode(&mut writer);
        request.encode(&mut writer, version);
        writer.fill_length(&length);
        self.writer.parts(writer.finish()).await?;
        let closed = || io::Error::new(io::ErrorKind::UnexpectedEof, "it closed the connection");
        let frame = self.reader.frame(limits::KAFKA_REPLY_BYTES_MAX).await?.ok_or_else(closed)?;
        let mut reader = Reader::shared(&frame);
        let header = ResponseHeader::decode(&mut reader, R::KEY, version).map_err(malformed)?;
        if header.correlation_id != self.correlation_id {
            return Err(malformed("another request's answer"));
        }
        R::Response::decode(&mut reader, version).map_err(malformed)
    }
}

fn malformed(error: impl fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("malformed answer: {error}"))
}
