//! Tests on the code itself: layers, walls, sizes, headers. What is here is a rule that matters.

use std::path::{Path, PathBuf};

use crate::base::disk::Disk;

/// A plot may not be longer, in lines. Lists and generated files say so in their first lines.
const FILE_LINES_MAX: usize = 600;
/// A function may not be longer, in lines.
const FUNCTION_LINES_MAX: usize = 70;
/// A program's own file may not be longer, in lines.
const PROGRAM_LINES_MAX: usize = 10;

struct Source {
    /// Relative to the repository.
    path: String,
    text: String,
}

impl Source {
    fn is_list(&self) -> bool {
        self.text.lines().take(5).any(|line| {
            let line = line.to_lowercase();
            line.starts_with("//!") && (line.contains("a list") || line.contains("generated"))
        })
    }

    /// `kafka::log` for `src/lib/kafka/log/segment.rs`.
    fn room(&self) -> String {
        let inside = self.path.strip_prefix("src/lib/").unwrap_or(&self.path);
        let mut parts = inside.trim_end_matches(".rs").split('/');
        let first = parts.next().unwrap_or_default();
        match (first, parts.next()) {
            ("kafka" | "zookeeper", Some(second)) if second != "mod" => {
                format!("{first}::{second}")
            }
            _ => first.to_owned(),
        }
    }

    fn is_test(&self) -> bool {
        let stem = self.path.rsplit('/').next().unwrap_or_default();
        stem == "tests.rs" || self.path.contains("/tests/") || self.path.contains("/golden")
    }

    /// The lines before the unit tests, which may use what they like.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let lines = self.text.lines().enumerate().map(|(n, line)| (n + 1, line));
        lines.take_while(|(_, line)| *line != "#[cfg(test)]")
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The text of a page that a test of its room holds to the code.
pub(crate) fn document(path: &str) -> String {
    Disk::System.read_text(&root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn collect(folder: &Path, into: &mut Vec<Source>) {
    for entry in Disk::System.list(folder).expect("a folder of the repository") {
        let path = folder.join(&entry.name);
        if entry.is_dir {
            collect(&path, into);
        } else if entry.name.ends_with(".rs") {
            let text = Disk::System.read_text(&path).expect("a source file");
            let relative = path.strip_prefix(root()).expect("below the root");
            into.push(Source { path: relative.to_string_lossy().into_owned(), text });
        }
    }
}

fn sources(folders: &[&str]) -> Vec<Source> {
    let mut all = Vec::new();
    for folder in folders {
        collect(&root().join(folder), &mut all);
    }
    all
}

fn fail_on(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

#[test]
fn every_file_says_what_it_is() {
    let all = sources(&["src", "tests", "xtask/src", "codegen/src"]);
    let silent: Vec<_> = all
        .iter()
        .filter(|source| {
            let first = source.text.lines().next().unwrap_or_default();
            !first.starts_with("//! ") || first.len() < 12
        })
        .map(|source| source.path.clone())
        .collect();
    fail_on("the first line must be `//!` and a sentence", &silent);
}

#[test]
fn plots_stay_short() {
    let all = sources(&["src", "tests", "xtask/src", "codegen/src"]);
    let long: Vec<_> = all
        .iter()
        .filter(|source| !source.is_list() && source.text.lines().count() > FILE_LINES_MAX)
        .map(|source| format!("{} has {} lines", source.path, source.text.lines().count()))
        .collect();
    fail_on("too long for a plot", &long);
}

#[test]
fn functions_stay_short() {
    let mut long = Vec::new();
    for source in sources(&["src/lib"]).iter().filter(|s| !s.is_list() && !s.is_test()) {
        let mut open: Option<(usize, usize, &str)> = None;
        for (number, line) in source.code() {
            let indent = line.len() - line.trim_start().len();
            let text = line.trim_start();
            let starts = [
                "fn ",
                "pub fn ",
                "async fn ",
                "pub async fn ",
                "pub(super) fn ",
                "pub(crate) fn ",
            ];
            if open.is_none() && starts.iter().any(|start| text.starts_with(start)) {
                open = Some((number, indent, text));
            } else if let Some((from, depth, name)) = open
                && indent == depth
                && text == "}"
            {
                if number - from > FUNCTION_LINES_MAX {
                    long.push(format!("{}:{from} {} lines: {name}", source.path, number - from));
                }
                open = None;
            }
        }
    }
    fail_on("functions that are too long", &long);
}

/// The rooms of ARCHITECTURE.md's table with what each may use.
fn layers() -> Vec<(String, Vec<String>)> {
    let text = Disk::System.read_text(&root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let row = |line: &str| -> Option<(String, Vec<String>)> {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, floor, room, uses, ..] = cells[..] else { return None };
        floor.parse::<u8>().ok()?;
        let uses =
            uses.split(',').map(|used| used.trim().to_owned()).filter(|u| u != "—").collect();
        Some((room.trim_matches('`').to_owned(), uses))
    };
    text.lines().filter_map(row).collect()
}

/// Every `crate::…` path in a line.
fn paths(line: &str) -> impl Iterator<Item = &str> {
    let code = line.split("//").next().unwrap_or_default();
    code.match_indices("crate::").map(move |(at, _)| {
        let rest = &code[at + "crate::".len()..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
        &rest[..end.unwrap_or(rest.len())]
    })
}

#[test]
fn rooms_use_only_what_lies_below() {
    let table = layers();
    assert!(table.len() > 20, "the layer table was not found in ARCHITECTURE.md");
    let mut broken = Vec::new();
    for source in sources(&["src/lib"]).iter().filter(|source| !source.is_test()) {
        let room = source.room();
        let Some((_, uses)) = table.iter().find(|(name, _)| *name == room) else {
            let known = ["lib", "tidy", "kafka", "zookeeper"];
            assert!(known.contains(&&*room), "{}: room {room} is not in the table", source.path);
            continue;
        };
        for (number, line) in source.code() {
            for path in paths(line) {
                let own = path == room || path.starts_with(&format!("{room}::"));
                let types = room.starts_with("kafka::") && path.starts_with("kafka::types");
                let allowed =
                    uses.iter().any(|used| path == used || path.starts_with(&format!("{used}::")));
                if !own && !types && !allowed {
                    broken.push(format!("{}:{number} {room} may not use {path}", source.path));
                }
            }
        }
    }
    fail_on("layers", &broken);
}

#[test]
fn walls_hold() {
    const ASYNC: [&str; 6] = [
        "net",
        "kafka::client",
        "zookeeper::client",
        "kafka::broker",
        "zookeeper::server",
        "tools",
    ];
    let mut broken = Vec::new();
    for source in
        sources(&["src/lib"]).iter().filter(|s| !s.is_test() && s.path != "src/lib/tidy.rs")
    {
        let room = source.room();
        for (number, line) in source.code() {
            let code = line.split("//").next().unwrap_or_default();
            let mut wall = |word: &str, holds: bool, why: &str| {
                if code.contains(word) && !holds {
                    broken.push(format!("{}:{number} {word}: {why}", source.path));
                }
            };
            wall("std::fs", source.path.starts_with("src/lib/base/disk/"), "use base::disk");
            wall(
                "SystemTime",
                source.path == "src/lib/base/clock.rs"
                    || source.path == "src/lib/base/disk/real.rs",
                "use base::clock",
            );
            let is_clock = source.path == "src/lib/base/clock.rs"
                || source.path == "src/lib/net/simulated/wires.rs";
            wall("Instant::now", is_clock, "use base::clock");
            let has_threads = room == "net" || room == "tools";
            wall("thread::Builder", has_threads, "use net::socket::Worker");
            wall("thread::spawn", has_threads, "use net::socket::Worker");
            wall("tokio::", ASYNC.contains(&&*room), "no runtime below the shells");
            wall("tokio::net", room == "net", "sockets are net's");
            wall("tokio::spawn", room == "net", "use net::socket::spawn or Stop::spawn");
            wall("process::exit", false, "return an exit code");
            wall("static mut", false, "two servers must fit in one process");
            wall("todo!", false, "finish it");
        }
    }
    fail_on("walls", &broken);
}

/// A choice between branches that are ready is chance that no seed repeats.
#[test]
fn selects_are_biased() {
    let mut chancy = Vec::new();
    let below_tools =
        |source: &&Source| !["tools", "tidy"].contains(&&*source.room()) && !source.is_test();
    for source in sources(&["src/lib"]).iter().filter(below_tools) {
        let lines: Vec<_> = source.code().collect();
        for pair in lines.windows(2) {
            let [(number, line), (_, next)] = pair else { continue };
            let is_biased = line.contains("biased;") || next.trim() == "biased;";
            if line.contains("tokio::select! {") && !is_biased {
                chancy.push(format!("{}:{number} {}", source.path, line.trim()));
            }
        }
    }
    fail_on("say `biased;`, with what may always be ready last", &chancy);
}

#[test]
fn programs_are_one_line() {
    let all = sources(&["src/bin"]);
    let long: Vec<_> = all
        .iter()
        .filter(|source| source.text.lines().count() > PROGRAM_LINES_MAX)
        .map(|source| source.path.clone())
        .collect();
    fail_on("a program belongs into src/lib/tools", &long);
}

#[test]
fn code_is_ascii() {
    let mut found = Vec::new();
    for source in sources(&["src", "tests", "xtask/src", "codegen/src"]) {
        for (number, line) in source.text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if !code.is_ascii() && !source.is_test() && !code.contains('"') {
                found.push(format!("{}:{}", source.path, number + 1));
            }
        }
    }
    fail_on("not ASCII", &found);
}

#[test]
fn documents_name_files_that_exist() {
    let mut missing = Vec::new();
    let mut documents: Vec<String> =
        ["ARCHITECTURE.md", "docs/flow.md", "docs/protocol.md", "CONTRIBUTING.md", "README.md"]
            .map(str::to_owned)
            .to_vec();
    let formats = Disk::System.list(&root().join("docs/formats")).expect("docs/formats");
    documents.extend(formats.iter().map(|entry| format!("docs/formats/{}", entry.name)));
    for document in documents {
        let text = self::document(&document);
        for word in text.split(|c: char| c.is_whitespace() || "`()[],;".contains(c)) {
            let word = word.trim_end_matches(['.', ':']);
            if word.starts_with("src/")
                && word.ends_with(".rs")
                && !word.contains('*')
                && !root().join(word).exists()
            {
                missing.push(format!("{document} names {word}"));
            }
        }
    }
    fail_on("dead references", &missing);
}

/// Each row of docs/known-failures.md is shown by tests that exist.
#[test]
fn known_failures_name_tests_that_exist() {
    let all = sources(&["src/lib", "tests"]);
    let mut missing = Vec::new();
    let page = document("docs/known-failures.md");
    for row in page.lines().filter(|line| line.starts_with("| ") && line.contains('`')) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [_, issues, _, _, shown, ..] = cells[..] else { continue };
        for name in shown.split('`').skip(1).step_by(2) {
            let script = format!("src/lib/zookeeper/zab/golden/{name}");
            let found = match root().join(&script).exists() {
                true => {
                    let script = document(&script);
                    let first = issues.split(',').next().unwrap_or_default();
                    script.contains(first)
                }
                false => all.iter().any(|source| source.text.contains(&format!("fn {name}("))),
            };
            if !found {
                missing.push(format!("{issues}: {name}"));
            }
        }
    }
    assert!(page.lines().count() > 20, "the table was not found");
    fail_on("no test of that name", &missing);
}
