//! How the figures are told: one line each, or a row of a Markdown table.

use super::measure::Series;
use super::rows::{Bar, Figure};

/// Nobody is cheaper than the floor by more than chance: below this the machine was busy.
const RATIO_LEAST: f64 = 0.9;

/// The table while it grows.
pub struct Report {
    markdown: bool,
    lines: usize,
}

impl Report {
    pub fn new(markdown: bool) -> Report {
        Report { markdown, lines: 0 }
    }

    /// Tells one figure. One without values is left out: nobody said which process to ask.
    pub fn line(&mut self, row: &str, figure: &Figure, floor: &Series, server: &Series) {
        let Some(median) = server.median() else { return };
        if self.lines == 0 && self.markdown {
            println!("| row | what | measured | floor | ratio | bar | kept |");
            println!("|---|---|---|---|---|---|---|");
        }
        self.lines += 1;
        let ratio = floor.median().map(|floor| median / floor);
        let (bar, kept) = match figure.bar {
            Bar::Most(most) => (format!("<= {}", value(most, figure.unit)), median <= most),
            Bar::Least(least) => (format!(">= {}", value(least, figure.unit)), median >= least),
            Bar::Ratio(most) | Bar::Rival(most) => {
                (format!("<= {} x", rounded(most)), ratio.is_some_and(|it| it <= most))
            }
            Bar::Share(least) => (format!(">= {least} x"), ratio.is_some_and(|it| it >= least)),
            Bar::None => (String::new(), true),
        };
        let kept = match (figure.bar, kept) {
            (Bar::None, _) => "",
            // Nobody to be held against.
            (Bar::Rival(_), _) if ratio.is_none() => "",
            (Bar::Ratio(_), _) if ratio.is_some_and(|it| it < RATIO_LEAST) => "noise",
            (_, true) => "yes",
            (_, false) => "no",
        };
        let ratio = ratio.map_or(String::new(), |ratio| format!("{ratio:.2} x"));
        let cells =
            [row, figure.what, &spread(server, figure), &spread(floor, figure), &ratio, &bar, kept];
        match self.markdown {
            true => println!("| {} |", cells.join(" | ")),
            false => {
                let [row, what, server, floor, ratio, bar, kept] = cells;
                let floor = match floor {
                    "" => String::new(),
                    theirs if matches!(figure.bar, Bar::Rival(_)) => format!("theirs {theirs}"),
                    floor => format!("floor {floor}"),
                };
                println!("{row:19} {what:26} {server:34} {floor:38} {ratio:>7}  {bar:12} {kept}");
            }
        }
    }

    /// Whether anything was told.
    pub fn end(self) -> bool {
        self.lines > 0
    }
}

/// `0.64 s [0.61..0.70]`.
fn spread(series: &Series, figure: &Figure) -> String {
    let Some((least, median, greatest)) = series.spread() else { return String::new() };
    let short = |number| value(number, "").trim_end().to_owned();
    format!("{} [{}..{}]", value(median, figure.unit), short(least), short(greatest))
}

/// To hundredths, and no more of them than there are.
fn rounded(number: f64) -> f64 {
    (number * 100.0).round() / 100.0
}

/// A number with three digits that mean something.
fn value(number: f64, unit: &str) -> String {
    let digits = match number.abs() {
        ..0.1 => 3,
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    let text = format!("{number:.digits$}");
    match unit {
        "" => text,
        unit => format!("{text} {unit}"),
    }
}
