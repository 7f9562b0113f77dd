//! Whose settings: the paths below `/config`, and how names become part of them.

use std::fmt::Write as _;

/// The entity that stands for all without settings of their own.
pub const DEFAULT: &str = "<default>";

/// Whose settings a node below `/config` holds. Names are as people write them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entity {
    Topic(String),
    /// `None` for the whole cluster.
    Broker(Option<i32>),
    /// `None` for every client without quotas of its own.
    Client(Option<String>),
    /// `None` for every user without quotas of its own.
    User(Option<String>),
    /// A client of a user; either may be the default.
    UserClient(Option<String>, Option<String>),
    /// `None` for every address without a limit of its own.
    Ip(Option<String>),
}

impl Entity {
    /// The path below `/config`, as notifications carry it: `users/alice/clients/app`.
    pub fn path(&self) -> String {
        let name = |name: &Option<String>| name.as_deref().map_or(DEFAULT.to_owned(), sanitize);
        match self {
            Entity::Topic(topic) => format!("topics/{topic}"),
            Entity::Broker(None) => format!("brokers/{DEFAULT}"),
            Entity::Broker(Some(id)) => format!("brokers/{id}"),
            Entity::Client(client) => format!("clients/{}", name(client)),
            Entity::User(user) => format!("users/{}", name(user)),
            Entity::UserClient(user, client) => {
                format!("users/{}/clients/{}", name(user), name(client))
            }
            Entity::Ip(ip) => format!("ips/{}", ip.as_deref().unwrap_or(DEFAULT)),
        }
    }

    /// The node that holds the settings.
    pub fn znode(&self) -> String {
        format!("/config/{}", self.path())
    }

    /// Reads the path of a notification; `None` for kinds that are not known.
    pub fn parse(path: &str) -> Option<Entity> {
        let name = |text: &str| match text {
            DEFAULT => Some(None),
            text => desanitize(text).map(Some),
        };
        let parts: Vec<&str> = path.split('/').collect();
        Some(match parts.as_slice() {
            ["topics", topic] => Entity::Topic((*topic).to_owned()),
            ["brokers", DEFAULT] => Entity::Broker(None),
            ["brokers", id] => Entity::Broker(Some(id.parse().ok()?)),
            ["clients", client] => Entity::Client(name(client)?),
            ["users", user] => Entity::User(name(user)?),
            ["users", user, "clients", client] => Entity::UserClient(name(user)?, name(client)?),
            ["ips", DEFAULT] => Entity::Ip(None),
            ["ips", ip] => Entity::Ip(Some((*ip).to_owned())),
            _ => return None,
        })
    }
}

/// A name that may stand in a path: what is no letter, digit, `.`, `-` or `_` becomes `%XX`.
pub fn sanitize(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// The name that was made fit for a path; `None` where a `%` leads nowhere.
pub fn desanitize(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                bytes.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
            }
            // URL encoders of old wrote a space so.
            b'+' => bytes.push(b' '),
            other => bytes.push(other),
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_round_trip() {
        let some = |name: &str| Some(name.to_owned());
        let cases = [
            (Entity::Topic("t.x".to_owned()), "topics/t.x"),
            (Entity::Broker(None), "brokers/<default>"),
            (Entity::Broker(Some(7)), "brokers/7"),
            (Entity::Client(some("a b*c")), "clients/a%20b%2Ac"),
            (Entity::User(some("CN=x,O=y")), "users/CN%3Dx%2CO%3Dy"),
            (Entity::User(some("<default>")), "users/%3Cdefault%3E"),
            (Entity::UserClient(None, some("app")), "users/<default>/clients/app"),
            (Entity::Ip(some("10.0.0.1")), "ips/10.0.0.1"),
            (Entity::Ip(None), "ips/<default>"),
        ];
        for (entity, path) in cases {
            assert_eq!(entity.path(), path);
            assert_eq!(entity.znode(), format!("/config/{path}"));
            assert_eq!(Entity::parse(path), Some(entity));
        }
        for path in ["", "topics", "plants/x", "brokers/x", "users/%zz", "users/a/clients"] {
            assert_eq!(Entity::parse(path), None, "{path}");
        }
    }

    #[test]
    fn point_53_names_of_any_letters_are_kept() {
        for name in ["", "\u{e9}\u{1f600}", "a/b", "50%", "*", "+"] {
            assert_eq!(desanitize(&sanitize(name)).as_deref(), Some(name));
        }
        assert_eq!(desanitize("a+b").as_deref(), Some("a b"));
        assert_eq!((desanitize("%f"), desanitize("%ff")), (None, None));
    }
}
