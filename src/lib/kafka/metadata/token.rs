//! Delegation tokens in ZooKeeper: `/delegation_token/tokens/<id>`.
//!
//! The secret part is not there: brokers compute it from the id and the key they share.

use serde_json::{Value, json};

use super::entity::{desanitize, sanitize};
use super::znode::Malformed;

/// Where tokens are.
pub const TOKENS: &str = "/delegation_token/tokens";
/// Notifications of changed tokens; their content is the token's id.
pub const CHANGES: &str = "/delegation_token/token_changes";
/// The prefix of a notification's name.
pub const CHANGE_PREFIX: &str = "token_change_";

/// What is known of a token. Principals are `User:name`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub id: String,
    pub owner: String,
    /// Who asked for it, where that is known (3.3 and later).
    pub requester: Option<String>,
    pub renewers: Vec<String>,
    pub issued_ms: i64,
    pub expires_ms: i64,
    /// Beyond this it cannot be renewed.
    pub max_ms: i64,
}

impl Token {
    /// The node.
    pub fn znode(id: &str) -> String {
        format!("{TOKENS}/{id}")
    }

    /// The content: version 3 where the requester is known, else version 1, which 2.4 can read.
    pub fn encode(&self) -> Vec<u8> {
        let renewers: Vec<String> = self.renewers.iter().map(|name| sanitize(name)).collect();
        let mut json = json!({
            "version": if self.requester.is_some() { 3 } else { 1 },
            "owner": sanitize(&self.owner),
            "renewers": renewers,
            "issueTimestamp": self.issued_ms,
            "maxTimestamp": self.max_ms,
            "expiryTimestamp": self.expires_ms,
            "tokenId": self.id,
        });
        if let (Some(requester), Some(fields)) = (&self.requester, json.as_object_mut()) {
            fields.insert("tokenRequester".to_owned(), json!(sanitize(requester)));
        }
        json.to_string().into_bytes()
    }

    /// Reads versions 1 to 3.
    pub fn decode(data: &[u8]) -> Result<Token, Malformed> {
        let what = "delegation token";
        let json: Value =
            serde_json::from_slice(data).map_err(|error| Malformed::new(what, error))?;
        let field = |key: &'static str| move || Malformed::field(what, key);
        let text = |key: &'static str| json.get(key).and_then(Value::as_str).ok_or_else(field(key));
        let number =
            |key: &'static str| json.get(key).and_then(Value::as_i64).ok_or_else(field(key));
        let principal =
            |key: &'static str| text(key).and_then(|name| desanitize(name).ok_or_else(field(key)));
        let version = number("version")?;
        if !(1..=3).contains(&version) {
            return Err(Malformed::field(what, "version"));
        }
        let renewers = json.get("renewers").and_then(Value::as_array);
        let renewers: Option<Vec<String>> =
            renewers.and_then(|list| list.iter().map(|name| desanitize(name.as_str()?)).collect());
        let has_requester = json.get("tokenRequester").is_some();
        Ok(Token {
            id: text("tokenId")?.to_owned(),
            owner: principal("owner")?,
            requester: has_requester.then(|| principal("tokenRequester")).transpose()?,
            renewers: renewers.ok_or_else(field("renewers"))?,
            issued_ms: number("issueTimestamp")?,
            expires_ms: number("expiryTimestamp")?,
            max_ms: number("maxTimestamp")?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_round_trip_at_both_versions() {
        let mut token = Token {
            id: "abc".to_owned(),
            owner: "User:alice".to_owned(),
            requester: None,
            renewers: vec!["User:bob".to_owned()],
            issued_ms: 1,
            expires_ms: 2,
            max_ms: 3,
        };
        assert_eq!(
            String::from_utf8(token.encode()).unwrap(),
            r#"{"version":1,"owner":"User%3Aalice","renewers":["User%3Abob"],"issueTimestamp":1,"maxTimestamp":3,"expiryTimestamp":2,"tokenId":"abc"}"#
        );
        assert_eq!(Token::decode(&token.encode()), Ok(token.clone()));
        token.requester = Some("User:carol".to_owned());
        assert_eq!(Token::decode(&token.encode()), Ok(token));
        for broken in ["", "{}", r#"{"version":4}"#] {
            assert!(Token::decode(broken.as_bytes()).is_err(), "{broken}");
        }
    }
}
