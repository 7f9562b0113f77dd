//! The registry as those who ask for it parse it: `mntr`'s lines, JSON, Prometheus's text.

use std::fmt::Write as _;

use serde_json::{Map, Number, Value as Json};

use super::{Metrics, Reading, Value};

/// A number of the moment, or a text.
#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Gauge {
    Text(String),
    Whole(i64),
    Real(f64),
    /// One number for each of several names.
    Set(Vec<(String, i64)>),
}

/// Gauges by their names, in the order in which they are told.
pub(in super::super) type Values = Vec<(&'static str, Gauge)>;

/// The shares that ZooKeeper's default provider tells.
const SHARES: [(&str, f64); 4] = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("p999", 0.999)];

/// At most four decimals, at least one, as Java prints such a number.
pub(in super::super) fn mean(value: f64) -> String {
    let text = format!("{value:.4}");
    let short = text.trim_end_matches('0');
    if short.ends_with('.') { format!("{short}0") } else { short.to_owned() }
}

/// A summary as numbers with names of their own.
fn flat(name: &str, reading: &Reading, tail: bool) -> Vec<(String, Gauge)> {
    let whole = |value: u64| Gauge::Whole(i64::try_from(value).unwrap_or(i64::MAX));
    let mut all = vec![
        (format!("avg_{name}"), Gauge::Real(reading.average())),
        (format!("min_{name}"), whole(reading.min)),
        (format!("max_{name}"), whole(reading.max)),
        (format!("cnt_{name}"), whole(reading.count)),
        (format!("sum_{name}"), whole(reading.sum)),
    ];
    if tail {
        let share = |share: f64| whole(reading.quantile(share).unwrap_or(0));
        all.extend(SHARES.iter().map(|(key, of)| (format!("{key}_{name}"), share(*of))));
    }
    all
}

/// All of it, a number a name, as the default provider of ZooKeeper has it.
fn numbers(gauges: &Values, metrics: &Metrics) -> Vec<(String, Gauge)> {
    let mut all = Vec::new();
    for (name, gauge) in gauges {
        match gauge {
            Gauge::Set(rows) => all.extend(
                rows.iter().map(|(key, number)| (format!("{key}_{name}"), Gauge::Whole(*number))),
            ),
            one => all.push(((*name).to_owned(), one.clone())),
        }
    }
    for (name, value) in metrics.values() {
        match value {
            Value::Counter(count) => {
                let count = i64::try_from(count).unwrap_or(i64::MAX);
                all.push((name.to_owned(), Gauge::Whole(count)));
            }
            Value::Summary(reading, tail) => all.extend(flat(name, &reading, tail)),
        }
    }
    all
}

/// The lines of `mntr`.
pub(in super::super) fn words(gauges: &Values, metrics: &Metrics) -> String {
    let mut out = String::new();
    for (name, gauge) in numbers(gauges, metrics) {
        // Writing into a `String` cannot fail.
        let _ = match gauge {
            Gauge::Text(text) => writeln!(out, "zk_{name}\t{text}"),
            Gauge::Whole(number) => writeln!(out, "zk_{name}\t{number}"),
            Gauge::Real(number) => writeln!(out, "zk_{name}\t{}", mean(number)),
            // There are none among the numbers.
            Gauge::Set(_) => Ok(()),
        };
    }
    out
}

/// What the admin server's `monitor` answers.
pub(in super::super) fn json(gauges: &Values, metrics: &Metrics) -> Map<String, Json> {
    let value = |gauge| match gauge {
        Gauge::Text(text) => Json::from(text),
        Gauge::Whole(number) => Json::from(number),
        Gauge::Real(number) => {
            let short: f64 = mean(number).parse().unwrap_or_default();
            Number::from_f64(short).map_or(Json::Null, Json::Number)
        }
        Gauge::Set(_) => Json::Null,
    };
    numbers(gauges, metrics).into_iter().map(|(name, gauge)| (name, value(gauge))).collect()
}

/// A label's value, as Prometheus reads it.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Prometheus's text format 0.0.4. Texts are not numbers and left out.
pub(in super::super) fn prometheus(gauges: &Values, metrics: &Metrics) -> String {
    let mut out = String::new();
    for (name, gauge) in gauges {
        let number = match gauge {
            Gauge::Text(_) => continue,
            Gauge::Set(rows) => {
                let _ = writeln!(out, "# HELP {name} {name}\n# TYPE {name} gauge");
                for (key, number) in rows {
                    let (key, number) = (escaped(key), *number as f64);
                    let _ = writeln!(out, "{name}{{key=\"{key}\",}} {number:?}");
                }
                continue;
            }
            Gauge::Whole(number) => *number as f64,
            Gauge::Real(number) => *number,
        };
        let _ = writeln!(out, "# HELP {name} {name}\n# TYPE {name} gauge\n{name} {number:?}");
    }
    for (name, value) in metrics.values() {
        let _ = match value {
            Value::Counter(count) => {
                let count = count as f64;
                writeln!(out, "# HELP {name} {name}\n# TYPE {name} counter\n{name} {count:?}")
            }
            Value::Summary(reading, tail) => {
                let _ = writeln!(out, "# HELP {name} {name}\n# TYPE {name} summary");
                let shares: &[f64] = if tail { &[0.5, 0.9, 0.99] } else { &[0.5] };
                for share in shares {
                    let found = reading.quantile(*share).map_or(f64::NAN, |value| value as f64);
                    let _ = writeln!(out, "{name}{{quantile=\"{share}\",}} {found:?}");
                }
                let (count, sum) = (reading.count as f64, reading.sum as f64);
                writeln!(out, "{name}_count {count:?}\n{name}_sum {sum:?}")
            }
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (Values, Metrics) {
        let metrics = Metrics::default();
        metrics.proposal_count.add(3);
        [4, 5, 6].into_iter().for_each(|ms| metrics.updatelatency.record(ms));
        metrics.fsynctime.record(1);
        metrics.fsynctime.record(2);
        let gauges = vec![
            ("server_state", Gauge::Text("leader".to_owned())),
            ("znode_count", Gauge::Whole(7)),
            ("avg_latency", Gauge::Real(10.307_69)),
            ("quota", Gauge::Set(vec![("a\"b".to_owned(), 5)])),
        ];
        (gauges, metrics)
    }

    #[test]
    fn lines_are_those_of_mntr() {
        let (gauges, metrics) = sample();
        let text = words(&gauges, &metrics);
        let first = "zk_server_state\tleader\nzk_znode_count\t7\nzk_avg_latency\t10.3077\n";
        assert!(text.starts_with(first), "{text}");
        for line in [
            "zk_proposal_count\t3",
            "zk_a\"b_quota\t5",
            "zk_avg_fsynctime\t1.5",
            "zk_cnt_fsynctime\t2",
            "zk_avg_updatelatency\t5.0",
            "zk_sum_updatelatency\t15",
            "zk_p50_updatelatency\t5",
            "zk_p999_updatelatency\t6",
            "zk_avg_snapshottime\t0.0",
            "zk_tls_handshake_exceeded\t0",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} in {text}");
        }
        assert!(!text.contains("p50_fsynctime"));
        let json = json(&gauges, &metrics);
        assert_eq!(
            (&json["avg_latency"], &json["p50_updatelatency"]),
            (&10.3077.into(), &5.into())
        );
    }

    #[test]
    fn prometheus_gets_its_own_text() {
        let (gauges, metrics) = sample();
        let text = prometheus(&gauges, &metrics);
        let first = "# HELP znode_count znode_count\n# TYPE znode_count gauge\nznode_count 7.0\n";
        assert!(text.starts_with(first), "{text}");
        for part in [
            "\n# TYPE quota gauge\nquota{key=\"a\\\"b\",} 5.0\n",
            "\n# TYPE proposal_count counter\nproposal_count 3.0\n",
            "\n# TYPE fsynctime summary\nfsynctime{quantile=\"0.5\",} 1.0\nfsynctime_count 2.0\n\
             fsynctime_sum 3.0\n",
            "updatelatency{quantile=\"0.9\",} 6.0\nupdatelatency{quantile=\"0.99\",} 6.0\n",
            "\nsnapshottime{quantile=\"0.5\",} NaN\n",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains("server_state"));
    }
}
