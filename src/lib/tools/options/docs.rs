//! The files that follow from the tables: manual pages and completion scripts, checked in.
//! `cargo xtask docs` writes them; a test of the library holds them to the tables.

use super::super::TOOLS;
use super::{complete, man};

/// Every such file: its path in the repository, and its content.
pub fn files() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for tool in TOOLS {
        files.push((format!("man/man1/{}.1", tool.name), man::page(tool)));
        for shell in complete::SHELLS {
            let path = format!("completions/{}", complete::script_path(tool, shell));
            files.push((path, complete::script(tool, shell)));
        }
    }
    files
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::base::disk::Disk;

    #[test]
    fn the_files_are_fresh_and_there_are_no_others() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let files = files();
        for (path, content) in &files {
            let found = Disk::System.read_text(&root.join(path)).unwrap_or_default();
            assert!(found == *content, "{path} is stale: run `cargo xtask docs`");
        }
        let expected: BTreeSet<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
        for folder in ["man/man1", "completions/bash", "completions/zsh", "completions/fish"] {
            for entry in Disk::System.list(&root.join(folder)).unwrap() {
                let path = format!("{folder}/{}", entry.name);
                assert!(expected.contains(path.as_str()), "{path} belongs to no program");
            }
        }
    }

    #[test]
    fn programs_and_their_files_agree_with_the_list() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let manifest = Disk::System.read_text(&root.join("Cargo.toml")).unwrap();
        let programs = Disk::System.list(&root.join("src/bin")).unwrap();
        let programs: Vec<&str> =
            programs.iter().filter_map(|entry| entry.name.strip_suffix(".rs")).collect();
        let names: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
        assert_eq!(names, programs, "TOOLS, in the order of src/bin");
        for name in names {
            assert!(manifest.contains(&format!("path = \"src/bin/{name}.rs\"")), "{name}");
        }
    }
}
