//! Clients against a broker made of a few lines, on loopback.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;

use super::*;
use crate::base::bytes::{Part, Reader, Writer};
use crate::base::error::Chain;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::header::{RequestHeader, ResponseHeader};
use crate::kafka::protocol::message::api_versions::ApiVersion;
use crate::kafka::protocol::message::metadata::MetadataResponseBroker;
use crate::kafka::protocol::message::{
    ApiVersionsResponse, DeleteTopicsRequest, DeleteTopicsResponse, MetadataRequest,
};
use crate::kafka::protocol::{Decode as _, Message};
use crate::net::socket::{FrameWriter, Listener};

/// What the broker says to a request: header and body in, body out. `None` closes the connection.
type Script = Arc<dyn Fn(&RequestHeader, &mut Reader<'_>) -> Option<Bytes> + Send + Sync>;

async fn serve(script: Script) -> Address {
    let listener = Listener::bind("127.0.0.1", 0).await.unwrap();
    let address =
        Address { host: "127.0.0.1".to_owned(), port: listener.address().unwrap().port() };
    socket::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let script = script.clone();
            let (mut reader, mut writer) = stream.split();
            socket::spawn(async move {
                while let Ok(Some(frame)) = reader.frame(1 << 20).await {
                    let mut bytes = Reader::shared(&frame);
                    let header = RequestHeader::decode(&mut bytes).unwrap();
                    let Some(body) = script(&header, &mut bytes) else { return };
                    reply(&mut writer, &header, body).await;
                }
            });
        }
    });
    address
}

async fn reply(writer: &mut FrameWriter, header: &RequestHeader, body: Bytes) {
    let mut out = Writer::new();
    let mark = out.mark_i32();
    let key = ApiKey::from_number(header.key).unwrap();
    ResponseHeader { correlation_id: header.correlation_id }.encode(&mut out, key, header.version);
    out.raw(&body);
    out.fill_length(&mark);
    writer.parts(vec![Part::Bytes(out.into_bytes())]).await.unwrap();
}

fn versions(offered: &[(ApiKey, i16, i16)], code: ErrorCode, version: i16) -> Bytes {
    let range = |(key, min, max): &(ApiKey, i16, i16)| ApiVersion {
        api_key: key.number(),
        min_version: *min,
        max_version: *max,
    };
    let api_keys = offered.iter().map(range).collect();
    ApiVersionsResponse { error_code: code, api_keys, ..ApiVersionsResponse::default() }
        .to_bytes(version)
}

fn options(bootstrap: Vec<Address>) -> Options {
    Options {
        connect_timeout: Duration::from_secs(5),
        request_timeout: Duration::from_secs(5),
        call_timeout: Duration::from_secs(5),
        ..Options::new(bootstrap)
    }
}

fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(test);
}

#[test]
fn an_old_broker_is_asked_again_in_its_own_version() {
    run(async {
        for (known, asked) in [(2, [3, 2]), (0, [3, 0])] {
            let (seen, mut heard) = mpsc::channel(8);
            let address = serve(Arc::new(move |header, _| {
                seen.try_send(header.version).unwrap();
                let offered = [(ApiKey::ApiVersions, 0, known), (ApiKey::Metadata, 0, 4)];
                // Before 2.4 a broker that refuses says nothing of what it knows.
                let listed = if known > 0 { &offered[..] } else { &[] };
                Some(match header.version <= known {
                    true => versions(&offered, ErrorCode::NONE, header.version),
                    false => versions(listed, ErrorCode::UNSUPPORTED_VERSION, 0),
                })
            }))
            .await;
            let connection = Connection::open(&address, &options(vec![])).await.unwrap();
            assert_eq!(connection.version_of::<MetadataRequest>().unwrap(), 4);
            assert_eq!([heard.recv().await, heard.recv().await], asked.map(Some));
            let error = connection.version_of::<DeleteTopicsRequest>().unwrap_err();
            assert!(error.to_string().ends_with("does not support DeleteTopics"), "{error}");
        }
    });
}

const MODERN: [(ApiKey, i16, i16); 3] =
    [(ApiKey::ApiVersions, 0, 4), (ApiKey::Metadata, 0, 12), (ApiKey::DeleteTopics, 0, 6)];

#[test]
fn a_dead_address_at_the_head_of_the_list_does_not_matter() {
    run(async {
        // Bound and never accepting: connects, and never answers.
        let silent = Listener::bind("127.0.0.1", 0).await.unwrap();
        let silent =
            Address { host: "127.0.0.1".to_owned(), port: silent.address().unwrap().port() };
        let alive =
            serve(Arc::new(|header, _| Some(versions(&MODERN, ErrorCode::NONE, header.version))))
                .await;
        let refused = Address { host: "127.0.0.1".to_owned(), port: 1 };
        let client = Client::new(options(vec![refused, silent, alive.clone()]));
        let connection = client.any().await.unwrap();
        assert_eq!(connection.address(), alive.to_string());
    });
}

#[test]
fn what_is_no_broker_is_named() {
    run(async {
        let listener = Listener::bind("127.0.0.1", 0).await.unwrap();
        let port = listener.address().unwrap().port();
        socket::spawn(async move {
            for answer in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], &[0x15, 3, 1, 0, 2, 2, 10]] {
                let (stream, _) = listener.accept().await.unwrap();
                let (_reader, mut writer) = stream.split();
                writer.bytes(Bytes::from_static(answer)).await.unwrap();
            }
        });
        let address = Address { host: "127.0.0.1".to_owned(), port };
        for speaks in ["HTTP", "TLS"] {
            let client = Client::new(options(vec![address.clone()]));
            let error = client.any().await.unwrap_err();
            let said = Chain(&error).to_string();
            let expected = format!("no broker can be reached: {address}: the port speaks {speaks}");
            assert_eq!(said, expected);
        }
        let nobody = Address { host: "127.0.0.1".to_owned(), port: 1 };
        let error = Client::new(options(vec![nobody])).any().await.unwrap_err();
        let expected = "no broker can be reached: 127.0.0.1:1: connection refused";
        assert_eq!(Chain(&error).to_string(), expected);
    });
}

#[test]
fn answers_find_their_askers_and_a_late_one_ends_the_connection() {
    run(async {
        let address = serve(Arc::new(|header, bytes| {
            if header.key == ApiKey::ApiVersions.number() {
                return Some(versions(&MODERN, ErrorCode::NONE, header.version));
            }
            let request = MetadataRequest::decode(bytes, header.version).unwrap();
            let id = request.topics.unwrap().len().to_string();
            let response = MetadataResponse { cluster_id: Some(id), ..MetadataResponse::default() };
            Some(response.to_bytes(header.version))
        }))
        .await;
        let connection = Connection::open(&address, &options(vec![])).await.unwrap();
        let mut pending = Vec::new();
        for count in 0..50 {
            let topics = Some(vec![MetadataRequestTopic::default(); count]);
            let request = MetadataRequest { topics, ..MetadataRequest::default() };
            pending.push(connection.begin(&request, 12).await.unwrap());
        }
        for (count, pending) in pending.into_iter().enumerate() {
            let response = pending.answer(Duration::from_secs(5)).await.unwrap();
            assert_eq!(response.cluster_id, Some(count.to_string()));
        }
        let request = MetadataRequest { topics: Some(vec![]), ..MetadataRequest::default() };
        let error = connection.call(&request, 12, Duration::ZERO).await.unwrap_err();
        assert!(matches!(error, Error::Timeout { api: ApiKey::Metadata, .. }), "{error}");
        assert!(!connection.is_open());
        assert!(connection.send(&request).await.is_err());
    });
}

#[test]
fn a_controller_that_moved_is_found_again() {
    run(async {
        let (seen, mut heard) = mpsc::channel(8);
        let here: Arc<Mutex<Option<Address>>> = Arc::default();
        let own = here.clone();
        let address = serve(Arc::new(move |header, bytes| {
            let key = ApiKey::from_number(header.key).unwrap();
            seen.try_send(key).unwrap();
            Some(match key {
                ApiKey::ApiVersions => versions(&MODERN, ErrorCode::NONE, header.version),
                ApiKey::Metadata => {
                    let own = own.lock().unwrap().clone().unwrap();
                    let broker = MetadataResponseBroker {
                        node_id: 3,
                        host: own.host,
                        port: i32::from(own.port),
                        ..MetadataResponseBroker::default()
                    };
                    let (brokers, controller_id) = (vec![broker], 3);
                    MetadataResponse { brokers, controller_id, ..MetadataResponse::default() }
                        .to_bytes(header.version)
                }
                _ => {
                    let request = DeleteTopicsRequest::decode(bytes, header.version).unwrap();
                    let first = header.correlation_id < 3;
                    let mut response = DeleteTopicsResponse::default();
                    for topic in request.topics {
                        let mut result =
                            crate::kafka::protocol::message::delete_topics::DeletableTopicResult {
                                name: topic.name,
                                ..Default::default()
                            };
                        if first {
                            result.error_code = ErrorCode::NOT_CONTROLLER;
                        }
                        response.responses.push(result);
                    }
                    response.to_bytes(header.version)
                }
            })
        }))
        .await;
        *here.lock().unwrap() = Some(address.clone());
        let admin = admin::Admin::new(options(vec![address]));
        let results = admin.delete_topics(&["t".to_owned()]).await.unwrap();
        assert_eq!(results, [("t".to_owned(), Ok(()))]);
        let mut keys = Vec::new();
        while let Ok(key) = heard.try_recv() {
            keys.push(key);
        }
        use ApiKey::{ApiVersions, DeleteTopics, Metadata};
        assert_eq!(keys, [ApiVersions, Metadata, DeleteTopics, Metadata, DeleteTopics]);
    });
}

#[test]
fn the_futures_of_clients_may_move_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    run(async {
        let client = Client::new(options(vec![]));
        is_send(&client.refresh(Topics::None, false));
        let mut consumer = consumer::Consumer::new(client.clone(), consumer::Settings::default());
        is_send(&consumer.poll(Duration::ZERO));
        let producer = producer::Producer::new(client.clone(), producer::Settings::default());
        is_send(&producer.send(&producer::Record::default()));
        is_send(&admin::Admin::over(client).delete_topics(&[]));
    });
}
