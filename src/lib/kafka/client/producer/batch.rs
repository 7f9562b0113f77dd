//! A batch on its way: from the first record to the last acknowledgement.

use bytes::Bytes;

use crate::base::clock::Instant;
use crate::kafka::record::batch::HEADER_BYTES;
use crate::kafka::record::{self, Builder, Header};

/// The records of a batch.
#[derive(Debug)]
pub(super) enum Body {
    /// Still taking records, or not packed yet.
    Open(Builder),
    /// As it was sent.
    Sealed { bytes: Bytes, count: i32 },
}

/// A batch of one partition.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) id: u64,
    /// Which queue it belongs to.
    pub(super) queue: usize,
    pub(super) body: Body,
    pub(super) created: Instant,
    /// How much memory it is counted for.
    pub(super) reserved: usize,
    pub(super) attempts: u32,
    /// An attempt ended without a word whether it was appended.
    pub(super) is_uncertain: bool,
    /// Since when the broker says that what comes before it is missing.
    pub(super) refused_since: Option<Instant>,
    /// Producer id, epoch and the number of its first record, once it has them.
    pub(super) sequence: Option<(i64, i16, i32)>,
}

impl Batch {
    pub(super) fn new(
        id: u64,
        queue: usize,
        builder: Builder,
        created: Instant,
        reserved: usize,
    ) -> Batch {
        let body = Body::Open(builder);
        Batch {
            id,
            queue,
            body,
            created,
            reserved,
            attempts: 0,
            is_uncertain: false,
            refused_since: None,
            sequence: None,
        }
    }

    /// Its size in bytes, unpacked while it is open.
    pub(super) fn size(&self) -> usize {
        match &self.body {
            Body::Open(builder) => builder.size(),
            Body::Sealed { bytes, .. } => bytes.len(),
        }
    }

    /// How many records are in it.
    pub(super) fn count(&self) -> i32 {
        match &self.body {
            Body::Open(builder) => builder.count(),
            Body::Sealed { count, .. } => *count,
        }
    }

    /// Packs it, if that was not done, and gives its bytes.
    pub(super) fn seal(&mut self) -> record::Result<Bytes> {
        if let Body::Open(builder) = &mut self.body {
            let mut builder = std::mem::replace(builder, Builder::new(record::Compression::NONE));
            if let Some((id, epoch, sequence)) = self.sequence {
                builder.producer(id, epoch, sequence);
            }
            let count = builder.count();
            self.body = Body::Sealed { bytes: builder.finish(), count };
        }
        let Body::Sealed { bytes, .. } = &mut self.body else {
            unreachable!("it was just sealed");
        };
        let Some(mut header) = Header::parse(bytes)? else { return Ok(bytes.clone()) };
        let (id, epoch, sequence) = self.sequence.unwrap_or((-1, -1, -1));
        let current = (header.producer_id, header.producer_epoch, header.base_sequence);
        if current != (id, epoch, sequence) {
            // It was sealed under a producer id that is no more.
            (header.producer_id, header.producer_epoch, header.base_sequence) =
                (id, epoch, sequence);
            let records = bytes.get(HEADER_BYTES..).unwrap_or_default();
            let mut whole = Vec::with_capacity(bytes.len());
            whole.extend_from_slice(&header.sealed(records));
            whole.extend_from_slice(records);
            *bytes = Bytes::from(whole);
        }
        Ok(bytes.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::record::{Compression, batches};

    #[test]
    fn a_sealed_batch_takes_a_new_producer_id() {
        let mut builder = Builder::new(Compression::NONE);
        builder.append(1, None, Some(b"v"), &[]);
        let mut batch = Batch::new(0, 0, builder, Instant::default(), 100);
        for sequence in [(5, 0, 9), (6, 1, 0)] {
            batch.sequence = Some(sequence);
            let bytes = batch.seal().unwrap();
            let sealed = batches(&bytes).next().unwrap().unwrap();
            sealed.check_crc().unwrap();
            let header = sealed.header;
            let found = (header.producer_id, header.producer_epoch, header.base_sequence);
            assert_eq!(found, sequence);
            assert_eq!((header.count, batch.count()), (1, 1));
        }
    }
}
