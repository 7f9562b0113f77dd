//! start-zookeeper: the entry program of a container: turns its environment into zoo.cfg and
//! becomes the server.
//!
//!     ZOO_TICK_TIME=1000 start-zookeeper
//!
//! Exits as the server ends; 2 where the environment does not describe one.

use super::launch::{self, ZOOKEEPER};
use super::options::{Opt, Parsed};
use super::serve::{self, Servers};
use super::{Ended, Failure, Io, Manual, Misuse, Run, Tool, common};
use crate::base::disk::Disk;
use crate::base::error::{Chain, io_text};
use crate::config::docker::{ZooKeeperDialect, zookeeper_plan};
use crate::config::quorum::ZooCfg;

/// The program.
pub static TOOL: Tool = Tool {
    name: "start-zookeeper",
    about: "runs a ZooKeeper server that the environment describes",
    manual: Manual {
        intro: "Runs a ZooKeeper server that the environment describes.",
        bare: None,
        usage: &[""],
        details: "The entry program of a container. It reads the variables of the official \
                  zookeeper image (ZOO_*), of cp-zookeeper (ZOOKEEPER_*), or none, as \
                  wurstmeister/zookeeper, and becomes the server.",
        examples: &["start-zookeeper"],
        exits: &[(2, "the environment does not describe a server"), (143, "stopped by TERM")],
    },
    options: OPTIONS,
    misuse: Misuse::Usage,
    run: Run::Plain(run),
};

const OPTIONS: &[Opt] = &[common::HELP, common::VERSION, launch::AS];

fn run(parsed: Parsed, io: &mut Io) -> Ended {
    if !parsed.has("as") {
        return launch::become_server(io, "zookeeper", ZOOKEEPER);
    }
    launch::settle(false, io);
    let environment = io.environment.all();
    let plan = zookeeper_plan(ZooKeeperDialect::detect(&environment), &environment);
    let cfg =
        ZooCfg::parse(&plan.properties).map_err(|error| Failure::named(Chain(&error)).code(2))?;
    if let Some(my_id) = plan.my_id.filter(|_| cfg.is_quorum()) {
        write_my_id(&cfg, &my_id)?;
    }
    serve::run(Servers { zookeeper: Some(cfg), broker: None, topics: Vec::new() }, io)
}

/// Says which of the servers this one is, unless the folder says so already.
fn write_my_id(cfg: &ZooCfg, my_id: &str) -> Result<(), Failure> {
    let folder = cfg.data_dir();
    let path = folder.join("myid");
    if Disk::System.exists(&path) {
        return Ok(());
    }
    let written = Disk::System
        .create_dir_all(&folder)
        .and_then(|()| Disk::System.replace(&path, format!("{my_id}\n").as_bytes()));
    let named = |error| format!("cannot write {}: {}", path.display(), io_text(&error));
    written.map_err(|error| Failure::named(named(error)))
}
