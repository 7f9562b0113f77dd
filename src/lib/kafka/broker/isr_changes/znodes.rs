//! Before 2.7-IV2: the leader writes the partition's znode while it still has the version it knows,
//! then tells the controller below `/isr_change_notification`.

use std::collections::BTreeSet;

use crate::base::error::Chain;
use crate::kafka::broker::Broker;
use crate::kafka::broker::zookeeper::{get_data, keeper, set_data};
use crate::kafka::metadata::znode::{self, PartitionState};
use crate::kafka::replica::partition::{Decision, IsrWish};
use crate::kafka::types::TopicPartition;
use crate::zookeeper::client;
use crate::zookeeper::jute::KeeperError;
use crate::zookeeper::jute::reply::Reply;
use crate::zookeeper::jute::request::CreateMode;

use super::{Wishes, decided};

/// Writes all of them; gives back what must be tried again.
pub(super) async fn write(broker: &Broker, wishes: Wishes) -> Wishes {
    let writes = wishes.iter().map(|(name, open)| {
        let path = znode::partition_state_path(&name.topic, name.partition);
        set_data(path, state(broker, &open.wish).encode(), open.wish.partition_epoch)
    });
    let answers = match broker.zookeeper.insist(writes.collect()).await {
        Ok(answers) => answers,
        Err(error) => {
            trouble(broker, &error);
            return wishes;
        }
    };
    let (mut changed, mut again) = (BTreeSet::new(), Wishes::new());
    for ((name, open), answer) in wishes.into_iter().zip(answers) {
        let decision = match &answer {
            Ok(answer) => match &answer.reply {
                Reply::Stat(stat) => is(&open.wish, stat.version),
                _ => Decision::Open,
            },
            Err(_) if keeper(&answer) == Some(KeeperError::BadVersion) => {
                written_before(broker, &name, &open.wish).await
            }
            // Its topic is gone.
            Err(_) if keeper(&answer) == Some(KeeperError::NoNode) => Decision::Open,
            Err(error) => {
                trouble(broker, error);
                again.insert(name, open);
                continue;
            }
        };
        if matches!(decision, Decision::Is { .. }) {
            changed.insert(name);
        }
        decided(broker, &open, decision);
    }
    announce(broker, &changed).await;
    again
}

fn is(wish: &IsrWish, partition_epoch: i32) -> Decision {
    Decision::Is { partition_epoch, isr: wish.isr.clone() }
}

/// The state as the leader wants it: in the epoch of the controller that made it the leader.
fn state(broker: &Broker, wish: &IsrWish) -> PartitionState {
    PartitionState {
        controller_epoch: wish.controller_epoch.0,
        leader: broker.id.0,
        leader_epoch: wish.leader_epoch.0,
        isr: wish.isr.iter().map(|id| id.0).collect(),
        recovering: false,
    }
}

/// Whether the state is as it was to be: then it was written, and the answer was lost.
async fn written_before(broker: &Broker, name: &TopicPartition, wish: &IsrWish) -> Decision {
    let path = znode::partition_state_path(&name.topic, name.partition);
    let answers = broker.zookeeper.insist(vec![get_data(path, false)]).await;
    let found = answers.ok().and_then(|mut answers| answers.pop()).and_then(Result::ok);
    match found.map(|found| found.reply) {
        Some(Reply::Data(found)) => {
            let there = PartitionState::decode(&found.data.unwrap_or_default());
            match there {
                Ok(there) if there == state(broker, wish) => is(wish, found.stat.version),
                Ok(_) | Err(_) => Decision::Open,
            }
        }
        _ => Decision::Open,
    }
}

/// Tells the controller which states to read again.
async fn announce(broker: &Broker, changed: &BTreeSet<TopicPartition>) {
    if changed.is_empty() {
        return;
    }
    let path = format!("{}/{}", znode::ISR_CHANGES, znode::ISR_CHANGE_PREFIX);
    let names = changed.iter().map(|name| (&*name.topic, name.partition));
    let data = znode::partition_list::encode(names);
    let creation = broker.zookeeper.creation(path, Some(data), CreateMode::PersistentSequential);
    match broker.zookeeper.insist(vec![creation]).await {
        Ok(answers) => {
            for error in answers.iter().filter_map(|answer| answer.as_ref().err()) {
                trouble(broker, error);
            }
        }
        Err(error) => trouble(broker, &error),
    }
}

fn trouble(broker: &Broker, error: &client::Error) {
    tracing::warn!(
        target: super::LOGGER,
        "[Broker id={}] An ISR change could not be written: {}",
        broker.id, Chain(error),
    );
}
