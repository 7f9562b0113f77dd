//! A broker's properties from its environment.

use super::{Command, Dialect, Environment, Refused, get};
use crate::config::Properties;

/// A topic the environment asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTopic {
    pub name: String,
    pub partitions: i32,
    pub replication_factor: i16,
    pub cleanup_policy: Option<String>,
}

/// What an environment makes of a broker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What the environment sets; it goes before what the image's own file says.
    pub properties: Properties,
    /// Topics to create once the broker answers, where they do not exist.
    pub topics: Vec<NewTopic>,
    /// What the image's script prints on the way.
    pub said: Vec<String>,
}

/// The folder of the logs, by image.
const WURSTMEISTER_LOGS: &str = "/kafka/kafka-logs-";
const CONFLUENT_LOGS: &str = "/var/lib/kafka/data";
const BITNAMI_LOGS: &str = "/bitnami/kafka/data";

/// The commands whose answers [`plan`] needs, in the order they are to be run.
pub fn commands(dialect: Dialect, environment: &Environment) -> Vec<Command> {
    if dialect != Dialect::Wurstmeister {
        return Vec::new();
    }
    // A command is not run where its answer would not be used.
    let unless = [
        ("BROKER_ID_COMMAND", Some("KAFKA_BROKER_ID")),
        ("HOSTNAME_COMMAND", None),
        ("PORT_COMMAND", None),
        ("RACK_COMMAND", Some("KAFKA_BROKER_RACK")),
    ];
    let needed =
        unless.into_iter().filter(|(_, set)| set.is_none_or(|set| get(environment, set).is_none()));
    needed
        .filter_map(|(variable, _)| {
            let text = get(environment, variable)?.to_owned();
            Some(Command { variable, text })
        })
        .collect()
}

/// The broker an environment describes. `answers` holds what each of [`commands`] printed, by its
/// variable; `file` names the properties in what is said.
pub fn plan(
    dialect: Dialect,
    environment: &Environment,
    answers: &Environment,
    file: &str,
) -> Result<Plan, Refused> {
    let mut environment = environment.clone();
    match dialect {
        Dialect::Wurstmeister => wurstmeister(&mut environment, answers)?,
        Dialect::Confluent => confluent(&mut environment)?,
        Dialect::Apache => derive_listeners(&mut environment),
        Dialect::Bitnami => bitnami(&mut environment)?,
    }
    let topics = topics(&environment)?;
    let mut plan = Plan { topics, ..Plan::default() };
    for (variable, value) in &environment {
        match dialect.key(variable) {
            Some(key) => {
                plan.said.push(format!("[Configuring] '{key}' in '{file}'"));
                plan.properties.set(key, value);
            }
            None if variable.starts_with("KAFKA_") => {
                plan.said.push(format!("Excluding {variable} from broker config"));
            }
            None => {}
        }
    }
    Ok(plan)
}

fn set_default(environment: &mut Environment, name: &str, value: impl Into<String>) {
    if get(environment, name).is_none() {
        environment.insert(name.to_owned(), value.into());
    }
}

/// The rules of wurstmeister's start script, in its order.
fn wurstmeister(environment: &mut Environment, answers: &Environment) -> Result<(), Refused> {
    let refuse = |text: &str| Err(Refused(text.to_owned()));
    if get(environment, "KAFKA_ZOOKEEPER_CONNECT").is_none() {
        return refuse("ERROR: missing mandatory config: KAFKA_ZOOKEEPER_CONNECT");
    }
    set_default(environment, "KAFKA_PORT", "9092");
    let answer = |name: &str| answers.get(name).map(|text| text.trim_end_matches('\n').to_owned());
    // -1 has the broker take a generated id.
    let id = answer("BROKER_ID_COMMAND").unwrap_or_else(|| "-1".to_owned());
    set_default(environment, "KAFKA_BROKER_ID", id);
    let host = get(environment, "HOSTNAME").unwrap_or_default();
    let logs = format!("{WURSTMEISTER_LOGS}{host}");
    set_default(environment, "KAFKA_LOG_DIRS", logs);
    for command in ["HOSTNAME_COMMAND", "PORT_COMMAND"] {
        if let Some(answer) = answer(command) {
            let place = format!("_{{{command}}}");
            for (_, value) in environment.iter_mut().filter(|(name, _)| name.starts_with("KAFKA_"))
            {
                *value = value.replace(&place, &answer);
            }
        }
    }
    if let Some(rack) = answer("RACK_COMMAND") {
        set_default(environment, "KAFKA_BROKER_RACK", rack);
    }
    let has = |name: &str| get(environment, name).is_some();
    if !has("KAFKA_ADVERTISED_HOST_NAME") && !has("KAFKA_LISTENERS") {
        if has("KAFKA_ADVERTISED_LISTENERS") {
            return refuse(
                "ERROR: Missing environment variable KAFKA_LISTENERS. Must be specified when using \
                 KAFKA_ADVERTISED_LISTENERS",
            );
        }
        let Some(host) = answer("HOSTNAME_COMMAND").filter(|host| !host.is_empty()) else {
            return refuse(
                "ERROR: No listener or advertised hostname configuration provided in \
                 environment.\n       Please define KAFKA_LISTENERS / (deprecated) \
                 KAFKA_ADVERTISED_HOST_NAME",
            );
        };
        environment.insert("KAFKA_ADVERTISED_HOST_NAME".to_owned(), host);
    }
    Ok(())
}

/// The rules of cp-kafka's configure script.
fn confluent(environment: &mut Environment) -> Result<(), Refused> {
    for name in ["KAFKA_ZOOKEEPER_CONNECT", "KAFKA_ADVERTISED_LISTENERS"] {
        if get(environment, name).is_none() {
            return Err(Refused(format!("{name} is required.")));
        }
    }
    // KAFKA_PORT is what Kubernetes sets for a service named kafka: an address, not a port.
    for (name, instead) in [
        ("KAFKA_ADVERTISED_PORT", "KAFKA_ADVERTISED_LISTENERS"),
        ("KAFKA_ADVERTISED_HOST", "KAFKA_ADVERTISED_LISTENERS"),
        ("KAFKA_HOST", "KAFKA_ADVERTISED_LISTENERS"),
        ("KAFKA_PORT", "KAFKA_ADVERTISED_LISTENERS"),
    ] {
        if get(environment, name).is_some() {
            return Err(Refused(format!("{name} is deprecated. Please use {instead} instead.")));
        }
    }
    derive_listeners(environment);
    set_default(environment, "KAFKA_LOG_DIRS", CONFLUENT_LOGS);
    Ok(())
}

/// Listeners follow what is advertised, on every interface.
fn derive_listeners(environment: &mut Environment) {
    let Some(advertised) = get(environment, "KAFKA_ADVERTISED_LISTENERS") else { return };
    let bound: Vec<String> = advertised
        .split(',')
        .filter_map(|item| {
            let (name, address) = item.trim().split_once("://")?;
            let (_, port) = address.rsplit_once(':')?;
            Some(format!("{name}://0.0.0.0:{port}"))
        })
        .collect();
    set_default(environment, "KAFKA_LISTENERS", bound.join(","));
}

/// The rules of bitnami's validation that concern a plain broker.
fn bitnami(environment: &mut Environment) -> Result<(), Refused> {
    let is_yes = |name: &str| {
        let value = get(environment, name).unwrap_or_default().to_ascii_lowercase();
        ["1", "true", "yes"].contains(&value.as_str())
    };
    let map = get(environment, "KAFKA_CFG_LISTENER_SECURITY_PROTOCOL_MAP");
    let listeners = get(environment, "KAFKA_CFG_LISTENERS").unwrap_or("PLAINTEXT://:9092");
    let is_plain = map.unwrap_or(listeners).contains("PLAINTEXT");
    if is_plain && !is_yes("ALLOW_PLAINTEXT_LISTENER") {
        return Err(Refused(
            "The KAFKA_CFG_LISTENERS environment variable does not configure a secure listener. \
             Set the environment variable ALLOW_PLAINTEXT_LISTENER=yes to allow the container to \
             be started with a plaintext listener. This is only recommended for development."
                .to_owned(),
        ));
    }
    if get(environment, "KAFKA_LOGS_DIRS").is_none() {
        set_default(environment, "KAFKA_CFG_LOG_DIRS", BITNAMI_LOGS);
    }
    Ok(())
}

/// The topics `KAFKA_CREATE_TOPICS` asks for: `name:partitions:replicas[:cleanup.policy]`, set
/// apart by any character of `KAFKA_CREATE_TOPICS_SEPARATOR`, a comma where it is not set.
pub fn topics(environment: &Environment) -> Result<Vec<NewTopic>, Refused> {
    let Some(text) = get(environment, "KAFKA_CREATE_TOPICS") else { return Ok(Vec::new()) };
    let separator = environment.get("KAFKA_CREATE_TOPICS_SEPARATOR").map_or(",", String::as_str);
    // The image's manual has people write a line break the way a shell does.
    let separator = if separator == "$'\\n'" { "\n" } else { separator };
    let items = text.split(|letter| separator.contains(letter)).map(str::trim);
    items.filter(|item| !item.is_empty()).map(topic).collect()
}

fn topic(item: &str) -> Result<NewTopic, Refused> {
    let refuse = || {
        Refused(format!(
            "ERROR: KAFKA_CREATE_TOPICS: '{item}' is not name:partitions:replicas[:cleanup.policy]"
        ))
    };
    let parts: Vec<&str> = item.split(':').map(str::trim).collect();
    let [name, partitions, replicas, rest @ ..] = parts.as_slice() else { return Err(refuse()) };
    if name.is_empty() {
        return Err(refuse());
    }
    Ok(NewTopic {
        name: (*name).to_owned(),
        partitions: partitions.parse().map_err(|_| refuse())?,
        replication_factor: replicas.parse().map_err(|_| refuse())?,
        cleanup_policy: rest.first().filter(|policy| !policy.is_empty()).map(|it| (*it).to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::BrokerConfig;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn wurst(pairs: &[(&str, &str)], answers: &[(&str, &str)]) -> Result<Plan, Refused> {
        let file = "/opt/kafka/config/server.properties";
        plan(Dialect::Wurstmeister, &environment(pairs), &environment(answers), file)
    }

    #[test]
    fn the_environment_of_a_well_known_page_makes_a_broker() {
        let page = [
            ("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://localhost:9092"),
            ("KAFKA_LISTENERS", "PLAINTEXT://0.0.0.0:9092"),
            ("KAFKA_ADVERTISED_HOST_NAME", "127.0.0.1"),
            ("KAFKA_ADVERTISED_PORT", "9092"),
            ("KAFKA_ZOOKEEPER_CONNECT", "zookeeper:2181"),
            ("KAFKA_CREATE_TOPICS", "javainuse-topic:1:1"),
            ("KAFKA_HOME", "/opt/kafka"),
            ("HOSTNAME", "box"),
        ];
        assert_eq!(Dialect::detect(&environment(&page)), Dialect::Wurstmeister);
        let plan = wurst(&page, &[]).unwrap();
        let pairs: Vec<(&str, &str)> = plan.properties.iter().collect();
        assert_eq!(
            pairs,
            [
                ("advertised.host.name", "127.0.0.1"),
                ("advertised.listeners", "PLAINTEXT://localhost:9092"),
                ("advertised.port", "9092"),
                ("broker.id", "-1"),
                ("listeners", "PLAINTEXT://0.0.0.0:9092"),
                ("log.dirs", "/kafka/kafka-logs-box"),
                ("port", "9092"),
                ("zookeeper.connect", "zookeeper:2181"),
            ]
        );
        let topic = NewTopic {
            name: "javainuse-topic".to_owned(),
            partitions: 1,
            replication_factor: 1,
            cleanup_policy: None,
        };
        assert_eq!(plan.topics, [topic]);
        let configuring =
            "[Configuring] 'broker.id' in '/opt/kafka/config/server.properties'".to_owned();
        assert!(plan.said.contains(&configuring));
        assert!(plan.said.contains(&"Excluding KAFKA_HOME from broker config".to_owned()));
        let listeners = BrokerConfig::parse(&plan.properties).unwrap().listeners().unwrap();
        assert_eq!(listeners.advertised[0].to_string(), "PLAINTEXT://localhost:9092");
    }

    #[test]
    fn commands_are_named_and_their_answers_put_in_place() {
        let pairs = [
            ("KAFKA_ZOOKEEPER_CONNECT", "z"),
            ("KAFKA_LISTENERS", "PLAINTEXT://:9092"),
            ("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://_{HOSTNAME_COMMAND}:_{PORT_COMMAND}"),
            ("HOSTNAME_COMMAND", "hostname -i"),
            ("PORT_COMMAND", "echo 1"),
            ("BROKER_ID_COMMAND", "echo 7"),
            ("RACK_COMMAND", "echo r"),
            ("KAFKA_BROKER_RACK", "own"),
        ];
        let named: Vec<&str> = commands(Dialect::Wurstmeister, &environment(&pairs))
            .iter()
            .map(|command| command.variable)
            .collect();
        assert_eq!(named, ["BROKER_ID_COMMAND", "HOSTNAME_COMMAND", "PORT_COMMAND"]);
        let answers = [
            ("HOSTNAME_COMMAND", "10.0.0.5\n"),
            ("PORT_COMMAND", "32000\n"),
            ("BROKER_ID_COMMAND", "7\n"),
        ];
        let plan = wurst(&pairs, &answers).unwrap();
        let get = |key: &str| plan.properties.get(key);
        assert_eq!(get("advertised.listeners"), Some("PLAINTEXT://10.0.0.5:32000"));
        assert_eq!((get("broker.id"), get("broker.rack")), (Some("7"), Some("own")));
        let pairs = [("KAFKA_ZOOKEEPER_CONNECT", "z"), ("HOSTNAME_COMMAND", "hostname")];
        let plan = wurst(&pairs, &[("HOSTNAME_COMMAND", "box\n")]).unwrap();
        assert_eq!(plan.properties.get("advertised.host.name"), Some("box"));
    }

    #[test]
    fn what_is_missing_is_said_in_the_images_words() {
        let zookeeper = ("KAFKA_ZOOKEEPER_CONNECT", "z");
        let advertised = ("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://h:9092");
        let said = |pairs: &[(&str, &str)]| wurst(pairs, &[]).unwrap_err().to_string();
        assert_eq!(said(&[]), "ERROR: missing mandatory config: KAFKA_ZOOKEEPER_CONNECT");
        assert_eq!(
            said(&[zookeeper, advertised]),
            "ERROR: Missing environment variable KAFKA_LISTENERS. Must be specified when using \
             KAFKA_ADVERTISED_LISTENERS"
        );
        assert!(said(&[zookeeper]).starts_with("ERROR: No listener or advertised hostname"));
        let topics = ("KAFKA_CREATE_TOPICS", "a:x:1");
        let host = ("KAFKA_ADVERTISED_HOST_NAME", "h");
        assert!(said(&[zookeeper, host, topics]).contains("'a:x:1'"));
        let cp = |pairs: &[(&str, &str)]| {
            plan(Dialect::Confluent, &environment(pairs), &Environment::new(), "f")
        };
        assert_eq!(cp(&[]).unwrap_err().to_string(), "KAFKA_ZOOKEEPER_CONNECT is required.");
        let trap = ("KAFKA_PORT", "tcp://10.0.0.1:9092");
        assert!(cp(&[zookeeper, advertised, trap]).is_err());
        let plan = cp(&[zookeeper, advertised]).unwrap();
        assert_eq!(plan.properties.get("listeners"), Some("PLAINTEXT://0.0.0.0:9092"));
        assert_eq!(plan.properties.get("log.dirs"), Some("/var/lib/kafka/data"));
    }

    #[test]
    fn topics_are_set_apart_by_the_separator() {
        let names = |pairs: &[(&str, &str)]| {
            let topics = topics(&environment(pairs)).unwrap();
            topics.iter().map(|topic| topic.name.clone()).collect::<Vec<_>>()
        };
        let list = "a:1:1,b:2:1:compact";
        assert_eq!(names(&[("KAFKA_CREATE_TOPICS", list)]), ["a", "b"]);
        let lines = ("KAFKA_CREATE_TOPICS", "\n a:1:1\n b:2:1\n");
        for separator in ["\n", "$'\\n'"] {
            assert_eq!(names(&[lines, ("KAFKA_CREATE_TOPICS_SEPARATOR", separator)]), ["a", "b"]);
        }
        let topics = topics(&environment(&[("KAFKA_CREATE_TOPICS", list)])).unwrap();
        assert_eq!(topics[1].cleanup_policy.as_deref(), Some("compact"));
        assert_eq!((topics[1].partitions, topics[1].replication_factor), (2, 1));
    }
}
