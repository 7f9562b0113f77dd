//! The files of configurations, beside zoo.cfg: `zoo.cfg.dynamic.next` is the one that was proposed
//! last, `zoo.cfg.dynamic.<version>` the one that holds, and `dynamicConfigFile=` in zoo.cfg names it.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tracing::warn;

use super::LOGGER;
use crate::base::disk::Disk;
use crate::base::error::io_text;
use crate::config::quorum::{Difference, Membership, ServerLine};
use crate::zookeeper::jute::ServerId;
use crate::zookeeper::server::ensemble::Ensemble;
use crate::zookeeper::server::pipeline::Pipeline;
use crate::zookeeper::tree::path::CONFIG;
use crate::zookeeper::zab::{Config, Rules};

/// The configuration of the files, and a later one that is in the log.
pub(super) fn rules(ensemble: &Ensemble, pipeline: &Pipeline) -> Rules {
    let current = Arc::new(Config::new(ensemble.members.clone()));
    let state = pipeline.state();
    let logged = state.tree.data(CONFIG).map(String::from_utf8_lossy);
    let logged = logged.and_then(|text| Membership::parse(&text).ok()).map(Config::new);
    let later = |it: &Config| ensemble.reconfigures && it.version() > current.version();
    let proposed = logged.filter(later).map(Arc::new);
    Rules { current, proposed }
}

/// Where the configuration another server told of is not ours, though no reconfiguration has made
/// it another one.
pub(super) fn difference(ours: &Config, text: &[u8]) -> Option<Difference> {
    let theirs = Membership::parse(&String::from_utf8_lossy(text)).ok()?;
    if theirs.version != ours.version() { None } else { ours.members.difference(&theirs) }
}

/// `zoo.cfg` with more behind its name.
fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(suffix);
    PathBuf::from(name)
}

fn write(disk: &Disk, path: &Path, text: &str) -> Result<(), String> {
    let written = disk.replace(path, text.as_bytes());
    written.map_err(|error| format!("cannot write {}: {}", path.display(), io_text(&error)))
}

/// Keeps a configuration that was proposed.
pub(super) fn prepare(disk: &Disk, file: &Path, members: &Membership) -> Result<(), String> {
    write(disk, &beside(file, ".dynamic.next"), &format!("{members}\n"))
}

/// Keeps the configuration that holds, and has zoo.cfg name it.
pub(super) fn activate(
    disk: &Disk,
    file: &Path,
    members: &Membership,
    id: ServerId,
) -> Result<(), String> {
    let dynamic = beside(file, &format!(".dynamic.{:x}", members.version));
    write(disk, &dynamic, &format!("{}\n", members.lines().join("\n")))?;
    let text = disk.read_text(file);
    let text =
        text.map_err(|error| format!("cannot read {}: {}", file.display(), io_text(&error)))?;
    let moved = |line: &str| ["server.", "group.", "weight."].iter().any(|it| line.starts_with(it));
    if text.lines().any(|line| moved(line.trim_start())) {
        write(disk, &beside(file, ".bak"), &text)?;
    }
    // Where clients connect is in one place only.
    let has_client = members.servers.get(&id.0).is_some_and(|line| line.client.is_some());
    let own = |key: &str| match key {
        "dynamicConfigFile" => true,
        "clientPort" | "clientPortAddress" => has_client,
        key => moved(key),
    };
    let key = |line: &str| line.split(['=', ':']).next().unwrap_or_default().trim().to_owned();
    let mut kept: Vec<&str> = text.lines().filter(|line| !own(&key(line))).collect();
    let pointer = format!("dynamicConfigFile={}", dynamic.display());
    kept.push(&pointer);
    write(disk, file, &format!("{}\n", kept.join("\n")))?;
    let next = beside(file, ".dynamic.next");
    if disk.exists(&next)
        && let Err(error) = disk.remove_file(&next)
    {
        warn!(target: LOGGER, "cannot delete {}: {}", next.display(), io_text(&error));
    }
    Ok(())
}

/// Ports of this server that are other ones now are opened at its next start.
pub(super) fn warn_of_moves(before: Option<&ServerLine>, after: Option<&ServerLine>) {
    if let (Some(before), Some(after)) = (before, after) {
        let client = before.client.is_some() && before.client != after.client;
        if client || before.addresses != after.addresses {
            warn!(
                target: LOGGER,
                "This server is to listen elsewhere now: {after} instead of {before}; restart it"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::disk::Mode;

    #[test]
    fn only_configurations_of_one_version_are_compared() {
        let members = |text: &str| Membership::parse(text).unwrap();
        let ours = Config::new(members("server.1=a:1:2\nserver.2=b:1:2"));
        assert!(difference(&ours, b"server.1=a:1:2\nserver.2=b:1:2\nversion=0").is_none());
        assert!(difference(&ours, b"server.1=a:1:2\nversion=5").is_none(), "a later one");
        assert!(difference(&ours, b"nonsense").is_none());
        let found = difference(&ours, b"server.1=a:1:2\nserver.2=b:1:9\nversion=0").unwrap();
        assert_eq!(found.theirs, ["server.2=b:1:9:participant"]);
    }

    #[test]
    fn zoo_cfg_keeps_what_is_its_own_and_names_the_rest() {
        let disk = Disk::memory();
        let file = Path::new("/conf/zoo.cfg");
        disk.create_dir_all(Path::new("/conf")).unwrap();
        let before = "# mine\ndataDir=/d\ninitLimit=5\nsyncLimit=5\nclientPort=2181\nserver.1=a:1:2;2181\nserver.2=b:1:2\n";
        disk.open(file, Mode::Create).unwrap().write_all_at(before.as_bytes(), 0).unwrap();
        let members = Membership::parse("server.1=a:1:2;2181\nserver.2=b:1:2\nversion=100000000");
        let mut members = members.unwrap();
        prepare(&disk, file, &members).unwrap();
        let next = disk.read_text(Path::new("/conf/zoo.cfg.dynamic.next")).unwrap();
        assert!(next.ends_with("\nversion=100000000\n"), "{next}");
        activate(&disk, file, &members, ServerId(1)).unwrap();
        assert!(!disk.exists(Path::new("/conf/zoo.cfg.dynamic.next")));
        assert_eq!(disk.read_text(Path::new("/conf/zoo.cfg.bak")).unwrap(), before);
        let text = disk.read_text(file).unwrap();
        let name = "/conf/zoo.cfg.dynamic.100000000";
        let own = "# mine\ndataDir=/d\ninitLimit=5\nsyncLimit=5\n";
        assert_eq!(text, format!("{own}dynamicConfigFile={name}\n"));
        members.version += 1;
        activate(&disk, file, &members, ServerId(2)).unwrap();
        let text = disk.read_text(file).unwrap();
        let name = "/conf/zoo.cfg.dynamic.100000001";
        assert_eq!(text, format!("{own}dynamicConfigFile={name}\n"));
        let dynamic = disk.read_text(Path::new(name)).unwrap();
        assert_eq!(
            dynamic,
            "server.1=a:1:2:participant;0.0.0.0:2181\nserver.2=b:1:2:participant\n"
        );
        let cfg = crate::config::quorum::ZooCfg::load(&disk, file).unwrap();
        assert_eq!(cfg.members, members);
    }
}
