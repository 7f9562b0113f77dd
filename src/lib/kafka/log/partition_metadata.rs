//! `partition.metadata`: the id of the topic a folder belongs to.

use std::io;
use std::path::{Path, PathBuf};

use super::error::{Doing, Error, Result};
use super::names::PARTITION_METADATA;
use crate::base::disk::{Disk, File, Mode};
use crate::base::uuid::Uuid;

/// Reads the topic id; `None` where there is no file, as before 2.8.
pub fn read(disk: &Disk, dir: &Path) -> Result<Option<Uuid>> {
    let path = dir.join(PARTITION_METADATA);
    let text = match disk.read_text(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).doing("read", &path),
    };
    // The power went before the content was durable.
    if text.is_empty() {
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

/// Writes the topic id. The file is still to be synced.
pub fn write(disk: &Disk, dir: &Path, id: Uuid) -> Result<(PathBuf, File)> {
    let path = dir.join(PARTITION_METADATA);
    let file = disk.open(&path, Mode::Create).doing("create", &path)?;
    file.set_len(0).doing("truncate", &path)?;
    file.write_all_at(format!("version: 0\ntopic_id: {id}").as_bytes(), 0).doing("write", &path)?;
    Ok((path, file))
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
}
