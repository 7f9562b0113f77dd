//! A session that commands are given to: its events, its history, how it begins and ends.

use std::fmt;
use std::time::Duration;

use rustyline::ExternalPrinter;
use tokio::sync::oneshot;

use super::input::{Prompt, Typed};
use super::refusal::{Done, Refusal};
use super::verbs::{self, VERBS};
use super::words::{self, Given};
use super::{Flavour, nodes, watches};
use crate::base::clock::Clock;
use crate::base::disk::Disk;
use crate::tools::{Failure, Io, clients};
use crate::zookeeper::client::{Client, ConnectString, Event, Events, Options, State};

/// How far back `history` looks.
const HISTORY_SHOWN: usize = 10;
/// How long completion waits for the names below a node.
const COMPLETE_WITHIN: Duration = Duration::from_secs(1);

/// Where commands are done.
pub(super) struct Shell<'io> {
    io: &'io mut Io,
    flavour: Flavour,
    options: Options,
    servers: ConnectString,
    session: Option<(Client, Events)>,
    /// Whether events are printed.
    pub(super) prints_watches: bool,
    /// What was typed so far.
    typed: Vec<String>,
    /// Prints above a prompt that waits.
    printer: Option<Box<dyn ExternalPrinter + Send>>,
    /// The exit code of the last command.
    code: u8,
    has_quit: bool,
}

impl fmt::Debug for Shell<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shell").field("servers", &self.servers).finish_non_exhaustive()
    }
}

impl<'io> Shell<'io> {
    /// Starts a session; see [`Shell::connected`].
    pub(super) fn start(
        servers: ConnectString,
        options: Options,
        flavour: Flavour,
        io: &'io mut Io,
    ) -> Shell<'io> {
        let session = Some(Client::start(&servers, options.clone()));
        Shell {
            io,
            flavour,
            options,
            servers,
            session,
            prints_watches: true,
            typed: Vec::new(),
            printer: None,
            code: 0,
            has_quit: false,
        }
    }

    /// Waits for the session.
    pub(super) async fn connected(&mut self, within: Duration) -> Result<(), Failure> {
        let Some((client, _)) = &self.session else { return Ok(()) };
        let greeted = clients::greet_zookeeper(client, within, self.io).await?;
        greeted.map_err(Failure::named)
    }

    /// The session to ask in.
    pub(super) fn client(&self) -> Result<Client, Refusal> {
        match &self.session {
            Some((client, _)) if !client.state().is_final() => Ok(client.clone()),
            _ => Err(Refusal::NotConnected),
        }
    }

    pub(super) fn clock(&self) -> Clock {
        self.io.clock.clone()
    }

    pub(super) fn disk(&self) -> &Disk {
        &self.io.disk
    }

    /// Prints a line, after the events that came before it.
    pub(super) fn say(&mut self, line: &str) -> Done {
        self.show_events()?;
        Ok(self.io.stdout.line(line)?)
    }

    /// The same on standard error, which is where ZooKeeper's client says some of what went well.
    pub(super) fn warn(&mut self, line: &str) -> Done {
        self.show_events()?;
        Ok(self.io.complain(line)?)
    }

    /// Prints the events that have come.
    pub(super) fn show_events(&mut self) -> Done {
        while let Some((_, events)) = &mut self.session {
            let Some(event) = events.try_next() else { break };
            self.show(&event)?;
        }
        Ok(())
    }

    fn show(&mut self, event: &Event) -> Done {
        if !self.prints_watches {
            return Ok(());
        }
        let text = watches::shown(event, self.flavour == Flavour::Apache);
        match &mut self.printer {
            // A printer that fails has lost the terminal, and the prompt will tell.
            Some(printer) => drop(printer.print(format!("{text}\n"))),
            None => self.io.stdout.line(&text)?,
        }
        Ok(())
    }

    /// Ends the session without a word.
    pub(super) async fn end(&mut self) -> Result<u8, Failure> {
        let shown = self.show_events();
        if let Some((client, _)) = self.session.take() {
            client.close().await;
        }
        failed(shown)?;
        Ok(self.code)
    }

    /// Does what a line of words says; only an output that cannot be written is a failure.
    pub(super) async fn execute(&mut self, words: &[String]) -> Result<(), Failure> {
        let before = self.code;
        let done = Box::pin(self.act(words)).await;
        // Who quits leaves with the code of the command before.
        self.code = if self.has_quit { before } else { 0 };
        let said = match done {
            Ok(()) => self.show_events(),
            Err(Refusal::NotConnected) => self.say("Not connected"),
            Err(Refusal::Said(message, code)) => {
                self.code = code;
                self.warn(&message)
            }
            Err(Refusal::Output(error)) => return Err(error.into()),
        };
        failed(said)
    }

    async fn act(&mut self, line: &[String]) -> Done {
        let Some((name, rest)) = line.split_first() else { return Ok(()) };
        let Some(verb) = verbs::find(name) else {
            self.show_usage()?;
            let twice = format!("Command not found: Command not found {name}");
            return Err(Refusal::Said(twice, 127));
        };
        if verb.needs_session {
            self.client()?;
        }
        let given = Given::read(verb.options, rest)?;
        if !verb.words.contains(&given.words().len()) {
            return Err(Refusal::said(verb.usage()));
        }
        (verb.act)(self, given).await
    }

    fn show_usage(&mut self) -> Done {
        let options = match self.flavour {
            Flavour::Kafka => "[-zk-tls-config-file <file>]",
            Flavour::Apache => "-client-configuration properties-file",
        };
        self.warn(&format!("ZooKeeper -server host:port {options} cmd args"))?;
        VERBS.iter().try_for_each(|verb| self.warn(&format!("\t{}", verb.usage())))
    }

    /// Does what is typed until the input ends, or `quit`.
    pub(super) async fn converse(&mut self) -> Result<(), Failure> {
        let at_terminal = self.io.stdin.is_terminal();
        self.io.stdout.line("Welcome to ZooKeeper!")?;
        let editing = if at_terminal { "enabled" } else { "disabled" };
        self.io.stdout.line(&format!("JLine support is {editing}"))?;
        let mut prompt = Prompt::open(self.io)?;
        while !self.has_quit {
            self.io.stdout.flush()?;
            prompt.ask(self.prompt());
            let Some(line) = self.next_line(&mut prompt).await? else { break };
            let words = words::cut(&line);
            if !words.is_empty() {
                self.typed.push(line.trim().to_owned());
                self.execute(&words).await?;
            }
        }
        Ok(())
    }

    /// Waits for a line, and shows meanwhile what happens.
    async fn next_line(&mut self, prompt: &mut Prompt) -> Result<Option<String>, Failure> {
        loop {
            let typed = tokio::select! {
                typed = prompt.next() => typed,
                event = next_event(&mut self.session) => {
                    failed(self.show(&event))?;
                    self.io.stdout.flush()?;
                    continue;
                }
            };
            match typed {
                None => return Ok(None),
                Some(Typed::Line(line)) => {
                    self.printer = None;
                    return Ok(Some(line));
                }
                Some(Typed::Interrupted) => prompt.ask(self.prompt()),
                Some(Typed::Failed(why)) => {
                    return Err(Failure::named(format!("cannot read the input: {why}")));
                }
                Some(Typed::Printer(printer)) => self.printer = Some(printer),
                Some(Typed::Below(path, answer)) => self.complete(&path, answer).await,
            }
        }
    }

    /// Tells completion the names below a node; none where they cannot be had soon.
    async fn complete(&self, path: &str, answer: oneshot::Sender<Vec<String>>) {
        let mut names = Vec::new();
        if let Ok(client) = self.client()
            && let Ok(Ok((found, _))) =
                tokio::time::timeout(COMPLETE_WITHIN, client.children(path, false)).await
        {
            names = found.iter().map(|name| nodes::child(path, name)).collect();
            names.sort();
        }
        // Who asked may have gone on.
        let _ = answer.send(names);
    }

    fn prompt(&self) -> String {
        let state = match self.session.as_ref().map(|(client, _)| client.state()) {
            Some(State::Connecting) => "CONNECTING",
            Some(State::Connected) => "CONNECTED",
            Some(State::AuthFailed) => "AUTH_FAILED",
            Some(State::Expired | State::Closed) | None => "CLOSED",
        };
        format!("[zk: {}({state}) {}] ", self.servers, self.typed.len())
    }
}

async fn next_event(session: &mut Option<(Client, Events)>) -> Event {
    if let Some((_, events)) = session
        && let Some(event) = events.next().await
    {
        return event;
    }
    std::future::pending().await
}

/// What is left of a command's outcome that ends the program.
fn failed(done: Done) -> Result<(), Failure> {
    match done {
        Err(Refusal::Output(error)) => Err(error.into()),
        _ => Ok(()),
    }
}

/// Ends the session and shows that.
pub(super) async fn close(shell: &mut Shell<'_>, _: Given) -> Done {
    let client = shell.client()?;
    client.close().await;
    shell.show_events()?;
    shell.session = None;
    Ok(())
}

pub(super) async fn quit(shell: &mut Shell<'_>, given: Given) -> Done {
    shell.has_quit = true;
    if shell.client().is_ok() {
        close(shell, given).await?;
    }
    Ok(())
}

/// Another session, with the servers named or with those it had.
pub(super) async fn connect(shell: &mut Shell<'_>, given: Given) -> Done {
    if let Some(servers) = given.words().first() {
        shell.servers = ConnectString::parse(servers).map_err(Refusal::said)?;
    }
    if shell.client().is_ok() {
        close(shell, Given::default()).await?;
    }
    shell.session = Some(Client::start(&shell.servers, shell.options.clone()));
    Ok(())
}

pub(super) async fn history(shell: &mut Shell<'_>, _: Given) -> Done {
    let from = shell.typed.len().saturating_sub(HISTORY_SHOWN + 1);
    for at in from..shell.typed.len() {
        let line = format!("{at} - {}", shell.typed[at]);
        shell.say(&line)?;
    }
    Ok(())
}

/// Does again what was typed under a number; that takes its own place in the history.
pub(super) async fn redo(shell: &mut Shell<'_>, given: Given) -> Done {
    let this = shell.typed.len().saturating_sub(1);
    let number = given.word(0);
    let at: usize = number
        .parse()
        .map_err(|_| Refusal::said(format!("redo: not a whole number: '{number}'")))?;
    if at >= this {
        return Err(Refusal::said("Command index out of range"));
    }
    let line = shell.typed[at].clone();
    shell.typed[this] = line.clone();
    Box::pin(shell.act(&words::cut(&line))).await
}
