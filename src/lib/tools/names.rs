//! What completion asks of the cluster: the names of topics and groups, for the line so far.
//!
//! The query never complains and never takes long: a shell in the middle of a line has no place for
//! an error, and a person who pressed a key none for a pause.

use std::time::Duration;

use super::common::BOOTSTRAP_DEFAULT;
use super::{Ended, Exit, Failure, Io, clients};
use crate::config::Properties;
use crate::kafka::client::Client;
use crate::kafka::client::admin::Admin;
use crate::kafka::metadata::znode;
use crate::zookeeper::client::{Client as Keeper, ConnectString, Options};

/// How long a query may take. Beyond it nothing is offered.
const WITHIN: Duration = Duration::from_millis(300);

/// Whose names are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Topic,
    Group,
}

/// Answers a query: the kind of name, then the line so far. Prints one name a line.
pub(super) fn answer(asked: &[String], io: &mut Io) -> Ended {
    let Some((kind, line)) = asked.split_first() else { return Ok(Exit::OK) };
    let kind = match kind.as_str() {
        "topic" => Kind::Topic,
        "group" => Kind::Group,
        _ => return Ok(Exit::OK),
    };
    let found = super::runtime()?.block_on(async {
        tokio::time::timeout(WITHIN, ask(kind, line, io)).await.unwrap_or_default()
    });
    for name in found {
        io.stdout.line(&name)?;
    }
    Ok(Exit::OK)
}

/// The names; none where the cluster cannot be asked.
async fn ask(kind: Kind, line: &[String], io: &Io) -> Vec<String> {
    let names = match (typed(line, "zookeeper"), kind) {
        (Some(servers), Kind::Topic) => topics_of_zookeeper(servers).await,
        _ => names_of_brokers(kind, line, io).await,
    };
    names.unwrap_or_default()
}

async fn names_of_brokers(kind: Kind, line: &[String], io: &Io) -> Option<Vec<String>> {
    let files = ["command-config", "consumer.config", "producer.config"];
    let properties = match files.iter().find_map(|name| typed(line, name)) {
        Some(file) => clients::load(io, file).ok()?,
        None => Properties::new(),
    };
    let servers = typed(line, "bootstrap-server").or_else(|| typed(line, "broker-list"));
    let options = clients::options(servers.unwrap_or(BOOTSTRAP_DEFAULT), &properties, io);
    let admin = Admin::over(Client::new(options.map_err(|_: Failure| ()).ok()?));
    match kind {
        Kind::Topic => {
            let topics = admin.list_topics().await.ok()?;
            Some(topics.into_iter().map(|topic| topic.name).collect())
        }
        Kind::Group => {
            let (groups, _) = admin.list_groups(&[], &[]).await.ok()?;
            Some(groups.into_iter().map(|group| group.id).collect())
        }
    }
}

async fn topics_of_zookeeper(servers: &str) -> Option<Vec<String>> {
    let servers = ConnectString::parse(servers).ok()?;
    let (keeper, _) = Keeper::start(&servers, Options::default());
    keeper.connected(WITHIN).await.ok()?;
    let (mut topics, _) = keeper.children(znode::TOPICS, false).await.ok()?;
    topics.sort();
    Some(topics)
}

/// The value of an option in a line that is not finished and may not be right.
fn typed<'a>(line: &'a [String], name: &str) -> Option<&'a str> {
    let mut words = line.iter();
    let mut found = None;
    while let Some(word) = words.next() {
        let Some(option) = word.strip_prefix('-') else { continue };
        let option = option.strip_prefix('-').unwrap_or(option);
        match option.split_once('=') {
            Some((option, value)) if option == name => found = Some(value),
            None if option == name => found = words.next().map(String::as_str),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_half_a_line() {
        let line = ["--describe", "--bootstrap-server", "a:1", "-zookeeper=z:2", "--topic"];
        let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(typed(&line, "bootstrap-server"), Some("a:1"));
        assert_eq!(typed(&line, "zookeeper"), Some("z:2"));
        assert_eq!(typed(&line, "topic"), None);
        assert_eq!(typed(&line, "broker-list"), None);
    }

    #[test]
    fn a_query_that_cannot_be_answered_is_quiet() {
        for asked in [&["topic", "--bootstrap-server", "localhost:1"][..], &["nonsense"], &[]] {
            let asked: Vec<String> = asked.iter().map(|word| (*word).to_owned()).collect();
            let mut io = Io::captured("kafka-topics", b"");
            assert_eq!(answer(&asked, &mut io), Ok(Exit::OK), "{asked:?}");
            assert_eq!((io.stdout.kept(), io.stderr.kept()), (String::new(), String::new()));
        }
    }
}
