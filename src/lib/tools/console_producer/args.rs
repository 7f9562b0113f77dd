//! What was typed after kafka-console-producer, as what it means; all rules between options.

use std::time::Duration;

use super::super::common::{BOOTSTRAP_DEFAULT, check_addresses};
use super::super::options::{Error, Parsed};
use super::super::{Failure, Io, clients};
use super::reader::LineReader;
use crate::base::error::Chain;
use crate::config::{ClassName, ProducerConfig, Properties};
use crate::kafka::client::Options;
use crate::kafka::client::producer::{Partitioner, Settings};
use crate::kafka::client::retry::Backoff;
use crate::kafka::record::{Codec, Compression};

/// The names under which releases know the one reader there is.
const READERS: [&str; 3] = [
    "org.apache.kafka.tools.LineMessageReader",
    "kafka.tools.ConsoleProducer$LineMessageReader",
    "kafka.tools.LineMessageReader",
];

/// An option, the key it sets, and the value it stands for where neither is set.
const MAPPED: &[(&str, &str, &str)] = &[
    ("request-required-acks", "acks", "-1"),
    ("batch-size", "batch.size", "16384"),
    // In Kafka this one counts where both are given.
    ("max-partition-memory-bytes", "batch.size", "16384"),
    ("timeout", "linger.ms", "0"),
    ("message-send-max-retries", "retries", "3"),
    ("retry-backoff-ms", "retry.backoff.ms", "100"),
    ("request-timeout-ms", "request.timeout.ms", "1500"),
    ("metadata-expiry-ms", "metadata.max.age.ms", "300000"),
    ("max-block-ms", "max.block.ms", "60000"),
    ("max-memory-bytes", "buffer.memory", "33554432"),
    ("socket-buffer-size", "send.buffer.bytes", "102400"),
];

/// What was typed.
#[derive(Debug)]
pub(super) struct Args {
    pub(super) topic: String,
    pub(super) sync: bool,
    pub(super) reader: LineReader,
    pub(super) options: Options,
    pub(super) settings: Settings,
    /// Whether lines without a key go round the partitions one by one.
    pub(super) in_turn: bool,
}

impl Args {
    pub(super) fn from(parsed: &Parsed, io: &Io) -> Result<Args, Failure> {
        let needed = || Failure::usage("Missing required argument \"[topic]\"");
        let topic = parsed.one("topic")?.ok_or_else(needed)?.to_owned();
        let servers = match parsed.typed("bootstrap-server")? {
            Some(servers) => servers,
            None => parsed.one("broker-list")?.unwrap_or(BOOTSTRAP_DEFAULT),
        };
        check_addresses(servers)?;
        let reader = parsed.one("line-reader")?.unwrap_or_default();
        if !READERS.contains(&reader) {
            return Err(Failure::plain(
                "the reader must extend org.apache.kafka.tools.api.RecordReader",
            ));
        }
        let properties = properties(parsed, io)?;
        let config = ProducerConfig::parse(&properties).map_err(|e| Failure::named(e.message()))?;
        let in_turn = config.partitioner_class.is_none();
        Ok(Args {
            topic,
            sync: parsed.has("sync"),
            reader: LineReader::from(&reader_properties(parsed, io)?)?,
            options: clients::options(servers, &properties, io)?,
            settings: settings(&config)?,
            in_turn,
        })
    }
}

/// The producer's settings: an option that was typed, else what properties say, else the default.
fn properties(parsed: &Parsed, io: &Io) -> Result<Properties, Failure> {
    let mut properties = match parsed.one("producer.config")? {
        Some(file) => clients::load(io, file)?,
        None => Properties::new(),
    };
    clients::set_pairs(&mut properties, parsed.all("producer-property"));
    for (option, key, default) in MAPPED {
        match parsed.typed(option)? {
            Some(typed) => {
                if key != &"acks" && typed.parse::<i64>().is_err() {
                    let (name, value) = ((*option).to_owned(), typed.to_owned());
                    return Err(Error::Conversion { name, value }.into());
                }
                properties.set(*key, typed);
            }
            None => properties.set_default(key, default),
        }
    }
    if parsed.has("compression-codec") {
        properties.set("compression.type", parsed.one("compression-codec")?.unwrap_or("gzip"));
    }
    properties.set_default("client.id", "console-producer");
    Ok(properties)
}

fn reader_properties(parsed: &Parsed, io: &Io) -> Result<Properties, Failure> {
    let mut properties = match parsed.one("reader-config")? {
        Some(file) => clients::load(io, file)?,
        None => Properties::new(),
    };
    clients::set_pairs(&mut properties, parsed.all("property"));
    Ok(properties)
}

fn settings(config: &ProducerConfig) -> Result<Settings, Failure> {
    let millis = |ms: i64| Duration::from_millis(u64::try_from(ms).unwrap_or(0));
    let size = |number: i64| usize::try_from(number).unwrap_or(0);
    let partitioner = match config.partitioner_class.as_ref().map(ClassName::simple) {
        None => Partitioner::Default,
        Some(class) => Partitioner::named(class).ok_or_else(|| {
            Failure::named(format!("partitioner.class: there is no partitioner '{class}'"))
        })?,
    };
    let codec = Codec::named(&config.compression_type).unwrap_or(Codec::None);
    let level = match codec {
        Codec::Gzip => Some(config.compression_gzip_level),
        Codec::Lz4 => Some(config.compression_lz4_level),
        Codec::Zstd => Some(config.compression_zstd_level),
        Codec::None | Codec::Snappy => None,
    };
    let connection = &config.connection;
    Ok(Settings {
        acks: match config.acks.as_str() {
            "0" => 0,
            "1" => 1,
            _ => -1,
        },
        batch_size: size(i64::from(config.batch_size)),
        linger: millis(config.linger_ms),
        buffer_memory: size(config.buffer_memory),
        max_request_size: size(i64::from(config.max_request_size)),
        max_in_flight: size(i64::from(config.max_in_flight_requests_per_connection)),
        delivery_timeout: millis(i64::from(config.delivery_timeout_ms)),
        max_block: millis(config.max_block_ms),
        retries: u32::try_from(config.retries).unwrap_or(0),
        backoff: Backoff {
            first: millis(connection.retry_backoff_ms),
            most: millis(connection.retry_backoff_max_ms.max(connection.retry_backoff_ms)),
        },
        compression: Compression { codec, level },
        partitioner,
        ignore_keys: config.partitioner_ignore_keys,
        idempotent: config.enable_idempotence,
    })
}

/// A failure of a client, in one sentence.
pub(super) fn client_failure(error: &crate::kafka::client::Error) -> Failure {
    Failure::named(Chain(error).to_string())
}
