//! `cargo xtask docs`: writes what follows from tables: manual pages, completions, pages of settings,
//! APIs and exit codes.

use std::path::Path;

use milena::base::disk::Disk;
use milena::tools::docs;

/// Writes every file that follows from the tables, and deletes those that no longer do.
pub fn write(root: &Path) -> Result<(), Box<dyn std::error::Error>> {
    for folder in docs::FOLDERS {
        Disk::System.remove_dir_all(&root.join(folder))?;
    }
    for (path, content) in docs::files(root) {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            Disk::System.create_dir_all(folder)?;
        }
        Disk::System.replace(&path, content.as_bytes())?;
    }
    Ok(())
}
