//! `.txnindex`: aborted transactions of a segment, so that consumers of committed records skip them.
//!
//! An entry is 34 bytes: version 0 (i16), producer id, first offset, last offset (the abort
//! marker), last stable offset when it was written (i64 each). The file exists only where a
//! transaction was aborted.

use std::path::{Path, PathBuf};

use crate::base::bytes::{Reader, Writer};
use crate::base::disk::{Disk, File, Mode};
use crate::kafka::types::{Offset, ProducerId};

use super::error::{Error, Result};

/// Bytes of an entry.
const ENTRY_BYTES: usize = 34;

/// A transaction whose records do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbortedTransaction {
    pub producer: ProducerId,
    pub first_offset: Offset,
    /// The offset of the abort marker.
    pub last_offset: Offset,
    /// Everything before was decided when this was written.
    pub last_stable: Offset,
}

/// The index of one segment, whole in memory: aborts are rare.
#[derive(Debug)]
pub struct TransactionIndex {
    disk: Disk,
    path: PathBuf,
    file: Option<File>,
    entries: Vec<AbortedTransaction>,
}

impl TransactionIndex {
    /// Reads the index of the segment at `base`, if there is one.
    pub fn open(disk: &Disk, path: &Path, base: Offset) -> Result<TransactionIndex> {
        let mut index = TransactionIndex {
            disk: disk.clone(),
            path: path.to_owned(),
            file: None,
            entries: Vec::new(),
        };
        if !disk.exists(path) {
            return Ok(index);
        }
        let bytes = disk.read(path).map_err(Error::io("read", path))?;
        let corrupt = |what: &str| Error::Corrupt { path: path.to_owned(), what: what.to_owned() };
        let mut reader = Reader::new(&bytes);
        while !reader.is_empty() {
            let entry = decode(&mut reader).ok_or_else(|| corrupt("not an entry of version 0"))?;
            let grows =
                index.entries.last().is_none_or(|last| entry.last_offset > last.last_offset);
            if entry.last_offset < base || !grows {
                return Err(corrupt("its offsets do not grow"));
            }
            index.entries.push(entry);
        }
        index.file = Some(disk.open(path, Mode::Write).map_err(Error::io("open", path))?);
        Ok(index)
    }

    /// The entries, in the order of their markers.
    pub fn entries(&self) -> &[AbortedTransaction] {
        &self.entries
    }

    /// Adds an entry.
    pub fn append(&mut self, entry: AbortedTransaction) -> Result<()> {
        let file = match &self.file {
            Some(file) => file,
            None => {
                let file = self.disk.open(&self.path, Mode::Create);
                self.file.insert(file.map_err(Error::io("create", &self.path))?)
            }
        };
        let at = (self.entries.len() * ENTRY_BYTES) as u64;
        file.write_all_at(&encode(&entry), at).map_err(Error::io("append to", &self.path))?;
        self.entries.push(entry);
        Ok(())
    }

    /// Forgets transactions that ended at `offset` or later.
    pub fn truncate_to(&mut self, offset: Offset) -> Result<()> {
        self.entries.retain(|entry| entry.last_offset < offset);
        let bytes = (self.entries.len() * ENTRY_BYTES) as u64;
        match &self.file {
            Some(file) => file.set_len(bytes).map_err(Error::io("cut", &self.path)),
            None => Ok(()),
        }
    }

    /// Makes it durable.
    pub fn sync(&self) -> Result<()> {
        match &self.file {
            Some(file) => file.sync().map_err(Error::io("sync", &self.path)),
            None => Ok(()),
        }
    }
}

fn encode(entry: &AbortedTransaction) -> [u8; ENTRY_BYTES] {
    let mut writer = Writer::with_capacity(ENTRY_BYTES);
    writer.i16(0);
    writer.i64(entry.producer.0);
    writer.i64(entry.first_offset);
    writer.i64(entry.last_offset);
    writer.i64(entry.last_stable);
    let mut bytes = [0; ENTRY_BYTES];
    bytes.copy_from_slice(&writer.into_bytes());
    bytes
}

fn decode(reader: &mut Reader<'_>) -> Option<AbortedTransaction> {
    if reader.i16().ok()? != 0 {
        return None;
    }
    Some(AbortedTransaction {
        producer: ProducerId(reader.i64().ok()?),
        first_offset: reader.i64().ok()?,
        last_offset: reader.i64().ok()?,
        last_stable: reader.i64().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_made_with_the_first_abort() {
        let disk = Disk::memory();
        disk.create_dir_all(Path::new("/d")).unwrap();
        let path = Path::new("/d/00000000000000000010.txnindex");
        let mut index = TransactionIndex::open(&disk, path, 10).unwrap();
        assert!(!disk.exists(path));
        let entry = |first_offset, last_offset| AbortedTransaction {
            producer: ProducerId(7),
            first_offset,
            last_offset,
            last_stable: first_offset,
        };
        index.append(entry(10, 20)).unwrap();
        index.append(entry(21, 30)).unwrap();
        let again = TransactionIndex::open(&disk, path, 10).unwrap();
        assert_eq!(again.entries(), index.entries());
        index.truncate_to(30).unwrap();
        assert_eq!(disk.read(path).unwrap().len(), ENTRY_BYTES);
        let error = TransactionIndex::open(&disk, path, 21).unwrap_err();
        assert!(error.to_string().ends_with("is corrupt: its offsets do not grow"));
    }
}
