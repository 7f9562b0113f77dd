//! The text of a pattern to its parts. What Java has and topic names never need (back references,
//! possessive repeats, class intersections) is refused rather than misread.

use super::{Node, Set};

/// How often a part may be asked to repeat; Java would take more and never end.
const REPEATS_MAX: u32 = 1_000;
/// How deep groups may nest, so that no pattern exhausts the stack.
const DEPTH_MAX: usize = 64;

pub(super) fn parse(text: &str) -> Option<Node> {
    let mut parser = Parser { rest: text.chars().collect(), any_case: false, depth: 0 };
    parser.rest.reverse();
    let node = parser.either()?;
    parser.rest.is_empty().then_some(node)
}

struct Parser {
    /// What is left, the next character last.
    rest: Vec<char>,
    any_case: bool,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.rest.last().copied()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.rest.pop();
        }
        found
    }

    fn take_all(&mut self, wanted: &str) -> bool {
        let next = self.rest.iter().rev().take(wanted.chars().count());
        let found = next.copied().eq(wanted.chars());
        if found {
            self.rest.truncate(self.rest.len() - wanted.chars().count());
        }
        found
    }

    fn either(&mut self) -> Option<Node> {
        let mut nodes = vec![self.sequence()?];
        while self.take('|') {
            nodes.push(self.sequence()?);
        }
        if nodes.len() == 1 { nodes.pop() } else { Some(Node::Either(nodes)) }
    }

    fn sequence(&mut self) -> Option<Node> {
        let mut nodes = Vec::new();
        while let Some(next) = self.peek() {
            if next == '|' || next == ')' {
                break;
            }
            if self.take_all("\\Q") {
                while !self.rest.is_empty() && !self.take_all("\\E") {
                    let c = self.rest.pop()?;
                    nodes.push(self.literal(c));
                }
                continue;
            }
            if self.take_all("(?i)") {
                self.any_case = true;
                continue;
            }
            let atom = self.atom()?;
            nodes.push(self.repeated(atom)?);
        }
        Some(Node::Sequence(nodes))
    }

    fn literal(&self, c: char) -> Node {
        self.one(vec![(c, c)], false)
    }

    fn one(&self, ranges: Vec<(char, char)>, negated: bool) -> Node {
        Node::One(Set { ranges, negated, any_case: self.any_case })
    }

    fn atom(&mut self) -> Option<Node> {
        match self.rest.pop()? {
            '(' => self.group(),
            '[' => self.class(),
            '.' => Some(self.one(Vec::new(), true)),
            '^' => Some(Node::Start),
            '$' => Some(Node::End),
            '\\' => self.escape(),
            '*' | '+' | '?' | '{' => None,
            c => Some(self.literal(c)),
        }
    }

    fn group(&mut self) -> Option<Node> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return None;
        }
        let looks =
            [("?=", true, true), ("?!", true, false), ("?<=", false, true), ("?<!", false, false)];
        let look = looks.into_iter().find(|(opening, ..)| self.take_all(opening));
        if look.is_none() && !self.take_all("?:") && self.peek() == Some('?') {
            return None;
        }
        let any_case = self.any_case;
        let node = self.either()?;
        self.any_case = any_case;
        self.depth -= 1;
        if !self.take(')') {
            return None;
        }
        Some(match look {
            Some((_, ahead, wanted)) => Node::Look { node: Box::new(node), ahead, wanted },
            None => node,
        })
    }

    fn repeated(&mut self, node: Node) -> Option<Node> {
        let (min, max) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                self.rest.pop();
                let (min, max) = self.bounds()?;
                // Stands in for the closing brace that `bounds` took.
                self.rest.push('}');
                (min, max)
            }
            _ => return Some(node),
        };
        self.rest.pop();
        // Lazy or not makes no difference to whether a whole name matches.
        self.take('?');
        if matches!(self.peek(), Some('+' | '*' | '{')) {
            return None;
        }
        Some(Node::Repeat { node: Box::new(node), min, max })
    }

    fn bounds(&mut self) -> Option<(u32, Option<u32>)> {
        let min = self.number()?;
        let max = if self.take(',') { self.number() } else { Some(min) };
        let ordered = max.is_none_or(|max| min <= max);
        (self.take('}') && ordered).then_some((min, max))
    }

    fn number(&mut self) -> Option<u32> {
        let mut number = None;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            self.rest.pop();
            let next = number.unwrap_or(0u32) * 10 + digit;
            number = Some(next).filter(|next| *next <= REPEATS_MAX);
            number?;
        }
        number
    }

    fn escape(&mut self) -> Option<Node> {
        let c = self.rest.pop()?;
        Some(match c {
            'b' => Node::WordEdge(true),
            'B' => Node::WordEdge(false),
            'A' => Node::Start,
            'z' | 'Z' => Node::End,
            _ => {
                let (ranges, negated) = self.escaped_set(c)?;
                self.one(ranges, negated)
            }
        })
    }

    /// What a backslash and `c` stand for.
    fn escaped_set(&mut self, c: char) -> Option<(Vec<(char, char)>, bool)> {
        let word = vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')];
        let space = vec![(' ', ' '), ('\t', '\r')];
        Some(match c {
            'd' | 'D' => (vec![('0', '9')], c == 'D'),
            'w' | 'W' => (word, c == 'W'),
            's' | 'S' => (space, c == 'S'),
            't' => (vec![('\t', '\t')], false),
            'n' => (vec![('\n', '\n')], false),
            'r' => (vec![('\r', '\r')], false),
            'p' | 'P' => {
                let ranges: Vec<(char, char)> = match () {
                    () if self.take_all("{Alpha}") => vec![('a', 'z'), ('A', 'Z')],
                    () if self.take_all("{Digit}") => vec![('0', '9')],
                    () if self.take_all("{Alnum}") => vec![('a', 'z'), ('A', 'Z'), ('0', '9')],
                    () if self.take_all("{Lower}") => vec![('a', 'z')],
                    () if self.take_all("{Upper}") => vec![('A', 'Z')],
                    () => return None,
                };
                (ranges, c == 'P')
            }
            c if c.is_ascii_alphanumeric() => return None,
            c => (vec![(c, c)], false),
        })
    }

    fn class(&mut self) -> Option<Node> {
        let negated = self.take('^');
        let mut ranges = Vec::new();
        let mut first = true;
        loop {
            let c = self.rest.pop()?;
            match c {
                ']' if !first => break,
                '[' => return None,
                '&' if self.peek() == Some('&') => return None,
                '\\' => {
                    let escaped = self.rest.pop()?;
                    let (mut more, inverted) = self.escaped_set(escaped)?;
                    if inverted {
                        more = inverse(more);
                    }
                    ranges.append(&mut more);
                }
                low => {
                    let is_range = self.peek() == Some('-')
                        && self.rest.len() >= 2
                        && self.rest[self.rest.len() - 2] != ']';
                    let high = if is_range {
                        self.rest.pop();
                        self.rest.pop().filter(|high| *high != '\\' && *high >= low)?
                    } else {
                        low
                    };
                    ranges.push((low, high));
                }
            }
            first = false;
        }
        Some(self.one(ranges, negated))
    }
}

/// Every character that is in none of the ranges.
fn inverse(mut ranges: Vec<(char, char)>) -> Vec<(char, char)> {
    ranges.sort_unstable();
    let mut gaps = Vec::new();
    let mut next = '\0';
    for (low, high) in ranges {
        if next < low {
            let before = char::from_u32(u32::from(low) - 1).unwrap_or('\0');
            gaps.push((next, before));
        }
        next = char::from_u32(u32::from(high) + 1).unwrap_or(char::MAX);
    }
    gaps.push((next, char::MAX));
    gaps
}
