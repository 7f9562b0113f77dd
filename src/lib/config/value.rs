//! Typed values: from text by Kafka's rules, and back to the text Kafka would show.

use std::fmt;

use super::error::{Error, Origin};
use super::properties::Properties;
use super::{Fallback, Key};

/// The types of values, with Kafka's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    Boolean,
    String,
    Int,
    Short,
    Long,
    Double,
    List,
    Class,
    Password,
}

/// One parsed value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Boolean(bool),
    String(String),
    Int(i32),
    Short(i16),
    Long(i64),
    Double(f64),
    List(Vec<String>),
    Class(String),
    Password(Password),
}

/// A secret. It never prints; only [`Password::reveal`] tells.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

/// What is shown in place of a secret.
pub(super) const HIDDEN: &str = "[hidden]";

impl Password {
    /// Keeps `secret`.
    pub fn new(secret: impl Into<String>) -> Password {
        Password(secret.into())
    }

    /// The secret itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

/// The name of a Java class. Nothing is loaded: known names stand for what is built in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassName(pub String);

impl ClassName {
    /// The name without its package, as people tell classes apart.
    pub fn simple(&self) -> &str {
        self.0.rsplit(['.', '$']).next().unwrap_or(&self.0)
    }
}

impl Type {
    /// Kafka's name of the type.
    pub fn name(self) -> &'static str {
        match self {
            Type::Boolean => "BOOLEAN",
            Type::String => "STRING",
            Type::Int => "INT",
            Type::Short => "SHORT",
            Type::Long => "LONG",
            Type::Double => "DOUBLE",
            Type::List => "LIST",
            Type::Class => "CLASS",
            Type::Password => "PASSWORD",
        }
    }

    /// The number DescribeConfigs uses.
    pub fn id(self) -> i8 {
        match self {
            Type::Boolean => 1,
            Type::String => 2,
            Type::Int => 3,
            Type::Short => 4,
            Type::Long => 5,
            Type::Double => 6,
            Type::List => 7,
            Type::Class => 8,
            Type::Password => 9,
        }
    }

    /// Reads a value; the error says what was expected.
    pub fn parse(self, text: &str) -> Result<Value, String> {
        let text = text.trim();
        let number = || format!("Not a number of type {}", self.name());
        Ok(match self {
            Type::Boolean if text.eq_ignore_ascii_case("true") => Value::Boolean(true),
            Type::Boolean if text.eq_ignore_ascii_case("false") => Value::Boolean(false),
            Type::Boolean => return Err("Expected value to be either true or false".to_owned()),
            Type::String => Value::String(text.to_owned()),
            Type::Int => Value::Int(text.parse().map_err(|_| number())?),
            Type::Short => Value::Short(text.parse().map_err(|_| number())?),
            Type::Long => Value::Long(text.parse().map_err(|_| number())?),
            Type::Double => Value::Double(parse_double(text).ok_or_else(number)?),
            Type::List if text.is_empty() => Value::List(Vec::new()),
            Type::List => Value::List(text.split(',').map(|item| item.trim().to_owned()).collect()),
            Type::Class => Value::Class(text.to_owned()),
            Type::Password => Value::Password(Password::new(text)),
        })
    }
}

/// Java takes a trailing `d` or `f`, and not the `inf` that Rust takes.
fn parse_double(text: &str) -> Option<f64> {
    let digits = text.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(text);
    let first = digits.trim_start_matches(['+', '-']).chars().next()?;
    (first.is_ascii_digit() || first == '.').then(|| digits.parse().ok()).flatten()
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("null"),
            Value::Boolean(value) => value.fmt(f),
            Value::String(value) | Value::Class(value) => f.write_str(value),
            Value::Int(value) => value.fmt(f),
            Value::Short(value) => value.fmt(f),
            Value::Long(value) => value.fmt(f),
            Value::Double(value) => f.write_str(&double_text(*value)),
            Value::List(items) => f.write_str(&items.join(",")),
            Value::Password(secret) => secret.fmt(f),
        }
    }
}

/// A double as Java prints it: plain between a thousandth and ten million, else `1.5E10`.
fn double_text(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || (1e-3..1e7).contains(&size) {
        return format!("{value:?}");
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if digits.contains('.') => format!("{digits}E{exponent}"),
        Some((digits, exponent)) => format!("{digits}.0E{exponent}"),
        None => text,
    }
}

/// A type a field of a row may have.
pub trait Setting: Sized {
    const TYPE: Type;

    /// The value as this type; `None` where it is of another.
    fn from_value(value: Value) -> Option<Self>;
}

macro_rules! setting {
    ($($type:ty: $variant:ident, $inner:ident => $made:expr;)*) => {$(
        impl Setting for $type {
            const TYPE: Type = Type::$variant;

            fn from_value(value: Value) -> Option<$type> {
                match value {
                    Value::$variant($inner) => Some($made),
                    _ => None,
                }
            }
        }
    )*};
}

setting! {
    bool: Boolean, it => it;
    String: String, it => it;
    i32: Int, it => it;
    i16: Short, it => it;
    i64: Long, it => it;
    f64: Double, it => it;
    Vec<String>: List, it => it;
    ClassName: Class, it => ClassName(it);
    Password: Password, it => it;
}

impl<T: Setting> Setting for Option<T> {
    const TYPE: Type = T::TYPE;

    fn from_value(value: Value) -> Option<Option<T>> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

/// One value a row, in the order of the rows.
pub(super) fn read_all(
    keys: &[Key],
    properties: &Properties,
) -> Result<std::vec::IntoIter<Value>, Error> {
    let values: Result<Vec<Value>, Error> = keys.iter().map(|key| read(key, properties)).collect();
    values.map(Vec::into_iter)
}

/// The value of one row: what the properties say, else its default.
pub(super) fn read(key: &Key, properties: &Properties) -> Result<Value, Error> {
    let text = match (properties.get(key.name), key.default) {
        (Some(text), _) => text,
        (None, Fallback::Text(text)) => text,
        (None, Fallback::Null) => return Ok(Value::Null),
        (None, Fallback::Required) => {
            let origin = Origin { file: properties.file().map(Into::into), line: None };
            return Err(Error::Missing { key: key.name.to_owned(), origin });
        }
    };
    key.parse(text).map_err(|expected| Error::Invalid {
        key: key.name.to_owned(),
        value: if key.is_sensitive() { HIDDEN.to_owned() } else { text.trim().to_owned() },
        expected,
        origin: properties.origin(key.name),
    })
}

/// The next value as the type of its field; the rows gave both.
pub(super) fn next<T: Setting>(values: &mut std::vec::IntoIter<Value>) -> T {
    let value = values.next().expect("one value a row");
    T::from_value(value).expect("a value has its row's type")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_kafka_reads_them() {
        let cases = [
            (Type::Boolean, " TRUE ", "true"),
            (Type::Int, "+5", "5"),
            (Type::Long, " -1", "-1"),
            (Type::Double, "1", "1.0"),
            (Type::Double, "1.7976931348623157E308", "1.7976931348623157E308"),
            (Type::Double, "1e10", "1.0E10"),
            (Type::Double, "0.0005d", "5.0E-4"),
            (Type::List, "a , b,c", "a,b,c"),
            (Type::List, "", ""),
            (Type::Password, "secret", "[hidden]"),
            (Type::String, " x y ", "x y"),
        ];
        for (kind, text, shown) in cases {
            assert_eq!(kind.parse(text).unwrap().to_string(), shown, "{kind:?} {text}");
        }
    }

    #[test]
    fn wrong_values_say_what_was_expected() {
        let cases = [
            (Type::Boolean, "yes", "Expected value to be either true or false"),
            (Type::Int, "abc", "Not a number of type INT"),
            (Type::Int, "2147483648", "Not a number of type INT"),
            (Type::Short, "40000", "Not a number of type SHORT"),
            (Type::Long, "", "Not a number of type LONG"),
            (Type::Double, "inf", "Not a number of type DOUBLE"),
        ];
        for (kind, text, expected) in cases {
            assert_eq!(kind.parse(text).unwrap_err(), expected);
        }
    }

    #[test]
    fn a_password_prints_nowhere() {
        let secret = Password::new("hunter2");
        let shown = format!("{secret} {secret:?} {:?}", Value::Password(secret.clone()));
        assert!(!shown.contains("hunter2"), "{shown}");
        assert_eq!(secret.reveal(), "hunter2");
    }
}
