//! The operating system's chance, for the threads that simulate.
//!
//! Hash maps seed their order from `getrandom`, which the standard library calls by a symbol that
//! may be replaced for exactly this purpose. On a thread that simulates it gives what the seed says.

use std::cell::RefCell;

use milena::base::rng::Rng;

thread_local! {
    static SOURCE: RefCell<Option<Rng>> = const { RefCell::new(None) };
}

/// Has this thread draw from a seed. Call it before the thread makes its first hash map.
pub fn seed(seed: u64) {
    SOURCE.set(Some(Rng::seeded(seed)));
}

/// Stands in for libc's.
#[allow(unsafe_code)]
// SAFETY: the name and the signature are libc's, and so is what it does.
#[unsafe(no_mangle)]
extern "C" fn getrandom(into: *mut u8, length: usize, flags: u32) -> isize {
    // SAFETY: the caller says that so many bytes may be written there.
    let bytes = unsafe { std::slice::from_raw_parts_mut(into, length) };
    let seeded = SOURCE.try_with(|source| match source.try_borrow_mut() {
        Ok(mut source) => source.as_mut().map(|rng| rng.fill(bytes)).is_some(),
        Err(_) => false,
    });
    if seeded.unwrap_or(false) {
        return length.cast_signed();
    }
    let flags = rustix::rand::GetRandomFlags::from_bits_retain(flags);
    match rustix::rand::getrandom(bytes, flags) {
        Ok(filled) => filled.cast_signed(),
        Err(_) => -1,
    }
}
