//! Where lines come from: a pipe or file in large pieces, a person line by line. Both are read on a
//! thread of their own, because reading waits and the event loop must not.

use std::io::{self, Read as _};

use rustyline::error::ReadlineError;
use rustyline::history::FileHistory;
use rustyline::{Config, Editor};
use tokio::sync::mpsc;

use super::super::typing::{self, start};
use super::super::{Failure, Input, Io};
use crate::limits;

/// How much is read at a time, in bytes.
const PIECE_BYTES: usize = 256 * 1024;

/// Reads a stream to its end, in pieces.
pub(super) fn pieces(mut input: Input) -> Result<mpsc::Receiver<io::Result<Vec<u8>>>, Failure> {
    let (sender, pieces) = mpsc::channel(limits::TOOL_PIECES_QUEUED_MAX);
    start(move || {
        loop {
            let mut piece = vec![0; PIECE_BYTES];
            let read = input.read(&mut piece).map(|count| {
                piece.truncate(count);
                piece
            });
            let is_last = read.as_ref().map_or(true, Vec::is_empty);
            // Nobody listens any more: the tool has ended.
            if sender.blocking_send(read).is_err() || is_last {
                return;
            }
        }
    })?;
    Ok(pieces)
}

/// What a person did at the prompt.
#[derive(Debug)]
pub(super) enum Typed {
    Line(String),
    /// Ctrl-C.
    Interrupted,
    Failed(String),
}

/// The prompt. A line is asked for when the one before it is dealt with, so that what is said of it
/// stands before the next prompt.
#[derive(Debug)]
pub(super) struct Prompt {
    typed: mpsc::Receiver<Typed>,
    ask: std::sync::mpsc::Sender<()>,
}

impl Prompt {
    /// Makes the terminal ready; what was typed in earlier runs can be recalled.
    pub(super) fn open(io: &Io) -> Result<Prompt, Failure> {
        let history = typing::history(&io.environment, "kafka-console-producer");
        let (sender, typed) = mpsc::channel(1);
        let (ask, asked) = std::sync::mpsc::channel::<()>();
        start(move || {
            let mut editor = match editor() {
                Ok(editor) => editor,
                Err(error) => {
                    let _ = sender.blocking_send(Typed::Failed(error.to_string()));
                    return;
                }
            };
            if let Some(file) = &history {
                let _ = editor.load_history(file);
            }
            while asked.recv().is_ok() {
                let typed = match editor.readline(">") {
                    Ok(line) => {
                        let _ = editor.add_history_entry(&line);
                        if let Some(file) = &history {
                            let _ = editor.append_history(file);
                        }
                        Typed::Line(line)
                    }
                    Err(ReadlineError::Eof) => return,
                    Err(ReadlineError::Interrupted) => Typed::Interrupted,
                    Err(error) => Typed::Failed(error.to_string()),
                };
                let is_last = !matches!(typed, Typed::Line(_));
                if sender.blocking_send(typed).is_err() || is_last {
                    return;
                }
            }
        })?;
        Ok(Prompt { typed, ask })
    }

    /// Asks for a line; none at the end of the input.
    pub(super) async fn next(&mut self) -> Option<Typed> {
        self.ask.send(()).ok()?;
        self.typed.recv().await
    }
}

fn editor() -> rustyline::Result<Editor<(), FileHistory>> {
    let config = Config::builder().max_history_size(limits::TOOL_HISTORY_LINES_MAX)?.build();
    Editor::with_config(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stream_comes_in_pieces_and_ends_with_none() {
        let bytes = vec![b'x'; PIECE_BYTES + 1];
        let mut pieces = pieces(Io::captured("tool", &bytes).stdin).unwrap();
        let mut lengths = Vec::new();
        while let Some(piece) = pieces.recv().await {
            lengths.push(piece.unwrap().len());
        }
        assert_eq!(lengths, [PIECE_BYTES, 1, 0]);
    }
}
