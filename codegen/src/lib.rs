//! Turns the schema texts of `kafka::protocol` into Rust source. Depends on nothing.
//!
//! `cargo xtask gen` writes what [`generate`] gives; a test of the library generates again and
//! compares, so that schema and source cannot drift apart.
//!
//! # A schema text
//!
//! ```text
//! # What the API does.
//! api 12 Heartbeat
//!
//! request HeartbeatRequest 0-4 flexible 4+
//!   group_id                 string   all
//!   # A doc line of the next field.
//!   group_instance_id        string   3+    null
//!   topics                   [Topic]  1-2
//!     name                   string   all
//! ```
//!
//! A field is a name, a type, the versions that have it and its properties: `null` or `null 2+`
//! (where it may be null), `tag 0` (it is a tagged field), `= -1` (its default). Fields that are
//! indented below a field define the structure it is made of, which later fields of the same file
//! may name. A structure of several users stands below `struct Name`. A file that begins with
//! `records name` holds `data` structures that belong to no API.

mod render;
mod schema;

use std::path::Path;

pub use schema::{Error, File};

/// One generated file: its name and its text.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    pub name: String,
    pub text: String,
}

/// Reads one schema text. `name` is its file name, for errors.
pub fn parse(name: &str, text: &str) -> Result<File, Error> {
    schema::parse(name, text)
}

/// The files of `message/` for all schema texts, in order.
pub fn messages(files: &[File]) -> Vec<Source> {
    let mut sources: Vec<Source> = files.iter().map(render::file).collect();
    sources.push(render::list(files));
    sources
}

/// The test code that makes messages up by chance.
pub fn arbitrary(files: &[File]) -> String {
    render::arbitrary(files)
}

/// Every generated file of the tree at `root`: its path below `root` and its text.
pub fn generate(root: &Path) -> Result<Vec<Source>, Box<dyn std::error::Error>> {
    let mut files = Vec::new();
    let mut paths: Vec<_> = std::fs::read_dir(root.join(SCHEMA))?.collect::<Result<Vec<_>, _>>()?;
    paths.sort_by_key(|it| it.file_name());
    for path in paths {
        let name = path.file_name().to_string_lossy().into_owned();
        files.push(parse(&name, &std::fs::read_to_string(path.path())?)?);
    }
    let mut sources = messages(&files);
    for source in &mut sources {
        source.name = format!("{MESSAGE}/{}", source.name);
    }
    sources.push(Source { name: ARBITRARY.to_owned(), text: arbitrary(&files) });
    Ok(sources)
}

/// Writes what [`generate`] gives, and removes generated messages that no schema gives any more.
pub fn write(root: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let sources = generate(root)?;
    std::fs::create_dir_all(root.join(MESSAGE))?;
    for entry in std::fs::read_dir(root.join(MESSAGE))? {
        let entry = entry?;
        let name = format!("{MESSAGE}/{}", entry.file_name().to_string_lossy());
        if !sources.iter().any(|it| it.name == name) {
            std::fs::remove_file(entry.path())?;
        }
    }
    for source in sources {
        let path = root.join(&source.name);
        // A file that is fresh keeps its time, so that nothing is compiled anew.
        if std::fs::read_to_string(&path).ok().as_deref() != Some(&source.text) {
            std::fs::write(path, source.text)?;
        }
    }
    Ok(())
}

const SCHEMA: &str = "src/lib/kafka/protocol/schema";
const MESSAGE: &str = "src/lib/kafka/protocol/message";
const ARBITRARY: &str = "src/lib/kafka/protocol/tests/arbitrary.rs";
