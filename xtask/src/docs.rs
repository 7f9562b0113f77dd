//! `cargo xtask docs`: writes manual pages and completions from the option tables.

use std::path::Path;

use milena::base::disk::Disk;
use milena::tools::options::docs;

/// Writes every file that follows from the tables, and deletes those that no longer do.
pub fn write(root: &Path) -> Result<(), Box<dyn std::error::Error>> {
    for folder in ["man/man1", "completions"] {
        Disk::System.remove_dir_all(&root.join(folder))?;
    }
    for (path, content) in docs::files() {
        let path = root.join(path);
        if let Some(folder) = path.parent() {
            Disk::System.create_dir_all(folder)?;
        }
        Disk::System.replace(&path, content.as_bytes())?;
    }
    Ok(())
}
