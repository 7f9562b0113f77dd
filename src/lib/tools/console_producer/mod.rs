//! kafka-console-producer: sends lines of standard input as records.
//!
//!     seq 1 8 | kafka-console-producer --topic test8
//!
//! Exits 0 where every record was delivered, 1 where one was not (Kafka's exits 0 then too).

mod args;
mod input;
mod options;
mod reader;
#[cfg(test)]
mod tests;

use std::io;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::options::Parsed;
use super::{Ended, Exit, Failure, Io, Manual, Misuse, Run, Tool, clients};
use crate::base::error::{Chain, io_text};
use crate::kafka::client::admin::Admin;
use crate::kafka::client::producer::{Producer, Record};
use crate::kafka::client::{Client, Cluster, Error, Topics};
use args::{Args, client_failure};
use input::{Prompt, Typed};
use reader::{Cut, Line, Lines};

/// The program.
pub static TOOL: Tool = Tool {
    name: "kafka-console-producer",
    about: "sends lines of standard input as records",
    manual: Manual {
        intro: "This tool helps to read data from standard input and publish it to Kafka.",
        bare: Some("Missing required option(s) [bootstrap-server]"),
        usage: &["--topic name [--property key=value]... [options]"],
        details: "Each line becomes the value of a record; lines end in a line feed, a carriage \
                  return or both, and their bytes are sent as they are. Where no address is given \
                  the broker on localhost:9092 is asked.\n\nLines without a key go round the \
                  partitions one by one. --producer-property partitioner.class takes Kafka's names \
                  of other ways.\n\nAt a terminal there is a prompt, whose lines can be edited and \
                  recalled, also in later runs; a line is sent when it is entered, and a failure is \
                  said before the next. From a pipe or a file records are gathered into batches; \
                  where the input is a file and standard error a terminal, a bar shows how far it \
                  is.\n\nUnlike Kafka's tool, this one exits with 1 where any record was not \
                  delivered.",
        examples: &[
            "seq 1 8 | kafka-console-producer --topic test8",
            "kafka-console-producer --topic orders --property parse.key=true --property key.separator=: < orders.txt",
        ],
        exits: &[
            (0, "all records were delivered"),
            (1, "one was not, or the line is misused, or this help was asked for"),
            (130, "Ctrl-C at the prompt"),
        ],
    },
    options: options::OPTIONS,
    misuse: Misuse::Usage,
    run: Run::Async(|parsed, io| Box::pin(run(parsed, io))),
};

async fn run(parsed: Parsed, io: &mut Io) -> Ended {
    let args = Args::from(&parsed, io)?;
    let client = Client::new(args.options.clone());
    clients::greet(&client, io).await?;
    let producer = Producer::new(client, args.settings.clone());
    let mut feed = Feed { args, producer, turn: Turn::default(), number: 0, failed: false };
    feed.meet_topic().await;
    let ended = match io.stdin.is_terminal() && io.stdout.is_terminal() {
        true => feed.read_prompt(io).await,
        false => feed.read_stream(io).await,
    };
    // What was read before a line that cannot be is sent all the same.
    feed.producer.flush().await;
    feed.report(io)?;
    match ended? {
        Exit::OK if feed.failed => Ok(Exit::FAILED),
        exit => Ok(exit),
    }
}

/// The partitions of the topic, one after the other.
#[derive(Debug, Default)]
struct Turn {
    partitions: Vec<i32>,
    next: usize,
}

impl Turn {
    /// Learns which partitions can be written to.
    fn learn(&mut self, cluster: &Cluster, topic: &str) {
        let partitions = cluster.topics.get(topic).map_or(&[][..], |topic| &topic.partitions);
        let led = partitions.iter().filter(|partition| partition.leader.is_some());
        self.partitions = led.map(|partition| partition.index).collect();
    }

    fn take(&mut self) -> Option<i32> {
        let partition = self.partitions.get(self.next % self.partitions.len().max(1)).copied();
        self.next = self.next.wrapping_add(1);
        partition
    }
}

/// Lines on their way to records.
struct Feed {
    args: Args,
    producer: Producer,
    turn: Turn,
    /// How many lines were read.
    number: u64,
    /// Whether a record was not delivered.
    failed: bool,
}

impl Feed {
    /// Learns of the topic before the first line needs a partition; the brokers create it where
    /// they may. What cannot be learnt here the first record will say.
    async fn meet_topic(&mut self) {
        let client = self.producer.client();
        let names = [self.args.topic.clone()];
        let Ok(cluster) = client.refresh(Topics::Named(&names), true).await else { return };
        let topic = cluster.topics.get(&self.args.topic);
        let is_coming = topic.is_some_and(|topic| topic.error.is_retriable());
        if cluster.partition_count(&self.args.topic).is_none() && is_coming {
            let admin = Admin::over(client.clone());
            let appears = admin.await_topic(&self.args.topic);
            let _ = tokio::time::timeout(self.args.settings.max_block, appears).await;
        }
        self.turn.learn(&self.producer.client().cluster(), &self.args.topic);
    }

    async fn read_stream(&mut self, io: &mut Io) -> Ended {
        let mut pieces = input::pieces(io.stdin.clone())?;
        let bar = progress(io);
        let mut lines = Lines::default();
        while let Some(piece) = pieces.recv().await {
            let piece = piece.map_err(unreadable)?;
            let mut rest = piece.as_slice();
            loop {
                match lines.next(&mut rest) {
                    Cut::Here(line) => self.line(line, io).await?,
                    Cut::Joined => self.line(&lines.joined(), io).await?,
                    Cut::More => break,
                }
            }
            self.report(io)?;
            self.turn.learn(&self.producer.client().cluster(), &self.args.topic);
            if let Some(bar) = &bar {
                bar.inc(piece.len() as u64);
            }
        }
        if let Some(line) = lines.rest() {
            self.line(&line, io).await?;
        }
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        Ok(Exit::OK)
    }

    async fn read_prompt(&mut self, io: &mut Io) -> Ended {
        let mut prompt = Prompt::open(io)?;
        while let Some(typed) = prompt.next().await {
            match typed {
                Typed::Line(line) => self.line(line.as_bytes(), io).await?,
                Typed::Interrupted => return Ok(Exit(130)),
                Typed::Failed(why) => return Err(Failure::named(why)),
            }
            // A person wants to know before the next line whether this one arrived.
            self.producer.flush().await;
            self.report(io)?;
        }
        Ok(Exit::OK)
    }

    /// Sends one line.
    async fn line(&mut self, bytes: &[u8], io: &mut Io) -> Result<(), Failure> {
        self.number += 1;
        let line = match self.args.reader.is_plain() {
            true => Line { value: Some(bytes), ..Line::default() },
            false => self.args.reader.read(bytes, self.number)?,
        };
        let partition = match self.args.in_turn && line.key.is_none() {
            true => self.turn.take(),
            false => None,
        };
        let record = Record {
            topic: &self.args.topic,
            partition,
            key: line.key,
            value: line.value,
            headers: &line.headers,
            ..Record::default()
        };
        let sent = match self.args.sync {
            true => self.producer.deliver(&record).await.map(drop),
            false => self.producer.send(&record).await,
        };
        let Err(error) = sent else { return Ok(()) };
        match error {
            // The next record may be smaller.
            Error::RecordTooLarge { .. } if !self.args.sync => {
                self.failed = true;
                Ok(io.complain(&undelivered(&record, &error))?)
            }
            error => Err(client_failure(&error)),
        }
    }

    /// Says what was not delivered since the last time.
    fn report(&mut self, io: &mut Io) -> Result<(), Failure> {
        if self.producer.failed_records() == 0 {
            return Ok(());
        }
        self.failed = true;
        for failed in self.producer.take_failures() {
            let (topic, partition) = (&self.args.topic, failed.partition.partition);
            let (count, why) = (failed.count, Chain(&failed.error));
            io.complain(&format!(
                "Error when sending {count} messages to topic {topic}, partition {partition}, with \
                 error: {why}"
            ))?;
        }
        Ok(())
    }
}

/// Kafka's words for a record that was not delivered.
fn undelivered(record: &Record<'_>, error: &Error) -> String {
    let size = |bytes: Option<&[u8]>| {
        bytes.map_or_else(|| "null".to_owned(), |bytes| format!("{} bytes", bytes.len()))
    };
    format!(
        "Error when sending message to topic {} with key: {}, value: {} with error: {}",
        record.topic,
        size(record.key),
        size(record.value),
        Chain(error)
    )
}

fn unreadable(error: io::Error) -> Failure {
    Failure::named(format!("cannot read the input: {}", io_text(&error)))
}

/// A bar for someone who watches a file being sent.
fn progress(io: &Io) -> Option<ProgressBar> {
    let total = io.stdin.file_len().filter(|_| io.stderr.is_terminal())?;
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    let template = "{bar:40} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
    // A template that cannot be read leaves the default one.
    Some(match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    })
}
