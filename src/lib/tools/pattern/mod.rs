//! Patterns of topic names, as people type them after `--topic` and `--include`.
//!
//! Kafka hands these to `java.util.regex` and asks only whether a whole name matches, so lookahead
//! (`^(?!__).*`) must work and captures need not. The answer to "where may a match of this part
//! end, if it starts at one of these places?" is a set of places, computed part by part. That takes
//! polynomial time for every pattern: there is nothing to backtrack.

mod parse;

use std::fmt;

/// A pattern.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    root: Node,
}

/// Text that is no pattern. Kafka's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Invalid(String);

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is an invalid regex.", self.0)
    }
}

impl std::error::Error for Invalid {}

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    /// One character of a set.
    One(Set),
    Sequence(Vec<Node>),
    Either(Vec<Node>),
    Repeat {
        node: Box<Node>,
        min: u32,
        max: Option<u32>,
    },
    Look {
        node: Box<Node>,
        ahead: bool,
        wanted: bool,
    },
    Start,
    End,
    /// Between a letter of a word and none, or not so.
    WordEdge(bool),
}

/// A set of characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Set {
    ranges: Vec<(char, char)>,
    negated: bool,
    any_case: bool,
}

impl Set {
    fn has(&self, c: char) -> bool {
        let within = |c: char| self.ranges.iter().any(|&(low, high)| (low..=high).contains(&c));
        let found = within(c)
            || self.any_case && (within(c.to_ascii_lowercase()) || within(c.to_ascii_uppercase()));
        found != self.negated
    }
}

/// Places between characters: `places[i]` is before character `i`.
type Places = Vec<bool>;

impl Pattern {
    /// Reads a pattern.
    pub(super) fn parse(text: &str) -> Result<Pattern, Invalid> {
        let root = parse::parse(text).ok_or_else(|| Invalid(text.to_owned()))?;
        Ok(Pattern { root })
    }

    /// Reads a list of patterns as Kafka's topic filters take it: commas separate, spaces are
    /// nothing, quotes around it all fall away.
    pub(super) fn filter(text: &str) -> Result<Pattern, Invalid> {
        let text: String = text.trim().replace(',', "|").chars().filter(|c| *c != ' ').collect();
        Pattern::parse(text.trim_matches(['"', '\'']))
    }

    /// Whether the whole name matches.
    pub(super) fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let mut starts = vec![false; name.len() + 1];
        starts[0] = true;
        ends(&self.root, &name, &starts)[name.len()]
    }
}

fn ends(node: &Node, name: &[char], starts: &Places) -> Places {
    let keep = |test: &dyn Fn(usize) -> bool| {
        starts.iter().enumerate().map(|(place, &start)| start && test(place)).collect()
    };
    match node {
        Node::One(set) => {
            let mut after = vec![false; starts.len()];
            for (place, &c) in name.iter().enumerate() {
                after[place + 1] = starts[place] && set.has(c);
            }
            after
        }
        Node::Sequence(nodes) => {
            nodes.iter().fold(starts.clone(), |places, node| ends(node, name, &places))
        }
        Node::Either(nodes) => nodes
            .iter()
            .map(|node| ends(node, name, starts))
            .fold(vec![false; starts.len()], |all, more| union(&all, &more)),
        Node::Repeat { node, min, max } => repeat(node, *min, *max, name, starts),
        Node::Look { node, ahead: true, wanted } => keep(&|place| {
            let here = only(place, starts.len());
            ends(node, name, &here).contains(&true) == *wanted
        }),
        Node::Look { node, ahead: false, wanted } => keep(&|place| {
            let before = |from| ends(node, name, &only(from, starts.len()))[place];
            (0..=place).any(before) == *wanted
        }),
        Node::Start => keep(&|place| place == 0),
        Node::End => keep(&|place| place == name.len()),
        Node::WordEdge(wanted) => {
            let word = |c: Option<&char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || *c == '_');
            keep(&|place| {
                let before = place.checked_sub(1).and_then(|place| name.get(place));
                (word(before) != word(name.get(place))) == *wanted
            })
        }
    }
}

fn repeat(node: &Node, min: u32, max: Option<u32>, name: &[char], starts: &Places) -> Places {
    let mut places = starts.clone();
    for _ in 0..min {
        places = ends(node, name, &places);
    }
    let mut all = places.clone();
    let mut left = max.map(|max| max.saturating_sub(min));
    // Ends when no further round finds a new place, so an empty match cannot turn in circles.
    while left != Some(0) {
        places = ends(node, name, &places);
        let more = union(&all, &places);
        if more == all {
            break;
        }
        all = more;
        left = left.map(|left| left - 1);
    }
    all
}

fn union(a: &Places, b: &Places) -> Places {
    a.iter().zip(b).map(|(a, b)| a | b).collect()
}

fn only(place: usize, count: usize) -> Places {
    (0..count).map(|other| other == place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_names_match() {
        let cases: &[(&str, &[&str], &[&str])] = &[
            ("test", &["test"], &["test8", "atest", ""]),
            ("al.*", &["al", "alpha"], &["bal"]),
            ("alpha|beta", &["alpha", "beta"], &["alphabeta"]),
            ("(a|b)+c{2}", &["acc", "ababcc"], &["ac", "cc", "accc"]),
            ("[a-c_.-]*", &["", "a.b_c-"], &["d"]),
            ("[^x]+", &["abc"], &["axc"]),
            ("^(?!__).*$", &["orders"], &["__consumer_offsets"]),
            ("(?=a).{3}", &["abc"], &["bbc", "ab"]),
            (".*(?<!-log)", &["orders"], &["orders-log"]),
            ("\\w+\\.\\d+", &["a_1.22"], &["a.b"]),
            ("(?i)Orders", &["ORDERS", "orders"], &["order"]),
            ("\\Qa.b\\E", &["a.b"], &["axb"]),
            ("a.*?b", &["ab", "axxb"], &["axx"]),
            ("x{2,3}", &["xx", "xxx"], &["x", "xxxx"]),
            ("(a*)*b", &["aaab", "b"], &["aaac"]),
            ("\\p{Alpha}+[\\d-]", &["abc-", "a1"], &["1a"]),
            ("foo\\b.*", &["foo", "foo-1"], &["foo1"]),
            ("[]a]", &["]", "a"], &["b"]),
        ];
        for (text, matching, other) in cases {
            let pattern = Pattern::parse(text).unwrap();
            for name in *matching {
                assert!(pattern.matches(name), "{text} matches {name}");
            }
            for name in *other {
                assert!(!pattern.matches(name), "{text} does not match {name}");
            }
        }
    }

    #[test]
    fn filters_are_lists() {
        let filter = Pattern::filter(" 'alpha, be.*' ").unwrap();
        assert!(filter.matches("alpha") && filter.matches("beta") && !filter.matches("gamma"));
    }

    #[test]
    fn broken_patterns_are_refused() {
        for text in ["(", "a)", "[a", "*", "a{2,1}", "a{", "\\", "(?x)a", "(?P<n>a)", "\\1", "a**"]
        {
            let error = Pattern::parse(text).unwrap_err();
            assert_eq!(error.to_string(), format!("{text} is an invalid regex."));
        }
    }

    #[test]
    fn hard_patterns_take_no_longer() {
        let pattern = Pattern::parse("(a*a*a*a*)*b").unwrap();
        assert!(!pattern.matches(&"a".repeat(249)));
    }
}
