//! Paths: which are lawful, and how they come apart.

use crate::zookeeper::jute::KeeperError;

/// The node that everything of the server's own lies under.
pub const ZOOKEEPER: &str = "/zookeeper";
/// What quota nodes lie under.
pub const QUOTA: &str = "/zookeeper/quota";
/// The configuration of the ensemble.
pub const CONFIG: &str = "/zookeeper/config";

/// Refuses what can be no node's path.
pub(super) fn validate(path: &str) -> Result<(), KeeperError> {
    let Some(rest) = path.strip_prefix('/') else {
        return Err(KeeperError::BadArguments);
    };
    if rest.is_empty() {
        return Ok(());
    }
    let lawful = rest.split('/').all(|name| !matches!(name, "" | "." | ".."))
        && (rest.bytes().all(|byte| (b' '..0x7f).contains(&byte)) || rest.chars().all(is_lawful));
    if lawful { Ok(()) } else { Err(KeeperError::BadArguments) }
}

/// Java sees text as UTF-16, where all beyond U+FFFF is made of surrogates, which it refuses.
fn is_lawful(letter: char) -> bool {
    !matches!(letter,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..)
}

/// Takes a path apart into its parent's path and its name, without looking at either; the parent
/// of a top node is the empty path. Without a slash, or with a NUL that would end it early in a C
/// client, it is none.
pub(super) fn split(path: &str) -> Result<(&str, &str), KeeperError> {
    if path.contains('\0') {
        return Err(KeeperError::BadArguments);
    }
    path.rsplit_once('/').ok_or(KeeperError::BadArguments)
}

/// Whether the server itself needs the node.
pub(super) fn is_special(path: &str) -> bool {
    matches!(path, "/" | ZOOKEEPER | QUOTA | CONFIG)
}

/// The name clients know a parent by: the root's own path is empty inside the server.
pub(super) fn shown(path: &str) -> &str {
    if path.is_empty() { "/" } else { path }
}

/// The root's path inside the server, whichever way it came.
pub(super) fn stored(path: &str) -> &str {
    if path == "/" { "" } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lawful_and_unlawful_paths() {
        for path in ["/", "/a", "/a/b", "/a b", "/.a", "/a..", "/\u{e9}", "/\u{ffef}", "/..."] {
            assert_eq!(validate(path), Ok(()), "{path:?}");
        }
        for path in [
            "",
            "a",
            "a/b",
            "//",
            "/a/",
            "/a//b",
            "/.",
            "/..",
            "/a/./b",
            "/a/..",
            "/a\0",
            "/a\u{1}",
            "/a\n",
            "/\u{7f}",
            "/\u{85}",
            "/\u{e000}",
            "/\u{f8ff}",
            "/\u{fff0}",
            "/\u{ffff}",
            "/\u{e9}\u{1}",
            "/\u{10348}",
        ] {
            assert_eq!(validate(path), Err(KeeperError::BadArguments), "{path:?}");
        }
    }

    #[test]
    fn paths_come_apart() {
        assert_eq!(split("/a"), Ok(("", "a")));
        assert_eq!(split("/a/b"), Ok(("/a", "b")));
        assert_eq!(split("/a/"), Ok(("/a", "")));
        assert!(split("a").is_err());
        assert!(split("/a\0b").is_err());
    }
}
