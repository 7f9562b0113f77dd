//! The page of exit codes, from the manuals of the programs.

use std::fmt::Write as _;

use super::super::TOOLS;

/// The page.
pub(super) fn page() -> String {
    let mut page = String::from(
        "# Exit codes\n\nWhat each program says to the shell, as its manual page and `--help` do. \
         They are Kafka's, but for where README.md says otherwise. Any program exits 0 when nobody \
         reads its output any more.\n\n| program | code | when |\n|---|---|---|\n",
    );
    for tool in TOOLS {
        for (index, (code, meaning)) in tool.manual.exits.iter().enumerate() {
            let name = if index == 0 { tool.name } else { "" };
            // Writing to memory cannot fail.
            let _ = writeln!(page, "| {name} | {code} | {meaning} |");
        }
    }
    page
}
