//! The tail: a record is produced while nothing else happens, and `kafka-console-consumer`, which
//! has waited for it, prints it into a pipe.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Load;
use crate::connection::Connection;
use crate::measure::percentile_ms;
use crate::options::Options;
use crate::support::{batches, program};
use crate::target::{self, Broker, PRODUCE, Topic};

/// Long enough for everyone to have gone to sleep.
const IDLE: Duration = Duration::from_millis(20);

struct Tail {
    records: usize,
    consumer: Child,
    printed: BufReader<ChildStdout>,
    producer: Connection,
    topic: Topic,
    _broker: Arc<Broker>,
}

pub fn start(options: &Options) -> Box<dyn Load> {
    let broker = Arc::new(Broker::start(options));
    let topic = broker.topic(1);
    let address = broker.address();
    let line = ["--bootstrap-server", &address, "--topic", &topic.name, "--from-beginning"];
    let mut command = program::command("kafka-console-consumer", &line);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut consumer = command.spawn().expect("a program that starts");
    let printed = BufReader::new(consumer.stdout.take().expect("its output"));
    let producer = broker.connect();
    let records = options.load(100);
    let mut tail = Tail { records, consumer, printed, producer, topic, _broker: broker };
    // The record that showed the topic to be ready: it has joined its group and reads.
    tail.printed(".");
    Box::new(tail)
}

impl Load for Tail {
    fn server(&mut self) -> Vec<Option<f64>> {
        let mut times: Vec<Duration> = (0..self.records).map(|number| self.one(number)).collect();
        vec![Some(percentile_ms(&mut times, 0.5))]
    }
}

impl Tail {
    fn one(&mut self, number: usize) -> Duration {
        let text = number.to_string();
        let request = self.topic.produce(0, &batches::batch(&[&text]));
        std::thread::sleep(IDLE);
        let begun = Instant::now();
        let answer = self.producer.ask(&request, PRODUCE);
        self.printed(&text);
        let took = begun.elapsed();
        assert_eq!(target::error(answer), None, "a record was refused");
        took
    }

    fn printed(&mut self, wanted: &str) {
        let mut line = String::new();
        self.printed.read_line(&mut line).expect("a line");
        assert_eq!(line.trim_end(), wanted, "what the consumer printed");
    }
}

impl Drop for Tail {
    fn drop(&mut self) {
        let _ = self.consumer.kill();
        let _ = self.consumer.wait();
    }
}
