//! The broker's ZooKeeper session: one at a time, replaced when it has expired.

use std::sync::{Arc, PoisonError, RwLock};

use bytes::Bytes;

use crate::zookeeper::client::{self, Answer, Client, ConnectString, Events, Options};
use crate::zookeeper::jute::record::{Id, perms};
use crate::zookeeper::jute::request::{
    CreateMode, CreateRequest, SetDataRequest, VersionRequest, WatchRequest,
};
use crate::zookeeper::jute::{Acl, KeeperError, Request};

/// The present session, for whoever wants to read or write.
#[derive(Clone, Debug)]
pub struct ZooKeeper {
    client: Arc<RwLock<Client>>,
    servers: ConnectString,
    options: Options,
    acl: Vec<Acl>,
}

impl ZooKeeper {
    /// The cell of a first session; `secure` is `zookeeper.set.acl`.
    pub fn new(client: Client, options: Options, secure: bool) -> ZooKeeper {
        let servers = client.servers().clone();
        let client = Arc::new(RwLock::new(client));
        ZooKeeper { client, servers, options, acl: acl(secure) }
    }

    /// The present session's client.
    pub fn client(&self) -> Client {
        self.client.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Begins another session in place of one that has come to its end.
    pub fn restart(&self) -> Events {
        let (client, events) = Client::start(&self.servers, self.options.clone());
        *self.client.write().unwrap_or_else(PoisonError::into_inner) = client;
        events
    }

    /// Who may do what with the nodes a broker makes.
    pub fn acl(&self) -> &[Acl] {
        &self.acl
    }

    /// A creation, to be sent or made part of a multi.
    pub fn creation(&self, path: String, data: Option<Vec<u8>>, mode: CreateMode) -> Request {
        let data = data.map(Bytes::from);
        Request::Create(CreateRequest { path, data, acl: self.acl.clone(), flags: mode.flags() })
    }

    /// Sends all of them before waiting for the first answer; those whose connection broke are
    /// sent again, so they may have been done twice. Fails when the session has ended.
    pub async fn insist(
        &self,
        requests: Vec<Request>,
    ) -> client::Result<Vec<client::Result<Answer>>> {
        insist(&self.client(), requests).await
    }
}

fn acl(secure: bool) -> Vec<Acl> {
    if !secure {
        return vec![Acl::world(perms::ALL)];
    }
    let creator = Id { scheme: "auth".to_owned(), id: String::new() };
    vec![Acl { perms: perms::ALL, id: creator }, Acl::world(perms::READ)]
}

/// See [`ZooKeeper::insist`].
pub async fn insist(
    client: &Client,
    requests: Vec<Request>,
) -> client::Result<Vec<client::Result<Answer>>> {
    let mut answers = client.pipeline(requests.clone()).await;
    loop {
        let mut lost = Vec::new();
        for (place, answer) in answers.iter().enumerate() {
            match answer {
                Err(error @ client::Error::Ended(_)) => return Err(error.clone()),
                Err(client::Error::Keeper { error: KeeperError::SessionExpired, .. }) => {
                    return Err(client::Error::Ended(client::State::Expired));
                }
                Err(client::Error::Keeper { error: KeeperError::ConnectionLoss, .. }) => {
                    if client.state().is_final() {
                        return Err(client::Error::Ended(client.state()));
                    }
                    lost.push(place);
                }
                Ok(_) | Err(_) => {}
            }
        }
        if lost.is_empty() {
            return Ok(answers);
        }
        // They wait within the client until there is a connection again.
        let again = lost.iter().filter_map(|place| requests.get(*place)).cloned().collect();
        for (place, answer) in lost.into_iter().zip(client.pipeline(again).await) {
            answers[place] = answer;
        }
    }
}

/// Reads a node's data.
pub fn get_data(path: String, watch: bool) -> Request {
    Request::GetData(WatchRequest { path, watch })
}

/// Reads the names of a node's children.
pub fn get_children(path: &str, watch: bool) -> Request {
    Request::GetChildren2(WatchRequest { path: path.to_owned(), watch })
}

/// Looks whether a node is there.
pub fn exists(path: &str, watch: bool) -> Request {
    Request::Exists(WatchRequest { path: path.to_owned(), watch })
}

/// Sets a node's data if it has this version; -1 is any.
pub fn set_data(path: String, data: Vec<u8>, version: i32) -> Request {
    Request::SetData(SetDataRequest { path, data: Some(Bytes::from(data)), version })
}

/// Deletes a node of any version.
pub fn delete(path: String) -> Request {
    Request::Delete(VersionRequest { path, version: -1 })
}

/// The error with which the server answered.
pub fn keeper<T>(answer: &client::Result<T>) -> Option<KeeperError> {
    answer.as_ref().err().and_then(client::Error::keeper)
}
