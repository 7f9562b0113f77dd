//! The admin client: one async function per call.
//!
//! A call goes to whom it concerns (any broker, the controller, a partition's leader, a group's
//! coordinator, one broker), is repeated while that is worth it, and gives one result per resource
//! it names. What concerns the call as a whole is its [`Error`]; what concerns one resource is a
//! [`Failure`] beside its name.

mod cluster;
mod configs;
mod groups;
mod log_dirs;
mod offsets;
mod partitions;
mod topics;

pub use cluster::{ClusterDescription, Node};
pub use configs::{
    Alteration, ConfigEntry, ConfigSource, Operation, Resource, ResourceKind, Synonym,
};
pub use groups::{CommittedOffset, GroupDescription, GroupListing, MemberDescription};
pub(in crate::kafka::client) use groups::{commit_request, committed_once, read_assignment};
pub use log_dirs::{LogDir, LogDirReplica};
pub(in crate::kafka::client) use offsets::list_offsets_once;
pub use offsets::{FoundOffset, OffsetSpec};
pub use partitions::{Election, Reassignment};
pub use topics::{CreatedTopic, NewPartitions, NewTopic, TopicListing};

use std::fmt;

use super::{Client, Error, Options, Result};
use crate::kafka::protocol::Request;
use crate::kafka::protocol::error_code::ErrorCode;

/// Why one resource of a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub code: ErrorCode,
    /// In the broker's words, where it had any.
    pub message: Option<String>,
}

/// What came of one resource of a call.
pub type Outcome<T> = std::result::Result<T, Failure>;

impl Failure {
    /// `Ok` where `code` is none.
    fn check(code: ErrorCode, message: Option<String>) -> Outcome<()> {
        if code.is_error() { Err(Failure { code, message }) } else { Ok(()) }
    }

    /// The same failure as an error of the whole call.
    pub fn into_error(self, what: impl Into<String>) -> Error {
        Error::refused(what, self.code, self.message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message.as_deref().unwrap_or(self.code.row().meaning))
    }
}

impl std::error::Error for Failure {}

/// Asks brokers to do or tell things. Copies share their connections.
#[derive(Clone, Debug)]
pub struct Admin {
    client: Client,
}

impl Admin {
    /// An admin client of its own.
    pub fn new(options: Options) -> Admin {
        Admin { client: Client::new(options) }
    }

    /// An admin client over connections that are there.
    pub fn over(client: Client) -> Admin {
        Admin { client }
    }

    /// The connections below.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Sends any request to any broker, and again while none can be reached.
    pub async fn ask_any<R: Request>(&self, request: &R) -> Result<R::Response> {
        let mut retry = self.client.retry(R::KEY.name());
        loop {
            match self.client.ask_any(request).await {
                Ok(response) => return Ok(response),
                Err(error) => retry.after(error).await?,
            }
        }
    }

    /// Sends any request to one broker, and again while it cannot be reached.
    pub async fn ask_broker<R: Request>(&self, broker: i32, request: &R) -> Result<R::Response> {
        let mut retry = self.client.retry(R::KEY.name());
        loop {
            match self.broker_once(broker, request).await {
                Ok(response) => return Ok(response),
                Err(error) => retry.after(error).await?,
            }
        }
    }

    async fn broker_once<R: Request>(&self, broker: i32, request: &R) -> Result<R::Response> {
        if !self.client.cluster().brokers.contains_key(&broker) {
            self.client.refresh(super::Topics::None, false).await?;
        }
        self.client.ask(broker, request).await
    }

    /// Sends any request to the controller; `code` finds the error that says it is another.
    pub async fn ask_controller<R: Request>(
        &self,
        request: &R,
        code: fn(&R::Response) -> ErrorCode,
    ) -> Result<R::Response> {
        self.client.ask_controller(request, code).await
    }

    /// How long a broker may take for a call, as requests carry it: a little less than its answer is
    /// waited for, so that it says that it was too slow before we do.
    fn timeout_ms(&self) -> i32 {
        let within = self.client.options().request_timeout;
        i32::try_from((within - within / 8).as_millis()).unwrap_or(i32::MAX)
    }
}
