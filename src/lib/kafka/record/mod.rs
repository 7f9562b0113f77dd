//! Record batches: bytes to values and back, all formats and codecs.
