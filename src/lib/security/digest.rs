//! ZooKeeper's digest ids: a user and what stands for the password in ACLs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

/// The id of `user:password`: `user:base64(sha1(user:password))`. Without a colon there is no user
/// and the whole is the password, as ZooKeeper's own generator takes it apart.
pub fn digest_id(credentials: &str) -> String {
    let user = credentials.split(':').next().unwrap_or_default();
    let sum = Sha1::digest(credentials.as_bytes());
    format!("{user}:{}", STANDARD.encode(sum))
}

#[cfg(test)]
mod tests {
    use super::digest_id;

    #[test]
    fn ids_are_zookeepers() {
        assert_eq!(digest_id("u:p"), "u:Jq7wMyA/w2Vd5WIDAKdu4OIIFEQ=");
        assert_eq!(digest_id("super:admin"), "super:xQJmxLMiHGwaqBvst5y6rkB6HQs=");
    }
}
