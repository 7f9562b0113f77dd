//! What the brokers left on disk: the same bytes everywhere, and to the taste of Kafka's own tool.

use std::collections::BTreeMap;
use std::path::PathBuf;

use milena::base::disk::Disk;

use super::load::{Error, TOPIC};
use super::node::{Node, Places, java};

/// The files of a broker's partitions whose names end like this, in order, by the partition's
/// folder.
fn files(
    places: &Places,
    node: &Node,
    suffixes: &[&str],
) -> Result<BTreeMap<String, Vec<PathBuf>>, Error> {
    let dir = node.log_dir(places);
    let mut found: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for entry in Disk::System.list(&dir)? {
        let name = entry.name;
        if !name.starts_with(TOPIC) && !name.starts_with("__consumer_offsets-") {
            continue;
        }
        let folder = dir.join(&name);
        let entries = Disk::System.list(&folder)?.into_iter().map(|entry| entry.name);
        let wanted = |file: &String| suffixes.iter().any(|suffix| file.ends_with(suffix));
        let mut files: Vec<String> = entries.filter(wanted).collect();
        files.sort();
        let paths = files.into_iter().map(|file| folder.join(file)).collect();
        found.insert(name, paths);
    }
    Ok(found)
}

/// An entry of a transaction index, and what of it is the same everywhere: not the last stable
/// offset, which depends on how many batches a follower of Apache Kafka appended at once.
const ENTRY_BYTES: usize = 34;
const COMPARED_BYTES: usize = ENTRY_BYTES - size_of::<i64>();

/// Compares segments byte by byte, and transaction indexes; gives how many partitions there are.
pub fn equal(places: &Places, nodes: &[Node]) -> Result<usize, Error> {
    equal_in(places, nodes, ".txnindex")?;
    equal_in(places, nodes, ".log")
}

fn equal_in(places: &Places, nodes: &[Node], suffix: &str) -> Result<usize, Error> {
    let mut first: BTreeMap<String, (i32, Vec<u8>)> = BTreeMap::new();
    for node in nodes {
        for (partition, paths) in files(places, node, &[suffix])? {
            let mut bytes = Vec::new();
            for path in &paths {
                let read = Disk::System.read(path)?;
                match suffix {
                    ".txnindex" => {
                        // Kafka 2.4 notes markers that ended nothing, from their own offset on.
                        let ended_something = |entry: &&[u8]| entry[10..18] != entry[18..26];
                        let entries = read.chunks_exact(ENTRY_BYTES).filter(ended_something);
                        entries.for_each(|entry| bytes.extend(&entry[..COMPARED_BYTES]));
                    }
                    _ => bytes.extend(read),
                }
            }
            match first.get(&partition) {
                None => drop(first.insert(partition, (node.id, bytes))),
                Some((_, known)) if *known == bytes => {}
                Some((id, known)) => {
                    let at = known.iter().zip(&bytes).position(|(a, b)| a != b);
                    let (here, there) = (bytes.len(), known.len());
                    return Err(format!(
                        "{suffix} of {partition} differs between {id} ({there} bytes) and {} ({here} bytes), \
                         first at {at:?}",
                        node.id
                    )
                    .into());
                }
            }
        }
    }
    Ok(first.len())
}

/// Has Kafka's tool read every segment, transaction index and snapshot of producers; gives how many
/// there were.
pub async fn accepted(places: &Places, nodes: &[Node]) -> Result<usize, Error> {
    let mut checked = 0;
    for node in nodes {
        let found = files(places, node, &[".log", ".txnindex", ".snapshot"])?;
        let paths: Vec<PathBuf> = found.into_values().flatten().collect();
        let files: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let mut command = java(places, &["-Xmx256m"])?;
        command.args(["kafka.tools.DumpLogSegments", "--deep-iteration", "--files"]);
        let output = command.arg(files.join(",")).output().await?;
        let text = String::from_utf8_lossy(&output.stdout);
        let wrong = text.lines().find(|line| {
            line.contains("isvalid: false")
                || line.contains("Exception")
                || line.contains("mismatch")
        });
        if let Some(line) = wrong {
            return Err(format!("a segment of broker {}: {line}", node.id).into());
        }
        if !output.status.success() {
            let why = String::from_utf8_lossy(&output.stderr);
            return Err(format!("the tool failed on broker {}: {why}", node.id).into());
        }
        checked += files.len();
    }
    Ok(checked)
}
