//! `meta.properties`: which broker of which cluster a log directory belongs to.

use std::io;
use std::path::Path;

use super::error::{Doing, Error, Result};
use crate::base::disk::Disk;

pub const META_PROPERTIES: &str = "meta.properties";

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetaProperties {
    /// 0 with ZooKeeper, 1 without.
    pub version: i32,
    /// `broker.id`, or `node.id` in version 1. Very old brokers left it out.
    pub broker_id: Option<i32>,
    pub cluster_id: Option<String>,
    /// What we do not know and do not lose, `directory.id` for one.
    pub others: Vec<(String, String)>,
}

impl MetaProperties {
    /// Reads the file of a log directory; `None` where there is none.
    pub fn read(disk: &Disk, dir: &Path) -> Result<Option<MetaProperties>> {
        let path = dir.join(META_PROPERTIES);
        let text = match disk.read_text(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).doing("read", &path),
        };
        MetaProperties::parse(&text).map(Some).map_err(|what| Error::corrupt(&path, what))
    }

    fn parse(text: &str) -> std::result::Result<MetaProperties, String> {
        let mut meta = MetaProperties::default();
        let mut version = None;
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with(['#', '!']) {
                continue;
            }
            let Some((key, value)) = line.split_once(['=', ':']) else { continue };
            // Java escapes what separates; ids have nothing else to escape.
            let (key, value) = (key.trim(), value.trim().replace('\\', ""));
            let number =
                || value.parse::<i32>().map_err(|_| format!("{key} is no number: '{value}'"));
            match key {
                "version" => version = Some(number()?),
                "broker.id" | "node.id" => meta.broker_id = Some(number()?),
                "cluster.id" => meta.cluster_id = Some(value),
                _ => meta.others.push((key.to_owned(), value)),
            }
        }
        meta.version = version.ok_or("no version")?;
        match meta.version {
            0 | 1 => Ok(meta),
            version => Err(format!("unknown version {version}")),
        }
    }

    /// Replaces the file, durably.
    pub fn write(&self, disk: &Disk, dir: &Path) -> Result<()> {
        let path = dir.join(META_PROPERTIES);
        disk.replace(&path, self.text().as_bytes()).doing("write", &path)
    }

    /// Without the date that Java puts into its second line: nobody reads it.
    fn text(&self) -> String {
        let mut text = String::from("#\n");
        let mut put = |key: &str, value: &str| text.push_str(&format!("{key}={value}\n"));
        if let Some(id) = self.broker_id {
            put(if self.version == 0 { "broker.id" } else { "node.id" }, &id.to_string());
        }
        put("version", &self.version.to_string());
        if let Some(id) = &self.cluster_id {
            put("cluster.id", id);
        }
        for (key, value) in &self.others {
            put(key, value);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kafkas_own_file_round_trips() {
        let text = "#\n#Tue Nov 24 20:47:53 UTC 2026\nbroker.id=0\nversion=0\ncluster.id=CZKsa1d7RSOiOTHHN5jL-Q\n";
        let meta = MetaProperties::parse(text).unwrap();
        assert_eq!((meta.version, meta.broker_id), (0, Some(0)));
        assert_eq!(meta.cluster_id.as_deref(), Some("CZKsa1d7RSOiOTHHN5jL-Q"));
        assert_eq!(meta.text(), text.replace("#Tue Nov 24 20:47:53 UTC 2026\n", ""));
        let newer = "version=1\nnode.id=3\ndirectory.id=abc\n";
        let meta = MetaProperties::parse(newer).unwrap();
        assert_eq!(meta.others, [("directory.id".to_owned(), "abc".to_owned())]);
        assert!(MetaProperties::parse("broker.id=1\n").is_err());
        assert!(MetaProperties::parse("version=0\nbroker.id=x\n").is_err());
    }

    #[test]
    fn the_page_of_the_format_is_true() {
        let page = crate::tidy::document("docs/formats/meta-properties.md");
        let sample = page.lines().filter_map(|line| line.strip_prefix("    "));
        let sample: Vec<&str> = sample.take_while(|line| !line.starts_with("version:")).collect();
        let meta = MetaProperties::parse(&sample.join("\n")).unwrap();
        assert_eq!(meta.text(), format!("{}\n", sample.join("\n")));
        assert!(page.contains(&format!("`{META_PROPERTIES}`")));
        let id = crate::base::uuid::Uuid::parse("i8yL-H9YTju76AwXnWBDXQ").unwrap();
        assert!(page.contains(&format!("    version: 0\n    topic_id: {id}\n")));
    }
}
