//! The files that follow from tables, checked in: pages of settings, APIs and exit codes, manual
//! pages, completions. `cargo xtask docs` writes them; a test of the library holds them to the tables.

mod config;
mod exits;
mod protocol;

use std::path::Path;

use super::options;

/// Folders that hold such files and nothing else.
pub const FOLDERS: &[&str] = &[
    "completions/bash",
    "completions/fish",
    "completions/zsh",
    "docs/config",
    "man/man1",
    "man/man5",
];

/// Every such file: its path in the repository, which lies at `root`, and its content.
pub fn files(root: &Path) -> Vec<(String, String)> {
    let mut files = options::docs::files();
    files.extend(config::files());
    files.push(("docs/exit-codes.md".to_owned(), exits::page()));
    files.push(("docs/protocol.md".to_owned(), protocol::page(root)));
    files
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::base::disk::Disk;

    #[test]
    fn the_files_are_fresh_and_there_are_no_others() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let files = files(root);
        for (path, content) in &files {
            let found = Disk::System.read_text(&root.join(path)).unwrap_or_default();
            assert!(found == *content, "{path} is stale: run `cargo xtask docs`");
        }
        let expected: BTreeSet<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
        for folder in FOLDERS {
            for entry in Disk::System.list(&root.join(folder)).unwrap() {
                let path = format!("{folder}/{}", entry.name);
                assert!(expected.contains(path.as_str()), "{path} follows from no table");
            }
        }
    }
}
