//! Moments and lengths of time as they are typed.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// Milliseconds since 1970 of `2019-12-17T10:00:00.123`, which is in UTC unless a zone follows:
/// `Z`, `+01:00`, `+0100` or `+01`. Errors are Kafka's.
pub(super) fn millis(text: &str) -> Result<i64, String> {
    let Some((_, time)) = text.split_once('T') else {
        return Err(
            "Error parsing timestamp. It does not contain a 'T' according to ISO8601 format"
                .to_owned(),
        );
    };
    let unparseable = || format!("java.text.ParseException: Unparseable date: \"{text}\"");
    // Fractions are part of the form, and no more than milliseconds of them.
    let digits =
        time.split_once('.').map(|(_, rest)| rest.bytes().take_while(u8::is_ascii_digit).count());
    if digits != Some(3) {
        return Err(unparseable());
    }
    let moment = match time.find(['+', '-', 'Z']) {
        None => {
            let civil: DateTime = text.parse().map_err(|_| unparseable())?;
            civil.to_zoned(TimeZone::fixed(Offset::UTC)).map_err(|_| unparseable())?.timestamp()
        }
        Some(_) => text.parse::<Timestamp>().map_err(|_| unparseable())?,
    };
    Ok(moment.as_millisecond())
}

/// Milliseconds of `P7DT1H30M`, each number and the whole with a sign where one is wanted. Days
/// have 24 hours; longer units are none.
pub(super) fn duration(text: &str) -> Result<i64, String> {
    let read = read_duration(&text.to_ascii_uppercase());
    read.ok_or_else(|| "Text cannot be parsed to a Duration".to_owned())
}

fn read_duration(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let text = text.strip_prefix('P').filter(|rest| !rest.is_empty() && !rest.ends_with('T'))?;
    let (mut days, mut time) = text.split_once('T').unwrap_or((text, ""));
    let mut millis = take(&mut days, 'D')?.checked_mul(86_400_000)?;
    millis = millis.checked_add(take(&mut time, 'H')?.checked_mul(3_600_000)?)?;
    millis = millis.checked_add(take(&mut time, 'M')?.checked_mul(60_000)?)?;
    let seconds = time.strip_suffix('S');
    if !days.is_empty() || seconds.is_none() && !time.is_empty() {
        return None;
    }
    let seconds = seconds.map_or(Some(0), thousandths)?;
    millis.checked_add(seconds)?.checked_mul(sign)
}

/// The number before `unit`, which is taken off with it; nothing is 0.
fn take(text: &mut &str, unit: char) -> Option<i64> {
    let Some((number, rest)) = text.split_once(unit) else { return Some(0) };
    *text = rest;
    number.parse().ok()
}

/// `1.5` as 1500; what is finer is cut.
fn thousandths(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    let part: i64 = digits.parse().ok()?;
    let part = if whole.starts_with('-') { -part } else { part };
    whole.parse::<i64>().ok()?.checked_mul(1000)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_in_utc_unless_a_zone_is_named() {
        let cases = [
            ("1970-01-01T00:00:00.000", 0),
            ("1970-01-01T00:00:01.250", 1_250),
            ("2020-01-01T00:00:00.000", 1_577_836_800_000),
            ("2020-01-01T00:00:00.000Z", 1_577_836_800_000),
            ("2020-01-01T01:00:00.000+01:00", 1_577_836_800_000),
            ("2020-01-01T01:00:00.000+0100", 1_577_836_800_000),
            ("2020-01-01T01:00:00.000+01", 1_577_836_800_000),
            ("2019-12-31T18:30:00.000-0530", 1_577_836_800_000),
        ];
        for (text, expected) in cases {
            assert_eq!(millis(text), Ok(expected), "{text}");
        }
        let no_t = "Error parsing timestamp. It does not contain a 'T' according to ISO8601 format";
        assert_eq!(millis("2020-01-01 00:00:00.000"), Err(no_t.to_owned()));
        for text in ["2020-01-01T00:00:00", "2020-13-01T00:00:00.000", "T.000", "2020-01-01T.000Z"]
        {
            let said = format!("java.text.ParseException: Unparseable date: \"{text}\"");
            assert_eq!(millis(text), Err(said));
        }
    }

    #[test]
    fn durations_are_days_and_what_is_shorter() {
        let cases = [
            ("PT1H", 3_600_000),
            ("P1D", 86_400_000),
            ("P2DT3H4M5.678S", 183_845_678),
            ("pt1.5s", 1_500),
            ("PT-6H3M", -21_420_000),
            ("-PT6H", -21_600_000),
            ("PT-0.5S", -500),
            ("PT0S", 0),
        ];
        for (text, expected) in cases {
            assert_eq!(duration(text), Ok(expected), "{text}");
        }
        let long = format!("P{}D", i64::MAX);
        for text in ["", "P", "PT", "P1DT", "1H", "P1Y", "P1W", "PT1", "PT1H1D", "PTxS", &long] {
            let said = "Text cannot be parsed to a Duration".to_owned();
            assert_eq!(duration(text), Err(said), "{text}");
        }
    }
}
