//! Dates as Java prints them, which scripts parse.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

fn at(ms: i64, zone: &TimeZone) -> Zoned {
    Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned(zone.clone())
}

/// `Wed Nov 25 03:12:29 UTC 2026`.
pub(super) fn full(ms: i64, zone: &TimeZone) -> String {
    at(ms, zone).strftime("%a %b %d %H:%M:%S %Z %Y").to_string()
}

/// `Nov 25, 2026, 3:12:29 AM`.
pub(super) fn medium(ms: i64, zone: &TimeZone) -> String {
    at(ms, zone).strftime("%b %-d, %Y, %-I:%M:%S %p").to_string()
}

/// `11/25/26, 3:12:29 AM UTC`.
pub(super) fn short(ms: i64, zone: &TimeZone) -> String {
    at(ms, zone).strftime("%-m/%-d/%y, %-I:%M:%S %p %Z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_javas_forms() {
        let ms = 1_795_576_349_000;
        assert_eq!(full(ms, &TimeZone::UTC), "Wed Nov 25 03:12:29 UTC 2026");
        assert_eq!(medium(ms, &TimeZone::UTC), "Nov 25, 2026, 3:12:29 AM");
        assert_eq!(short(ms, &TimeZone::UTC), "11/25/26, 3:12:29 AM UTC");
    }
}
