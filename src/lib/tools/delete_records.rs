//! kafka-delete-records: deletes the records of partitions below given offsets.
//!
//!     kafka-delete-records --offset-json-file offsets.json
//!
//! Exits 0 even where a partition refused, as Kafka's does; 1 where nothing was asked of the
//! brokers (the help included).

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use super::common::{self, BOOTSTRAP_DEFAULT, Format, table};
use super::options::{Group, Hint, Opt, Parsed, value};
use super::{Ended, Exit, Failure, Io, Manual, Misuse, Run, Tool, clients, exceptions};
use crate::base::error::Chain;
use crate::kafka::client::admin::Outcome;
use crate::kafka::types::TopicPartition;

const INTRO: &str =
    "This tool helps to delete records of the given partitions down to the specified offset.";

/// The program.
pub static TOOL: Tool = Tool {
    name: "kafka-delete-records",
    about: "deletes the records of partitions below given offsets",
    manual: Manual {
        intro: INTRO,
        bare: Some(INTRO),
        usage: &["--offset-json-file file [options]"],
        details: "The file says for each partition which record shall be the first that is left: \
                  {\"partitions\":[{\"topic\":\"orders\",\"partition\":0,\"offset\":42}],\
                  \"version\":1}. An offset of -1 deletes all that is committed.\n\nA topic whose \
                  records only go by compaction refuses. Records are gone for readers at once; \
                  their space is given back when whole segments lie below the offset.",
        examples: &["kafka-delete-records --offset-json-file offsets.json"],
        exits: &[(0, "asked for"), (1, "failed or misused, or this help was asked for")],
    },
    options: OPTIONS,
    misuse: Misuse::Message,
    run: Run::Async(|parsed, io| Box::pin(run(parsed, io))),
};

const OPTIONS: &[Opt] = &[
    value(
        "offset-json-file",
        "file",
        Group::Target,
        "The partitions, and the first offset of each that is kept.",
    )
    .hint(Hint::File),
    Opt { default: Some(BOOTSTRAP_DEFAULT), ..common::BOOTSTRAP_SERVER },
    common::COMMAND_CONFIG,
    common::OUTPUT,
    common::HELP,
    common::VERSION,
];

async fn run(parsed: Parsed, io: &mut Io) -> Ended {
    let Some(file) = parsed.one("offset-json-file")? else {
        return Err(Failure::plain("Missing required option(s) [offset-json-file]"));
    };
    let format = Format::of(parsed.one("output")?).map_err(Failure::named)?;
    let properties = clients::settings(io, parsed.one("command-config")?)?;
    let text = io.disk.read_text(Path::new(file));
    let text = text.map_err(|error| Failure::named(Chain(&error).to_string()))?;
    let before = read(&text).map_err(Failure::plain)?;
    let servers = parsed.one("bootstrap-server")?.unwrap_or(BOOTSTRAP_DEFAULT);
    let admin = clients::admin(servers, &properties, io).await?;
    if format == Format::Text {
        io.stdout.line("Executing records delete operation")?;
    }
    let outcomes = admin.delete_records(&before).await;
    let outcomes = outcomes.map_err(|error| Failure::plain(exceptions::of_error(&error)))?;
    io.print(&show(&outcomes, format))?;
    Ok(Exit::OK)
}

/// The partitions of a file. Errors are Kafka's.
fn read(text: &str) -> Result<Vec<(TopicPartition, i64)>, String> {
    let json: Value =
        serde_json::from_str(text).map_err(|_| "The input string is not a valid JSON")?;
    match json.get("version").map_or(Some(1), Value::as_i64) {
        Some(1) => {}
        Some(other) => return Err(format!("Not supported version field value {other}")),
        None => return Err("The version field is not a number".to_owned()),
    }
    let partitions = json.get("partitions").and_then(Value::as_array);
    let mut before: Vec<(TopicPartition, i64)> = Vec::new();
    let mut twice: Vec<String> = Vec::new();
    for entry in partitions.ok_or("Missing partitions field")? {
        let number = |key: &str| entry.get(key).and_then(Value::as_i64);
        let index = number("partition").and_then(|index| i32::try_from(index).ok());
        let topic = entry.get("topic").and_then(Value::as_str);
        let (Some(topic), Some(index), Some(offset)) = (topic, index, number("offset")) else {
            return Err(format!("topic, partition and offset expected: {entry}"));
        };
        let partition = TopicPartition::new(topic, index);
        if before.iter().any(|(known, _)| *known == partition) {
            twice.push(partition.to_string());
        }
        before.push((partition, offset));
    }
    if !twice.is_empty() {
        let list = twice.join(",");
        return Err(format!("Offset json file contains duplicate topic partitions: {list}"));
    }
    Ok(before)
}

fn show(outcomes: &[(TopicPartition, Outcome<i64>)], format: Format) -> String {
    let mut out = String::new();
    let mut rows = table(&["partition", "first offset", "error"]);
    if format == Format::Text {
        out.push_str("Records delete operation completed:\n");
    }
    for (partition, outcome) in outcomes {
        let (start, error) = match outcome {
            Ok(start) => (Some(*start), None),
            Err(failure) => (None, Some(exceptions::of_failure(failure))),
        };
        let _ = match (format, start, &error) {
            (Format::Text, Some(start), _) => {
                writeln!(out, "partition: {partition}\tlow_watermark: {start}")
            }
            (Format::Text, None, error) => {
                let error = error.as_deref().unwrap_or_default();
                writeln!(out, "partition: {partition}\terror: {error}")
            }
            (Format::Json, ..) => {
                let TopicPartition { topic, partition } = partition;
                let object = json!({
                    "topic": **topic,
                    "partition": partition,
                    "low_watermark": start,
                    "error": error,
                });
                writeln!(out, "{object}")
            }
            (Format::Table, ..) => {
                let start = start.map(|start| start.to_string()).unwrap_or_default();
                rows.add_row([partition.to_string(), start, error.unwrap_or_default()]);
                Ok(())
            }
        };
    }
    match format {
        Format::Text | Format::Json => out,
        Format::Table => format!("{rows}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::client::admin;
    use crate::kafka::protocol::error_code::ErrorCode;

    #[test]
    fn a_file_names_partitions_once() {
        let text = r#"{"partitions":[{"topic":"o","partition":0,"offset":1},
                       {"topic":"o","partition":1,"offset":-1}],"version":1}"#;
        let expected = [(TopicPartition::new("o", 0), 1), (TopicPartition::new("o", 1), -1)];
        assert_eq!(read(text), Ok(expected.to_vec()));
        let one = r#"{"topic":"o","partition":0,"offset":1}"#;
        let cases = [
            ("{bad json", "The input string is not a valid JSON".to_owned()),
            ("{}", "Missing partitions field".to_owned()),
            (r#"{"version":2}"#, "Not supported version field value 2".to_owned()),
            (
                &format!(r#"{{"partitions":[{one},{one}]}}"#),
                "Offset json file contains duplicate topic partitions: o-0".to_owned(),
            ),
            (
                r#"{"partitions":[{"topic":"o"}]}"#,
                r#"topic, partition and offset expected: {"topic":"o"}"#.to_owned(),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn outcomes_are_lines_with_tabs() {
        let refused = admin::Failure { code: ErrorCode::OFFSET_OUT_OF_RANGE, message: None };
        let outcomes =
            [(TopicPartition::new("o", 0), Ok(1)), (TopicPartition::new("o", 1), Err(refused))];
        let expected = [
            "Records delete operation completed:",
            "partition: o-0\tlow_watermark: 1",
            "partition: o-1\terror: org.apache.kafka.common.errors.OffsetOutOfRangeException: The requested offset is not within the range of offsets maintained by the server.",
            "",
        ];
        assert_eq!(show(&outcomes, Format::Text), expected.join("\n"));
        let json = show(&outcomes[..1], Format::Json);
        let expected = r#"{"topic":"o","partition":0,"low_watermark":1,"error":null}"#;
        assert_eq!(json, format!("{expected}\n"));
    }
}
