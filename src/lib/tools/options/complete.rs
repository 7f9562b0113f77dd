//! Completion: a script a shell, and the question the scripts ask the tool itself.
//!
//! clap_complete writes the scripts from the rows. Where the cursor stands on the name of a topic
//! or a consumer group, the script runs `<tool> __complete topic <line so far>` and offers what
//! that prints. The query never complains: a shell in the middle of a line has no place for it.

use clap::builder::PossibleValuesParser;
use clap_complete::Shell;

use super::super::Tool;
use super::{Hint, Opt, parse};

/// The hidden first word of a query.
pub const QUERY: &str = "__complete";

/// The shells there are scripts for.
pub const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Zsh, Shell::Fish];

/// Where a script lies below `completions/`.
pub fn script_path(tool: &Tool, shell: Shell) -> String {
    let name = tool.name;
    match shell {
        Shell::Zsh => format!("zsh/_{name}"),
        Shell::Fish => format!("fish/{name}.fish"),
        _ => format!("bash/{name}"),
    }
}

/// The script of a tool for one shell.
pub fn script(tool: &Tool, shell: Shell) -> String {
    let shown = || tool.options.iter().filter(|option| !option.hidden);
    let mut command = parse::command(tool.name, shown());
    for option in shown() {
        let offered = match option.hint {
            Hint::OneOf(values) => PossibleValuesParser::new(values.iter().copied()),
            Hint::Topic | Hint::ConsumerGroup => PossibleValuesParser::new([placeholder(option)]),
            Hint::None | Hint::File | Hint::Host => continue,
        };
        command = command.mut_arg(option.name, |arg| arg.value_parser(offered));
    }
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut command, tool.name, &mut bytes);
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    for option in shown() {
        if let Some(kind) = asked_for(option.hint) {
            text = splice(&text, tool, shell, placeholder(option), kind);
        }
    }
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// What clap_complete takes for the only possible value, until [`splice`] puts the query there.
fn placeholder(option: &Opt) -> &'static str {
    match option.hint {
        Hint::ConsumerGroup => "@group@",
        _ => "@topic@",
    }
}

/// The word that names a kind of name in a query.
fn asked_for(hint: Hint) -> Option<&'static str> {
    match hint {
        Hint::Topic => Some("topic"),
        Hint::ConsumerGroup => Some("group"),
        Hint::None | Hint::File | Hint::Host | Hint::OneOf(_) => None,
    }
}

fn splice(text: &str, tool: &Tool, shell: Shell, placeholder: &str, kind: &str) -> String {
    let name = tool.name;
    let (from, to) = match shell {
        Shell::Zsh => (
            format!("({placeholder})"),
            format!(
                "{{compadd - ${{(f)\"$({name} {QUERY} {kind} ${{words[2,-2]}} 2>/dev/null)\"}}}}"
            ),
        ),
        Shell::Fish => (
            format!("\"{placeholder}\\t''\""),
            format!("\"({name} {QUERY} {kind} (commandline -opc)[2..] 2>/dev/null)\""),
        ),
        _ => (
            placeholder.to_owned(),
            format!("$({name} {QUERY} {kind} \"${{COMP_WORDS[@]:1:COMP_CWORD-1}}\" 2>/dev/null)"),
        ),
    };
    assert!(text.contains(&from), "clap_complete writes {placeholder} as before for {shell}");
    text.replace(&from, &to)
}
