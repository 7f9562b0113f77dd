//! Receive buffers that idle connections do not hold.
//!
//! A connection takes a buffer when its socket has something and gives it back when all of it has
//! been read into frames and handled. Ten thousand idle connections hold none.

use std::sync::{Mutex, PoisonError};

use bytes::BytesMut;

/// What a fresh buffer holds, in bytes: a window of five 16 KiB batches fits, and a read of this
/// size costs no more a byte than a larger one.
pub const BUFFER_BYTES: usize = 128 * 1024;
/// A buffer that grew beyond this for one large frame is not kept, in bytes.
pub const KEPT_BUFFER_BYTES_MAX: usize = 2 * 1024 * 1024;
/// How much the pool keeps in all, in bytes: enough for each core to have several in turn.
const KEPT_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The pool. One a process side is enough: the lock is held for a few instructions.
#[derive(Debug, Default)]
pub struct Buffers {
    kept: Mutex<(Vec<BytesMut>, usize)>,
}

impl Buffers {
    /// A buffer with room.
    pub fn take(&self) -> BytesMut {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.0.pop() {
            Some(buffer) => {
                kept.1 -= buffer.capacity();
                buffer
            }
            None => {
                drop(kept);
                BytesMut::with_capacity(BUFFER_BYTES)
            }
        }
    }

    /// Gives back an empty buffer. One whose bytes somebody still shares is let go.
    pub fn give(&self, mut buffer: BytesMut) {
        // Reclaims the front that frames were cut from, if nobody holds them any more.
        if !buffer.is_empty() || !buffer.try_reclaim(BUFFER_BYTES) {
            return;
        }
        let capacity = buffer.capacity();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if capacity <= KEPT_BUFFER_BYTES_MAX && kept.1 + capacity <= KEPT_BYTES_MAX {
            kept.1 += capacity;
            kept.0.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_unless_it_is_shared() {
        let pool = Buffers::default();
        let mut buffer = pool.take();
        buffer.extend_from_slice(b"frame");
        let at = buffer.as_ptr();
        let frame = buffer.split().freeze();
        drop(frame);
        pool.give(buffer);
        let mut again = pool.take();
        assert_eq!(again.as_ptr(), at);
        again.extend_from_slice(b"frame");
        let held = again.split().freeze();
        pool.give(again);
        assert_ne!(pool.take().as_ptr(), at, "{held:?} still lies there");
    }
}
