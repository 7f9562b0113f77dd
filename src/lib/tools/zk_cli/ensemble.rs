//! Which servers there are: config, reconfig, version.

use std::path::Path;

use super::refusal::{Done, Refusal};
use super::shell::Shell;
use super::verbs::usage_of;
use super::words::Given;
use super::{VERSION, text};
use crate::zookeeper::client::{Client, Options};
use crate::zookeeper::jute::reply::DataStat;
use crate::zookeeper::jute::request::ReconfigRequest;
use crate::zookeeper::jute::{Reply, Request};
use crate::zookeeper::tree::path::CONFIG;

pub(super) async fn config(shell: &mut Shell<'_>, given: Given) -> Done {
    let client = shell.client()?;
    let (data, stat) = if client.servers().chroot.path().is_empty() {
        client.get(CONFIG, given.has("w")).await?
    } else {
        // The node lies outside of what this session sees.
        let options = Options { clock: shell.clock(), ..Options::default() };
        let (outside, _) = Client::start(&client.servers().without_chroot(), options);
        let read = outside.get(CONFIG, false).await;
        outside.close().await;
        read?
    };
    let data = String::from_utf8_lossy(&data.unwrap_or_default()).into_owned();
    shell.say(&if given.has("c") { for_clients(&data) } else { data })?;
    if given.has("s") { shell.say(&text::stat(&stat)) } else { Ok(()) }
}

/// The version of a configuration and where clients find its servers.
fn for_clients(config: &str) -> String {
    let mut version = "";
    let mut addresses = Vec::new();
    for line in config.lines() {
        match line.split_once('=') {
            Some(("version", number)) => version = number.trim(),
            Some((key, server)) if key.starts_with("server.") => {
                addresses.extend(server.rsplit_once(';').map(|(_, address)| address.trim()));
            }
            _ => {}
        }
    }
    format!("{version} {}", addresses.join(","))
}

pub(super) async fn reconfig(shell: &mut Shell<'_>, given: Given) -> Done {
    let changes = given.has("add") || given.has("remove");
    let replaces = given.has("members") || given.has("file");
    if changes && replaces {
        return Err(Refusal::said(
            "Can't use -file or -members together with -add or -remove (mixing incremental and \
             non-incremental modes is not allowed)",
        ));
    }
    if !changes && !replaces {
        return Err(Refusal::said(usage_of("reconfig")));
    }
    if given.has("members") && given.has("file") {
        return Err(Refusal::said("Can't use -file and -members together (conflict)"));
    }
    let config_id = match given.value("v") {
        Some(text) => i64::from_str_radix(text, 16)
            .map_err(|_| Refusal::said(format!("-v: not a hexadecimal number: '{text}'")))?,
        None => -1,
    };
    let text = |name: &str| given.value(name).map(str::to_owned);
    let new_members = match given.value("file") {
        Some(file) => Some(members(shell, file)?),
        None => text("members"),
    };
    let request = Request::Reconfig(ReconfigRequest {
        joining: text("add"),
        leaving: text("remove"),
        new_members,
        config_id,
    });
    let client = shell.client()?;
    let op = request.op();
    let Reply::Data(DataStat { data, stat }) = client.request(request).await?.reply else {
        return Err(crate::zookeeper::client::Error::WrongReply { op }.into());
    };
    let data = String::from_utf8_lossy(&data.unwrap_or_default()).into_owned();
    shell.say(&format!("Committed new configuration:\n{data}"))?;
    if given.has("s") { shell.say(&text::stat(&stat)) } else { Ok(()) }
}

/// The servers that a configuration file names.
fn members(shell: &Shell<'_>, file: &str) -> Result<String, Refusal> {
    let failed =
        |why: &dyn std::fmt::Display| Refusal::said(format!("Error processing {file}: {why}"));
    let text = shell.disk().read_text(Path::new(file)).map_err(|error| failed(&error))?;
    let lines: Vec<&str> =
        text.lines().map(str::trim).filter(|line| line.starts_with("server.")).collect();
    match lines.is_empty() {
        true => Err(failed(&"it has no line server.N=...")),
        false => Ok(lines.join(",")),
    }
}

pub(super) async fn version(shell: &mut Shell<'_>, _: Given) -> Done {
    let own = env!("CARGO_PKG_VERSION");
    shell.say(&format!("ZooKeeper CLI version: {VERSION} (milena {own})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_are_told_addresses_only() {
        let config =
            "server.1=a:2888:3888:participant;0.0.0.0:2181\nserver.2=b:1:2;b:3\nversion=1f";
        assert_eq!(for_clients(config), "1f 0.0.0.0:2181,b:3");
        assert_eq!(for_clients(""), " ");
    }
}
