//! The files that follow from the options of the programs: manual pages and completion scripts.

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
    use std::path::Path;

    use super::*;
    use crate::base::disk::Disk;

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
