//! Plans of resets: where each partition goes, as text and from text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;

use super::super::common::{Format, table};
use crate::kafka::client::admin::CommittedOffset;
use crate::kafka::types::TopicPartition;

/// Where the partitions of one group go.
pub(super) type Plan = BTreeMap<TopicPartition, CommittedOffset>;

/// The offset itself, or the end of the partition that it lies beyond, with what Kafka logs then.
pub(super) fn clamp(
    partition: &TopicPartition,
    wanted: i64,
    first: i64,
    end: i64,
) -> (i64, Option<String>) {
    let (word, bound) = match wanted {
        _ if wanted > end => ("higher than latest", end),
        _ if wanted < first => ("lower than earliest", first),
        _ => return (wanted, None),
    };
    let warning = format!(
        "New offset ({wanted}) is {word} offset for topic partition {partition}. Value will be set \
         to {bound}"
    );
    (bound, Some(warning))
}

/// Shows plans, those of each group together.
pub(super) fn show(plans: &BTreeMap<String, Plan>, format: Format) -> String {
    let rows = plans.iter().flat_map(|(group, plan)| {
        plan.iter().map(move |(partition, to)| (group, partition, to.offset))
    });
    let mut out = String::new();
    match format {
        Format::Text if plans.is_empty() => {}
        Format::Text => {
            let mut line = |group: &str, topic: &str, partition: &str, offset: &str| {
                let _ = writeln!(out, "{group:<30} {topic:<30} {partition:<10} {offset:<15}");
            };
            line("GROUP", "TOPIC", "PARTITION", "NEW-OFFSET");
            for (group, partition, offset) in rows {
                let index = partition.partition.to_string();
                line(group, &partition.topic, &index, &offset.to_string());
            }
            out.insert(0, '\n');
        }
        Format::Json => {
            for (group, partition, offset) in rows {
                let object = json!({
                    "group": group,
                    "topic": *partition.topic,
                    "partition": partition.partition,
                    "new_offset": offset,
                });
                let _ = writeln!(out, "{object}");
            }
        }
        Format::Table => {
            let mut lines = table(&["group", "topic", "partition", "new offset"]);
            for (group, partition, offset) in rows {
                let index = partition.partition.to_string();
                lines.add_row([group, &*partition.topic, &index, &offset.to_string()]);
            }
            let _ = writeln!(out, "{lines}");
        }
    }
    out
}

/// Plans as CSV. Where one group was asked for its name is left out.
pub(super) fn to_csv(plans: &BTreeMap<String, Plan>, with_groups: bool) -> String {
    let mut out = String::new();
    for (group, plan) in plans {
        for (TopicPartition { topic, partition }, to) in plan {
            if with_groups {
                let _ = write!(out, "{},", quoted(group));
            }
            let _ = writeln!(out, "{topic},{partition},{}", to.offset);
        }
    }
    out
}

/// A field of CSV: a group may be called anything.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r', ' ']) {
        return format!("\"{}\"", field.replace('"', "\"\""));
    }
    field.to_owned()
}

/// Where a file says that partitions go.
pub(super) type Wanted = BTreeMap<TopicPartition, i64>;

/// Reads what [`to_csv`] writes, in either form. Lines without a group are about `only`.
pub(super) fn from_csv(text: &str, only: Option<&str>) -> Result<BTreeMap<String, Wanted>, String> {
    let mut plans: BTreeMap<String, Wanted> = BTreeMap::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let fields = fields(line);
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        let read = match (fields.as_slice(), only) {
            ([topic, partition, offset], Some(group)) => Some((group, topic, partition, offset)),
            ([group, topic, partition, offset], _) => Some((*group, topic, partition, offset)),
            _ => None,
        };
        let read = read.and_then(|(group, topic, partition, offset)| {
            let partition = partition.parse().ok()?;
            Some((group, TopicPartition::new(*topic, partition), offset.parse().ok()?))
        });
        let Some((group, partition, offset)) = read else {
            let form = if only.is_some() { "[group,]topic" } else { "group,topic" };
            let number = index + 1;
            return Err(format!("line {number}: {form},partition,offset expected: '{line}'"));
        };
        plans.entry(group.to_owned()).or_default().insert(partition, offset);
    }
    Ok(plans)
}

/// The fields of one line of CSV; `""` within quotes is a quote.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut in_quotes = false;
    let mut letters = line.trim().chars().peekable();
    while let Some(letter) = letters.next() {
        match (letter, fields.last_mut()) {
            ('"', Some(field)) if in_quotes && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            ('"', _) => in_quotes = !in_quotes,
            (',', _) if !in_quotes => fields.push(String::new()),
            (letter, Some(field)) => field.push(letter),
            (_, None) => unreachable!("there is always a last field"),
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plans(groups: &[(&str, &[(&str, i32, i64)])]) -> BTreeMap<String, Plan> {
        let plan = |rows: &[(&str, i32, i64)]| {
            let to = |offset| CommittedOffset { offset, ..CommittedOffset::default() };
            rows.iter().map(|(t, p, o)| (TopicPartition::new(*t, *p), to(*o))).collect()
        };
        groups.iter().map(|(group, rows)| ((*group).to_owned(), plan(rows))).collect()
    }

    #[test]
    fn offsets_stay_within_the_log() {
        let partition = TopicPartition::new("g", 1);
        let high = "New offset (9) is higher than latest offset for topic partition g-1. Value \
                    will be set to 5";
        let low = "New offset (1) is lower than earliest offset for topic partition g-1. Value \
                   will be set to 2";
        let cases =
            [(9, 5, Some(high)), (5, 5, None), (3, 3, None), (2, 2, None), (1, 2, Some(low))];
        for (wanted, expected, warning) in cases {
            let (offset, said) = clamp(&partition, wanted, 2, 5);
            assert_eq!((offset, said.as_deref()), (expected, warning), "{wanted}");
        }
    }

    #[test]
    fn csv_is_read_as_it_was_written() {
        let all = plans(&[("a", &[("t", 0, 1), ("t", 1, 0)]), ("b, \"c\"", &[("u", 0, 7)])]);
        let text = to_csv(&all, true);
        assert_eq!(text, "a,t,0,1\na,t,1,0\n\"b, \"\"c\"\"\",u,0,7\n");
        let read = from_csv(&text, None).unwrap();
        let offsets: Vec<(&str, String, i64)> = read
            .iter()
            .flat_map(|(group, plan)| {
                plan.iter().map(move |(it, offset)| (group.as_str(), it.to_string(), *offset))
            })
            .collect();
        let expected = [("a", "t-0", 1), ("a", "t-1", 0), ("b, \"c\"", "u-0", 7)];
        assert_eq!(offsets, expected.map(|(group, it, offset)| (group, it.to_owned(), offset)));

        let one = plans(&[("a", &[("t", 0, 1)])]);
        assert_eq!(to_csv(&one, false), "t,0,1\n");
        let read = from_csv("t,0,1\n\n", Some("a")).unwrap();
        assert_eq!(read["a"][&TopicPartition::new("t", 0)], 1);
    }

    #[test]
    fn a_line_that_is_no_plan_is_named() {
        let cases = [
            ("t,0,1", None, "line 1: group,topic,partition,offset expected: 't,0,1'"),
            ("t,x,1", Some("a"), "line 1: [group,]topic,partition,offset expected: 't,x,1'"),
            ("t,0,1\nt,0", Some("a"), "line 2: [group,]topic,partition,offset expected: 't,0'"),
        ];
        for (text, only, expected) in cases {
            assert_eq!(from_csv(text, only), Err(expected.to_owned()), "{text}");
        }
    }

    #[test]
    fn plans_are_shown_in_columns_of_thirty() {
        let all = plans(&[("grp", &[("g", 0, 3), ("g", 1, 0)]), ("none", &[])]);
        let pad = " ".repeat(29);
        let expected = format!(
            "\nGROUP                          TOPIC                          PARTITION  NEW-OFFSET     \n\
             grp                            g{pad} 0          3              \n\
             grp                            g{pad} 1          0              \n"
        );
        assert_eq!(show(&all, Format::Text), expected);
        assert_eq!(show(&BTreeMap::new(), Format::Text), "");
        let json = show(&all, Format::Json);
        let first = r#"{"group":"grp","topic":"g","partition":0,"new_offset":3}"#;
        assert_eq!(json.lines().next(), Some(first));
    }
}
