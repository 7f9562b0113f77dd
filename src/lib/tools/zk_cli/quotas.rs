//! How much there may be below a node: setquota, listquota, delquota.
//!
//! A quota is two nodes below `/zookeeper/quota`, at the path it is for: `zookeeper_limits` says
//! what there may be, `zookeeper_stats` what there is, and the server keeps the latter.

use bytes::Bytes;

use super::nodes;
use super::refusal::{Done, Refusal, lawful};
use super::shell::Shell;
use super::words::Given;
use crate::zookeeper::client::{Client, Error};
use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::request::CreateMode;
use crate::zookeeper::jute::{Acl, KeeperError};
use crate::zookeeper::tree::path::QUOTA;
use crate::zookeeper::tree::quota::Track;

/// The four limits: soft and hard, of nodes and of bytes.
const KINDS: [&str; 4] = ["n", "b", "N", "B"];
const NONE: Track = Track { count: -1, bytes: -1, count_hard: -1, bytes_hard: -1 };

fn limits(path: &str) -> String {
    format!("{QUOTA}{path}/zookeeper_limits")
}

fn stats(path: &str) -> String {
    format!("{QUOTA}{path}/zookeeper_stats")
}

/// All limits, also those there are none of: as ZooKeeper's client writes it.
fn written(track: &Track) -> String {
    let Track { count, bytes, count_hard, bytes_hard } = track;
    format!("count={count},bytes={bytes}=;byteHardLimit={bytes_hard};countHardLimit={count_hard}")
}

fn field<'a>(track: &'a mut Track, kind: &str) -> &'a mut i64 {
    match kind {
        "n" => &mut track.count,
        "b" => &mut track.bytes,
        "N" => &mut track.count_hard,
        _ => &mut track.bytes_hard,
    }
}

/// A node's content; none where there is no node.
async fn read(client: &Client, path: &str) -> Result<Option<Bytes>, Error> {
    match client.get(path, false).await {
        Ok((data, _)) => Ok(Some(data.unwrap_or_default())),
        Err(error) if error.keeper() == Some(KeeperError::NoNode) => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) async fn set(shell: &mut Shell<'_>, given: Given) -> Done {
    let Some((kind, value)) = given.one_of(&KINDS)? else {
        return Err(Refusal::said(
            "org.apache.commons.cli.MissingOptionException: Missing required option: [-n num soft \
             quota, -b bytes soft quota, -N num hard quota, -B bytes hard quota]",
        ));
    };
    let value: i64 = value.parse().map_err(|_| {
        Refusal::said("NumberFormatException happens when parsing the option value")
    })?;
    let of_nodes = matches!(kind, "n" | "N");
    if of_nodes && value <= 0 {
        return Err(Refusal::said("the num quota must be greater than zero"));
    }
    if !of_nodes && value < 0 {
        return Err(Refusal::said("the bytes quota must be greater than or equal to zero"));
    }
    let path = lawful(given.word(0))?;
    if path == "/" {
        return Err(Refusal::said("Path must not end with / character"));
    }
    let client = shell.client()?;
    if client.exists(path, false).await?.is_none() {
        return Err(Refusal::said(format!("{path} does not exist.")));
    }
    let old = read(&client, &limits(path)).await?;
    let mut track = old.as_ref().map_or(NONE, |text| Track::parse(text));
    *field(&mut track, kind) = value;
    let text = Some(Bytes::from(written(&track)));
    if old.is_some() {
        client.set(&limits(path), text, -1).await?;
    } else {
        alone(&client, path).await?;
        client.create_all(&format!("{QUOTA}{path}")).await?;
        let acl = [Acl::world(perms::ALL)];
        client.create(&limits(path), text, &acl, CreateMode::Persistent).await?;
        // The server counts when this one appears.
        let zero = Some(Bytes::from_static(b"count=0,bytes=0"));
        client.create(&stats(path), zero, &acl, CreateMode::Persistent).await?;
    }
    warn_if_exceeded(shell, &client, path, kind, value).await
}

/// Quotas do not lie within each other.
async fn alone(client: &Client, path: &str) -> Done {
    for (at, _) in path.match_indices('/').skip(1) {
        let above = path.get(..at).unwrap_or_default();
        if client.exists(&limits(above), false).await?.is_some() {
            let why = format!("{path} has a parent {above} which has a quota");
            return Err(Refusal::said(why));
        }
    }
    let root = format!("{QUOTA}{path}");
    if client.exists(&root, false).await?.is_none() {
        return Ok(());
    }
    let below = nodes::below(client, &root, false).await?;
    let found = below.iter().find_map(|node| {
        node.strip_suffix("/zookeeper_limits").and_then(|node| node.strip_prefix(QUOTA))
    });
    match found {
        Some(child) => Err(Refusal::said(format!("{path} has a child {child} which has a quota"))),
        None => Ok(()),
    }
}

async fn warn_if_exceeded(
    shell: &mut Shell<'_>,
    client: &Client,
    path: &str,
    kind: &str,
    value: i64,
) -> Done {
    let Some(text) = read(client, &stats(path)).await? else { return Ok(()) };
    let there = Track::parse(&text);
    let (what, is) = match kind {
        "n" | "N" => ("count", there.count),
        _ => ("bytes", there.bytes),
    };
    if value >= is {
        return Ok(());
    }
    shell.say(&format!(
        "[Warning]: the {what} quota you create is less than the existing {what}:{is}"
    ))
}

pub(super) async fn list(shell: &mut Shell<'_>, given: Given) -> Done {
    let path = given.word(0);
    shell.warn(&format!("absolute path is {}", limits(path)))?;
    lawful(&limits(path))?;
    let client = shell.client()?;
    let Some(limits) = read(&client, &limits(path)).await? else {
        return shell.warn(&format!("quota for {path} does not exist."));
    };
    let stats = read(&client, &stats(path)).await?.unwrap_or_default();
    for (what, text) in [("quota", limits), ("stat", stats)] {
        let text = String::from_utf8_lossy(&text).into_owned();
        shell.say(&format!("Output {what} for {path} {text}"))?;
    }
    Ok(())
}

pub(super) async fn delete(shell: &mut Shell<'_>, given: Given) -> Done {
    let kind = given.one_of(&KINDS)?;
    let path = lawful(given.word(0))?;
    let client = shell.client()?;
    let Some(text) = read(&client, &limits(path)).await? else {
        return shell.say(&format!("Quota does not exist for {path}"));
    };
    if let Some((kind, _)) = kind {
        let mut track = Track::parse(&text);
        *field(&mut track, kind) = -1;
        client.set(&limits(path), Some(Bytes::from(written(&track))), -1).await?;
        return Ok(());
    }
    for node in [limits(path), stats(path)] {
        match client.delete(&node, -1).await {
            Err(error) if error.keeper() != Some(KeeperError::NoNode) => return Err(error.into()),
            _ => {}
        }
    }
    // What led to it goes as far as nothing else is there.
    let mut rest = path;
    while !rest.is_empty() {
        match client.delete(&format!("{QUOTA}{rest}"), -1).await {
            Ok(()) => {}
            Err(error)
                if matches!(error.keeper(), Some(KeeperError::NotEmpty | KeeperError::NoNode)) =>
            {
                break;
            }
            Err(error) => return Err(error.into()),
        }
        rest = rest.rsplit_once('/').map_or("", |(above, _)| above);
    }
    Ok(())
}
