//! Where lines come from: a person at a prompt, with history and completion, or a pipe. Both are
//! read on a thread of their own.

use std::io::{BufRead as _, BufReader};

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::FileHistory;
use rustyline::validate::Validator;
use rustyline::{Config, Context, Editor, ExternalPrinter, Helper};
use tokio::sync::{mpsc, oneshot};

use super::verbs::VERBS;
use crate::limits;
use crate::tools::{Failure, Input, Io, typing};

/// What comes from the thread.
pub(super) enum Typed {
    Line(String),
    /// Ctrl-C: the line is to be forgotten.
    Interrupted,
    Failed(String),
    /// By this can be printed while the prompt waits.
    Printer(Box<dyn ExternalPrinter + Send>),
    /// Completion asks for the paths of a node's children.
    Below(String, oneshot::Sender<Vec<String>>),
}

/// The input. A line is read when it is asked for, so that what is said of the one before stands
/// before the next prompt.
pub(super) struct Prompt {
    typed: mpsc::Receiver<Typed>,
    ask: std::sync::mpsc::Sender<String>,
}

impl Prompt {
    /// Makes the input ready.
    pub(super) fn open(io: &Io) -> Result<Prompt, Failure> {
        let (sender, typed) = mpsc::channel(1);
        let (ask, asked) = std::sync::mpsc::channel();
        if io.stdin.is_terminal() {
            let history = typing::history(&io.environment, "zkCli");
            typing::start(move || at_terminal(history.as_deref(), &asked, &sender))?;
        } else {
            let input = io.stdin.clone();
            typing::start(move || from_pipe(input, &asked, &sender))?;
        }
        Ok(Prompt { typed, ask })
    }

    /// Asks for a line.
    pub(super) fn ask(&self, prompt: String) {
        // A thread that is gone has come to the end of the input, which is told by `next`.
        let _ = self.ask.send(prompt);
    }

    /// What comes next; none at the end of the input.
    pub(super) async fn next(&mut self) -> Option<Typed> {
        self.typed.recv().await
    }
}

fn from_pipe(
    input: Input,
    asked: &std::sync::mpsc::Receiver<String>,
    sender: &mpsc::Sender<Typed>,
) {
    let mut input = BufReader::new(input);
    while asked.recv().is_ok() {
        let mut line = Vec::new();
        let typed = match input.read_until(b'\n', &mut line) {
            Ok(0) => return,
            Ok(_) => Typed::Line(String::from_utf8_lossy(&line).trim_end().to_owned()),
            Err(error) => Typed::Failed(crate::base::error::io_text(&error)),
        };
        let is_last = !matches!(typed, Typed::Line(_));
        if sender.blocking_send(typed).is_err() || is_last {
            return;
        }
    }
}

fn at_terminal(
    history: Option<&std::path::Path>,
    asked: &std::sync::mpsc::Receiver<String>,
    sender: &mpsc::Sender<Typed>,
) {
    let mut editor = match editor(sender) {
        Ok(editor) => editor,
        Err(error) => {
            let _ = sender.blocking_send(Typed::Failed(error.to_string()));
            return;
        }
    };
    if let Some(file) = history {
        let _ = editor.load_history(file);
    }
    while let Ok(prompt) = asked.recv() {
        if let Ok(printer) = editor.create_external_printer() {
            let _ = sender.blocking_send(Typed::Printer(Box::new(printer)));
        }
        let typed = match editor.readline(&prompt) {
            Ok(line) => {
                let _ = editor.add_history_entry(&line);
                if let Some(file) = history {
                    let _ = editor.append_history(file);
                }
                Typed::Line(line)
            }
            Err(ReadlineError::Eof) => return,
            Err(ReadlineError::Interrupted) => Typed::Interrupted,
            Err(error) => Typed::Failed(error.to_string()),
        };
        let is_last = matches!(typed, Typed::Failed(_));
        if sender.blocking_send(typed).is_err() || is_last {
            return;
        }
    }
}

fn editor(sender: &mpsc::Sender<Typed>) -> rustyline::Result<Editor<Names, FileHistory>> {
    let config = Config::builder()
        .max_history_size(limits::TOOL_HISTORY_LINES_MAX)?
        .completion_type(rustyline::CompletionType::List)
        .build();
    let mut editor = Editor::with_config(config)?;
    editor.set_helper(Some(Names { sender: sender.clone() }));
    Ok(editor)
}

/// Completes the names of commands, and of nodes below the one typed so far.
struct Names {
    sender: mpsc::Sender<Typed>,
}

impl Names {
    fn below(&self, path: &str) -> Vec<String> {
        let (answer, names) = oneshot::channel();
        match self.sender.blocking_send(Typed::Below(path.to_owned(), answer)) {
            Ok(()) => names.blocking_recv().unwrap_or_default(),
            Err(_) => Vec::new(),
        }
    }
}

/// Where the word before the cursor starts.
fn word_start(line: &str) -> usize {
    line.rfind(char::is_whitespace).map_or(0, |at| at + 1)
}

/// The node whose children could be what a word begins.
fn folder(word: &str) -> Option<&str> {
    let (above, _) = word.rsplit_once('/')?;
    word.starts_with('/').then_some(if above.is_empty() { "/" } else { above })
}

impl Completer for Names {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        let line = line.get(..position).unwrap_or(line);
        let start = word_start(line);
        let word = line.get(start..).unwrap_or_default();
        let mut offered = match folder(word) {
            _ if start == 0 => VERBS.iter().map(|verb| format!("{} ", verb.name)).collect(),
            Some(folder) => self.below(folder),
            None => Vec::new(),
        };
        offered.retain(|name| name.starts_with(word));
        Ok((start, offered))
    }
}

impl Hinter for Names {
    type Hint = String;
}
impl Highlighter for Names {}
impl Validator for Names {}
impl Helper for Names {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_completed_below_the_node_it_names() {
        let cases = [
            ("ls /", 3, Some("/")),
            ("ls /bro", 3, Some("/")),
            ("ls -s /brokers/", 6, Some("/brokers")),
            ("get /a/b/c", 4, Some("/a/b")),
            ("get bro", 4, None),
            ("get a/b", 4, None),
        ];
        for (line, start, expected) in cases {
            assert_eq!(word_start(line), start, "{line}");
            assert_eq!(folder(&line[start..]), expected, "{line}");
        }
    }

    #[tokio::test]
    async fn a_pipe_is_read_line_by_line_as_it_is_asked() {
        let mut prompt = Prompt::open(&Io::captured("tool", b"one\r\n\ntwo")).unwrap();
        for expected in [Some("one"), Some(""), Some("two"), None] {
            prompt.ask(String::new());
            match (prompt.next().await, expected) {
                (Some(Typed::Line(line)), Some(expected)) => assert_eq!(line, expected),
                (None, None) => {}
                _ => panic!("not {expected:?}"),
            }
        }
    }
}
