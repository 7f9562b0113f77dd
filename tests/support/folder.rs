//! A folder that is removed with its owner.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use milena::base::disk::Disk;

/// A new empty folder.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("milena-suite-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        Disk::System.create_dir_all(&path).expect("a folder for a test");
        Folder(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A path inside, as text.
    pub fn at(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }

    /// Writes a file inside; gives its path.
    pub fn write(&self, name: &str, text: &str) -> String {
        std::fs::write(self.0.join(name), text).expect("a file of a test");
        self.at(name)
    }

    /// Leaves it where it is, for somebody to look at.
    pub fn keep(self) -> PathBuf {
        let path = self.0.clone();
        std::mem::forget(self);
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is the next cleaning's business, not the test's.
        let _ = Disk::System.remove_dir_all(&self.0);
    }
}
