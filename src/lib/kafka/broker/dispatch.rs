//! From a frame to a frame: header, version, handler, answer.
//!
//! One line an API: what has no line here is not offered by ApiVersions either.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;

use crate::base::bytes::{Part, Reader, Writer};
use crate::kafka::protocol::api::{APIS, ApiKey};
use crate::kafka::protocol::header::{RequestHeader, ResponseHeader};
use crate::kafka::protocol::{Decode as _, Encode, Request};
use crate::net::{Late, Outbox, Reply, Service};

use super::Broker;
use super::api::{self, Api, Outcome};
use super::context::Context;

/// One listener's way into the broker.
pub struct Dispatch {
    broker: Arc<Broker>,
    /// The listener's name.
    listener: Arc<str>,
}

/// What is kept of a connection.
pub struct Session {
    peer: SocketAddr,
    /// The last request's client id: nearly always the next one's, too.
    client_id: Arc<str>,
}

type Handler = fn(&Arc<Broker>, Context, &mut Reader<'_>) -> Reply;

/// The handler of an API; none where it is not offered.
fn handler(key: ApiKey) -> Option<Handler> {
    Some(match key {
        ApiKey::Produce => serve::<api::produce::Produce>,
        ApiKey::Fetch => serve::<api::fetch::Fetch>,
        ApiKey::ListOffsets => serve::<api::list_offsets::ListOffsets>,
        ApiKey::Metadata => serve::<api::metadata::Metadata>,
        ApiKey::LeaderAndIsr => serve::<api::leader_and_isr::LeaderAndIsr>,
        ApiKey::StopReplica => serve::<api::stop_replica::StopReplica>,
        ApiKey::UpdateMetadata => serve::<api::update_metadata::UpdateMetadata>,
        ApiKey::ControlledShutdown => serve::<api::controlled_shutdown::ControlledShutdown>,
        ApiKey::ApiVersions => serve::<api::api_versions::ApiVersions>,
        ApiKey::CreateTopics => serve::<api::create_topics::CreateTopics>,
        ApiKey::DeleteTopics => serve::<api::delete_topics::DeleteTopics>,
        ApiKey::CreatePartitions => serve::<api::create_partitions::CreatePartitions>,
        ApiKey::DeleteRecords => serve::<api::delete_records::DeleteRecords>,
        ApiKey::InitProducerId => serve::<api::init_producer_id::InitProducerId>,
        ApiKey::DescribeCluster => serve::<api::describe_cluster::DescribeCluster>,
        ApiKey::OffsetCommit => serve::<api::offset_commit::OffsetCommit>,
        ApiKey::OffsetFetch => serve::<api::offset_fetch::OffsetFetch>,
        ApiKey::FindCoordinator => serve::<api::find_coordinator::FindCoordinator>,
        ApiKey::JoinGroup => serve::<api::join_group::JoinGroup>,
        ApiKey::Heartbeat => serve::<api::heartbeat::Heartbeat>,
        ApiKey::LeaveGroup => serve::<api::leave_group::LeaveGroup>,
        ApiKey::SyncGroup => serve::<api::sync_group::SyncGroup>,
        ApiKey::DescribeGroups => serve::<api::describe_groups::DescribeGroups>,
        ApiKey::ListGroups => serve::<api::list_groups::ListGroups>,
        ApiKey::DeleteGroups => serve::<api::delete_groups::DeleteGroups>,
        ApiKey::OffsetDelete => serve::<api::offset_delete::OffsetDelete>,
        ApiKey::AddPartitionsToTxn => serve::<api::add_partitions_to_txn::AddPartitionsToTxn>,
        ApiKey::AddOffsetsToTxn => serve::<api::add_offsets_to_txn::AddOffsetsToTxn>,
        ApiKey::EndTxn => serve::<api::end_txn::EndTxn>,
        ApiKey::WriteTxnMarkers => serve::<api::write_txn_markers::WriteTxnMarkers>,
        ApiKey::TxnOffsetCommit => serve::<api::txn_offset_commit::TxnOffsetCommit>,
        ApiKey::OffsetForLeaderEpoch => serve::<api::offset_for_leader_epoch::OffsetForLeaderEpoch>,
        ApiKey::AlterPartition => serve::<api::alter_partition::AlterPartition>,
        ApiKey::ElectLeaders => serve::<api::elect_leaders::ElectLeaders>,
        ApiKey::AlterPartitionReassignments => {
            serve::<api::alter_partition_reassignments::AlterPartitionReassignments>
        }
        ApiKey::ListPartitionReassignments => {
            serve::<api::list_partition_reassignments::ListPartitionReassignments>
        }
        ApiKey::AllocateProducerIds => serve::<api::allocate_producer_ids::AllocateProducerIds>,
        ApiKey::DescribeLogDirs => serve::<api::describe_log_dirs::DescribeLogDirs>,
        ApiKey::DescribeProducers => serve::<api::describe_producers::DescribeProducers>,
        ApiKey::AlterConfigs => serve::<api::alter_configs::AlterConfigs>,
        ApiKey::DescribeConfigs => serve::<api::describe_configs::DescribeConfigs>,
        ApiKey::IncrementalAlterConfigs => {
            serve::<api::incremental_alter_configs::IncrementalAlterConfigs>
        }
        _ => return None,
    })
}

/// Whether an API is offered.
pub fn is_offered(key: ApiKey) -> bool {
    handler(key).is_some()
}

impl Dispatch {
    /// The way in through `listener`.
    pub fn new(broker: Arc<Broker>, listener: &str) -> Dispatch {
        Dispatch { broker, listener: listener.into() }
    }
}

impl Service for Dispatch {
    type Session = Session;
    const PROTOCOL: &'static str = "Kafka";

    fn open(&self, _local: SocketAddr, peer: SocketAddr, _outbox: &Outbox) -> Session {
        Session { peer, client_id: "".into() }
    }

    fn frame_bytes_max(&self, _session: &Session) -> usize {
        usize::try_from(self.broker.config().socket_request_max_bytes).unwrap_or(0)
    }

    fn frame(&self, session: &mut Session, frame: Bytes) -> Reply {
        let mut reader = Reader::shared(&frame);
        let header = match RequestHeader::decode(&mut reader) {
            Ok(header) => header,
            Err(error) => return Reply::Close(format!("not a Kafka request: {error}")),
        };
        let Some(key) = ApiKey::from_number(header.key).filter(|key| is_offered(*key)) else {
            return Reply::Close(format!("it asked for API {}, which is not offered", header.key));
        };
        let client_id = header.client_id.unwrap_or_default();
        if *client_id != *session.client_id {
            session.client_id = client_id.into();
        }
        let context = Context {
            key,
            version: header.version,
            correlation_id: header.correlation_id,
            client_id: session.client_id.clone(),
            peer: session.peer,
            listener: self.listener.clone(),
            received: self.broker.clock.now(),
        };
        let row = &APIS[key.number() as usize];
        if !(row.min..=row.max).contains(&header.version) {
            return refuse_version(&context);
        }
        match handler(key) {
            Some(handler) => handler(&self.broker, context, &mut reader),
            None => unreachable!("only offered APIs come here"),
        }
    }

    fn warn(&self, text: &str) {
        tracing::warn!(target: "kafka.network.SocketServer", "{text}");
    }
}

/// A version we do not speak ends the connection, but for ApiVersions: a newer client learns there
/// what we do speak (KIP-511).
fn refuse_version(context: &Context) -> Reply {
    if context.key == ApiKey::ApiVersions {
        let context = Context { version: 0, ..context.clone() };
        return Reply::Ready(encode::<api::api_versions::ApiVersions>(
            &context,
            &api::api_versions::unsupported_version(),
        ));
    }
    Reply::Close(format!(
        "it asked for version {} of {:?}, which is not offered",
        context.version, context.key
    ))
}

/// Decodes, begins, encodes: the same for every API.
fn serve<A: Api>(broker: &Arc<Broker>, context: Context, reader: &mut Reader<'_>) -> Reply
where
    Response<A>: 'static,
{
    // Bytes behind the request are let be, as Kafka does: librdkafka sends some with Metadata.
    let request = match A::Request::decode(reader, context.version) {
        Ok(request) => request,
        Err(error) => {
            let (key, version) = (context.key, context.version);
            return Reply::Close(format!(
                "malformed {key:?} request of version {version}: {error}"
            ));
        }
    };
    match A::begin(broker, &context, request) {
        Outcome::Done(response) => Reply::Ready(encode::<A>(&context, &response)),
        Outcome::Parked(response) => Reply::Parked(parked::<A>(context, response)),
        Outcome::Unanswered(done) => {
            Reply::Parked(Box::pin(async move { done.await.map(|()| None) }))
        }
        Outcome::NoReply => Reply::Nothing,
        Outcome::Close(why) => Reply::Close(why),
    }
}

type Waiting<T> = Pin<Box<dyn Future<Output = T> + Send>>;

fn parked<A: Api>(context: Context, response: Waiting<Response<A>>) -> Waiting<Late>
where
    Response<A>: 'static,
{
    Box::pin(async move { Ok(Some(encode::<A>(&context, &response.await))) })
}

type Response<A> = <<A as Api>::Request as Request>::Response;

fn encode<A: Api>(context: &Context, response: &Response<A>) -> Vec<Part> {
    let mut writer = Writer::with_capacity(256);
    let length = writer.mark_i32();
    let header = ResponseHeader { correlation_id: context.correlation_id };
    header.encode(&mut writer, context.key, context.version);
    response.encode(&mut writer, context.version);
    writer.fill_length(&length);
    writer.finish()
}
