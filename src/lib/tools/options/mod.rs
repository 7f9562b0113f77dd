//! One row an option. The rows of a tool feed its parser, its help, its manual page and the
//! completion of three shells, so that the four cannot disagree.
//!
//! * `parse`: the line under joptsimple's rules, then clap, then [`Parsed`].
//! * `usage`: what `--help` and a misused line print.
//! * `man`: the manual page.
//! * `complete`: the completion scripts, and the query they ask the tool itself.
//!
//! Values stay text here. A tool turns them into numbers where Kafka does, because Kafka too
//! fails late and its scripts depend on which complaint comes first.

pub mod complete;
pub mod docs;
pub mod man;
pub mod parse;
pub mod usage;

pub use parse::{Error, Parsed};

/// One option.
#[derive(Clone, Copy, Debug)]
pub struct Opt {
    /// Kafka's name, without dashes.
    pub name: &'static str,
    pub value: Value,
    /// Whether every occurrence counts; otherwise a second one is an error when it is read.
    pub many: bool,
    /// What holds where the option is absent; printed in brackets.
    pub default: Option<&'static str>,
    pub group: Group,
    /// One clause.
    pub help: &'static str,
    pub hint: Hint,
    /// Parsed, but left out of help: what old command lines carry and nothing needs.
    pub hidden: bool,
}

/// What follows an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    None,
    /// The next word, whatever it looks like.
    Required(&'static str),
    /// The next word unless it looks like an option.
    Optional(&'static str),
    /// As [`Value::Optional`], but `-1` is a value too.
    OptionalNumber(&'static str),
    /// Only what is attached with `=`.
    Attached(&'static str),
    /// No option at all: says that all is words from the one behind so many others on.
    Rest(usize),
}

/// Under which heading the help lists an option, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    Action,
    Target,
    Connection,
    Delivery,
    Output,
    Legacy,
    Other,
}

impl Group {
    /// All of them, in the order of the help.
    pub const ALL: [Group; 7] = [
        Group::Action,
        Group::Target,
        Group::Connection,
        Group::Delivery,
        Group::Output,
        Group::Legacy,
        Group::Other,
    ];

    /// The heading.
    pub fn heading(self) -> &'static str {
        match self {
            Group::Action => "What to do",
            Group::Target => "To what",
            Group::Connection => "Connection",
            Group::Delivery => "Delivery",
            Group::Output => "Output",
            Group::Legacy => "Of older releases",
            Group::Other => "Other",
        }
    }
}

/// What completion offers for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    None,
    File,
    Host,
    /// Names the cluster is asked for.
    Topic,
    ConsumerGroup,
    OneOf(&'static [&'static str]),
}

/// An option without a value.
pub const fn flag(name: &'static str, group: Group, help: &'static str) -> Opt {
    Opt {
        name,
        value: Value::None,
        many: true,
        default: None,
        group,
        help,
        hint: Hint::None,
        hidden: false,
    }
}

/// An option with a value.
pub const fn value(
    name: &'static str,
    value: &'static str,
    group: Group,
    help: &'static str,
) -> Opt {
    Opt { value: Value::Required(value), many: false, ..flag(name, group, help) }
}

/// No option: says that options end at the word behind `words` others, where a command begins
/// that has its own.
pub const fn rest(words: usize) -> Opt {
    let row = flag("rest", Group::Other, "A command and what it takes.");
    Opt { value: Value::Rest(words), ..row }.hidden()
}

impl Opt {
    /// The same, whose value may be left out.
    pub const fn optional(self) -> Opt {
        match self.value {
            Value::Required(value) => Opt { value: Value::Optional(value), ..self },
            _ => self,
        }
    }

    /// The same, whose value may be left out and is otherwise attached with `=`.
    pub const fn attached(self) -> Opt {
        match self.value {
            Value::Required(value) => Opt { value: Value::Attached(value), ..self },
            _ => self,
        }
    }

    /// The same, which may be repeated.
    pub const fn many(self) -> Opt {
        Opt { many: true, ..self }
    }

    /// The same with a default, as text.
    pub const fn default(self, default: &'static str) -> Opt {
        Opt { default: Some(default), ..self }
    }

    /// The same with something to complete.
    pub const fn hint(self, hint: Hint) -> Opt {
        Opt { hint, ..self }
    }

    /// The same, not shown.
    pub const fn hidden(self) -> Opt {
        Opt { hidden: true, ..self }
    }

    /// The name of the value, where there is one.
    pub fn value_name(&self) -> Option<&'static str> {
        match self.value {
            Value::None | Value::Rest(_) => None,
            Value::Required(name)
            | Value::Optional(name)
            | Value::OptionalNumber(name)
            | Value::Attached(name) => Some(name),
        }
    }

    /// `--name <value>`, as the help has it.
    pub fn spelled(&self) -> String {
        let Opt { name, .. } = self;
        match self.value {
            Value::None | Value::Rest(_) => format!("--{name}"),
            Value::Required(value) => format!("--{name} <{value}>"),
            Value::Optional(value) | Value::OptionalNumber(value) => format!("--{name} [{value}]"),
            Value::Attached(value) => format!("--{name}[={value}]"),
        }
    }
}

/// What is wrong with a table of rows; for the tests of the tables.
pub fn faults(options: &[Opt]) -> Vec<String> {
    let mut faults = Vec::new();
    for (index, option) in options.iter().enumerate() {
        let name = option.name;
        if options[..index].iter().any(|other| other.name == name) {
            faults.push(format!("--{name} has two rows"));
        }
        if !option.help.ends_with('.') || !option.help.starts_with(|c: char| c.is_uppercase()) {
            faults.push(format!("--{name}: the help is no sentence: {:?}", option.help));
        }
        if !option.help.is_ascii() {
            faults.push(format!("--{name}: the help is not ASCII"));
        }
    }
    faults
}
