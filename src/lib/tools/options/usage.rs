//! What `--help` and a misused line print: one line of Kafka's, then our own text.

use std::fmt::Write as _;

use super::super::Tool;
use super::{Group, Opt};

/// The column at which explanations start.
const COLUMN: usize = 34;
/// Where lines are wrapped.
const WIDTH: usize = 96;

/// The help of a tool, without the line before it.
pub fn help(tool: &Tool) -> String {
    let mut text = String::new();
    for (index, usage) in tool.manual.usage.iter().enumerate() {
        let lead = if index == 0 { "Usage: " } else { "       " };
        let _ = writeln!(text, "{lead}{} {usage}", tool.name);
    }
    for group in Group::ALL {
        let rows = tool.options.iter().filter(|option| option.group == group && !option.hidden);
        let mut rows = rows.peekable();
        if rows.peek().is_some() {
            let _ = writeln!(text, "\n{}:", group.heading());
        }
        rows.for_each(|option| row(&mut text, option));
    }
    let _ = writeln!(text, "\nExample:");
    for example in tool.manual.examples {
        let _ = writeln!(text, "  {example}");
    }
    let _ = writeln!(text, "\nExit codes:");
    for (code, meaning) in tool.manual.exits {
        let _ = writeln!(text, "  {code:<4}{meaning}");
    }
    text
}

fn row(text: &mut String, option: &Opt) {
    let spelled = format!("  {}", option.spelled());
    let mut explained = option.help.to_owned();
    if let Some(default) = option.default {
        let _ = write!(explained, " [{default}]");
    }
    let mut line = format!("{spelled:<COLUMN$}");
    if spelled.len() >= COLUMN {
        let _ = writeln!(text, "{spelled}");
        line = " ".repeat(COLUMN);
    }
    for piece in wrap(&explained, WIDTH - COLUMN) {
        line.push_str(&piece);
        let _ = writeln!(text, "{}", line.trim_end());
        line = " ".repeat(COLUMN);
    }
}

/// Breaks text between words so that each line has at most `width` characters, where it can.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let full = lines
            .last()
            .is_some_and(|line| !line.is_empty() && line.len() + 1 + word.len() > width);
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("longer than that", 4), ["longer", "than", "that"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
