//! Settings that change in ZooKeeper while the broker runs.
//!
//! Whoever changes settings leaves a note below `/config/changes`, which names what changed and
//! carries no values. Notes are not counted: every look reads all that are there and have not been
//! seen, so one that was missed while a session was lost is found by the next look. At the start
//! all settings are read, whatever notes there are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::base::error::Chain;
use crate::kafka::metadata::entity::Entity;
use crate::kafka::metadata::znode;
use crate::zookeeper::client::{self, Answer};
use crate::zookeeper::jute::{KeeperError, Reply};

use super::Broker;
use super::control::Notice;
use super::zookeeper::{delete, get_children, get_data};

/// The setting that the controller goes by.
pub(super) const UNCLEAN: &str = "unclean.leader.election.enable";
/// Notes that wait: each makes the reader look at all, so a few are enough.
const NOTICES_MAX: usize = 16;
/// How long a note is kept for brokers that are slow to look: 15 minutes.
const KEPT_MS: i64 = 15 * 60 * 1_000;
/// How long to leave a ZooKeeper alone that does not answer.
const PAUSE: Duration = Duration::from_secs(1);

/// Takes up the settings of all brokers and of this one, before anything goes by them.
pub(super) async fn begin(broker: &Arc<Broker>) -> client::Result<()> {
    for entity in [Entity::Broker(None), Entity::Broker(Some(broker.id.0))] {
        apply(broker, &entity.path()).await?;
    }
    Ok(())
}

/// Starts the task; what is sent to it makes it look.
pub(super) fn start(broker: &Arc<Broker>) -> mpsc::Sender<Notice> {
    let (sender, mut notices) = mpsc::channel(NOTICES_MAX);
    let (reader, mut stop) = (broker.clone(), broker.stop.signal());
    broker.stop.spawn(async move {
        let mut last_seen = -1;
        let mut all = true;
        let work = async {
            loop {
                match look(&reader, &mut last_seen, all).await {
                    Ok(()) => {
                        let Some(notice) = notices.recv().await else { return };
                        // In another session, notes may have come and gone unseen.
                        all = matches!(notice, Notice::NewSession);
                    }
                    Err(error) => {
                        tracing::warn!(
                            target: "kafka.server.DynamicConfigManager",
                            "Changes of settings cannot be read: {}", Chain(&error)
                        );
                        tokio::time::sleep(PAUSE).await;
                    }
                }
            }
        };
        tokio::select! {
            biased;
            () = stop.raised() => {}
            () = work => {}
        }
    });
    sender
}

/// Reads the notes that are new, leaving a watch for the next, and what they name.
async fn look(broker: &Arc<Broker>, last_seen: &mut i64, all: bool) -> client::Result<()> {
    let notes = children(broker, znode::CONFIG_CHANGES, true).await?;
    let mut numbered: Vec<(i64, String)> = notes
        .into_iter()
        .filter_map(|name| {
            Some((name.strip_prefix(znode::CONFIG_CHANGE_PREFIX)?.parse().ok()?, name))
        })
        .collect();
    numbered.sort();
    if all {
        begin(broker).await?;
        let topics = children(broker, znode::CONFIG_TOPICS, false).await?;
        for topic in topics {
            apply(broker, &format!("topics/{topic}")).await?;
        }
    }
    let paths: Vec<String> =
        numbered.iter().map(|(_, name)| format!("{}/{name}", znode::CONFIG_CHANGES)).collect();
    let requests = paths.iter().map(|path| get_data(path.clone(), false)).collect();
    let answers = broker.zookeeper.insist(requests).await?;
    let mut old = Vec::new();
    for (((number, _), path), answer) in numbered.into_iter().zip(paths).zip(answers) {
        let Ok(Answer { reply: Reply::Data(found), .. }) = answer else { continue };
        if broker.clock.wall_ms() - found.stat.ctime > KEPT_MS {
            old.push(delete(path.clone()));
        }
        if number <= *last_seen {
            continue;
        }
        match znode::config_change::decode(&found.data.unwrap_or_default()) {
            // All settings have just been read.
            Ok(_) if all => {}
            Ok(entity) => apply(broker, &entity).await?,
            Err(error) => tracing::error!(
                target: "kafka.common.ZkNodeChangeNotificationListener",
                "Skipping {path}: {error}"
            ),
        }
        *last_seen = number;
    }
    // Every broker tries; the first one does it.
    broker.zookeeper.insist(old).await?;
    Ok(())
}

/// Takes up the settings of topics that this broker hears of for the first time: their nodes were
/// written before the topics, and no note tells of them.
pub(super) async fn take_up(broker: &Arc<Broker>, topics: BTreeSet<Arc<str>>) {
    for topic in topics {
        if let Err(error) = apply(broker, &format!("topics/{topic}")).await {
            tracing::warn!(
                target: "kafka.server.DynamicConfigManager",
                "The settings of {topic} cannot be read: {}", Chain(&error)
            );
        }
    }
}

/// Takes up what `/config/<entity>` says now.
async fn apply(broker: &Arc<Broker>, entity: &str) -> client::Result<()> {
    let path = format!("/config/{entity}");
    let answer = broker.zookeeper.insist(vec![get_data(path.clone(), false)]).await?.pop();
    let data = match answer {
        Some(Ok(Answer { reply: Reply::Data(found), .. })) => found.data.unwrap_or_default(),
        Some(Err(error)) if error.keeper() != Some(KeeperError::NoNode) => return Err(error),
        _ => Default::default(),
    };
    let settings = znode::config::decode(&data).unwrap_or_else(|error| {
        tracing::error!(target: "kafka.server.DynamicConfigManager", "Skipping {path}: {error}");
        BTreeMap::new()
    });
    let topic = match Entity::parse(entity) {
        Some(Entity::Topic(topic)) => topic,
        Some(Entity::Broker(id)) if id.is_none_or(|id| id == broker.id.0) => {
            broker.broker_config_changed(id.is_some(), &settings).await;
            return Ok(());
        }
        // Quotas and users have no takers yet.
        _ => return Ok(()),
    };
    let topic = topic.as_str();
    let before = broker.topic_configs.overrides(topic);
    if before == settings {
        return Ok(());
    }
    tracing::info!(
        target: "kafka.server.DynamicConfigManager",
        "Processing override for entityPath: {entity} with config: {settings:?}"
    );
    let unclean = settings.get(UNCLEAN).map(|value| value.eq_ignore_ascii_case("true"));
    if before.get(UNCLEAN) != settings.get(UNCLEAN) {
        broker.control.unclean_changed(Some(topic.into()), unclean).await;
    }
    broker.topic_config_changed(topic, settings);
    Ok(())
}

async fn children(broker: &Broker, path: &str, watch: bool) -> client::Result<Vec<String>> {
    match broker.zookeeper.insist(vec![get_children(path, watch)]).await?.pop() {
        Some(Ok(Answer { reply: Reply::ChildrenStat(found), .. })) => Ok(found.children),
        Some(Err(error)) if error.keeper() != Some(KeeperError::NoNode) => Err(error),
        _ => Ok(Vec::new()),
    }
}
