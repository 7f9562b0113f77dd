//! DescribeCluster (key 60): the cluster's id, its brokers, its controller.
//!
//! * v1 asks for brokers or controllers; in ZooKeeper mode only brokers can be described.
//! * Answers: MISMATCHED_ENDPOINT_TYPE.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::Broker;
use crate::kafka::broker::context::Context;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::describe_cluster::{
    DescribeClusterBroker, DescribeClusterRequest, DescribeClusterResponse,
};

/// The endpoint type that means brokers.
const BROKERS: i8 = 1;

pub struct DescribeCluster;

impl Api for DescribeCluster {
    type Request = DescribeClusterRequest;

    fn begin(
        broker: &Arc<Broker>,
        context: &Context,
        request: DescribeClusterRequest,
    ) -> Outcome<DescribeClusterResponse> {
        if context.version >= 1 && request.endpoint_type != BROKERS {
            return Outcome::Done(DescribeClusterResponse {
                error_code: ErrorCode::MISMATCHED_ENDPOINT_TYPE,
                error_message: Some("only brokers can be described in ZooKeeper mode".to_owned()),
                endpoint_type: BROKERS,
                ..Default::default()
            });
        }
        let image = broker.cluster.image();
        let brokers = image.brokers.values().filter_map(|it| {
            let end = it.endpoint(&context.listener)?;
            Some(DescribeClusterBroker {
                broker_id: it.id,
                host: end.host.clone(),
                port: end.port.into(),
                rack: it.rack.clone(),
            })
        });
        Outcome::Done(DescribeClusterResponse {
            endpoint_type: BROKERS,
            cluster_id: broker.cluster_id.clone(),
            controller_id: image.controller,
            brokers: brokers.collect(),
            cluster_authorized_operations: match request.include_cluster_authorized_operations {
                true => super::metadata::CLUSTER_OPERATIONS,
                false => i32::MIN,
            },
            ..Default::default()
        })
    }
}
