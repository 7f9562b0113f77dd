//! One segment: a file of batches and its indexes.
//!
//! A segment knows where bytes lie; what an offset means it does not. Only the last segment of a
//! log, the active one, grows.

use std::io::{self, IoSlice};
use std::path::{Path, PathBuf};

use super::error::{Doing, Error, Result};
use super::names;
use super::offset_index::OffsetIndex;
use super::scan::{BatchScan, HeaderScan, Stop};
use super::time_index::{Latest, TimeIndex};
use super::transaction_index::TransactionIndex;
use crate::base::disk::{Disk, File, FileSlice, Mode};
use crate::kafka::record::batch::{Batch, Header, NO_TIMESTAMP};

/// What a segment needs to know of its topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub index_bytes_max: usize,
    pub index_interval_bytes: usize,
    /// Taken off `segment.ms`, so that not all partitions roll at once.
    pub jitter_ms: i64,
}

/// Where something was read, and what of it.
#[derive(Clone, Debug)]
pub struct Found {
    pub slice: FileSlice,
    /// Where the batch begins that the asked-for offset is in.
    pub position: u64,
    /// Whether the first batch is cut off by the caller's limit.
    pub first_batch_cut: bool,
}

/// The largest offset of an append and the latest time in it.
#[derive(Clone, Copy, Debug)]
pub struct Grown {
    pub first_offset: i64,
    pub last_offset: i64,
    pub latest: Latest,
}

/// A segment.
#[derive(Debug)]
pub struct LogSegment {
    disk: Disk,
    base_offset: i64,
    path: PathBuf,
    file: File,
    size: u64,
    shape: Shape,
    pub(super) offset_index: OffsetIndex,
    pub(super) time_index: TimeIndex,
    pub(super) transaction_index: TransactionIndex,
    /// Appended since the last index entry.
    bytes_since_index: usize,
    /// The latest record so far; the time is -1 where none had one.
    latest: Latest,
    /// The latest time in the first append, from which `segment.ms` counts.
    first_timestamp: Option<i64>,
    /// Where the last append lies, so that who reads at the end need not search.
    last_append: Option<(i64, u64)>,
    created_ms: i64,
    modified_ms: i64,
    unsynced: bool,
}

impl LogSegment {
    /// Makes a new, empty segment. Files of that name are from a life that ended before they
    /// mattered, and are replaced.
    pub fn create(
        disk: &Disk,
        dir: &Path,
        base_offset: i64,
        shape: Shape,
        now_ms: i64,
    ) -> Result<LogSegment> {
        let path = names::file(dir, base_offset, names::LOG);
        for extension in
            [names::LOG, names::OFFSET_INDEX, names::TIME_INDEX, names::TRANSACTION_INDEX]
        {
            let old = names::file(dir, base_offset, extension);
            disk.remove_file(&old).doing("remove", &old)?;
        }
        let file = disk.open(&path, Mode::CreateNew).doing("create", &path)?;
        let index = |extension| names::file(dir, base_offset, extension);
        let bytes = shape.index_bytes_max;
        Ok(LogSegment {
            base_offset,
            file,
            size: 0,
            shape,
            offset_index: OffsetIndex::empty(disk, index(names::OFFSET_INDEX), base_offset, bytes),
            time_index: TimeIndex::empty(disk, index(names::TIME_INDEX), base_offset, bytes),
            transaction_index: TransactionIndex::empty(disk, index(names::TRANSACTION_INDEX)),
            bytes_since_index: 0,
            latest: Latest { timestamp: NO_TIMESTAMP, offset: base_offset },
            first_timestamp: None,
            last_append: None,
            created_ms: now_ms,
            modified_ms: now_ms,
            unsynced: true,
            disk: disk.clone(),
            path,
        })
    }

    /// Opens a segment that is there. Also says whether an index is missing or cannot be right;
    /// then [`LogSegment::recover`] makes all of them anew.
    pub fn open(
        disk: &Disk,
        dir: &Path,
        base_offset: i64,
        shape: Shape,
        modified_ms: i64,
    ) -> Result<(LogSegment, bool)> {
        let path = names::file(dir, base_offset, names::LOG);
        let file = disk.open(&path, Mode::Write).doing("open", &path)?;
        let size = file.len().doing("measure", &path)?;
        let bytes = shape.index_bytes_max;
        let mut sound = true;
        let index = |extension| names::file(dir, base_offset, extension);

        let offset_path = index(names::OFFSET_INDEX);
        sound &= disk.exists(&offset_path);
        let offset_index = OffsetIndex::open(disk, offset_path.clone(), base_offset, bytes)
            .doing("read", &offset_path)?;
        sound &= offset_index.is_some();
        let offset_index = offset_index
            .unwrap_or_else(|| OffsetIndex::empty(disk, offset_path, base_offset, bytes));

        let time_path = index(names::TIME_INDEX);
        sound &= disk.exists(&time_path);
        let time_index = TimeIndex::open(disk, time_path.clone(), base_offset, bytes)
            .doing("read", &time_path)?;
        sound &= time_index.is_some();
        let time_index =
            time_index.unwrap_or_else(|| TimeIndex::empty(disk, time_path, base_offset, bytes));

        let transaction_path = index(names::TRANSACTION_INDEX);
        let transaction_index = TransactionIndex::open(disk, transaction_path.clone(), base_offset)
            .doing("read", &transaction_path)?;
        sound &= transaction_index.is_some();
        let transaction_index =
            transaction_index.unwrap_or_else(|| TransactionIndex::empty(disk, transaction_path));

        let none = Latest { timestamp: NO_TIMESTAMP, offset: base_offset };
        let latest = time_index.last().unwrap_or(none);
        let segment = LogSegment {
            disk: disk.clone(),
            base_offset,
            path,
            file,
            size,
            shape,
            offset_index,
            time_index,
            transaction_index,
            bytes_since_index: 0,
            latest,
            first_timestamp: None,
            last_append: None,
            created_ms: modified_ms,
            modified_ms,
            unsynced: false,
        };
        Ok((segment, sound))
    }

    pub fn base_offset(&self) -> i64 {
        self.base_offset
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn file(&self) -> &File {
        &self.file
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn is_empty(&self) -> bool {
        self.size == 0
    }

    /// The latest record.
    pub fn latest(&self) -> Latest {
        self.latest
    }

    /// When the segment was last appended to.
    pub fn modified_ms(&self) -> i64 {
        self.modified_ms
    }

    /// The latest time in the segment: its records', else the file's.
    pub fn largest_timestamp(&self) -> i64 {
        if self.latest.timestamp >= 0 { self.latest.timestamp } else { self.modified_ms }
    }

    /// Whether an append of `bytes` up to `last_offset`, the latest of it at `max_timestamp`, has
    /// to go into a new segment.
    pub fn must_roll(
        &mut self,
        bytes: u64,
        bytes_max: u64,
        last_offset: i64,
        max_timestamp: i64,
        segment_ms: i64,
        now_ms: i64,
    ) -> Result<bool> {
        if last_offset - self.base_offset > i64::from(i32::MAX) {
            return Ok(true);
        }
        if self.is_empty() {
            return Ok(false);
        }
        let aged = self.age_ms(max_timestamp, now_ms)? > segment_ms - self.shape.jitter_ms;
        Ok(self.size + bytes > bytes_max
            || aged
            || self.offset_index.is_full()
            || self.time_index.is_full())
    }

    /// How much later than the segment's first append `max_timestamp` is; by the clock where the
    /// records have no times.
    fn age_ms(&mut self, max_timestamp: i64, now_ms: i64) -> Result<i64> {
        if self.first_timestamp.is_none() {
            let first = HeaderScan::new(&self.file, 0, self.size)
                .next()
                .map_err(|stop| self.stopped(stop))?;
            self.first_timestamp = first.map(|(_, header)| header.max_timestamp);
        }
        Ok(match self.first_timestamp {
            Some(first) if first >= 0 && max_timestamp >= 0 => max_timestamp - first,
            _ => now_ms - self.created_ms,
        })
    }

    /// Appends bytes, in pieces. They hold `grown`.
    pub fn append(
        &mut self,
        pieces: &mut [IoSlice<'_>],
        bytes: usize,
        grown: &Grown,
        now_ms: i64,
    ) -> Result<()> {
        self.file.write_vectored_at(pieces, self.size).doing("append to", &self.path)?;
        if self.first_timestamp.is_none() && self.is_empty() {
            self.first_timestamp = Some(grown.latest.timestamp);
        }
        if grown.latest.timestamp > self.latest.timestamp {
            self.latest = grown.latest;
        }
        self.index(grown.last_offset, self.size, bytes)?;
        self.last_append = Some((grown.first_offset, self.size));
        self.size += bytes as u64;
        self.modified_ms = now_ms;
        self.unsynced = true;
        Ok(())
    }

    /// Counts `bytes` at `position`, up to `last_offset`, and adds index entries when it is time.
    fn index(&mut self, last_offset: i64, position: u64, bytes: usize) -> Result<()> {
        if self.bytes_since_index > self.shape.index_interval_bytes {
            self.offset_index
                .append(last_offset, position)
                .doing("append to", self.offset_index.path())?;
            self.time_index.append(self.latest).doing("append to", self.time_index.path())?;
            self.bytes_since_index = 0;
        }
        self.bytes_since_index += bytes;
        Ok(())
    }

    /// Where the first batch lies whose last offset is at least `offset`, and its header.
    pub fn locate(&self, offset: i64) -> Result<Option<(u64, Header)>> {
        let start = match self.last_append {
            Some((first, position)) if first <= offset => position,
            _ => self.offset_index.lookup(offset).doing("read", self.offset_index.path())?.position,
        };
        let mut scan = HeaderScan::new(&self.file, start, self.size);
        while let Some((position, header)) = scan.next().map_err(|stop| self.stopped(stop))? {
            if header.last_offset() >= offset {
                return Ok(Some((position, header)));
            }
        }
        Ok(None)
    }

    /// Batches from the one that holds `offset` on, up to `position_max`: `bytes_max` of them, which
    /// may cut the last, or the whole first batch where `one_batch` asks for it. `None` where the
    /// segment has no batch at or after `offset`.
    pub fn read(
        &self,
        offset: i64,
        bytes_max: usize,
        position_max: u64,
        one_batch: bool,
    ) -> Result<Option<Found>> {
        let Some((position, first)) = self.locate(offset)? else { return Ok(None) };
        let available = usize::try_from(position_max.min(self.size).saturating_sub(position))
            .unwrap_or(usize::MAX);
        let wanted = if one_batch { bytes_max.max(first.size()) } else { bytes_max };
        let length = wanted.min(available);
        let slice = FileSlice::new(self.file.clone(), position, length);
        Ok(Some(Found { slice, position, first_batch_cut: length < first.size() }))
    }

    /// Cuts off the batch that holds `offset` and all after it; says how many bytes went.
    pub fn truncate_to(&mut self, offset: i64) -> Result<u64> {
        let Some((position, _)) = self.locate(offset)? else { return Ok(0) };
        self.offset_index.truncate_to(offset).doing("truncate", self.offset_index.path())?;
        self.time_index.truncate_to(offset).doing("truncate", self.time_index.path())?;
        self.transaction_index
            .truncate_to(offset)
            .doing("truncate", self.transaction_index.path())?;
        self.file.set_len(position).doing("truncate", &self.path)?;
        let cut = self.size - position;
        self.size = position;
        self.unsynced = true;
        self.bytes_since_index = 0;
        self.last_append = None;
        if position == 0 {
            self.first_timestamp = None;
        }
        self.find_latest()?;
        Ok(cut)
    }

    /// Finds the latest record again: it is in the time index or behind its last entry.
    fn find_latest(&mut self) -> Result<()> {
        let none = Latest { timestamp: NO_TIMESTAMP, offset: self.base_offset };
        self.latest = self.time_index.last().unwrap_or(none);
        let start = self
            .offset_index
            .lookup(self.latest.offset)
            .doing("read", self.offset_index.path())?
            .position;
        let mut scan = HeaderScan::new(&self.file, start, self.size);
        let mut latest = self.latest;
        while let Some((_, header)) = scan.next().map_err(|stop| self.stopped(stop))? {
            if header.max_timestamp > latest.timestamp {
                latest = Latest { timestamp: header.max_timestamp, offset: header.last_offset() };
            }
        }
        self.latest = latest;
        Ok(())
    }

    /// Walks all batches, makes the indexes anew and cuts the file where the first batch is that
    /// cannot be: says how many bytes went. `each` sees every good batch.
    pub fn recover(
        &mut self,
        mut each: impl FnMut(&Batch<'_>, &mut TransactionIndex) -> Result<()>,
    ) -> Result<u64> {
        self.offset_index.reset().doing("truncate", self.offset_index.path())?;
        self.time_index.reset().doing("truncate", self.time_index.path())?;
        self.transaction_index.reset().doing("remove", self.transaction_index.path())?;
        self.latest = Latest { timestamp: NO_TIMESTAMP, offset: self.base_offset };
        self.first_timestamp = None;
        self.last_append = None;
        self.bytes_since_index = 0;
        let file = self.file.clone();
        let mut scan = BatchScan::new(&file, 0, self.size);
        let mut next_offset = self.base_offset;
        let good = loop {
            let good = scan.position();
            let (position, batch) = match scan.next() {
                Ok(Some(found)) => found,
                Ok(None) | Err(Stop::Corrupt(_)) => break good,
                Err(stop) => return Err(self.stopped(stop)),
            };
            let Header { max_timestamp, .. } = batch.header;
            let last_offset = batch.header.last_offset();
            let in_order = batch.header.base_offset >= next_offset || batch.header.magic < 2;
            let in_range = (0..=i64::from(i32::MAX)).contains(&(last_offset - self.base_offset));
            if !in_order || !in_range || batch.check_crc().is_err() {
                break position;
            }
            next_offset = last_offset + 1;
            if self.first_timestamp.is_none() {
                self.first_timestamp = Some(max_timestamp);
            }
            if max_timestamp > self.latest.timestamp {
                self.latest = Latest { timestamp: max_timestamp, offset: last_offset };
            }
            self.index(last_offset, position, batch.bytes().len())?;
            each(&batch, &mut self.transaction_index)?;
        };
        let cut = self.size - good;
        if cut > 0 {
            self.file.set_len(good).doing("truncate", &self.path)?;
            self.size = good;
        }
        self.unsynced = true;
        self.close_time_index()?;
        Ok(cut)
    }

    /// Walks whole batches from `position` on.
    pub fn for_each(
        &self,
        position: u64,
        mut each: impl FnMut(u64, &Batch<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut scan = BatchScan::new(&self.file, position, self.size);
        while let Some((position, batch)) = scan.next().map_err(|stop| self.stopped(stop))? {
            each(position, &batch)?;
        }
        Ok(())
    }

    /// Shows the batch at `position`.
    pub fn for_first(
        &self,
        position: u64,
        each: impl FnOnce(&Batch<'_>) -> Result<()>,
    ) -> Result<()> {
        let mut scan = BatchScan::new(&self.file, position, self.size);
        match scan.next().map_err(|stop| self.stopped(stop))? {
            Some((_, batch)) => each(&batch),
            None => Ok(()),
        }
    }

    /// Walks headers from `position` on until `each` has found what it looks for.
    pub fn find_header<T>(
        &self,
        position: u64,
        mut each: impl FnMut(u64, &Header) -> Option<T>,
    ) -> Result<Option<T>> {
        let mut scan = HeaderScan::new(&self.file, position, self.size);
        while let Some((position, header)) = scan.next().map_err(|stop| self.stopped(stop))? {
            if let Some(found) = each(position, &header) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The offset after the last record.
    pub fn next_offset(&self) -> Result<i64> {
        let start = self.offset_index.lookup(i64::MAX).doing("read", self.offset_index.path())?;
        let mut next = self.base_offset;
        self.find_header(start.position, |_, header| {
            next = header.last_offset() + 1;
            None::<()>
        })?;
        Ok(next)
    }

    /// Writes the latest record into the time index, so that nobody has to look for it again.
    fn close_time_index(&mut self) -> Result<()> {
        self.time_index.append(self.latest).doing("append to", self.time_index.path())
    }

    /// The segment is active no more: the indexes are written whole. Nothing is synced yet.
    pub fn became_inactive(&mut self) -> Result<()> {
        self.close_time_index()?;
        self.offset_index.write().doing("write", self.offset_index.path())?;
        self.time_index.write().doing("write", self.time_index.path())?;
        self.transaction_index.write().doing("write", self.transaction_index.path())
    }

    fn write_indexes(&mut self, again: bool) -> Result<[Option<File>; 3]> {
        Ok([
            self.offset_index.flush(again).doing("write", self.offset_index.path())?,
            self.time_index.flush(again).doing("write", self.time_index.path())?,
            self.transaction_index.flush(again).doing("write", self.transaction_index.path())?,
        ])
    }

    /// What has to be synced for all of it to be durable, with the name of each. With `again`
    /// all of it, even what an earlier call has given out.
    pub fn unsynced(&mut self, again: bool) -> Result<Vec<(PathBuf, File)>> {
        let [offset, time, transaction] = self.write_indexes(again)?;
        let mut files = Vec::new();
        if std::mem::take(&mut self.unsynced) || again {
            files.push((self.path.clone(), self.file.clone()));
        }
        let indexes = [
            (self.offset_index.path(), offset),
            (self.time_index.path(), time),
            (self.transaction_index.path(), transaction),
        ];
        files.extend(indexes.into_iter().filter_map(|(path, file)| Some((path.to_owned(), file?))));
        Ok(files)
    }

    /// Lets descriptors of the indexes go.
    pub fn release_indexes(&mut self) {
        self.offset_index.release();
        self.time_index.release();
        self.transaction_index.release();
    }

    /// Names all files of the segment `….deleted`. Who has a slice of it may go on reading.
    pub fn mark_deleted(&self) -> Result<Vec<PathBuf>> {
        let files = [
            &*self.path,
            self.offset_index.path(),
            self.time_index.path(),
            self.transaction_index.path(),
        ];
        let mut renamed = Vec::new();
        for path in files {
            let to = names::with_suffix(path, names::DELETED);
            match self.disk.rename(path, &to) {
                Ok(()) => renamed.push(to),
                // Indexes that were never written have no file.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error).doing("rename", path),
            }
        }
        Ok(renamed)
    }

    /// Follows a folder that was renamed.
    pub fn set_dir(&mut self, dir: &Path) {
        let file = |extension| names::file(dir, self.base_offset, extension);
        self.path = file(names::LOG);
        self.offset_index.set_path(file(names::OFFSET_INDEX));
        self.time_index.set_path(file(names::TIME_INDEX));
        self.transaction_index.set_path(file(names::TRANSACTION_INDEX));
    }

    fn stopped(&self, stop: Stop) -> Error {
        match stop {
            Stop::Io(source) => Error::Io { doing: "read", path: self.path.clone(), source },
            Stop::Corrupt(error) => Error::corrupt(&self.path, error.to_string()),
        }
    }
}
