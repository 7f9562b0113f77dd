//! A coordinator of transactions that is no broker of ours: it says of every partition what it is
//! told to say, when it is told to.

use std::sync::{Arc, Mutex};

use milena::base::bytes::{Part, Reader, Writer};
use milena::kafka::protocol::api::ApiKey;
use milena::kafka::protocol::error_code::ErrorCode;
use milena::kafka::protocol::header::{RequestHeader, ResponseHeader};
use milena::kafka::protocol::message::add_partitions_to_txn::{
    AddPartitionsToTxnPartitionResult, AddPartitionsToTxnRequest, AddPartitionsToTxnResponse,
    AddPartitionsToTxnResult, AddPartitionsToTxnTopicResult,
};
use milena::kafka::protocol::message::api_versions::{ApiVersion, ApiVersionsResponse};
use milena::kafka::protocol::message::find_coordinator::FindCoordinatorRequest;
use milena::kafka::protocol::message::update_metadata::{
    UpdateMetadataBroker, UpdateMetadataEndpoint, UpdateMetadataPartitionState,
    UpdateMetadataRequest, UpdateMetadataTopicState,
};
use milena::kafka::protocol::{Decode as _, Encode};
use milena::net::socket::{Listener, Stream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::servers::Node;
use super::within;

/// What it is told.
struct Orders {
    code: Mutex<ErrorCode>,
    /// How many more requests may be answered.
    answers: Semaphore,
    /// The newest version of AddPartitionsToTxn that it speaks.
    newest: i16,
    asked: Mutex<Vec<AddPartitionsToTxnRequest>>,
}

/// The coordinator, as long as this is kept.
pub struct Coordinator {
    pub port: u16,
    orders: Arc<Orders>,
    serving: JoinHandle<()>,
}

impl Drop for Coordinator {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// As many answers as no test asks for.
const ENOUGH: usize = 1_000_000;

impl Coordinator {
    /// One that confirms everything.
    pub async fn start(newest: i16) -> Coordinator {
        let listener = Listener::bind("127.0.0.1", 0).await.expect("a port");
        let port = listener.address().expect("its address").port();
        let orders = Arc::new(Orders {
            code: Mutex::new(ErrorCode::NONE),
            answers: Semaphore::new(ENOUGH),
            newest,
            asked: Mutex::default(),
        });
        let kept = orders.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, kept.clone()));
            }
        });
        Coordinator { port, orders, serving }
    }

    /// Says this from now on.
    pub fn says(&self, code: ErrorCode) {
        *self.orders.code.lock().expect("orders") = code;
    }

    /// Answers nobody until [`Coordinator::release`].
    pub fn hold(&self) {
        self.orders.answers.forget_permits(ENOUGH);
    }

    /// Answers again.
    pub fn release(&self) {
        self.orders.answers.add_permits(ENOUGH);
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.orders.asked.lock().expect("orders").len()
    }

    /// What it was asked last.
    pub fn last(&self) -> AddPartitionsToTxnRequest {
        self.orders.asked.lock().expect("orders").last().expect("a request").clone()
    }

    /// Waits until it was asked so often.
    pub async fn is_asked(&self, times: usize) {
        within("a question to the coordinator", async {
            let mut pause = tokio::time::interval(std::time::Duration::from_millis(2));
            while self.asked() < times {
                pause.tick().await;
            }
        })
        .await;
    }

    /// Has a broker believe that this is broker 9, and leads the only partition of
    /// `__transaction_state`, which is made before: the broker counts its partitions.
    pub async fn announce(&self, node: &Node) {
        let find =
            FindCoordinatorRequest { key: "tx".to_owned(), key_type: 1, ..Default::default() };
        node.wire().await.ask(&find, 3).await;
        let endpoint = |port: u16| UpdateMetadataEndpoint {
            port: i32::from(port),
            host: "127.0.0.1".to_owned(),
            listener: "PLAINTEXT".to_owned(),
            security_protocol: 0,
        };
        let broker = |id, port| UpdateMetadataBroker {
            id,
            endpoints: vec![endpoint(port)],
            ..UpdateMetadataBroker::default()
        };
        let state = UpdateMetadataPartitionState {
            leader: 9,
            isr: vec![9],
            replicas: vec![9],
            controller_epoch: 1,
            ..UpdateMetadataPartitionState::default()
        };
        let topic = UpdateMetadataTopicState {
            topic_name: "__transaction_state".to_owned(),
            partition_states: vec![state],
            ..UpdateMetadataTopicState::default()
        };
        let request = UpdateMetadataRequest {
            controller_epoch: 1,
            broker_epoch: -1,
            topic_states: vec![topic],
            live_brokers: vec![broker(0, node.broker.port()), broker(9, self.port)],
            ..UpdateMetadataRequest::default()
        };
        let answer = node.wire().await.ask(&request, 8).await;
        assert_eq!(answer.error_code, ErrorCode::NONE);
    }
}

async fn serve(stream: Stream, orders: Arc<Orders>) {
    let (mut reader, mut writer) = stream.split();
    while let Ok(Some(frame)) = reader.frame(1 << 20).await {
        let mut reader = Reader::shared(&frame);
        let header = RequestHeader::decode(&mut reader).expect("a header");
        let answer = match ApiKey::from_number(header.key) {
            Some(ApiKey::ApiVersions) => versions(&header, orders.newest),
            _ => {
                let asked = AddPartitionsToTxnRequest::decode(&mut reader, header.version);
                let asked = asked.expect("AddPartitionsToTxn and nothing else");
                orders.asked.lock().expect("orders").push(asked.clone());
                let permit = orders.answers.acquire().await.expect("orders");
                permit.forget();
                let code = *orders.code.lock().expect("orders");
                reply(&header, ApiKey::AddPartitionsToTxn, &verdict(&asked, code))
            }
        };
        if writer.parts(answer).await.is_err() {
            return;
        }
    }
}

fn versions(header: &RequestHeader, newest: i16) -> Vec<Part> {
    let api = |api_key: i16, max_version| ApiVersion { api_key, min_version: 0, max_version };
    let api_keys = vec![
        api(ApiKey::ApiVersions.number(), 3),
        api(ApiKey::AddPartitionsToTxn.number(), newest),
    ];
    let answer = ApiVersionsResponse { api_keys, ..ApiVersionsResponse::default() };
    reply(header, ApiKey::ApiVersions, &answer)
}

fn verdict(
    asked: &AddPartitionsToTxnRequest,
    partition_error_code: ErrorCode,
) -> AddPartitionsToTxnResponse {
    let results = asked.transactions.iter().map(|transaction| AddPartitionsToTxnResult {
        transactional_id: transaction.transactional_id.clone(),
        topic_results: transaction
            .topics
            .iter()
            .map(|topic| AddPartitionsToTxnTopicResult {
                name: topic.name.clone(),
                results_by_partition: topic
                    .partitions
                    .iter()
                    .map(|partition_index| AddPartitionsToTxnPartitionResult {
                        partition_index: *partition_index,
                        partition_error_code,
                    })
                    .collect(),
            })
            .collect(),
    });
    AddPartitionsToTxnResponse {
        results_by_transaction: results.collect(),
        ..AddPartitionsToTxnResponse::default()
    }
}

fn reply(header: &RequestHeader, key: ApiKey, answer: &impl Encode) -> Vec<Part> {
    let mut writer = Writer::new();
    let mark = writer.mark_i32();
    ResponseHeader { correlation_id: header.correlation_id }.encode(
        &mut writer,
        key,
        header.version,
    );
    answer.encode(&mut writer, header.version);
    writer.fill_length(&mark);
    writer.finish()
}
