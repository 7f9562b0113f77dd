//! The rows, one file per kind of load.

mod catch_up;
mod cluster;
mod fetch;
mod groups;
mod latency;
mod machine;
mod produce;
mod replicated;
mod shutdown;
mod start;
mod tail;
mod tools;
mod zookeeper;

use super::options::Options;

/// A row while it is measured. Both give a value for each figure of the row, or none.
pub trait Load {
    /// One turn of the floor, or of the other cluster.
    fn floor(&mut self) -> Vec<Option<f64>> {
        Vec::new()
    }
    /// One turn of the server.
    fn server(&mut self) -> Vec<Option<f64>>;
}

/// A row.
pub struct Row {
    pub name: &'static str,
    pub needs: Needs,
    pub figures: &'static [Figure],
    /// Starts what it measures.
    pub start: fn(&Options) -> Box<dyn Load>,
}

/// What a row is about, and thus whether it can be had from a server that is not ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Our programs.
    Programs,
    /// Any broker.
    Broker,
    /// Any ZooKeeper.
    ZooKeeper,
}

/// One number of a row.
pub struct Figure {
    pub what: &'static str,
    pub unit: &'static str,
    pub bar: Bar,
}

/// What we hold ourselves to.
#[derive(Clone, Copy, Debug)]
pub enum Bar {
    Most(f64),
    Least(f64),
    /// At most so many times the floor.
    Ratio(f64),
    /// At least this share of the floor.
    Share(f64),
    /// At most so many times what the other cluster takes, where one was named.
    Rival(f64),
    /// None: it is there to understand the others by.
    None,
}

const fn figure(what: &'static str, unit: &'static str, bar: Bar) -> Figure {
    Figure { what, unit, bar }
}

/// All of them, in the order of the README's table.
pub const ROWS: &[Row] = &[
    Row {
        name: "start",
        needs: Needs::Programs,
        figures: &[figure("to the first answer", "ms", Bar::Most(20.0))],
        start: start::start,
    },
    Row {
        name: "memory",
        needs: Needs::Programs,
        figures: &[
            figure("resident, idle", "MB", Bar::Most(14.0)),
            figure("proportional, idle", "MB", Bar::None),
        ],
        start: start::memory,
    },
    Row {
        name: "topics-list",
        needs: Needs::Broker,
        figures: &[
            figure("whole process", "ms", Bar::Most(10.0)),
            figure("peak memory", "MB", Bar::Most(12.0)),
        ],
        start: tools::topics_list,
    },
    Row {
        name: "console-producer",
        needs: Needs::Broker,
        figures: &[
            figure("1,000,000 lines of 100 B", "s", Bar::Most(0.6)),
            figure("peak memory", "MB", Bar::None),
        ],
        start: tools::console_producer,
    },
    Row {
        name: "console-consumer",
        needs: Needs::Broker,
        figures: &[
            figure("1,000,000 lines of 100 B", "s", Bar::Most(0.3)),
            figure("peak memory", "MB", Bar::None),
        ],
        start: tools::console_consumer,
    },
    Row {
        name: "produce-16k",
        needs: Needs::Broker,
        figures: &[
            figure("CPU a request", "us", Bar::Ratio(2.0)),
            figure("requests a second", "", Bar::None),
        ],
        start: produce::batches_of_16k,
    },
    Row {
        name: "produce-1m",
        needs: Needs::Broker,
        figures: &[figure("CPU a GB", "s", Bar::Ratio(1.5)), figure("MB a second", "", Bar::None)],
        start: produce::batches_of_1m,
    },
    Row {
        name: "fetch-1m",
        needs: Needs::Broker,
        figures: &[figure("CPU a GB", "s", Bar::Ratio(1.5)), figure("MB a second", "", Bar::None)],
        start: fetch::start,
    },
    Row {
        name: "latency",
        needs: Needs::Broker,
        figures: &[
            figure("1,000 a second, p50", "ms", Bar::Most(0.3)),
            figure("1,000 a second, p99", "ms", Bar::Most(2.0)),
            figure("CPU a record", "us", Bar::None),
        ],
        start: latency::start,
    },
    Row {
        name: "tail",
        needs: Needs::Broker,
        figures: &[figure("produced to printed, p50", "ms", Bar::Most(2.0))],
        start: tail::start,
    },
    Row {
        name: "zookeeper-create",
        needs: Needs::ZooKeeper,
        figures: &[figure("one at a time, p50", "ms", Bar::Ratio(2.0))],
        start: zookeeper::one_at_a_time,
    },
    Row {
        name: "zookeeper-pipelined",
        needs: Needs::ZooKeeper,
        figures: &[
            figure("creates a second", "", Bar::Least(50_000.0)),
            figure("CPU a create", "us", Bar::Most(20.0)),
        ],
        start: zookeeper::pipelined,
    },
    Row {
        name: "cluster-create",
        needs: Needs::Programs,
        figures: &[
            figure("10,000 partitions, 3 replicas", "s", Bar::None),
            figure("open files a replica", "", Bar::None),
            figure("memory a replica", "KB", Bar::None),
        ],
        start: cluster::create,
    },
    Row {
        name: "cluster-kill-1k",
        needs: Needs::Programs,
        figures: &[
            figure("last leader, 1,000 partitions", "ms", Bar::Most(150.0)),
            figure("first leader", "ms", Bar::None),
        ],
        start: cluster::kill_1000,
    },
    Row {
        name: "cluster-kill-10k",
        needs: Needs::Programs,
        figures: &[
            figure("last leader, 10,000", "ms", Bar::Most(1_000.0)),
            figure("first leader", "ms", Bar::None),
        ],
        start: cluster::kill_10000,
    },
    Row {
        name: "cluster-controller",
        needs: Needs::Programs,
        figures: &[
            figure("all led, everywhere", "ms", Bar::Most(500.0)),
            figure("controller known", "ms", Bar::None),
        ],
        start: cluster::controller,
    },
    Row {
        name: "cluster-shutdown",
        needs: Needs::Programs,
        figures: &[
            figure("without leader, at most", "ms", Bar::Most(50.0)),
            figure("records that failed", "", Bar::Most(0.0)),
            figure("slowest record", "ms", Bar::None),
            figure("whole process", "s", Bar::None),
        ],
        start: shutdown::start,
    },
    Row {
        name: "catch-up",
        needs: Needs::Programs,
        figures: &[figure("2 GB to a follower", "MB/s", Bar::Share(0.6))],
        start: catch_up::start,
    },
    Row {
        name: "replicated-16k",
        needs: Needs::Programs,
        figures: &[
            figure("CPU a GB, three brokers", "s", Bar::Rival(1.0 / 3.0)),
            figure("rate", "MB/s", Bar::None),
        ],
        start: replicated::batches_of_16k,
    },
    Row {
        name: "replicated-1m",
        needs: Needs::Programs,
        figures: &[
            figure("CPU a GB, three brokers", "s", Bar::Rival(1.0 / 3.0)),
            figure("rate", "MB/s", Bar::None),
        ],
        start: replicated::batches_of_1m,
    },
    Row {
        name: "replicated-latency",
        needs: Needs::Programs,
        figures: &[
            figure("p50", "ms", Bar::Rival(1.0)),
            figure("p99", "ms", Bar::Rival(0.5)),
            figure("CPU a record, three brokers", "us", Bar::None),
        ],
        start: replicated::latency,
    },
    Row {
        name: "groups-load",
        needs: Needs::Programs,
        figures: &[figure("10,000 groups", "s", Bar::Most(1.0))],
        start: groups::start,
    },
    Row {
        name: "machine",
        needs: Needs::Programs,
        figures: &[
            figure("takes office, 200,000", "ms", Bar::None),
            figure("as many as 50,000", "x", Bar::Most(6.0)),
            figure("a broker dies", "ms", Bar::None),
            figure("as many as 50,000", "x", Bar::Most(6.0)),
            figure("states written", "", Bar::None),
            figure("told to brokers", "", Bar::None),
            figure("a broker takes it all", "ms", Bar::None),
            figure("as many as 50,000", "x", Bar::Most(6.0)),
            figure("news of one partition", "us", Bar::None),
            figure("all on the wire", "MB", Bar::None),
        ],
        start: machine::start,
    },
];
