//! The manual page of a tool. clap_mangen writes title and options from the rows; what a table
//! cannot know comes from [`Manual`](super::super::Manual).

use std::fmt::Write as _;

use clap_mangen::Man;

use super::super::Tool;
use super::parse;

/// The page, as roff source.
pub fn page(tool: &Tool) -> String {
    let mut command = parse::command(tool.name, tool.options).about(tool.about);
    for option in tool.options {
        let mut help = option.help.to_owned();
        if let Some(default) = option.default {
            let _ = write!(help, " Default: {default}.");
        }
        command = command.mut_arg(option.name, |arg| arg.help(help));
    }
    let man = Man::new(command)
        .title(tool.name.to_uppercase())
        .source("milena")
        .manual("Apache Kafka and ZooKeeper tools");
    let mut bytes = Vec::new();
    // Writing to memory cannot fail.
    let _ = man.render_title(&mut bytes).and_then(|()| man.render_name_section(&mut bytes));
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    text.push_str(".SH SYNOPSIS\n");
    for usage in tool.manual.usage {
        let _ = writeln!(text, "\\fB{}\\fR {}\n.br", escape(tool.name), escape(usage));
    }
    text.push_str(".SH DESCRIPTION\n");
    for (index, paragraph) in tool.manual.details.split("\n\n").enumerate() {
        let lead = if index == 0 { "" } else { ".PP\n" };
        let _ = writeln!(text, "{lead}{}", escape(&paragraph.replace('\n', " ")));
    }
    let mut options = Vec::new();
    let _ = man.render_options_section(&mut options);
    text.push_str(&String::from_utf8_lossy(&options));
    text.push_str(".SH EXAMPLES\n.nf\n");
    for example in tool.manual.examples {
        let _ = writeln!(text, "{}", escape(example));
    }
    text.push_str(".fi\n.SH \"EXIT STATUS\"\n");
    for (code, meaning) in tool.manual.exits {
        let _ = writeln!(text, ".TP\n{code}\n{}", escape(meaning));
    }
    // Each part that clap_mangen writes begins with the same two lines; once is enough.
    let preamble: Vec<&str> = text.lines().take(2).collect();
    let lines = text.lines().skip(2).filter(|line| !preamble.contains(line));
    preamble.iter().copied().chain(lines).map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Keeps text from being read as roff: backslashes, dashes, and dots and quotes that begin a line.
fn escape(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('-', "\\-");
    match escaped.starts_with(['.', '\'']) {
        true => format!("\\&{escaped}"),
        false => escaped,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_roff() {
        assert_eq!(escape("--a \\ b"), "\\-\\-a \\\\ b");
        assert_eq!(escape(".SH"), "\\&.SH");
    }
}
