//! `partition.metadata`: the id of the topic a folder belongs to.

use std::io;
use std::path::{Path, PathBuf};

use super::error::{Doing, Error, Result};
use super::names::PARTITION_METADATA;
use crate::base::disk::{Disk, Mode};
use crate::base::uuid::Uuid;

/// How long an id is as text.
const ID_CHARS: usize = 22;

/// Reads the topic id; `None` where there is no file, as before 2.8.
pub fn read(disk: &Disk, dir: &Path) -> Result<Option<Uuid>> {
    let path = dir.join(PARTITION_METADATA);
    let text = match disk.read_text(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).doing("read", &path),
    };
    if is_torn(&text) {
        tracing::warn!(
            target: "kafka.server.PartitionMetadataFile",
            "{} was not written to its end before the power went; the controller will tell the id",
            path.display()
        );
        return Ok(None);
    }
    let mut version = None;
    let mut id = None;
    for line in text.lines() {
        match line.split_once(':') {
            Some(("version", value)) => version = Some(value.trim().to_owned()),
            Some(("topic_id", value)) => id = Uuid::parse(value.trim()),
            _ => {}
        }
    }
    match (version.as_deref(), id) {
        (Some("0"), Some(id)) if id != Uuid::ZERO => Ok(Some(id)),
        (Some("0"), _) => Err(Error::corrupt(&path, "no valid topic id")),
        _ => Err(Error::corrupt(&path, "unknown version")),
    }
}

/// Whether the power went before the content was durable: nothing of it is there, zeros are in its
/// place, or its beginning only. Nobody can have relied on it.
fn is_torn(text: &str) -> bool {
    const BEGIN: &str = "version: 0\ntopic_id: ";
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    BEGIN.starts_with(text)
        || text.bytes().all(|byte| byte == 0)
        || text
            .strip_prefix(BEGIN)
            .is_some_and(|id| id.len() < ID_CHARS && id.bytes().all(is_digit))
}

/// Writes the topic id. The file is still to be synced.
pub fn write(disk: &Disk, dir: &Path, id: Uuid) -> Result<PathBuf> {
    let path = dir.join(PARTITION_METADATA);
    let file = disk.open(&path, Mode::Create).doing("create", &path)?;
    file.set_len(0).doing("truncate", &path)?;
    file.write_all_at(format!("version: 0\ntopic_id: {id}").as_bytes(), 0).doing("write", &path)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kafkas_own_file_is_read_and_written() {
        let disk = Disk::memory();
        let dir = Path::new("/d");
        disk.create_dir_all(dir).unwrap();
        assert!(read(&disk, dir).unwrap().is_none());
        let text = "version: 0\ntopic_id: i8yL-H9YTju76AwXnWBDXQ";
        let id = Uuid::parse("i8yL-H9YTju76AwXnWBDXQ").unwrap();
        write(&disk, dir, id).unwrap();
        assert_eq!(disk.read_text(&dir.join(PARTITION_METADATA)).unwrap(), text);
        assert_eq!(read(&disk, dir).unwrap(), Some(id));
        disk.replace(&dir.join(PARTITION_METADATA), b"version: 1\n").unwrap();
        assert!(read(&disk, dir).is_err());
    }

    #[test]
    fn a_file_that_was_cut_by_a_power_failure_is_none() {
        let disk = Disk::memory();
        let (dir, path) = (Path::new("/d"), Path::new("/d").join(PARTITION_METADATA));
        disk.create_dir_all(dir).unwrap();
        let id = Uuid::parse("i8yL-H9YTju76AwXnWBDXQ").unwrap();
        write(&disk, dir, id).unwrap();
        let file = disk.open(&path, Mode::Write).unwrap();
        let whole = file.len().unwrap();
        for cut in 0..whole {
            file.set_len(cut).unwrap();
            assert_eq!(read(&disk, dir).unwrap(), None, "{cut} of {whole} bytes");
            write(&disk, dir, id).unwrap();
        }
        disk.replace(&path, &[0; 43]).unwrap();
        assert_eq!(read(&disk, dir).unwrap(), None);
        for wrong in [
            "version: 0\ntopic_id: no id, this is, but a sentence",
            "version: 0\ntopic_id: AAAAAAAAAAAAAAAAAAAAAA",
        ] {
            disk.replace(&path, wrong.as_bytes()).unwrap();
            assert!(read(&disk, dir).is_err(), "{wrong}");
        }
    }
}
