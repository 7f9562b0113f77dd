//! The cluster: its id, controller and brokers, and what they speak.

use super::Admin;
use crate::kafka::client::versions::Versions;
use crate::kafka::client::{Error, Result, Topics};
use crate::kafka::protocol::message::DescribeClusterRequest;

/// A broker as clients reach it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub id: i32,
    pub host: String,
    pub port: u16,
    pub rack: Option<String>,
}

/// What a cluster says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterDescription {
    pub id: Option<String>,
    pub controller: Option<i32>,
    pub nodes: Vec<Node>,
    /// A bit set; the smallest number where it was not asked for.
    pub authorized_operations: i32,
}

impl Admin {
    /// Describes the cluster. Brokers before 2.8 tell the same in their metadata.
    pub async fn describe_cluster(
        &self,
        authorized_operations: bool,
    ) -> Result<ClusterDescription> {
        let mut retry = self.client.retry("describing the cluster");
        loop {
            let described = match self.describe_cluster_once(authorized_operations).await {
                Err(Error::Unsupported { .. }) => self.describe_by_metadata().await,
                other => other,
            };
            match described {
                Ok(description) => return Ok(description),
                Err(error) => retry.after(error).await?,
            }
        }
    }

    async fn describe_cluster_once(&self, operations: bool) -> Result<ClusterDescription> {
        let request = DescribeClusterRequest {
            include_cluster_authorized_operations: operations,
            ..DescribeClusterRequest::default()
        };
        let response = self.client.ask_any(&request).await?;
        if response.error_code.is_error() {
            let what = "cannot describe the cluster";
            return Err(Error::refused(what, response.error_code, response.error_message));
        }
        let node =
            |it: &crate::kafka::protocol::message::describe_cluster::DescribeClusterBroker| Node {
                id: it.broker_id,
                host: it.host.clone(),
                port: u16::try_from(it.port).unwrap_or_default(),
                rack: it.rack.clone(),
            };
        Ok(ClusterDescription {
            id: Some(response.cluster_id).filter(|id| !id.is_empty()),
            controller: Some(response.controller_id).filter(|id| *id >= 0),
            nodes: response.brokers.iter().map(node).collect(),
            authorized_operations: response.cluster_authorized_operations,
        })
    }

    async fn describe_by_metadata(&self) -> Result<ClusterDescription> {
        let cluster = self.client.refresh(Topics::None, false).await?;
        let node = |it: &crate::kafka::client::cluster::Broker| Node {
            id: it.id,
            host: it.address.host.clone(),
            port: it.address.port,
            rack: it.rack.clone(),
        };
        Ok(ClusterDescription {
            id: cluster.id.clone(),
            controller: cluster.controller,
            nodes: cluster.brokers.values().map(node).collect(),
            authorized_operations: i32::MIN,
        })
    }

    /// Which APIs and versions one broker speaks.
    pub async fn broker_versions(&self, broker: i32) -> Result<Versions> {
        if !self.client.cluster().brokers.contains_key(&broker) {
            self.client.refresh(Topics::None, false).await?;
        }
        Ok(self.client.broker(broker).await?.versions().clone())
    }
}
