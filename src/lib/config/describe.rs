//! Rows to what people read: entries of DescribeConfigs, Markdown, and manual pages.

use super::dynamic::{Layers, Source, Synonym, find_key, is_fixed};
use super::topic::inherited;
use super::{
    BrokerConfig, Fallback, Importance, Key, Note, Properties, TopicConfig, Type, Update, Value,
};

/// One setting as DescribeConfigs tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub name: String,
    /// `None` for null and for what must not be shown.
    pub value: Option<String>,
    pub source: Source,
    pub is_read_only: bool,
    pub is_sensitive: bool,
    /// `None` for a key no row knows.
    pub kind: Option<Type>,
    pub documentation: Option<&'static str>,
    /// Where the value is set, the winner first.
    pub synonyms: Vec<Synonym>,
}

/// The settings of this broker; all of them, or those named.
pub fn broker_entries(layers: &Layers, names: Option<&[String]>) -> Vec<Entry> {
    let effective = layers.effective();
    let known = BrokerConfig::own_keys().iter().filter(|key| !key.is_internal());
    let mut all: Vec<String> = known.map(|key| key.name.to_owned()).collect();
    all.extend(effective.iter().map(|(name, _)| name.to_owned()));
    all.sort_unstable();
    all.dedup();
    let wanted = all.into_iter().filter(|name| is_wanted(names, name));
    wanted.map(|name| broker_entry(layers, &name, value_of(&name, &effective))).collect()
}

/// What is set for the whole cluster at run time.
pub fn cluster_entries(layers: &Layers, names: Option<&[String]>) -> Vec<Entry> {
    let held = layers.cluster.iter().filter(|(name, _)| is_wanted(names, name));
    held.map(|(name, value)| {
        let mut entry = broker_entry(layers, name, Some(value.to_owned()));
        entry.synonyms.retain(|synonym| synonym.source == Source::Cluster);
        entry.source = entry.synonyms.first().map_or(Source::Default, |synonym| synonym.source);
        entry
    })
    .collect()
}

/// The settings of a topic; all of them, or those named.
pub fn topic_entries(
    layers: &Layers,
    overrides: &Properties,
    names: Option<&[String]>,
) -> Vec<Entry> {
    let effective = layers.effective();
    let keys = TopicConfig::own_keys().iter().filter(|key| is_wanted(names, key.name));
    keys.map(|key| {
        let text = match overrides.get(key.name) {
            Some(own) => Some(own.to_owned()),
            None => inherited(key, &effective).ok().flatten(),
        };
        let value = shown(key, text.as_deref().or(key.default_text()));
        let mut synonyms = Vec::new();
        if overrides.get(key.name).is_some() {
            let (name, value) = (key.name.to_owned(), value.clone());
            synonyms.push(Synonym { name, value, source: Source::Topic });
        }
        if let Some((broker_key, _)) = key.inherits().next() {
            synonyms.extend(layers.synonyms(broker_key));
        }
        Entry {
            name: key.name.to_owned(),
            value,
            source: synonyms.first().map_or(Source::Default, |synonym| synonym.source),
            is_read_only: false,
            is_sensitive: key.is_sensitive(),
            kind: Some(key.kind),
            documentation: Some(key.doc()),
            synonyms,
        }
    })
    .collect()
}

/// An empty list of names means all, as a missing one does.
fn is_wanted(names: Option<&[String]>, name: &str) -> bool {
    names.is_none_or(|names| names.is_empty() || names.iter().any(|wanted| wanted == name))
}

fn broker_entry(layers: &Layers, name: &str, value: Option<String>) -> Entry {
    let key = find_key(name);
    // What an unknown key holds is nobody's business: it may be a plugin's password.
    let is_sensitive = key.is_none_or(Key::is_sensitive);
    let synonyms = layers.synonyms(name);
    Entry {
        name: name.to_owned(),
        value: if is_sensitive { None } else { value },
        source: synonyms.first().map_or(Source::Default, |synonym| synonym.source),
        is_read_only: key.is_none_or(|key| key.update == Update::ReadOnly) || is_fixed(name),
        is_sensitive,
        kind: key.map(|key| key.kind),
        documentation: key.map(Key::doc),
        synonyms,
    }
}

fn value_of(name: &str, effective: &Properties) -> Option<String> {
    let set = effective.get(name);
    match find_key(name) {
        Some(key) => shown(key, set.or(key.default_text())),
        None => set.map(str::to_owned),
    }
}

/// The text as Kafka would print the parsed value; `None` for null and for secrets.
fn shown(key: &Key, text: Option<&str>) -> Option<String> {
    if key.is_sensitive() {
        return None;
    }
    match key.kind.parse(text?) {
        Ok(Value::Null) => None,
        Ok(value) => Some(value.to_string()),
        Err(_) => text.map(str::to_owned),
    }
}

/// A table of rows as a Markdown page.
pub fn markdown(title: &str, about: &str, keys: &[&Key]) -> String {
    let mut page = format!("# {title}\n\n{about}\n");
    for key in keys {
        page.push_str(&format!("\n## {}\n\n{}\n\n", key.name, key.doc()));
        for (name, value) in facts(key) {
            page.push_str(&format!("- {name}: {value}\n"));
        }
    }
    page
}

/// A table of rows as a manual page of section 5, in roff. `details` says how the file is written.
pub fn manual(file: &str, about: &str, details: &str, keys: &[&Key]) -> String {
    let escape = |text: &str| text.replace('\\', "\\\\").replace('-', "\\-").replace('\'', "\\(aq");
    let mut page = format!(".TH \"{}\" 5\n.SH NAME\n", escape(&file.to_uppercase()));
    page.push_str(&format!("{} \\- {}\n", escape(file), escape(about)));
    page.push_str(&format!(".SH DESCRIPTION\n{}\n.SH SETTINGS\n", escape(details)));
    for key in keys {
        page.push_str(&format!(".TP\n.B {}\n{}\n", escape(key.name), escape(key.doc())));
        let facts: Vec<String> =
            facts(key).iter().map(|(name, value)| format!("{name}: {value}")).collect();
        page.push_str(&format!(".br\n({})\n", escape(&facts.join("; "))));
    }
    page
}

/// What there is to know of a row beside its sentence.
fn facts(key: &Key) -> Vec<(&'static str, String)> {
    let default = match key.default {
        Fallback::Text("") => "empty".to_owned(),
        Fallback::Text(text) => text.to_owned(),
        Fallback::Null => "unset".to_owned(),
        Fallback::Required => "none, it must be set".to_owned(),
    };
    let mut facts = vec![("type", key.kind.name().to_ascii_lowercase()), ("default", default)];
    let check = key.check.to_string();
    if !check.is_empty() {
        facts.push(("values", check));
    }
    let importance = match key.importance {
        Importance::High => "high",
        Importance::Medium => "medium",
        Importance::Low => "low",
    };
    facts.push(("importance", importance.to_owned()));
    let update = match key.update {
        _ if is_fixed(key.name) => Some("at start only"),
        Update::ReadOnly => Some("at start only"),
        Update::ClusterWide => Some("while running, for the cluster or a broker"),
        Update::PerBroker => Some("while running, for a broker"),
        Update::Topic | Update::Client => None,
    };
    facts.extend(update.map(|update| ("changed", update.to_owned())));
    let note = key.notes.iter().find_map(|note| match note {
        Note::Internal => Some("internal: clients are not told of it"),
        Note::Old => Some("of older releases, still read"),
        Note::From { .. } => None,
    });
    facts.extend(note.map(|note| ("note", note.to_owned())));
    let followed: Vec<&str> = key.inherits().map(|(name, _)| name).collect();
    if !followed.is_empty() {
        facts.push(("follows", followed.join(", ")));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(file: &[(&str, &str)]) -> Layers {
        let mut file: Properties = file.iter().copied().collect();
        file.set("zookeeper.connect", "localhost");
        Layers::new(file)
    }

    fn line(entry: &Entry) -> String {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "null".to_owned());
        let synonyms: Vec<String> = entry
            .synonyms
            .iter()
            .map(|synonym| {
                format!("{:?}:{}={}", synonym.source, synonym.name, value(&synonym.value))
            })
            .collect();
        let value = value(&entry.value);
        format!(
            "{}={value} sensitive={} {{{}}}",
            entry.name,
            entry.is_sensitive,
            synonyms.join(", ")
        )
    }

    #[test]
    fn topics_are_told_as_kafka_tells_them() {
        let overrides: Properties =
            [("segment.bytes", "1048576"), ("retention.ms", "60000")].into_iter().collect();
        let names =
            ["segment.bytes", "retention.ms", "cleanup.policy", "min.cleanable.dirty.ratio"];
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let entries = topic_entries(&layers(&[]), &overrides, Some(&names));
        let lines: Vec<String> = entries.iter().map(line).collect();
        assert_eq!(
            lines,
            [
                "cleanup.policy=delete sensitive=false {Default:log.cleanup.policy=delete}",
                "min.cleanable.dirty.ratio=0.5 sensitive=false \
                 {Default:log.cleaner.min.cleanable.ratio=0.5}",
                "retention.ms=60000 sensitive=false {Topic:retention.ms=60000}",
                "segment.bytes=1048576 sensitive=false {Topic:segment.bytes=1048576, \
                 Default:log.segment.bytes=1073741824}",
            ]
        );
        assert!(entries.iter().all(|entry| !entry.is_read_only));
        let all = topic_entries(&layers(&[]), &Properties::new(), None);
        assert_eq!(all.len(), TopicConfig::own_keys().len());
    }

    #[test]
    fn brokers_are_told_as_kafka_tells_them() {
        let mut layers = layers(&[
            ("ssl.key.password", "hunter2"),
            ("some.plugin", "hunter2"),
            ("log.cleaner.threads", "2"),
            ("sasl.enabled.mechanisms", "PLAIN , SCRAM-SHA-256"),
        ]);
        layers.cluster.set("log.retention.ms", "100000");
        let all = broker_entries(&layers, Some(&[]));
        let find = |name: &str| all.iter().find(|entry| entry.name == name).unwrap();
        assert_eq!(
            line(find("log.cleaner.threads")),
            "log.cleaner.threads=2 sensitive=false {File:log.cleaner.threads=2, \
             Default:log.cleaner.threads=1}"
        );
        assert_eq!(find("sasl.enabled.mechanisms").value.as_deref(), Some("PLAIN,SCRAM-SHA-256"));
        for name in ["ssl.key.password", "some.plugin"] {
            assert!(find(name).is_sensitive && !line(find(name)).contains("hunter2"));
        }
        assert_eq!(find("some.plugin").kind, None);
        assert!(find("broker.id").is_read_only && !find("num.io.threads").is_read_only);
        assert!(!all.iter().any(|entry| entry.name == "host.name"));
        let cluster = cluster_entries(&layers, None);
        assert_eq!(
            cluster.iter().map(line).collect::<Vec<_>>(),
            ["log.retention.ms=100000 sensitive=false {Cluster:log.retention.ms=100000}"]
        );
    }

    #[test]
    fn pages_name_every_row_with_its_facts() {
        let keys = TopicConfig::keys();
        let page = markdown("Topics", "What a topic may set.", &keys);
        assert!(page.starts_with("# Topics\n\nWhat a topic may set.\n"));
        assert!(page.contains(
            "\n## segment.bytes\n\nHow large one segment file may get, in bytes.\n\n- type: int\n\
             - default: 1073741824\n- values: [14,...]\n- importance: medium\n\
             - follows: log.segment.bytes\n"
        ));
        let page = manual(
            "zoo.cfg",
            "settings of a ZooKeeper server",
            "One key=value a line.",
            &super::super::QuorumConfig::keys(),
        );
        assert!(page.starts_with(".TH \"ZOO.CFG\" 5\n"));
        assert!(page.contains(".SH DESCRIPTION\nOne key=value a line.\n.SH SETTINGS\n"));
        assert!(page.contains(".TP\n.B maxClientCnxns\n"));
        assert!(page.lines().all(|line| !line.starts_with('\'')));
    }
}
