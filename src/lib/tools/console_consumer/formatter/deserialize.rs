//! Kafka's deserializers by name: bytes to the text that Java's `toString` would give.

use super::Unprintable;

/// How bytes become text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) enum Deserializer {
    /// Not at all.
    #[default]
    Raw,
    String,
    Short,
    Integer,
    Long,
    Float,
    Double,
    Uuid,
    Boolean,
    Void,
    /// Printable ASCII as it is, all else as `\xHH`.
    Bytes,
}

impl Deserializer {
    /// The deserializer of a class name, with or without its package.
    pub(in super::super) fn named(class: &str) -> Option<Deserializer> {
        Some(match class.trim().rsplit('.').next()? {
            "StringDeserializer" | "StringDecoder" => Deserializer::String,
            "ShortDeserializer" => Deserializer::Short,
            "IntegerDeserializer" => Deserializer::Integer,
            "LongDeserializer" => Deserializer::Long,
            "FloatDeserializer" => Deserializer::Float,
            "DoubleDeserializer" => Deserializer::Double,
            "UUIDDeserializer" => Deserializer::Uuid,
            "BooleanDeserializer" => Deserializer::Boolean,
            "VoidDeserializer" => Deserializer::Void,
            "BytesDeserializer" => Deserializer::Bytes,
            // Java would print where the array lies in memory, which helps nobody.
            "ByteArrayDeserializer" | "ByteBufferDeserializer" | "DefaultDecoder" => {
                Deserializer::Raw
            }
            _ => return None,
        })
    }

    /// Appends the text of `bytes`.
    pub(in super::super) fn write(
        self,
        bytes: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Unprintable> {
        match self {
            Deserializer::Raw => out.extend_from_slice(bytes),
            Deserializer::String => match std::str::from_utf8(bytes) {
                Ok(_) => out.extend_from_slice(bytes),
                Err(_) => out.extend_from_slice(String::from_utf8_lossy(bytes).as_bytes()),
            },
            Deserializer::Short => text(out, i16::from_be_bytes(sized("Short", bytes)?)),
            Deserializer::Integer => text(out, i32::from_be_bytes(sized("Integer", bytes)?)),
            Deserializer::Long => text(out, i64::from_be_bytes(sized("Long", bytes)?)),
            Deserializer::Float => {
                let number = f32::from_be_bytes(sized("Float", bytes)?);
                text(out, java_decimal(&format!("{number:e}"), f64::from(number)));
            }
            Deserializer::Double => {
                let number = f64::from_be_bytes(sized("Double", bytes)?);
                text(out, java_decimal(&format!("{number:e}"), number));
            }
            Deserializer::Uuid => {
                let name = String::from_utf8_lossy(bytes);
                let parts: Vec<&str> = name.split('-').collect();
                let hex = |part: &&str| u64::from_str_radix(part, 16).ok();
                let numbers: Option<Vec<u64>> = parts.iter().map(hex).collect();
                let Some(&[a, b, c, d, e]) = numbers.as_deref() else {
                    return Err(Unprintable(format!("Error parsing data into UUID: {name}")));
                };
                text(out, format!("{a:08x}-{b:04x}-{c:04x}-{d:04x}-{e:012x}"));
            }
            Deserializer::Boolean => match bytes {
                [0] => text(out, "false"),
                [1] => text(out, "true"),
                [_] => {
                    return Err(Unprintable(
                        "Unexpected byte received by BooleanDeserializer".into(),
                    ));
                }
                _ => {
                    return Err(Unprintable(
                        "Size of data received by BooleanDeserializer is not 1".into(),
                    ));
                }
            },
            Deserializer::Void => {
                return Err(Unprintable("Data should be null for a VoidDeserializer.".into()));
            }
            Deserializer::Bytes => {
                for byte in bytes {
                    match byte {
                        b' '..=b'~' if *byte != b'\\' => out.push(*byte),
                        _ => text(out, format!("\\x{byte:02X}")),
                    }
                }
            }
        }
        Ok(())
    }
}

fn text(out: &mut Vec<u8>, value: impl ToString) {
    out.extend_from_slice(value.to_string().as_bytes());
}

fn sized<const N: usize>(name: &str, bytes: &[u8]) -> Result<[u8; N], Unprintable> {
    bytes
        .try_into()
        .map_err(|_| Unprintable(format!("Size of data received by {name}Deserializer is not {N}")))
}

/// A decimal as Java prints it: with a point always, and as `1.0E10` outside 0.001 to 10,000,000.
/// `scientific` is the shortest text, such as `1e10`.
fn java_decimal(scientific: &str, number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let (digits, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits),
    };
    let whole: String = digits.chars().filter(char::is_ascii_digit).collect();
    let point = |digits: &str| if digits.is_empty() { "0".to_owned() } else { digits.to_owned() };
    if number == 0.0 {
        return format!("{sign}0.0");
    }
    match exponent {
        -3..=-1 => {
            let zeros = "0".repeat(usize::try_from(-exponent - 1).unwrap_or(0));
            format!("{sign}0.{zeros}{whole}")
        }
        0..=6 => {
            let before = usize::try_from(exponent).unwrap_or(0) + 1;
            let padded = format!("{whole:0<before$}");
            format!("{sign}{}.{}", &padded[..before], point(&padded[before..]))
        }
        _ => format!("{sign}{}.{}E{exponent}", &whole[..1], point(&whole[1..])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(class: &str, bytes: &[u8]) -> Result<String, String> {
        let mut out = Vec::new();
        let deserializer = Deserializer::named(class).unwrap();
        let written = deserializer.write(bytes, &mut out);
        written.map_err(|error| error.0).map(|()| String::from_utf8(out).unwrap())
    }

    #[test]
    fn numbers_print_as_java_prints_them() {
        let package = "org.apache.kafka.common.serialization.";
        let cases: &[(&str, &[u8], &str)] = &[
            ("ShortDeserializer", &[0xff, 0xfe], "-2"),
            ("IntegerDeserializer", &[0, 0, 1, 0], "256"),
            ("LongDeserializer", &[0, 0, 0, 0, 0, 0, 0, 7], "7"),
            ("FloatDeserializer", &1.5f32.to_be_bytes(), "1.5"),
            ("FloatDeserializer", &0.1f32.to_be_bytes(), "0.1"),
            ("DoubleDeserializer", &1.0f64.to_be_bytes(), "1.0"),
            ("DoubleDeserializer", &(-1234567.0f64).to_be_bytes(), "-1234567.0"),
            ("DoubleDeserializer", &1e7f64.to_be_bytes(), "1.0E7"),
            ("DoubleDeserializer", &0.001f64.to_be_bytes(), "0.001"),
            ("DoubleDeserializer", &0.00012f64.to_be_bytes(), "1.2E-4"),
            ("DoubleDeserializer", &f64::NAN.to_be_bytes(), "NaN"),
            ("DoubleDeserializer", &(-0.0f64).to_be_bytes(), "-0.0"),
            ("BooleanDeserializer", &[1], "true"),
            ("StringDeserializer", b"a\xffb", "a\u{fffd}b"),
            ("BytesDeserializer", b"a\\\x00", "a\\x5C\\x00"),
            ("ByteArrayDeserializer", b"raw", "raw"),
            (
                "UUIDDeserializer",
                b"123e4567-e89b-12d3-a456-426614174000",
                "123e4567-e89b-12d3-a456-426614174000",
            ),
        ];
        for (class, bytes, expected) in cases {
            assert_eq!(
                shown(&format!("{package}{class}"), bytes).as_deref(),
                Ok(*expected),
                "{class}"
            );
        }
    }

    #[test]
    fn wrong_bytes_are_errors() {
        let said = shown("LongDeserializer", b"null").unwrap_err();
        assert_eq!(said, "Size of data received by LongDeserializer is not 8");
        assert!(shown("UUIDDeserializer", b"x").is_err());
        assert!(shown("VoidDeserializer", b"x").is_err());
        assert_eq!(Deserializer::named("com.example.Mine"), None);
    }
}
