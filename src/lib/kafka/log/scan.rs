//! Walks the batches of a segment file from a position on: headers only, or whole batches.

use std::io;

use crate::base::disk::File;
use crate::kafka::record::batch::{Batch, HEADER_BYTES, Header};
use crate::kafka::record::{self};

/// How much is read to see headers: the batches between two index entries, usually.
const HEADERS_BYTES: usize = 4_096;
/// How much is read at once to see whole batches.
const BATCHES_BYTES: usize = 1_024 * 1_024;

/// Why a walk stopped before the end.
#[derive(Debug)]
pub enum Stop {
    /// The disk failed.
    Io(io::Error),
    /// No batch can start here.
    Corrupt(record::Error),
}

/// Walks headers.
#[derive(Debug)]
pub struct HeaderScan<'a> {
    file: &'a File,
    position: u64,
    end: u64,
    chunk: [u8; HEADERS_BYTES],
    chunk_at: u64,
    chunk_length: usize,
}

impl<'a> HeaderScan<'a> {
    /// From `position` to `end`, which must not be behind the end of the file.
    pub fn new(file: &'a File, position: u64, end: u64) -> HeaderScan<'a> {
        let chunk = [0; HEADERS_BYTES];
        HeaderScan { file, position, end, chunk, chunk_at: 0, chunk_length: 0 }
    }

    /// The next header and its position: `None` at the end, or where a batch is cut off there.
    pub fn next(&mut self) -> Result<Option<(u64, Header)>, Stop> {
        let left = self.end.saturating_sub(self.position);
        if left == 0 {
            return Ok(None);
        }
        let header = self.header(left)?;
        let Some(header) = header.filter(|header| header.size() as u64 <= left) else {
            return Ok(None);
        };
        let position = self.position;
        self.position += header.size() as u64;
        Ok(Some((position, header)))
    }

    fn header(&mut self, left: u64) -> Result<Option<Header>, Stop> {
        let inside = self.position.checked_sub(self.chunk_at).map_or(usize::MAX, |at| at as usize);
        let needed = (HEADER_BYTES as u64).min(left) as usize;
        let seen = self.chunk[..self.chunk_length].get(inside..).unwrap_or_default();
        if seen.len() < needed {
            let length = (HEADERS_BYTES as u64).min(left) as usize;
            let room = &mut self.chunk[..length];
            self.file.read_exact_at(room, self.position).map_err(Stop::Io)?;
            (self.chunk_at, self.chunk_length) = (self.position, length);
            return Header::parse(&self.chunk[..length]).map_err(Stop::Corrupt);
        }
        Header::parse(seen).map_err(Stop::Corrupt)
    }
}

/// Walks whole batches.
#[derive(Debug)]
pub struct BatchScan<'a> {
    file: &'a File,
    position: u64,
    end: u64,
    chunk: Vec<u8>,
    /// Where in the chunk the next batch starts.
    inside: usize,
}

impl<'a> BatchScan<'a> {
    /// From `position` to `end`, which must not be behind the end of the file.
    pub fn new(file: &'a File, position: u64, end: u64) -> BatchScan<'a> {
        BatchScan { file, position, end, chunk: Vec::new(), inside: 0 }
    }

    /// Where the next batch starts; after the last, where whole batches end.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The next batch and its position: `None` at the end, or where a batch is cut off there.
    pub fn next(&mut self) -> Result<Option<(u64, Batch<'_>)>, Stop> {
        let left = self.end.saturating_sub(self.position);
        let seen = self.chunk.get(self.inside..).unwrap_or_default();
        let size = match Header::parse(seen).map_err(Stop::Corrupt)? {
            Some(header) if header.size() <= seen.len() => header.size(),
            Some(header) if header.size() as u64 > left => return Ok(None),
            Some(header) => {
                self.fill(header.size().max(BATCHES_BYTES), left)?;
                header.size()
            }
            None if seen.len() as u64 >= left => return Ok(None),
            None => {
                self.fill(BATCHES_BYTES, left)?;
                match Header::parse(&self.chunk).map_err(Stop::Corrupt)? {
                    None => return Ok(None),
                    Some(header) if header.size() as u64 > left => return Ok(None),
                    Some(header) if header.size() > self.chunk.len() => {
                        self.fill(header.size(), left)?;
                        header.size()
                    }
                    Some(header) => header.size(),
                }
            }
        };
        let (position, inside) = (self.position, self.inside);
        self.position += size as u64;
        self.inside += size;
        let batch = Batch::parse(&self.chunk[inside..]).map_err(Stop::Corrupt)?;
        Ok(batch.map(|batch| (position, batch)))
    }

    fn fill(&mut self, bytes: usize, left: u64) -> Result<(), Stop> {
        self.chunk.resize((bytes as u64).min(left) as usize, 0);
        self.inside = 0;
        self.file.read_exact_at(&mut self.chunk, self.position).map_err(Stop::Io)
    }
}
