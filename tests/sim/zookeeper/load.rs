//! Clients that work during a life.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use milena::zookeeper::client::Client;
use milena::zookeeper::jute::record::perms;
use milena::zookeeper::jute::request::{CreateMode, CreateRequest};
use milena::zookeeper::jute::{Acl, Request};

use super::books::{Ledger, SHARED};
use super::worker::Worker;
use super::world::{CLIENTS, World, start};

/// What is there before anybody works.
pub const FOLDERS: [&str; 4] = ["/k", "/m", "/e", SHARED];

/// Work under way.
#[derive(Clone)]
pub struct Load {
    pub ledger: Ledger,
    pub stop: Arc<AtomicBool>,
    /// The incarnations of the clients that have not come to their end.
    busy: Arc<std::sync::Mutex<BTreeMap<usize, u64>>>,
    next: Arc<AtomicU64>,
    servers: usize,
}

pub fn create(path: &str, value: &str, mode: CreateMode) -> Request {
    let data = Some(bytes::Bytes::copy_from_slice(value.as_bytes()));
    let acl = vec![Acl::world(perms::ALL)];
    Request::Create2(CreateRequest { path: path.to_owned(), data, acl, flags: mode.flags() })
}

impl Load {
    /// Starts the clients, once what they need is there.
    pub fn start(world: &World) -> Load {
        let load = Load {
            ledger: Ledger::default(),
            stop: Arc::default(),
            busy: Arc::default(),
            next: Arc::default(),
            servers: world.traits.size,
        };
        for machine in 0..CLIENTS {
            load.begin(world, machine);
        }
        load
    }

    /// Starts the client of a machine, or the next after one that was killed.
    pub fn begin(&self, world: &World, machine: usize) {
        let name = self.next.fetch_add(1, Ordering::AcqRel);
        self.busy.lock().expect("books").insert(machine, name);
        let (load, node) = (self.clone(), world.clients[machine].clone());
        node.clone().spawn(async move {
            let servers: Vec<usize> = (0..load.servers).collect();
            let (client, _events) = start(&node, &servers, Duration::from_secs(6));
            furnish(&client).await;
            client.close().await;
            Worker::new(load.clone(), node, servers, name).run().await;
            load.busy.lock().expect("books").retain(|_, busy| *busy != name);
        });
    }

    pub fn goes_on(&self) -> bool {
        !self.stop.load(Ordering::Acquire)
    }

    /// Stops the clients and waits for them.
    pub async fn stop(&self) {
        self.stop.store(true, Ordering::Release);
        while !self.busy.lock().expect("books").is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// Makes the folders; who comes later finds them.
async fn furnish(client: &Client) {
    for path in FOLDERS {
        // Whatever the answer: who works there will see.
        let _ = client.insist(create(path, "first", CreateMode::Persistent)).await;
    }
}
