//! Control records: the markers that end transactions.

use bytes::Bytes;

use super::batch::Batch;
use super::builder::Builder;
use super::compression::Compression;
use super::error::{Error, Result};
use crate::base::bytes::Reader;

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marker {
    Abort,
    Commit,
}

/// A marker and who wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndTransaction {
    pub marker: Marker,
    pub coordinator_epoch: i32,
}

const VERSION: i16 = 0;

impl Marker {
    fn id(self) -> i16 {
        match self {
            Marker::Abort => 0,
            Marker::Commit => 1,
        }
    }
}

/// Reads a control record. Types that are not known (of other releases) are `None` and are
/// skipped; later versions may have more bytes.
pub fn parse(key: Option<&[u8]>, value: Option<&[u8]>) -> Result<Option<EndTransaction>> {
    let mut key = Reader::new(key.unwrap_or_default());
    let version = key.i16()?;
    if version < 0 {
        return Err(Error::Invalid { index: None, what: "negative version of a control record" });
    }
    let marker = match key.i16()? {
        0 => Marker::Abort,
        1 => Marker::Commit,
        _ => return Ok(None),
    };
    let mut value = Reader::new(value.unwrap_or_default());
    if value.i16()? < 0 {
        return Err(Error::Invalid { index: None, what: "negative version of a marker" });
    }
    Ok(Some(EndTransaction { marker, coordinator_epoch: value.i32()? }))
}

/// The marker a control batch holds: `None` for other control records.
pub fn of_batch(batch: &Batch<'_>) -> Result<Option<EndTransaction>> {
    let mut scratch = Vec::new();
    match batch.records(&mut scratch)?.next() {
        None => Ok(None),
        Some(record) => {
            let record = record?;
            parse(record.key, record.value)
        }
    }
}

/// The batch that ends a transaction of a producer.
pub fn marker_batch(
    producer_id: i64,
    producer_epoch: i16,
    end: EndTransaction,
    timestamp: i64,
) -> Bytes {
    let mut builder = Builder::new(Compression::NONE);
    builder.producer(producer_id, producer_epoch, -1).transactional(true).control();
    let [v0, v1] = VERSION.to_be_bytes();
    let [t0, t1] = end.marker.id().to_be_bytes();
    let [e0, e1, e2, e3] = end.coordinator_epoch.to_be_bytes();
    builder.append(timestamp, Some(&[v0, v1, t0, t1]), Some(&[v0, v1, e0, e1, e2, e3]), &[]);
    builder.finish()
}

#[cfg(test)]
mod tests {
    use super::super::batches;
    use super::*;

    #[test]
    fn markers_round_trip() {
        for marker in [Marker::Abort, Marker::Commit] {
            let end = EndTransaction { marker, coordinator_epoch: 9 };
            let bytes = marker_batch(5, 2, end, 1_000);
            let batch = batches(&bytes).next().unwrap().unwrap();
            assert!(batch.header.is_control() && batch.header.is_transactional());
            assert_eq!((batch.header.base_sequence, batch.header.count), (-1, 1));
            assert_eq!(of_batch(&batch), Ok(Some(end)));
        }
    }

    #[test]
    fn what_is_not_known_is_skipped_and_what_is_short_refused() {
        assert_eq!(parse(Some(&[0, 0, 0, 5]), None), Ok(None));
        let longer = [0, 3, 0, 0, 0, 1, 9, 9];
        let end = EndTransaction { marker: Marker::Commit, coordinator_epoch: 1 };
        assert_eq!(parse(Some(&[0, 3, 0, 1, 7]), Some(&longer)), Ok(Some(end)));
        assert!(parse(Some(&[0, 0]), None).is_err());
        assert!(parse(None, None).is_err());
    }
}
