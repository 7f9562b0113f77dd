//! A connection that speaks raw Kafka: a request at any version, frames that are no requests.

use bytes::Bytes;
use milena::base::bytes::{Part, Reader, Writer};
use milena::kafka::protocol::header::{RequestHeader, ResponseHeader};
use milena::kafka::protocol::{Decode as _, Request};
use milena::net::socket::{FrameReader, FrameWriter, Stream};

use super::{WITHIN, within};

/// The largest answer a test expects.
const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;

pub struct Wire {
    reader: FrameReader,
    writer: FrameWriter,
    correlation_id: i32,
}

impl Wire {
    pub async fn connect(port: u16) -> Wire {
        let stream = Stream::connect("127.0.0.1", port, WITHIN).await.expect("a connection");
        let (reader, writer) = stream.split();
        Wire { reader, writer, correlation_id: 0 }
    }

    /// Asks and waits for the answer.
    pub async fn ask<R: Request>(&mut self, request: &R, version: i16) -> R::Response {
        self.send(request, version).await;
        self.answer::<R>(version).await
    }

    /// Asks; the answer is read by [`Wire::answer`], or never comes.
    pub async fn send<R: Request>(&mut self, request: &R, version: i16) {
        self.correlation_id += 1;
        let bytes = frame(request, version, self.correlation_id);
        self.bytes(bytes).await.expect("a broker that reads");
    }

    /// The next answer, which must be whole and to the last request.
    pub async fn answer<R: Request>(&mut self, version: i16) -> R::Response {
        let answer = self.answer_or_end::<R>(version).await;
        answer.unwrap_or_else(|| panic!("{:?} v{version}: connection closed", R::KEY))
    }

    /// As [`Wire::answer`]; none where the broker closed instead.
    pub async fn answer_or_end<R: Request>(&mut self, version: i16) -> Option<R::Response> {
        let frame = self.frame().await?;
        Some(self.decoded::<R>(&frame, version))
    }

    fn decoded<R: Request>(&self, frame: &Bytes, version: i16) -> R::Response {
        let what = format!("{:?} v{version}", R::KEY);
        let mut reader = Reader::shared(frame);
        let header = ResponseHeader::decode(&mut reader, R::KEY, version).expect(&what);
        assert_eq!(header.correlation_id, self.correlation_id, "{what}");
        let answer = R::Response::decode(&mut reader, version).expect(&what);
        reader.finish().expect(&what);
        answer
    }

    /// The next frame; none where the broker closed, in whatever way.
    pub async fn frame(&mut self) -> Option<Bytes> {
        within("an answer", self.reader.frame(ANSWER_BYTES_MAX)).await.ok().flatten()
    }

    /// Sends bytes as they are. Fails where the broker has closed.
    pub async fn bytes(&mut self, bytes: Bytes) -> std::io::Result<()> {
        within("sending", self.writer.parts(vec![Part::Bytes(bytes)])).await
    }

    /// Says that nothing more will be sent.
    pub async fn finish(&mut self) {
        let _ = self.writer.finish().await;
    }
}

/// A whole request with its length in front.
pub fn frame<R: Request>(request: &R, version: i16, correlation_id: i32) -> Bytes {
    let header = RequestHeader {
        key: R::KEY.number(),
        version,
        correlation_id,
        client_id: Some("suite".to_owned()),
    };
    let mut writer = Writer::new();
    let mark = writer.mark_i32();
    header.encode(&mut writer);
    request.encode(&mut writer, version);
    writer.fill_length(&mark);
    writer.into_bytes()
}
