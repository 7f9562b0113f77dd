//! ACLs in ZooKeeper: `/kafka-acl`, `/kafka-acl-extended` and the notifications beside them.
//!
//! Names only; what an ACL means is the authorizer's business.

use std::fmt;

use serde_json::{Map, Value, json};

use super::znode::Malformed;

/// Where ACLs of literal resources are: `/kafka-acl/<Type>/<name>`.
pub const LITERAL: &str = "/kafka-acl";
/// Where ACLs of prefixed resources are: `/kafka-acl-extended/prefixed/<Type>/<name>`.
pub const PREFIXED: &str = "/kafka-acl-extended/prefixed";
/// Notifications of changed literal ACLs.
pub const LITERAL_CHANGES: &str = "/kafka-acl-changes";
/// Notifications of changed prefixed ACLs.
pub const PREFIXED_CHANGES: &str = "/kafka-acl-extended-changes";
/// The prefix of a notification's name.
pub const CHANGE_PREFIX: &str = "acl_changes_";

/// What a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ResourceType {
    Topic,
    Group,
    Cluster,
    TransactionalId,
    DelegationToken,
    User,
}

impl ResourceType {
    pub const ALL: [ResourceType; 6] = [
        ResourceType::Topic,
        ResourceType::Group,
        ResourceType::Cluster,
        ResourceType::TransactionalId,
        ResourceType::DelegationToken,
        ResourceType::User,
    ];

    /// The name of its folder.
    pub fn name(self) -> &'static str {
        match self {
            ResourceType::Topic => "Topic",
            ResourceType::Group => "Group",
            ResourceType::Cluster => "Cluster",
            ResourceType::TransactionalId => "TransactionalId",
            ResourceType::DelegationToken => "DelegationToken",
            ResourceType::User => "User",
        }
    }

    /// Reads the name as any release wrote it: `TransactionalId` or `TRANSACTIONAL_ID`.
    pub fn parse(text: &str) -> Option<ResourceType> {
        let plain = text.replace('_', "");
        Self::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(&plain))
    }

    /// `TRANSACTIONAL_ID`, as notifications of 3.x have it.
    fn constant(self) -> String {
        let mut text = String::new();
        for letter in self.name().chars() {
            if letter.is_ascii_uppercase() && !text.is_empty() {
                text.push('_');
            }
            text.push(letter.to_ascii_uppercase());
        }
        text
    }
}

/// A resource an ACL is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Resource {
    pub kind: ResourceType,
    pub name: String,
    /// Whether it stands for all names that begin so.
    pub is_prefix: bool,
}

impl Resource {
    /// The node with its ACLs.
    pub fn znode(&self) -> String {
        let root = if self.is_prefix { PREFIXED } else { LITERAL };
        format!("{root}/{}/{}", self.kind.name(), self.name)
    }

    /// The content of the notification that its ACLs changed, as 3.x writes it.
    pub fn change(&self) -> Vec<u8> {
        let kind = self.kind.constant();
        if !self.is_prefix {
            return format!("{kind}:{}", self.name).into_bytes();
        }
        json!({
            "version": 1,
            "resourceType": kind,
            "name": self.name,
            "patternType": "PREFIXED",
        })
        .to_string()
        .into_bytes()
    }

    /// Reads a notification of any release.
    pub fn from_change(data: &[u8]) -> Result<Resource, Malformed> {
        let what = "acl notification";
        if data.first() == Some(&b'{') {
            let json: Value =
                serde_json::from_slice(data).map_err(|error| Malformed::new(what, error))?;
            check_version(what, &json)?;
            let text = |key: &str| json.get(key).and_then(Value::as_str);
            let kind = text("resourceType").and_then(ResourceType::parse);
            return Ok(Resource {
                kind: kind.ok_or_else(|| Malformed::field(what, "resourceType"))?,
                name: text("name").ok_or_else(|| Malformed::field(what, "name"))?.to_owned(),
                is_prefix: text("patternType")
                    .is_some_and(|it| it.eq_ignore_ascii_case("prefixed")),
            });
        }
        let text = std::str::from_utf8(data).ok().and_then(|text| text.split_once(':'));
        let (kind, name) = text.ok_or_else(|| Malformed::field(what, "name"))?;
        let kind = ResourceType::parse(kind).ok_or_else(|| Malformed::field(what, "type"))?;
        Ok(Resource { kind, name: name.to_owned(), is_prefix: false })
    }
}

/// One ACL, names as Kafka writes them: `Allow`, `DescribeConfigs`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    pub principal: String,
    pub permission: String,
    pub operation: String,
    pub host: String,
}

/// The content of a resource's node.
pub fn encode(entries: &[Entry]) -> Vec<u8> {
    let acls: Vec<Value> = entries
        .iter()
        .map(|entry| {
            json!({
                "principal": entry.principal,
                "permissionType": entry.permission,
                "operation": entry.operation,
                "host": entry.host,
            })
        })
        .collect();
    json!({"version": 1, "acls": acls}).to_string().into_bytes()
}

/// Reads it; a node without content has no ACLs.
pub fn decode(data: &[u8]) -> Result<Vec<Entry>, Malformed> {
    let what = "acls";
    if data.is_empty() {
        return Ok(Vec::new());
    }
    let json: Value = serde_json::from_slice(data).map_err(|error| Malformed::new(what, error))?;
    check_version(what, &json)?;
    let entry = |value: &Value| -> Option<Entry> {
        let fields: &Map<String, Value> = value.as_object()?;
        let text = |key: &str| Some(fields.get(key)?.as_str()?.to_owned());
        Some(Entry {
            principal: text("principal")?,
            permission: text("permissionType")?,
            operation: text("operation")?,
            host: text("host")?,
        })
    };
    let list = json.get("acls").and_then(Value::as_array);
    list.and_then(|list| list.iter().map(entry).collect())
        .ok_or_else(|| Malformed::field(what, "acls"))
}

/// A later version could forbid what this one cannot read: it must not be taken for fewer ACLs.
fn check_version(what: &'static str, json: &Value) -> Result<(), Malformed> {
    match json.get("version").and_then(Value::as_i64) {
        Some(1) => Ok(()),
        _ => Err(Malformed::field(what, "version")),
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}{}", self.kind.name(), self.name, if self.is_prefix { "*" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resource(kind: ResourceType, name: &str, is_prefix: bool) -> Resource {
        Resource { kind, name: name.to_owned(), is_prefix }
    }

    #[test]
    fn acls_round_trip() {
        let json = r#"{"version":1,"acls":[{"principal":"User:alice","permissionType":"Allow","operation":"Read","host":"*"}]}"#;
        let entries = decode(json.as_bytes()).unwrap();
        assert_eq!((entries.len(), entries[0].operation.as_str()), (1, "Read"));
        assert_eq!(String::from_utf8(encode(&entries)).unwrap(), json);
        assert_eq!(decode(b""), Ok(Vec::new()));
        assert!(decode(br#"{"version":2,"acls":[]}"#).is_err());
    }

    #[test]
    fn notifications_of_all_releases_are_read() {
        let topic = resource(ResourceType::Topic, "foo:bar", false);
        assert_eq!(Resource::from_change(b"Topic:foo:bar"), Ok(topic.clone()));
        assert_eq!(topic.change(), b"TOPIC:foo:bar");
        let id = resource(ResourceType::TransactionalId, "x", true);
        for kind in ["TransactionalId", "TRANSACTIONAL_ID"] {
            let json = format!(
                r#"{{"version":1,"resourceType":"{kind}","name":"x","patternType":"PREFIXED"}}"#
            );
            assert_eq!(Resource::from_change(json.as_bytes()), Ok(id.clone()));
            if kind.contains('_') {
                assert_eq!(id.change(), json.as_bytes());
            }
        }
        assert_eq!(id.znode(), "/kafka-acl-extended/prefixed/TransactionalId/x");
        assert_eq!(topic.znode(), "/kafka-acl/Topic/foo:bar");
        for broken in ["", "foo", "Plant:x", "{"] {
            assert!(Resource::from_change(broken.as_bytes()).is_err(), "{broken}");
        }
    }
}
