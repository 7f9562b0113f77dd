//! The names of files in a partition's folder, and of such folders.

use std::path::{Path, PathBuf};

use crate::base::uuid::Uuid;
use crate::kafka::types::TopicPartition;

pub const LOG: &str = "log";
pub const OFFSET_INDEX: &str = "index";
pub const TIME_INDEX: &str = "timeindex";
pub const TRANSACTION_INDEX: &str = "txnindex";
pub const SNAPSHOT: &str = "snapshot";

/// Appended to the name of a file that is to be removed.
pub const DELETED: &str = ".deleted";
/// Appended to the name of what the cleaner is writing.
pub const CLEANED: &str = ".cleaned";
/// Appended to the name of what the cleaner has written and not yet put in place.
pub const SWAP: &str = ".swap";

pub const LEADER_EPOCHS: &str = "leader-epoch-checkpoint";
pub const PARTITION_METADATA: &str = "partition.metadata";

/// The most a folder's name may have, in bytes, on the file systems there are.
const FOLDER_NAME_BYTES_MAX: usize = 255;

/// `00000000000000000042.log` in `dir`.
pub fn file(dir: &Path, offset: i64, extension: &str) -> PathBuf {
    dir.join(format!("{offset:020}.{extension}"))
}

/// The offset in the name of a file with that extension.
pub fn offset_of(name: &str, extension: &str) -> Option<i64> {
    let digits = name.strip_suffix(extension)?.strip_suffix('.')?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// `path` with `suffix` after its name.
pub fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// What a folder of a log directory is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Folder {
    /// A partition's log.
    Log(TopicPartition),
    /// A log on its way to another directory.
    Future(TopicPartition),
    /// To be removed.
    Delete,
    /// Set aside by Kafka's migration; neither served nor removed.
    Stray,
    /// Not a log, and known not to be one.
    Other,
}

impl Folder {
    /// Reads a folder's name; `None` for what no release would have made.
    pub fn parse(name: &str) -> Option<Folder> {
        if matches!(name, "remote-log-index-cache" | "__cluster_metadata-0") {
            return Some(Folder::Other);
        }
        for (suffix, folder) in [("-delete", Folder::Delete), ("-stray", Folder::Stray)] {
            if unique(name, suffix).is_some() {
                return Some(folder);
            }
        }
        if let Some(partition) = unique(name, "-future") {
            return TopicPartition::parse(partition).map(Folder::Future);
        }
        TopicPartition::parse(name).map(Folder::Log)
    }
}

/// What stands before `.<32 hex digits><suffix>`.
fn unique<'a>(name: &'a str, suffix: &str) -> Option<&'a str> {
    let (partition, id) = name.strip_suffix(suffix)?.rsplit_once('.')?;
    (id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(partition)
}

/// The name a partition's folder takes when it is to be removed. A long topic is cut so that the
/// name still fits.
pub fn delete_folder(partition: &TopicPartition, id: Uuid) -> String {
    let id: String = id.0.iter().map(|byte| format!("{byte:02x}")).collect();
    let suffix = format!("-{}.{id}-delete", partition.partition);
    let room = FOLDER_NAME_BYTES_MAX - suffix.len();
    // Topic names are ASCII, so any cut is a character's end.
    let topic = partition.topic.get(..room).unwrap_or(&partition.topic);
    format!("{topic}{suffix}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::rng::Rng;

    #[test]
    fn files_are_named_by_offset() {
        let path = file(Path::new("/d"), 42, LOG);
        assert_eq!(path, Path::new("/d/00000000000000000042.log"));
        assert_eq!(offset_of("00000000000000000042.log", LOG), Some(42));
        for other in ["42.log.deleted", "x.log", ".log", "00000000000000000042.index", "-1.log"] {
            assert_eq!(offset_of(other, LOG), None, "{other}");
        }
    }

    #[test]
    fn folders_are_told_apart() {
        let partition = TopicPartition::new("a-b.c", 3);
        let id = "0123456789abcdef0123456789abcdef";
        for (name, folder) in [
            ("a-b.c-3".to_owned(), Some(Folder::Log(partition.clone()))),
            (format!("a-b.c-3.{id}-future"), Some(Folder::Future(partition))),
            (format!("a-b.c-3.{id}-delete"), Some(Folder::Delete)),
            (format!("a-b.c-3.{id}-stray"), Some(Folder::Stray)),
            ("__cluster_metadata-0".to_owned(), Some(Folder::Other)),
            ("lost+found".to_owned(), None),
            ("topic-x".to_owned(), None),
        ] {
            assert_eq!(Folder::parse(&name), folder, "{name}");
        }
        let long = TopicPartition::new("t".repeat(249), 7);
        let name = delete_folder(&long, Uuid::random(&mut Rng::seeded(1)));
        assert_eq!((name.len(), Folder::parse(&name)), (255, Some(Folder::Delete)));
    }
}
