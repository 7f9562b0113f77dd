//! Every command: its name, what it takes, and where it is done.

use std::future::Future;
use std::pin::Pin;

use super::refusal::Done;
use super::shell::{self, Shell};
use super::words::Given;
use super::{acls, ensemble, nodes, quotas, watches};

/// What a command does, as a function that can stand in a table.
pub(super) type Act =
    for<'a, 'io> fn(&'a mut Shell<'io>, Given) -> Pin<Box<dyn Future<Output = Done> + 'a>>;

/// A command.
#[derive(Debug)]
pub(super) struct Verb {
    pub(super) name: &'static str,
    /// As it is typed, without the name.
    usage: &'static str,
    /// Its options; those that end with `=` have a value.
    pub(super) options: &'static [&'static str],
    /// How many words it needs, and how many it takes.
    pub(super) words: std::ops::RangeInclusive<usize>,
    /// Whether a server has to be asked.
    pub(super) needs_session: bool,
    pub(super) act: Act,
}

impl Verb {
    /// How it is typed.
    pub(super) fn usage(&self) -> String {
        format!("{} {}", self.name, self.usage).trim_end().to_owned()
    }
}

/// A command by its name.
pub(super) fn find(name: &str) -> Option<&'static Verb> {
    VERBS.iter().find(|verb| verb.name == name)
}

/// How a command is typed.
pub(super) fn usage_of(name: &str) -> String {
    find(name).map(Verb::usage).unwrap_or_default()
}

/// Words without an end to their number: what is too much is not looked at.
const MANY: usize = usize::MAX;

macro_rules! verbs {
    ($($name:literal $usage:literal, $options:expr, $words:expr, $needs_session:expr, $act:path;)*) => {
        /// All of them, in the order they are listed in.
        pub(super) static VERBS: &[Verb] = &[$(Verb {
            name: $name,
            usage: $usage,
            options: &$options,
            words: $words,
            needs_session: $needs_session,
            act: |shell, given| Box::pin($act(shell, given)),
        },)*];
    };
}

verbs! {
    "addWatch" "[-m mode] path # optional mode is one of [PERSISTENT, PERSISTENT_RECURSIVE] - default is PERSISTENT_RECURSIVE",
        ["m="], 1..=1, true, watches::add;
    "addauth" "scheme auth", [], 1..=MANY, true, acls::add_auth;
    "close" "", [], 0..=MANY, true, shell::close;
    "config" "[-c] [-w] [-s]", ["c", "w", "s"], 0..=MANY, true, ensemble::config;
    "connect" "host:port", [], 0..=MANY, false, shell::connect;
    "create" "[-s] [-e] [-c] [-t ttl] path [data] [acl]", ["s", "e", "c", "t="], 1..=MANY, true, nodes::create;
    "delete" "[-v version] path", ["v="], 1..=MANY, true, nodes::delete;
    "deleteall" "path [-b batch size]", ["b="], 1..=MANY, true, nodes::delete_all;
    "delquota" "[-n|-b|-N|-B] path", ["n", "b", "N", "B"], 1..=MANY, true, quotas::delete;
    "get" "[-s] [-w] [-b] [-x] path", ["s", "w", "b", "x"], 1..=MANY, true, nodes::get;
    "getAcl" "[-s] path", ["s"], 1..=MANY, true, acls::get;
    "getAllChildrenNumber" "path", [], 1..=MANY, true, nodes::count_below;
    "getEphemerals" "path", [], 0..=MANY, true, nodes::ephemerals;
    "history" "", [], 0..=MANY, false, shell::history;
    "listquota" "path", [], 1..=MANY, true, quotas::list;
    "ls" "[-s] [-w] [-R] path", ["s", "w", "R"], 1..=MANY, true, nodes::ls;
    "printwatches" "on|off", [], 0..=MANY, false, watches::print;
    "quit" "", [], 0..=MANY, false, shell::quit;
    "reconfig" "[-s] [-v version] [[-file path] | [-members serverID=host:port1:port2;port3[,...]*]] | [-add serverId=host:port1:port2;port3[,...]]* [-remove serverId[,...]*]",
        ["s", "v=", "file=", "members=", "add=", "remove="], 0..=MANY, true, ensemble::reconfig;
    "redo" "cmdno", [], 1..=MANY, false, shell::redo;
    "removewatches" "path [-c|-d|-a] [-l]", ["c", "d", "a", "l"], 1..=MANY, true, watches::remove;
    "set" "path data [-s] [-v version] [-b]", ["s", "v=", "b"], 2..=MANY, true, nodes::set;
    "setAcl" "[-s] [-v version] [-R] path acl", ["s", "v=", "R"], 2..=MANY, true, acls::set;
    "setquota" "-n|-b|-N|-B val path", ["n=", "b=", "N=", "B="], 0..=MANY, true, quotas::set;
    "stat" "[-w] path", ["w"], 1..=MANY, true, nodes::stat;
    "sync" "path", [], 1..=MANY, true, nodes::sync;
    "version" "", [], 0..=0, false, ensemble::version;
    "whoami" "", [], 0..=0, true, acls::who_am_i;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_listed_in_order_and_show_their_options() {
        assert!(VERBS.iter().map(|verb| verb.name).is_sorted());
        for verb in VERBS {
            for option in verb.options {
                let name = format!("-{}", option.trim_end_matches('='));
                assert!(verb.usage().contains(&name), "{}: {name}", verb.name);
            }
        }
        assert_eq!((usage_of("quit"), usage_of("sync")), ("quit".into(), "sync path".into()));
    }
}
