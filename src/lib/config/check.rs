//! What values a row takes, and Kafka's words for those it does not take.

use std::fmt;

use super::value::Value;

/// The check of a row.
#[derive(Clone, Copy)]
pub enum Check {
    /// Whatever the type takes.
    Any,
    /// Not null.
    NonNull,
    /// A text or list that is not empty; null passes.
    NonEmpty,
    /// A whole number, this or more.
    AtLeast(i64),
    /// A whole number from the first to the second.
    Between(i64, i64),
    /// A number from the first to the second.
    BetweenReal(f64, f64),
    /// One of these texts.
    OneOf(&'static [&'static str]),
    /// One of these texts, in small or capital letters.
    OneOfAnyCase(&'static [&'static str]),
    /// A list of these texts only.
    Each(&'static [&'static str]),
    /// A rule of its own: its short description, and the test.
    Rule(&'static str, fn(&str, &Value) -> Result<(), String>),
}

pub(super) const fn any() -> Check {
    Check::Any
}

pub(super) const fn non_null() -> Check {
    Check::NonNull
}

pub(super) const fn non_empty() -> Check {
    Check::NonEmpty
}

pub(super) const fn at_least(least: i64) -> Check {
    Check::AtLeast(least)
}

pub(super) const fn between(least: i64, most: i64) -> Check {
    Check::Between(least, most)
}

pub(super) const fn between_real(least: f64, most: f64) -> Check {
    Check::BetweenReal(least, most)
}

pub(super) const fn one_of(texts: &'static [&'static str]) -> Check {
    Check::OneOf(texts)
}

pub(super) const fn one_of_any_case(texts: &'static [&'static str]) -> Check {
    Check::OneOfAnyCase(texts)
}

pub(super) const fn each(texts: &'static [&'static str]) -> Check {
    Check::Each(texts)
}

/// A gzip level.
pub(super) const fn gzip_level() -> Check {
    Check::Rule("[1,...,9] or -1", |_, value| match whole(value) {
        Some(-1 | 1..=9) => Ok(()),
        _ => Err("Value must be between 1 and 9 or equal to -1".to_owned()),
    })
}

/// A number of threads, or -1 for another key's.
pub(super) const fn threads_or_default() -> Check {
    Check::Rule("[1,...] or -1", |_, value| match whole(value) {
        Some(-1 | 1..) => Ok(()),
        _ => Err("Value must be at least 1 or equal to -1".to_owned()),
    })
}

/// What a list of throttled replicas looks like.
const THROTTLED: &str = "[partitionId]:[brokerId],[partitionId]:[brokerId],...";

/// A list of throttled replicas, or `*`.
pub(super) const fn throttled_replicas() -> Check {
    Check::Rule(THROTTLED, |name, value| {
        let Value::List(items) = value else { return Ok(()) };
        let is_star = items.len() == 1 && items[0] == "*";
        let number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let is_pair = |item: &String| {
            item.split_once(':')
                .is_some_and(|(partition, broker)| number(partition) && number(broker))
        };
        if is_star || items.iter().all(is_pair) {
            return Ok(());
        }
        Err(format!(
            "{name} must be the literal '*' or a list of replicas in the following format: \
             {THROTTLED}"
        ))
    })
}

impl Check {
    /// Tests the value of the key `name`; the error says what was expected.
    pub fn test(&self, name: &str, value: &Value) -> Result<(), String> {
        match (self, value) {
            (Check::NonNull, Value::Null) => Err("entry must be non null".to_owned()),
            (Check::AtLeast(_) | Check::Between(..) | Check::BetweenReal(..), Value::Null) => {
                Err("Value must be non-null".to_owned())
            }
            (Check::Any | Check::NonNull, _) | (_, Value::Null) => Ok(()),
            (Check::NonEmpty, Value::List(items)) if items.is_empty() => {
                Err("List must be non-empty".to_owned())
            }
            (Check::NonEmpty, Value::String(text)) if text.is_empty() => {
                Err("String must be non-empty".to_owned())
            }
            (Check::NonEmpty, _) => Ok(()),
            (Check::AtLeast(least), value) => in_range(whole(value), *least, i64::MAX),
            (Check::Between(least, most), value) => in_range(whole(value), *least, *most),
            (Check::BetweenReal(least, most), Value::Double(number)) => {
                in_range(Some(*number), *least, *most)
            }
            (Check::BetweenReal(..), _) => Ok(()),
            (Check::OneOf(texts), value) => is_one_of(texts, &value.to_string()),
            (Check::OneOfAnyCase(texts), value) => {
                let text = value.to_string();
                if texts.iter().any(|known| known.eq_ignore_ascii_case(&text)) {
                    return Ok(());
                }
                Err(format!("String must be one of (case insensitive): {}", texts.join(", ")))
            }
            (Check::Each(texts), Value::List(items)) => {
                items.iter().try_for_each(|item| is_one_of(texts, item))
            }
            (Check::Each(_), _) => Ok(()),
            (Check::Rule(_, test), value) => test(name, value),
        }
    }
}

fn is_one_of(texts: &[&str], text: &str) -> Result<(), String> {
    if texts.contains(&text) {
        return Ok(());
    }
    Err(format!("String must be one of: {}", texts.join(", ")))
}

fn in_range<N: PartialOrd + fmt::Display>(
    number: Option<N>,
    least: N,
    most: N,
) -> Result<(), String> {
    match number {
        Some(number) if number < least => Err(format!("Value must be at least {least}")),
        Some(number) if number > most => Err(format!("Value must be no more than {most}")),
        _ => Ok(()),
    }
}

/// The value as a whole number, where it is one.
fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(i64::from(*number)),
        Value::Short(number) => Some(i64::from(*number)),
        Value::Long(number) => Some(*number),
        _ => None,
    }
}

impl fmt::Display for Check {
    /// As Kafka's documentation prints it; empty where everything goes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Check::Any => Ok(()),
            Check::NonNull => f.write_str("non-null"),
            Check::NonEmpty => f.write_str("non-empty"),
            Check::AtLeast(least) => write!(f, "[{least},...]"),
            Check::Between(least, most) => write!(f, "[{least},...,{most}]"),
            Check::BetweenReal(least, most) => write!(f, "[{least},...,{most}]"),
            Check::OneOf(texts) | Check::Each(texts) => write!(f, "[{}]", texts.join(", ")),
            Check::OneOfAnyCase(texts) => write!(f, "(case insensitive) [{}]", texts.join(", ")),
            Check::Rule(text, _) => f.write_str(text),
        }
    }
}

impl fmt::Debug for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_speak_kafkas_words() {
        let list =
            |items: &[&str]| Value::List(items.iter().map(|item| (*item).to_owned()).collect());
        let text = |text: &str| Value::String(text.to_owned());
        let cases: &[(Check, Value, &str)] = &[
            (at_least(1), Value::Int(0), "Value must be at least 1"),
            (at_least(1), Value::Int(1), ""),
            (at_least(1), Value::Null, "Value must be non-null"),
            (between(1, 17), Value::Int(18), "Value must be no more than 17"),
            (between_real(0.0, 0.5), Value::Double(0.6), "Value must be no more than 0.5"),
            (one_of(&["a", "b"]), text("c"), "String must be one of: a, b"),
            (one_of(&["a", "b"]), Value::Null, ""),
            (one_of_any_case(&["A"]), text("a"), ""),
            (one_of_any_case(&["A"]), text("b"), "String must be one of (case insensitive): A"),
            (
                each(&["compact", "delete"]),
                list(&["compact", "x"]),
                "String must be one of: compact, delete",
            ),
            (each(&["compact", "delete"]), list(&["compact", "delete"]), ""),
            (non_empty(), text(""), "String must be non-empty"),
            (non_empty(), list(&[]), "List must be non-empty"),
            (non_null(), Value::Null, "entry must be non null"),
            (gzip_level(), Value::Int(0), "Value must be between 1 and 9 or equal to -1"),
            (gzip_level(), Value::Int(-1), ""),
            (throttled_replicas(), list(&["*"]), ""),
            (throttled_replicas(), list(&["0:1", "1:2"]), ""),
        ];
        for (check, value, expected) in cases {
            let said = check.test("k", value).err().unwrap_or_default();
            assert_eq!(said, *expected, "{check:?} {value:?}");
        }
        assert!(throttled_replicas().test("k", &list(&["0:x"])).is_err());
    }
}
