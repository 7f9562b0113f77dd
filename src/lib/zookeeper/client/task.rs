//! The task behind a client: finds servers, and runs the session machine over the connection.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{info, warn};

use super::connect_string::ConnectString;
use super::retry::Rounds;
use super::session::{Action, Event, Session};
use super::{Command, Options, Status, Waiter};
use crate::base::error::io_text;
use crate::base::rng::Rng;
use crate::limits;
use crate::net::socket::{FrameReader, FrameWriter, Stream};

const LOGGER: &str = "org.apache.zookeeper.ClientCnxn";
/// The least time a server gets to take a connection, however many there are.
const CONNECT_TIMEOUT_MIN: Duration = Duration::from_millis(500);
/// Commands taken before what they ask for is written, so that a burst goes out in one piece.
const COMMANDS_A_TURN: usize = 256;

pub(super) struct Task {
    servers: ConnectString,
    options: Options,
    rounds: Rounds,
    session: Session<Waiter>,
    commands: mpsc::Receiver<Command>,
    /// All handles are gone, or the session is being closed.
    deaf: bool,
    closers: Vec<oneshot::Sender<()>>,
    events: mpsc::Sender<Event>,
    /// Events for which there was no room.
    held: VecDeque<Event>,
    status: watch::Sender<Status>,
    actions: Vec<Action<Waiter>>,
}

impl Task {
    pub(super) fn new(
        servers: ConnectString,
        options: Options,
        rng: Rng,
        commands: mpsc::Receiver<Command>,
        events: mpsc::Sender<Event>,
        status: watch::Sender<Status>,
    ) -> Task {
        Task {
            rounds: Rounds::new(servers.hosts.len(), rng),
            session: Session::new(
                servers.chroot.clone(),
                options.session_timeout,
                options.read_only,
            ),
            servers,
            options,
            commands,
            deaf: false,
            closers: Vec::new(),
            events,
            held: VecDeque::new(),
            status,
            actions: Vec::new(),
        }
    }

    pub(super) async fn run(mut self) {
        while !self.session.state().is_final() {
            if let Some(stream) = self.connect().await {
                self.session.opened(self.options.clock.now());
                let said = self.converse(stream).await;
                if !self.session.state().is_final() {
                    warn!(target: LOGGER, "Session {}: {said}", self.session.id());
                }
            }
            self.session.lost(&mut self.actions);
            self.carry_out();
        }
        // Whoever still asks is told by the dropped waiters; events that wait are delivered.
        self.commands.close();
        for event in std::mem::take(&mut self.held) {
            if self.events.send(event).await.is_err() {
                break;
            }
        }
    }

    /// Tries the next server. Commands are taken meanwhile.
    async fn connect(&mut self) -> Option<Stream> {
        let (index, wait) = self.rounds.next();
        let host = self.servers.hosts.get(index)?.clone();
        let share = self.session.timeout() / self.servers.hosts.len() as u32;
        let connecting = async {
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
            Stream::connect(&host.name, host.port, share.max(CONNECT_TIMEOUT_MIN)).await
        };
        let mut connecting = std::pin::pin!(connecting);
        loop {
            if self.session.state().is_final() {
                return None;
            }
            tokio::select! {
                biased;
                connected = &mut connecting => match connected {
                    Ok(stream) => return Some(stream),
                    Err(error) => {
                        let trouble = format!("cannot connect to {host}: {}", io_text(&error));
                        info!(target: LOGGER, "{trouble}");
                        self.status.send_modify(|status| status.trouble = Some(trouble));
                        return None;
                    }
                },
                command = self.commands.recv(), if self.hears() => self.take(command),
            }
        }
    }

    /// Talks to one server until the connection ends; says why it did.
    async fn converse(&mut self, stream: Stream) -> String {
        let (mut reader, mut writer) = stream.split();
        let mut unsent = Bytes::new();
        loop {
            if unsent.is_empty() {
                unsent = self.session.take_output();
            }
            if let Some(said) = self.turn(&mut reader, &mut writer, &mut unsent).await {
                return said;
            }
            if let Some(said) = self.carry_out() {
                return said;
            }
        }
    }

    /// Waits for one thing to happen and tells the session.
    async fn turn(
        &mut self,
        reader: &mut FrameReader,
        writer: &mut FrameWriter,
        unsent: &mut Bytes,
    ) -> Option<String> {
        let now = self.options.clock.now();
        let pause = self.session.deadline().map_or(Duration::from_secs(1), |at| at.since(now));
        let hears = self.hears();
        tokio::select! {
            biased;
            written = writer.drain(unsent), if !unsent.is_empty() => {
                return written.err().map(|error| io_text(&error));
            }
            frame = reader.frame(self.options.reply_bytes_max), if self.held.is_empty() => {
                match frame {
                    Ok(Some(frame)) => {
                        let now = self.options.clock.now();
                        self.session.frame(now, &frame, &mut self.actions);
                    }
                    Ok(None) => return Some("the server closed the connection".to_owned()),
                    Err(error) => return Some(io_text(&error)),
                }
            }
            // What waits is sent on when this turn is carried out.
            () = has_room(&self.events), if !self.held.is_empty() => {}
            command = self.commands.recv(), if hears => {
                self.take(command);
                for _ in 0..COMMANDS_A_TURN {
                    match self.commands.try_recv() {
                        Ok(command) if self.hears() => self.take(Some(command)),
                        Ok(command) => {
                            self.take(Some(command));
                            break;
                        }
                        Err(_) => break,
                    }
                }
            }
            () = tokio::time::sleep(pause) => {
                self.session.tick(self.options.clock.now(), &mut self.actions);
            }
        }
        None
    }

    fn hears(&self) -> bool {
        !self.deaf && self.session.pending() < limits::ZOOKEEPER_CLIENT_REQUESTS_MAX
    }

    fn take(&mut self, command: Option<Command>) {
        let now = self.options.clock.now();
        match command {
            Some(Command::Request(request, waiter)) => {
                self.session.submit(now, request, waiter, &mut self.actions);
            }
            Some(Command::Close(done)) => {
                self.closers.push(done);
                self.session.close(now, &mut self.actions);
            }
            None => {
                self.deaf = true;
                self.session.close(now, &mut self.actions);
            }
        }
    }

    /// Does what the session asks for; says why the connection is to be given up, if it is.
    fn carry_out(&mut self) -> Option<String> {
        let mut said = None;
        for action in self.actions.drain(..) {
            match action {
                // A caller that has gone does not mind.
                Action::Answer(waiter, answer) => drop(waiter.send(answer)),
                Action::Event(event) => {
                    if let Event::State(state) = event {
                        if state == super::State::Connected {
                            self.rounds.succeeded();
                        }
                        let (session, timeout) = (self.session.id(), self.session.timeout());
                        self.status.send_modify(|status| {
                            (status.state, status.session, status.timeout) =
                                (state, session, timeout);
                        });
                    }
                    self.held.push_back(event);
                }
                Action::Disconnect(why) => said = Some(why),
            }
        }
        while let Some(event) = self.held.pop_front() {
            match self.events.try_send(event) {
                Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
                Err(mpsc::error::TrySendError::Full(event)) => {
                    self.held.push_front(event);
                    break;
                }
            }
        }
        if self.session.state().is_final() {
            self.closers.clear();
        }
        said
    }
}

/// Returns when an event can be sent, or nobody takes any.
async fn has_room(events: &mpsc::Sender<Event>) {
    drop(events.reserve().await);
}
