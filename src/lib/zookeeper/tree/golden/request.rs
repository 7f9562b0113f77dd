//! The words of a script, and the requests they make.

use std::error::Error;

use bytes::Bytes;
use goldenscript::Command;

use crate::zookeeper::jute::request::{
    AddWatchRequest, CreateRequest, CreateTtlRequest, PathRequest, PrefixRequest, ReconfigRequest,
    SetAclRequest, SetDataRequest, SetWatches2, VersionRequest, WatchRequest, WatchesRequest,
};
use crate::zookeeper::jute::{Acl, Id, Request, Zxid};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// A command taken apart.
pub(super) struct Words {
    name: String,
    positions: Vec<String>,
    keys: Vec<(String, String)>,
}

impl Words {
    pub(super) fn of(command: &Command) -> Words {
        let mut args = command.consume_args();
        let keys = std::iter::from_fn(|| {
            args.next_key().map(|(key, value)| (key.to_owned(), value.to_owned()))
        });
        let keys = keys.collect();
        let positions = std::iter::from_fn(|| args.next_pos().map(str::to_owned)).collect();
        Words { name: command.name.clone(), positions, keys }
    }

    /// One operation of a multi, written as an argument of its own.
    fn parse(text: &str) -> Words {
        let mut words = text.split_whitespace();
        let name = words.next().unwrap_or_default().to_owned();
        let (keys, positions): (Vec<&str>, Vec<&str>) =
            words.partition(|word| word.contains('=') && !word.starts_with('/'));
        let pair = |word: &str| {
            let (key, value) = word.split_once('=').unwrap_or_default();
            (key.to_owned(), value.to_owned())
        };
        Words {
            name,
            positions: positions.into_iter().map(str::to_owned).collect(),
            keys: keys.into_iter().map(pair).collect(),
        }
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = (&str, &str)> {
        self.keys.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    pub(super) fn key(&self, wanted: &str) -> Option<&str> {
        self.keys().find(|(key, _)| *key == wanted).map(|(_, value)| value)
    }

    pub(super) fn position(&self, index: usize) -> Result<&str> {
        let found = self.positions.get(index).map(String::as_str);
        found.ok_or_else(|| format!("{}: argument {index} is missing", self.name).into())
    }

    fn number<T: std::str::FromStr>(&self, key: &str, otherwise: T) -> Result<T>
    where
        T::Err: Error + 'static,
    {
        self.key(key).map_or(Ok(otherwise), |value| Ok(value.parse()?))
    }

    fn data(&self) -> Option<Bytes> {
        match self.positions.get(1).map(String::as_str) {
            Some("null") => None,
            Some(text) => Some(Bytes::from(text.to_owned())),
            None => Some(Bytes::new()),
        }
    }

    fn acl(&self) -> Result<Vec<Acl>> {
        match self.key("acl") {
            None => Ok(vec![Acl::world(31)]),
            Some(text) => text.split_terminator(',').map(parse_acl).collect(),
        }
    }

    fn paths(&self, key: &str) -> Vec<String> {
        self.key(key).map_or_else(Vec::new, |text| text.split(',').map(str::to_owned).collect())
    }

    fn create(&self) -> Result<Request> {
        let path = self.position(0)?.to_owned();
        let mode = self.key("mode").unwrap_or("p");
        let flags = match mode {
            "p" => 0,
            "e" => 1,
            "s" => 2,
            "es" => 3,
            "c" => 4,
            "t" => 5,
            "ts" => 6,
            other => other.parse()?,
        };
        let (data, acl) = (self.data(), self.acl()?);
        let op = match (self.key("op"), mode) {
            (Some(op), _) => op,
            (None, "c") => "container",
            (None, "t" | "ts") => "ttl",
            (None, _) => "create",
        };
        let request = CreateRequest { path, data, acl, flags };
        Ok(match op {
            "create" => Request::Create(request),
            "create2" => Request::Create2(request),
            "container" => Request::CreateContainer(request),
            "ttl" => Request::CreateTtl(CreateTtlRequest {
                path: request.path,
                data: request.data,
                acl: request.acl,
                flags,
                ttl_ms: self.number("ttl", 10_000)?,
            }),
            other => return Err(format!("unknown op {other}").into()),
        })
    }

    /// The request the words make.
    pub(super) fn request(&self) -> Result<Request> {
        let path = self.positions.first().cloned().unwrap_or_default();
        let version = self.number("version", -1)?;
        let watch = self.positions.get(1).is_some_and(|word| word == "watch");
        let read = WatchRequest { path: path.clone(), watch };
        let kind = || -> Result<i32> {
            Ok(match self.position(1)? {
                "child" => 1,
                "data" => 2,
                "any" => 3,
                "persistent" => 4,
                "recursive" => 5,
                other => other.parse()?,
            })
        };
        let several = || -> Result<Vec<Request>> {
            self.positions.iter().map(|text| Words::parse(text).request()).collect()
        };
        Ok(match self.name.as_str() {
            "create" => self.create()?,
            "delete" => Request::Delete(VersionRequest { path, version }),
            "reap-as-client" => Request::DeleteContainer(PathRequest { path }),
            "check" => Request::Check(VersionRequest { path, version }),
            "set" => Request::SetData(SetDataRequest { path, data: self.data(), version }),
            "setacl" => Request::SetAcl(SetAclRequest { path, acl: self.acl()?, version }),
            "multi" => Request::Multi(several()?),
            "multiread" => Request::MultiRead(several()?),
            "reconfig" => Request::Reconfig(ReconfigRequest::default()),
            "close" => Request::CloseSession,
            "get" => Request::GetData(read),
            "exists" => Request::Exists(read),
            "ls" => Request::GetChildren(read),
            "ls2" => Request::GetChildren2(read),
            "getacl" => Request::GetAcl(PathRequest { path }),
            "count" => Request::GetAllChildrenNumber(PathRequest { path }),
            "ephemerals" => {
                Request::GetEphemerals(PrefixRequest { path: self.positions.first().cloned() })
            }
            "whoami" => Request::WhoAmI,
            "addwatch" => {
                let mode = match self.position(1)? {
                    "persistent" => 0,
                    "recursive" => 1,
                    other => other.parse()?,
                };
                Request::AddWatch(AddWatchRequest { path, mode })
            }
            "checkwatch" => Request::CheckWatches(WatchesRequest { path, kind: kind()? }),
            "rmwatch" => Request::RemoveWatches(WatchesRequest { path, kind: kind()? }),
            "setwatches" => Request::SetWatches2(SetWatches2 {
                relative_zxid: Zxid(self.number("since", 0)?),
                data: self.paths("data"),
                exist: self.paths("exist"),
                child: self.paths("child"),
                persistent: self.paths("persistent"),
                recursive: self.paths("recursive"),
            }),
            other => return Err(format!("unknown command {other}").into()),
        })
    }
}

/// `scheme:id:perms`, the id possibly with a colon of its own.
fn parse_acl(text: &str) -> Result<Acl> {
    let (scheme, rest) = text.split_once(':').ok_or("an ACL is scheme:id:perms")?;
    let (id, letters) = rest.rsplit_once(':').ok_or("an ACL is scheme:id:perms")?;
    let bit = |letter: char| "rwcda".find(letter).map_or(0, |bit| 1 << bit);
    let perms = letters.chars().map(bit).sum();
    Ok(Acl { perms, id: Id { scheme: scheme.to_owned(), id: id.to_owned() } })
}
