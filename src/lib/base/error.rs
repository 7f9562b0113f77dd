//! Prints an error and its causes on one line.

use std::error::Error;
use std::fmt;

/// `{Chain(&error)}` prints `what failed: why: and why that`.
///
/// Errors of this house say what was being done to what and keep the cause as `source`; they do
/// not print it themselves, so that it is printed once.
pub struct Chain<'a>(pub &'a dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut next = self.0.source();
        while let Some(cause) = next {
            match cause.downcast_ref() {
                Some(cause) => write!(f, ": {}", io_text(cause))?,
                None => write!(f, ": {cause}")?,
            }
            next = cause.source();
        }
        Ok(())
    }
}

/// What an I/O error says, in the words of the system and without the number of `std`.
pub fn io_text(error: &std::io::Error) -> String {
    let text = error.to_string();
    let text = match text.find(" (os error") {
        Some(end) => text.get(..end).unwrap_or(&text).to_owned(),
        None => text,
    };
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Outer(std::io::Error);

    impl fmt::Display for Outer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("cannot append to t-0")
        }
    }

    impl Error for Outer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn causes_follow_on_the_same_line() {
        let error = Outer(std::io::Error::other("disk on fire"));
        assert_eq!(Chain(&error).to_string(), "cannot append to t-0: disk on fire");
        let error = Outer(rustix::io::Errno::NOSPC.into());
        assert_eq!(Chain(&error).to_string(), "cannot append to t-0: no space left on device");
    }

    #[test]
    fn io_errors_lose_their_number() {
        assert_eq!(io_text(&std::io::Error::from_raw_os_error(28)), "no space left on device");
    }
}
