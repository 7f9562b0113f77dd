//! What tools share that someone types to: a thread that reads, and where lines are remembered.

use std::path::PathBuf;

use super::{Environment, Failure};
use crate::base::disk::Disk;
use crate::base::error::io_text;

/// Starts the thread that reads the input: reading waits, and the event loop must not.
pub(super) fn start(work: impl FnOnce() + Send + 'static) -> Result<(), Failure> {
    let started = std::thread::Builder::new().name("input".to_owned()).spawn(work);
    started
        .map(drop)
        .map_err(|error| Failure::named(format!("cannot read the input: {}", io_text(&error))))
}

/// Where a tool keeps the lines that were typed, as the XDG rules have it; its folder is made.
pub(super) fn history(environment: &Environment, tool: &str) -> Option<PathBuf> {
    let file = history_file(environment, tool)?;
    // Without a folder there is no history, and nothing else is missing.
    let _ = file.parent().map(|folder| Disk::System.create_dir_all(folder));
    Some(file)
}

fn history_file(environment: &Environment, tool: &str) -> Option<PathBuf> {
    let state = environment.filled("XDG_STATE_HOME").map(PathBuf::from);
    let home = || Some(PathBuf::from(environment.filled("HOME")?).join(".local/state"));
    Some(state.or_else(home)?.join(format!("milena/{tool}.history")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn history_is_kept_where_state_belongs() {
        let file = |pairs: &[(&str, &str)]| {
            let pairs = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
            history_file(&Environment::Fixed(BTreeMap::from_iter(pairs)), "tool")
        };
        let name = "milena/tool.history";
        assert_eq!(file(&[("HOME", "/h")]), Some(PathBuf::from(format!("/h/.local/state/{name}"))));
        assert_eq!(
            file(&[("HOME", "/h"), ("XDG_STATE_HOME", "/s")]),
            Some(PathBuf::from(format!("/s/{name}")))
        );
        assert_eq!(file(&[]), None);
    }
}
