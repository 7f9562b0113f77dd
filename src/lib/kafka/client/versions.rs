//! Which versions a broker speaks, and which of them to use.

use super::error::{Error, Result};
use crate::kafka::protocol::Request;
use crate::kafka::protocol::api::ApiKey;
use crate::kafka::protocol::message::ApiVersionsResponse;

/// The ranges a broker announced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    /// Key, first and last version, by key.
    ranges: Vec<(i16, i16, i16)>,
}

impl Versions {
    /// The ranges of an answer.
    pub fn of(response: &ApiVersionsResponse) -> Versions {
        let keys = response.api_keys.iter();
        let mut ranges: Vec<_> =
            keys.map(|it| (it.api_key, it.min_version, it.max_version)).collect();
        ranges.sort_unstable();
        Versions { ranges }
    }

    /// What the broker announced for `api`.
    pub fn offered(&self, api: ApiKey) -> Option<(i16, i16)> {
        let found = self.ranges.binary_search_by_key(&api.number(), |it| it.0).ok()?;
        self.ranges.get(found).map(|it| (it.1, it.2))
    }

    /// All of it, by key.
    pub fn iter(&self) -> impl Iterator<Item = (i16, i16, i16)> {
        self.ranges.iter().copied()
    }

    /// The newest version of `R` that both sides speak, not above `most`.
    pub fn choose<R: Request>(&self, address: &str, most: i16) -> Result<i16> {
        let offered = self.offered(R::KEY);
        let (min, max) = offered.unwrap_or((0, -1));
        let version = max.min(R::MAX).min(most);
        if version < min.max(R::MIN) {
            return Err(Error::Unsupported { address: address.to_owned(), api: R::KEY, offered });
        }
        Ok(version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kafka::protocol::message::api_versions::ApiVersion;
    use crate::kafka::protocol::message::{FetchRequest, MetadataRequest};

    #[test]
    fn the_newest_common_version_is_chosen() {
        let range =
            |api_key, min_version, max_version| ApiVersion { api_key, min_version, max_version };
        let response = ApiVersionsResponse {
            api_keys: vec![range(3, 0, 1), range(1, 4, 99)],
            ..ApiVersionsResponse::default()
        };
        let versions = Versions::of(&response);
        assert_eq!(versions.choose::<MetadataRequest>("b", i16::MAX).unwrap(), 1);
        assert_eq!(versions.choose::<FetchRequest>("b", i16::MAX).unwrap(), 17);
        assert_eq!(versions.choose::<FetchRequest>("b", 12).unwrap(), 12);
        let error = versions.choose::<FetchRequest>("b", 3).unwrap_err().to_string();
        assert_eq!(
            error,
            "the broker b supports versions 4 to 99 of Fetch, needed is one of 0 to 17"
        );
        assert_eq!(versions.offered(ApiKey::Produce), None);
    }
}
