//! The data tree and its two doors: prepare and apply.
