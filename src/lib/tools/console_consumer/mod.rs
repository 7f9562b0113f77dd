//! kafka-console-consumer: prints records.
//!
//!     kafka-console-consumer --topic test8 --from-beginning
//!
//! Exits 0 where it came to an end (all it was asked for, a timeout, a reader that went away), 1
//! where a record could not be printed, 130 after Ctrl-C, 143 after SIGTERM.

mod args;
mod formatter;
mod old;
mod options;
#[cfg(test)]
mod tests;

use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use super::options::Parsed;
use super::stops::Stops;
use super::{Ended, Exit, Io, Manual, Misuse, Run, Tool, clients};
use crate::base::clock::Instant;
use crate::base::error::Chain;
use crate::kafka::client::consumer::{Consumer, Fetched, Subscribed};
use crate::kafka::client::{Client, Error, Topics};
use crate::kafka::types::TopicPartition;
use args::{Args, From, Servers, Source};
use formatter::Unprintable;

/// The program.
pub static TOOL: Tool = Tool {
    name: "kafka-console-consumer",
    about: "prints the records of topics",
    manual: Manual {
        intro: "This tool helps to read data from Kafka topics and outputs it to standard output.",
        bare: Some(
            "This tool helps to read data from Kafka topics and outputs it to standard output.",
        ),
        usage: &[
            "--topic name [--from-beginning] [options]",
            "--topic name --partition n [--offset earliest|latest|n] [options]",
            "--include regex [options]",
        ],
        details: "Prints what comes until it is stopped, or until --max-messages or --timeout-ms \
                  end it. At the end it says on standard error how many records there were. Where \
                  no address is given the broker on localhost:9092 is asked.\n\nWithout --group \
                  nothing is remembered: each run begins at the end of the topic, or with \
                  --from-beginning at its beginning. The members of a group share the partitions, \
                  and the next run goes on where the last one ended.\n\nValues are printed as they \
                  are. Other columns, separators and deserializers are chosen with --property; \
                  deserializers have Kafka's names, with or without their package: String, \
                  Integer, Long, Short, Float, Double, UUID, Boolean, ByteArray and Bytes, each \
                  followed by Deserializer.\n\n--formatter takes Kafka's names, old and new. What \
                  the brokers keep in __consumer_offsets and __transaction_state is printed by \
                  OffsetsMessageFormatter, GroupMetadataMessageFormatter and \
                  TransactionLogMessageFormatter: as JSON under the names of \
                  org.apache.kafka.tools.consumer, as lines under those of kafka.coordinator.",
        examples: &[
            "kafka-console-consumer --topic test8 --from-beginning",
            "kafka-console-consumer --topic orders --group billing --property print.key=true",
        ],
        exits: &[
            (0, "it came to its end"),
            (1, "failed or misused, or this help was asked for"),
            (130, "stopped by INT (Ctrl-C)"),
            (143, "stopped by TERM"),
        ],
    },
    options: options::OPTIONS,
    misuse: Misuse::Usage,
    run: Run::Async(|parsed, io| Box::pin(run(parsed, io))),
};

/// The log in which Kafka's tool says why it ends.
const LOGGER: &str = "org.apache.kafka.tools.consumer.ConsoleConsumer";
/// How long a member takes at most to leave its group.
const CLOSE_WITHIN: Duration = Duration::from_secs(5);
/// How long nothing happens before the loop looks up, where nothing else sets a time.
const IDLE: Duration = Duration::from_secs(3_600);

async fn run(parsed: Parsed, io: &mut Io) -> Ended {
    let args = Args::from(&parsed, io)?;
    for warning in &args.warnings {
        io.complain(warning)?;
    }
    let servers = match &args.servers {
        Servers::Brokers(servers) => servers.clone(),
        Servers::ZooKeeper(servers) => old::brokers(servers, io).await?,
    };
    let client = Client::new(clients::options(&servers, &args.properties, io)?);
    clients::greet(&client, io).await?;
    let consumer = Consumer::new(client, args.settings.clone());
    let mut reading = Reading { consumer, watch: None, count: 0, last: io.clock.now() };
    let mut stops = Stops::new()?;
    let end = match reading.begin(&args) {
        Err(error) => End::Receive(error),
        Ok(()) => tokio::select! {
            end = reading.read(&args, io) => end,
            exit = stops.next() => End::Stopped(exit),
        },
    };
    finish(reading, end, &args, io).await
}

/// How the reading came to its end.
#[derive(Debug)]
enum End {
    /// As many as were asked for.
    Full,
    TimedOut(Duration),
    Receive(Error),
    Unprintable(Unprintable),
    /// Nobody reads what is printed.
    Closed(io::Error),
    Stopped(Exit),
}

/// Says how it ended, in Kafka's order.
async fn finish(reading: Reading, end: End, args: &Args, io: &mut Io) -> Ended {
    const TERMINATING: &str = "Error processing message, terminating consumer process: ";
    match &end {
        End::TimedOut(after) => {
            let ms = after.as_millis();
            tracing::error!(target: LOGGER, "{TERMINATING} no record within {ms} ms");
        }
        End::Receive(error) => {
            tracing::error!(target: LOGGER, "{TERMINATING} {}", Chain(error));
        }
        _ => {}
    }
    // A reader that went away is no reason to stay in the group.
    let mut flushed = io.stdout.flush();
    let count = reading.count;
    if let Err(error) = reading.consumer.close(CLOSE_WITHIN).await {
        tracing::error!(target: LOGGER, "cannot leave the group: {}", Chain(&error));
    }
    io.stderr.line(&format!("Processed a total of {count} messages"))?;
    io.stderr.flush()?;
    if args.systest_events && flushed.is_ok() {
        flushed = io.stdout.line("shutdown_complete");
    }
    match end {
        End::Stopped(exit) => Ok(exit),
        End::Unprintable(Unprintable(why)) => {
            tracing::error!(target: LOGGER, "Unknown error when running consumer:  {why}");
            Ok(Exit::FAILED)
        }
        End::Closed(error) => Err(error.into()),
        End::Full | End::TimedOut(_) | End::Receive(_) => {
            flushed?;
            Ok(Exit::OK)
        }
    }
}

/// A topic that is read without a group: somebody must look for partitions that are added.
#[derive(Debug)]
struct Watch {
    topic: String,
    count: i32,
    next: Instant,
}

struct Reading {
    consumer: Consumer,
    watch: Option<Watch>,
    /// How many records were printed.
    count: u64,
    /// When the last one came.
    last: Instant,
}

impl Reading {
    /// Says what is wanted.
    fn begin(&mut self, args: &Args) -> Result<(), Error> {
        match &args.source {
            Source::Topic(topic) if args.settings.group.is_none() => {
                self.watch = Some(Watch { topic: topic.clone(), count: 0, next: self.last });
                Ok(())
            }
            Source::Topic(topic) => {
                self.consumer.subscribe(Subscribed::Topics(vec![topic.clone()]))
            }
            Source::Partition { topic, partition, from } => {
                let partition = TopicPartition::new(topic.as_str(), *partition);
                self.consumer.assign(std::slice::from_ref(&partition));
                if let From::Offset(offset) = from {
                    self.consumer.seek(&partition, *offset);
                }
                Ok(())
            }
            Source::Matching(pattern) => {
                let pattern = pattern.clone();
                let accepts = Arc::new(move |topic: &str| pattern.matches(topic));
                self.consumer.subscribe(Subscribed::Matching(accepts))
            }
            Source::Except(pattern) => {
                let pattern = pattern.clone();
                let accepts = Arc::new(move |topic: &str| !pattern.matches(topic));
                self.consumer.subscribe(Subscribed::Matching(accepts))
            }
        }
    }

    /// Reads until there is an end.
    async fn read(&mut self, args: &Args, io: &mut Io) -> End {
        loop {
            if args.messages_max.is_some_and(|max| self.count >= max) {
                return End::Full;
            }
            if let Err(error) = self.look_for_partitions(io).await {
                return End::Receive(error);
            }
            // What is there already is printed before anything is written out.
            let piece = match self.consumer.poll(Duration::ZERO).await {
                Ok(None) => {
                    if let Err(error) = io.stdout.flush() {
                        return End::Closed(error);
                    }
                    let now = io.clock.now();
                    let left = args.timeout.map(|timeout| (self.last + timeout) - now);
                    if let (Some(Duration::ZERO), Some(timeout)) = (left, args.timeout) {
                        return End::TimedOut(timeout);
                    }
                    let looks = self.watch.as_ref().map(|watch| watch.next - now);
                    let wait = left.unwrap_or(IDLE).min(looks.unwrap_or(IDLE));
                    self.consumer.poll(wait).await
                }
                other => other,
            };
            let ended = match piece {
                Ok(Some(piece)) => self.print(&piece, args, io),
                Ok(None) => Ok(()),
                Err(error) => Err(End::Receive(error)),
            };
            if let Err(end) = ended {
                return end;
            }
        }
    }

    /// Reads all partitions of the topic, and those that come later.
    async fn look_for_partitions(&mut self, io: &Io) -> Result<(), Error> {
        let Some(watch) = &mut self.watch else { return Ok(()) };
        let now = io.clock.now();
        if now < watch.next {
            return Ok(());
        }
        let client = self.consumer.client();
        let options = client.options();
        let names = [watch.topic.clone()];
        let cluster = match client.refresh(Topics::Named(&names), true).await {
            Ok(cluster) => cluster,
            Err(error) if error.is_retriable() => {
                watch.next = now + options.backoff.first;
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        let Some(count) = cluster.partition_count(&watch.topic) else {
            let code = cluster.topics.get(&watch.topic).map(|topic| topic.error);
            if let Some(code) = code.filter(|code| code.is_error() && !code.is_retriable()) {
                return Err(Error::refused(
                    format!("cannot read topic {}", watch.topic),
                    code,
                    None,
                ));
            }
            watch.next = now + options.backoff.first;
            return Ok(());
        };
        watch.next = now + options.metadata_max_age;
        if count != watch.count {
            watch.count = count;
            let topic = watch.topic.clone();
            let all: Vec<TopicPartition> =
                (0..count).map(|partition| TopicPartition::new(&*topic, partition)).collect();
            self.consumer.assign(&all);
        }
        Ok(())
    }

    fn print(&mut self, piece: &Fetched, args: &Args, io: &mut Io) -> Result<(), End> {
        let partition = piece.partition.partition;
        let mut line = Vec::new();
        let mut failed = None;
        let mut count = self.count;
        let next = piece.each(|consumed| {
            line.clear();
            match args.formatter.write(partition, consumed, &mut line) {
                Ok(()) => {
                    if let Err(error) = io.stdout.write_all(&line) {
                        failed = Some(End::Closed(error));
                        return ControlFlow::Break(());
                    }
                }
                Err(Unprintable(why)) if args.skip_on_error => {
                    tracing::error!(
                        target: LOGGER,
                        "Error processing message, skipping this message:  {why}"
                    );
                }
                Err(unprintable) => {
                    failed = Some(End::Unprintable(unprintable));
                    return ControlFlow::Break(());
                }
            }
            count += 1;
            match args.messages_max {
                Some(max) if count >= max => ControlFlow::Break(()),
                _ => ControlFlow::Continue(()),
            }
        });
        self.count = count;
        self.last = io.clock.now();
        // What was not printed is not consumed: the group's next reader begins with it.
        self.consumer.consumed_up_to(next.map_err(End::Receive)?);
        failed.map_or(Ok(()), Err)
    }
}
