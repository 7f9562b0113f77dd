//! A network of namespaces: each server alone behind a cable, all cables in one bridge.
//!
//! The bridge is in a namespace of its own, too, where the clients are: nothing of the machine's own
//! network is touched. What cuts and slows the cables is `ip` and `tc` alone, so that no module for
//! packet filters is needed: a server that is given a wrong hardware address for another one sends
//! into nothing, and does not notice.

use std::process::{Command, ExitCode, Stdio};

use crate::audit::process::Place;
use crate::support::load::Error;

/// Where the clients are.
const HUB: u8 = 254;
/// Nobody has it.
const NOBODY: &str = "02:00:00:00:00:ff";
/// What a slow cable carries, a tenth of what the load is; what waits longer is lost.
const SLOW: &str = "tbf rate 200kbit burst 8kb latency 3s";
/// The same where the kernel has it: every packet is late, some more than others.
const LATE: &str = "netem delay 100ms 50ms";

/// Servers and their cables.
#[derive(Clone, Debug)]
pub struct Network {
    name: String,
    size: u8,
}

impl Network {
    /// One that was built.
    pub fn named(name: &str, size: usize) -> Result<Network, Error> {
        Ok(Network { name: name.to_owned(), size: u8::try_from(size)? })
    }

    fn namespace(&self, server: u8) -> String {
        format!("{}-{server}", self.name)
    }

    fn hub(&self) -> String {
        format!("{}-hub", self.name)
    }

    fn address(server: u8) -> String {
        format!("10.213.0.{server}")
    }

    /// Where a server runs; they are counted from zero.
    pub fn place(&self, server: usize) -> Result<Place, Error> {
        let server = u8::try_from(server)? + 1;
        Ok(Place { host: Network::address(server), namespace: Some(self.namespace(server)) })
    }

    fn build(&self) -> Result<(), Error> {
        let hub = self.hub();
        ip(&format!("netns add {hub}"))?;
        ip(&format!("-n {hub} link set lo up"))?;
        ip(&format!("-n {hub} link add bridge type bridge"))?;
        ip(&format!("-n {hub} addr add {}/24 dev bridge", Network::address(HUB)))?;
        ip(&format!("-n {hub} link set bridge up"))?;
        for server in 1..=self.size {
            let (namespace, address) = (self.namespace(server), Network::address(server));
            ip(&format!("netns add {namespace}"))?;
            ip(&format!("-n {namespace} link set lo up"))?;
            let peer = format!("peer name eth0 netns {namespace}");
            ip(&format!("-n {hub} link add cable-{server} type veth {peer}"))?;
            ip(&format!("-n {hub} link set cable-{server} master bridge up"))?;
            ip(&format!("-n {namespace} addr add {address}/24 dev eth0"))?;
            ip(&format!("-n {namespace} link set eth0 up"))?;
        }
        Ok(())
    }

    fn tear_down(&self) {
        for namespace in (1..=self.size).map(|it| self.namespace(it)).chain([self.hub()]) {
            // It may never have been built.
            let _ = ip(&format!("netns del {namespace}"));
        }
    }

    /// Takes a server's cable out.
    pub fn unplug(&self, server: usize) -> Result<(), Error> {
        ip(&format!("-n {} link set cable-{} down", self.hub(), server + 1))
    }

    /// Nothing that one sends reaches the other.
    pub fn cut(&self, from: usize, to: usize) -> Result<(), Error> {
        let (from, to) = (u8::try_from(from)? + 1, u8::try_from(to)? + 1);
        let (namespace, to) = (self.namespace(from), Network::address(to));
        ip(&format!("-n {namespace} neigh replace {to} lladdr {NOBODY} dev eth0 nud permanent"))
    }

    /// Slows a server's cable, both ways.
    pub fn slow(&self, server: usize) -> Result<(), Error> {
        let server = u8::try_from(server)? + 1;
        let ends =
            [(self.hub(), format!("cable-{server}")), (self.namespace(server), "eth0".to_owned())];
        for (namespace, end) in ends {
            let slowed = |how: &str| {
                run("tc", &format!("-n {namespace} qdisc replace dev {end} root {how}"))
            };
            slowed(LATE).or_else(|_| slowed(SLOW))?;
        }
        Ok(())
    }

    /// Makes all cables whole again.
    pub fn heal(&self) -> Result<(), Error> {
        let hub = self.hub();
        for server in 1..=self.size {
            let namespace = self.namespace(server);
            ip(&format!("-n {hub} link set cable-{server} up"))?;
            ip(&format!("-n {namespace} neigh flush dev eth0 nud permanent"))?;
            // There is nothing to take away where it was not slowed.
            let _ = run("tc", &format!("-n {hub} qdisc del dev cable-{server} root"));
            let _ = run("tc", &format!("-n {namespace} qdisc del dev eth0 root"));
        }
        Ok(())
    }
}

fn ip(line: &str) -> Result<(), Error> {
    run("ip", line)
}

fn run(program: &str, line: &str) -> Result<(), Error> {
    let output = Command::new(program).args(line.split(' ')).stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&output.stderr);
    Err(format!("{program} {line}: {}", why.trim()).into())
}

/// Builds a network, runs this program again where its clients are, and takes the network away.
pub fn inside(size: usize, line: &[String]) -> Result<ExitCode, Error> {
    let network = Network::named(&format!("milena-{}", std::process::id()), size)?;
    let built = network.build().map_err(missing);
    if let Err(error) = &built
        && line.iter().any(|word| word == "--if-possible")
    {
        network.tear_down();
        println!("skipped: {error}");
        return Ok(ExitCode::SUCCESS);
    }
    let ran = built.and_then(|()| {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &network.hub()]).arg(std::env::current_exe()?);
        command.args(line).args(["--network", &network.name]);
        Ok(command.status()?)
    });
    network.tear_down();
    Ok(if ran?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn missing(error: Error) -> Error {
    let need = "network namespaces need root and the programs ip and tc (package iproute2)";
    format!("{need}: {error}").into()
}
