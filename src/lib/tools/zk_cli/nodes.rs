//! Nodes: ls, create, get, set, delete, deleteall, stat, sync, and what a session owns.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;

use super::refusal::{Done, Refusal, lawful};
use super::shell::Shell;
use super::words::Given;
use super::{acls, text};
use crate::zookeeper::client::{Client, Error};
use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::request::{CreateMode, VersionRequest};
use crate::zookeeper::jute::{Acl, KeeperError, Request};

/// The longest a TTL can be: five bytes of the ephemeral owner hold it.
const TTL_MS_MAX: i64 = 0xff_ffff_ffff;
/// Deletions in one transaction, unless told otherwise.
const DELETES_AT_ONCE: usize = 1_000;

/// Says once more how an old form is written today.
fn deprecated(shell: &mut Shell<'_>, old: &str, new: &str) -> Done {
    shell.warn(&format!("'{old}' has been deprecated. Please use '{new}' instead."))
}

fn version(given: &Given) -> Result<i32, Refusal> {
    let Some(text) = given.value("v") else { return Ok(-1) };
    number(text)
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, Refusal> {
    text.parse().map_err(|_| Refusal::said(format!("not a whole number: '{text}'")))
}

pub(super) async fn ls(shell: &mut Shell<'_>, given: Given) -> Done {
    if given.words().len() > 1 {
        deprecated(shell, "ls path [watch]", "ls [-w] path")?;
    }
    let watch = given.has("w") || given.words().len() > 1;
    let path = lawful(given.word(0))?;
    let client = shell.client()?;
    if given.has("R") {
        let mut found = below(&client, path, watch).await?;
        found.insert(0, path.to_owned());
        return found.iter().try_for_each(|path| shell.say(path));
    }
    let (mut names, stat) = client.children(path, watch).await?;
    names.sort();
    shell.say(&format!("[{}]", names.join(", ")))?;
    if given.has("s") { shell.say(&text::stat(&stat)) } else { Ok(()) }
}

/// The path of a child.
pub(super) fn child(path: &str, name: &str) -> String {
    format!("{}/{name}", path.trim_end_matches('/'))
}

/// All nodes below one: the children of each together, then what is below the first of them.
pub(super) async fn below(
    client: &Client,
    path: &str,
    watch: bool,
) -> Result<Vec<String>, Refusal> {
    let mut found = children(client, path, watch).await?;
    let mut waiting: Vec<String> = found.iter().rev().cloned().collect();
    while let Some(path) = waiting.pop() {
        match children(client, &path, watch).await {
            Ok(paths) => {
                waiting.extend(paths.iter().rev().cloned());
                found.extend(paths);
            }
            // Deleted since it was listed.
            Err(error) if error.keeper() == Some(KeeperError::NoNode) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

async fn children(client: &Client, path: &str, watch: bool) -> Result<Vec<String>, Error> {
    let (mut names, _) = client.children(path, watch).await?;
    names.sort();
    Ok(names.iter().map(|name| child(path, name)).collect())
}

pub(super) async fn create(shell: &mut Shell<'_>, given: Given) -> Done {
    let has = |name: &str| given.has(name);
    if has("c") && (has("s") || has("e")) {
        return Err(Refusal::said(
            "-c cannot be combined with -s or -e. Containers cannot be ephemeral or sequential.",
        ));
    }
    let ttl = given.value("t").map(ttl).transpose()?;
    if ttl.is_some() && (has("e") || has("c")) {
        let what = if has("e") { "Ephemeral" } else { "Container" };
        return Err(Refusal::said(format!("TTLs cannot be used with {what} znodes")));
    }
    let path = given.word(0);
    if !(has("s") && path == "/") {
        // The number behind a sequential node's name completes it.
        lawful(if has("s") { path.trim_end_matches('/') } else { path })?;
    }
    let data = given.words().get(1).map(|data| Bytes::from(data.clone()));
    let acl = match given.words().get(2) {
        Some(acl) => acls::parse(shell, acl)?,
        None => vec![Acl::world(perms::ALL)],
    };
    let client = shell.client()?;
    let created = match (ttl, has("e"), has("s"), has("c")) {
        (Some(ttl), _, sequential, _) => {
            client.create_ttl(path, data, &acl, sequential, ttl).await.map(|(path, _)| path)
        }
        (None, _, _, true) => {
            client.create2(path, data, &acl, CreateMode::Container).await.map(|(path, _)| path)
        }
        (None, ephemeral, sequential, false) => {
            let mode = match (ephemeral, sequential) {
                (false, false) => CreateMode::Persistent,
                (false, true) => CreateMode::PersistentSequential,
                (true, false) => CreateMode::Ephemeral,
                (true, true) => CreateMode::EphemeralSequential,
            };
            client.create(path, data, &acl, mode).await
        }
    };
    if let Err(error) = &created
        && error.keeper() == Some(KeeperError::InvalidAcl)
    {
        shell.warn(&error.to_string())?;
    }
    let path = created?;
    shell.warn(&format!("Created {path}"))
}

fn ttl(text: &str) -> Result<Duration, Refusal> {
    let ms: i64 = text.parse().map_err(|_| Refusal::said("-t argument must be a long value"))?;
    match u64::try_from(ms) {
        Ok(positive) if positive > 0 && ms <= TTL_MS_MAX => Ok(Duration::from_millis(positive)),
        _ => Err(Refusal::said(format!(
            "ttl must be positive and cannot be larger than: {TTL_MS_MAX}"
        ))),
    }
}

pub(super) async fn get(shell: &mut Shell<'_>, given: Given) -> Done {
    if given.words().len() > 1 {
        deprecated(shell, "get path [watch]", "get [-s] [-w] path")?;
    }
    let watch = given.has("w") || given.words().len() > 1;
    let path = lawful(given.word(0))?;
    let (data, stat) = shell.client()?.get(path, watch).await?;
    // As Java prints nothing at all: this is what those who read it expect.
    let data = data.unwrap_or(Bytes::from_static(b"null"));
    let shown = if given.has("b") {
        BASE64_STANDARD.encode(&data)
    } else if given.has("x") {
        text::hexdump(&data)
    } else {
        String::from_utf8_lossy(&data).into_owned()
    };
    shell.say(&shown)?;
    if given.has("s") { shell.say(&text::stat(&stat)) } else { Ok(()) }
}

pub(super) async fn set(shell: &mut Shell<'_>, given: Given) -> Done {
    let path = lawful(given.word(0))?;
    let data = match given.has("b") {
        true => BASE64_STANDARD
            .decode(given.word(1))
            .map_err(|error| Refusal::said(format!("-b: not base64: {error}")))?,
        false => given.word(1).as_bytes().to_vec(),
    };
    let version = version(&given)?;
    let stat = shell.client()?.set(path, Some(data.into()), version).await?;
    if given.has("s") { shell.say(&text::stat(&stat)) } else { Ok(()) }
}

pub(super) async fn stat(shell: &mut Shell<'_>, given: Given) -> Done {
    if given.words().len() > 1 {
        deprecated(shell, "stat path [watch]", "stat [-w] path")?;
    }
    let watch = given.has("w") || given.words().len() > 1;
    let path = lawful(given.word(0))?;
    match shell.client()?.exists(path, watch).await? {
        Some(stat) => shell.say(&text::stat(&stat)),
        None => Err(Refusal::said(format!("Node does not exist: {path}"))),
    }
}

pub(super) async fn delete(shell: &mut Shell<'_>, given: Given) -> Done {
    let mut expected = version(&given)?;
    if let Some(older) = given.words().get(1) {
        deprecated(shell, "delete path [version]", "delete [-v version] path")?;
        expected = number(older)?;
    }
    let path = lawful(given.word(0))?;
    Ok(shell.client()?.delete(path, expected).await?)
}

pub(super) async fn delete_all(shell: &mut Shell<'_>, given: Given) -> Done {
    let at_once = match given.value("b") {
        Some(text) => number::<usize>(text)?.clamp(1, DELETES_AT_ONCE),
        None => DELETES_AT_ONCE,
    };
    let path = lawful(given.word(0))?;
    let client = shell.client()?;
    let mut paths = below(&client, path, false).await?;
    paths.insert(0, path.to_owned());
    // Of the root only what is below it can go, and nothing of what ZooKeeper keeps for itself.
    paths.retain(|path| path != "/" && path != "/zookeeper" && !path.starts_with("/zookeeper/"));
    paths.reverse();
    deepest_first(&mut paths);
    for batch in paths.chunks(at_once) {
        let delete =
            |path: &String| Request::Delete(VersionRequest { path: path.clone(), version: -1 });
        let results = client.multi(batch.iter().map(delete).collect()).await?;
        if let Some((at, error)) = crate::zookeeper::client::multi_error(&results) {
            let path = batch.get(at).cloned().unwrap_or_default();
            let cause = Refusal::from(Error::Keeper {
                error,
                op: crate::zookeeper::jute::OpCode::Delete,
                path,
            });
            if let Refusal::Said(words, _) = &cause {
                shell.warn(words)?;
            }
            return Err(Refusal::said("Failed to delete some node(s) in the subtree!"));
        }
    }
    Ok(())
}

/// Children go before their parents.
fn deepest_first(paths: &mut [String]) {
    paths.sort_by_key(|path| std::cmp::Reverse(path.matches('/').count()));
}

pub(super) async fn sync(shell: &mut Shell<'_>, given: Given) -> Done {
    shell.client()?.sync(lawful(given.word(0))?).await?;
    shell.say("Sync is OK")
}

pub(super) async fn ephemerals(shell: &mut Shell<'_>, given: Given) -> Done {
    let prefix = given.words().first().map_or("/", String::as_str);
    let mut paths = shell.client()?.ephemerals(lawful(prefix)?).await?;
    paths.sort();
    shell.say(&format!("[{}]", paths.join(", ")))
}

pub(super) async fn count_below(shell: &mut Shell<'_>, given: Given) -> Done {
    let count = shell.client()?.count_below(lawful(given.word(0))?).await?;
    shell.say(&count.to_string())
}
