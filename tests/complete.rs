//! Every API that is offered and every tool is named by a test.

use std::path::Path;

use milena::kafka::broker::dispatch::is_offered;
use milena::kafka::protocol::api::{APIS, ApiKey};
use milena::tools::TOOLS;

/// The texts of the files of a folder of the suite.
fn texts(folder: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let files = std::fs::read_dir(folder).expect("a folder of the suite");
    let text = |entry: std::fs::DirEntry| std::fs::read_to_string(entry.path());
    files.flatten().map(|entry| text(entry).expect("a file of the suite")).collect()
}

#[test]
fn every_api_that_is_offered_is_asked() {
    let texts = texts("api") + &texts("cluster");
    let keys: Vec<_> = (0..).map_while(ApiKey::from_number).collect();
    assert_eq!(keys.len(), APIS.len());
    let unasked: Vec<_> = keys
        .into_iter()
        .filter(|key| is_offered(*key) && !texts.contains(&format!("{key}Request")))
        .map(|key| key.to_string())
        .collect();
    assert!(unasked.is_empty(), "no file of tests/api or tests/cluster asks {unasked:?}");
}

#[test]
fn every_tool_is_run() {
    let texts = texts("tools");
    let unused: Vec<_> =
        TOOLS.iter().map(|tool| tool.name).filter(|name| !texts.contains(*name)).collect();
    assert!(unused.is_empty(), "no file of tests/tools runs {unused:?}");
}
