//! What was typed after `cargo bench --package suite --`.

use std::net::TcpStream;
use std::path::PathBuf;

use super::rows::{Needs, ROWS, Row};

/// A server that runs already.
#[derive(Clone, Debug)]
pub struct Address {
    pub host: String,
    pub port: u16,
}

impl Address {
    fn parse(text: &str) -> Result<Address, String> {
        let parts = text.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
        let (host, port) = parts.ok_or_else(|| format!("'{text}' is not host:port"))?;
        Ok(Address { host: host.to_owned(), port })
    }

    /// Whether anybody listens there.
    fn answers(&self) -> Result<(), String> {
        let connected = TcpStream::connect((self.host.as_str(), self.port));
        let told = |error| format!("cannot connect to {}:{}: {error}", self.host, self.port);
        connected.map(drop).map_err(told)
    }
}

/// How to measure.
#[derive(Clone, Debug)]
pub struct Options {
    /// Rows whose name starts with one of these; all where there are none.
    names: Vec<String>,
    /// How often each row is measured.
    pub turns: usize,
    /// Short loads, for a look.
    pub quick: bool,
    pub markdown: bool,
    /// A broker to measure in place of ours.
    pub broker: Option<Address>,
    pub broker_pid: Option<u32>,
    /// A ZooKeeper to measure in place of ours.
    pub zookeeper: Option<Address>,
    pub zookeeper_pid: Option<u32>,
    /// A broker of a cluster of three, to be measured in turns with ours.
    pub rival: Option<Address>,
    /// The processes of its brokers.
    pub rival_pids: Vec<u32>,
}

/// What to do.
pub enum Asked {
    Measure(Options),
    /// To be the floor's server, with its file in a folder: what this program starts itself as.
    Floor(PathBuf),
    Help,
}

impl Options {
    pub fn parse(words: &[String]) -> Result<Asked, String> {
        let mut options = Options {
            names: Vec::new(),
            turns: 5,
            quick: false,
            markdown: false,
            broker: None,
            broker_pid: None,
            zookeeper: None,
            zookeeper_pid: None,
            rival: None,
            rival_pids: Vec::new(),
        };
        let mut turns = None;
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} wants a value"));
            match word.as_str() {
                // Cargo says so to every benchmark.
                "--bench" => {}
                "--quick" => options.quick = true,
                "--markdown" => options.markdown = true,
                "--turns" => turns = Some(number(value()?)?),
                "--broker" => options.broker = Some(Address::parse(value()?)?),
                "--pid" => options.broker_pid = Some(number(value()?)?),
                "--zookeeper" => options.zookeeper = Some(Address::parse(value()?)?),
                "--zookeeper-pid" => options.zookeeper_pid = Some(number(value()?)?),
                "--rival" => options.rival = Some(Address::parse(value()?)?),
                "--rival-pids" => {
                    let pids = value()?.split(',').map(number);
                    options.rival_pids = pids.collect::<Result<_, _>>()?;
                }
                "--floor" => return Ok(Asked::Floor(PathBuf::from(value()?))),
                "--help" | "-h" => return Ok(Asked::Help),
                name if !name.starts_with('-')
                    && ROWS.iter().any(|it| it.name.starts_with(name)) =>
                {
                    options.names.push(name.to_owned());
                }
                _ => return Err(format!("'{word}' is neither an option nor a row")),
            }
        }
        options.turns = turns.unwrap_or(if options.quick { 3 } else { 5 });
        if options.turns == 0 {
            return Err("--turns must be 1 or more".to_owned());
        }
        if options.broker_pid.is_some() && options.broker.is_none()
            || options.zookeeper_pid.is_some() && options.zookeeper.is_none()
            || !options.rival_pids.is_empty() && options.rival.is_none()
        {
            return Err("a pid goes with the address of its server".to_owned());
        }
        Ok(Asked::Measure(options))
    }

    /// Says who of the servers that were named is not there.
    pub fn check(&self) -> Result<(), String> {
        let named = self.broker.iter().chain(&self.zookeeper).chain(&self.rival);
        named.into_iter().try_for_each(Address::answers)
    }

    /// Whether a row is asked for and can be had from the servers that were named.
    pub fn wants(&self, row: &Row) -> bool {
        let named =
            self.names.is_empty() || self.names.iter().any(|it| row.name.starts_with(&**it));
        let ours = self.broker.is_none() && self.zookeeper.is_none();
        named
            && match row.needs {
                Needs::Programs => ours,
                Needs::Broker => ours || self.broker.is_some(),
                Needs::ZooKeeper => ours || self.zookeeper.is_some(),
            }
    }

    /// `full`, or a quarter of it for a look.
    pub fn load(&self, full: usize) -> usize {
        if self.quick { full / 4 } else { full }
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("'{text}' is not a number"))
}

/// The help.
pub fn usage() -> String {
    let names: Vec<&str> = ROWS.iter().map(|row| row.name).collect();
    format!(
        "usage: cargo bench --package suite -- [row]... [option]...\n\n\
         rows (the start of a name chooses all that begin so):\n  {}\n\n\
         options:\n  \
         --quick                  short loads, three turns\n  \
         --turns N                measure each row N times (5)\n  \
         --markdown               print the table as Markdown\n  \
         --broker HOST:PORT       measure this broker, the only one of its cluster, in place of ours\n  \
         --pid N                  its process on this machine: without it there are no CPU figures\n  \
         --zookeeper HOST:PORT    measure this ZooKeeper in place of ours\n  \
         --zookeeper-pid N        its process\n  \
         --rival HOST:PORT        in rows of three brokers, measure this cluster in turns with ours\n  \
         --rival-pids N,N,N       the processes of its brokers",
        names.join("\n  ")
    )
}
