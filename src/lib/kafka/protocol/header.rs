//! What stands before every body: which API, which version, which request.

use super::api::ApiKey;
use super::primitive::{put, take};
use crate::base::bytes::{Reader, Result, Writer};

/// The front of a request. `key` is a plain number, since the asker may know APIs we do not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestHeader {
    pub key: i16,
    pub version: i16,
    /// Comes back with the answer.
    pub correlation_id: i32,
    /// What the client calls itself.
    pub client_id: Option<String>,
}

impl RequestHeader {
    /// Takes a header. Its form follows from the API and version that it begins with; an API or a
    /// version we do not know is read in the form without tagged fields.
    pub fn decode(reader: &mut Reader<'_>) -> Result<RequestHeader> {
        let key = reader.i16()?;
        let version = reader.i16()?;
        let correlation_id = reader.i32()?;
        let form = ApiKey::from_number(key).map_or(1, |it| it.request_header(version));
        // The client id keeps its classic form in version 2, so that a broker can read it before
        // it knows the version (KIP-482).
        let client_id = if form >= 1 { take::nullable_string(reader, false)? } else { None };
        if form >= 2 {
            take::no_tags(reader)?;
        }
        Ok(RequestHeader { key, version, correlation_id, client_id })
    }

    /// Puts the header.
    pub fn encode(&self, writer: &mut Writer) {
        let form = ApiKey::from_number(self.key).map_or(1, |it| it.request_header(self.version));
        writer.i16(self.key);
        writer.i16(self.version);
        writer.i32(self.correlation_id);
        if form >= 1 {
            put::nullable_string(writer, false, self.client_id.as_deref());
        }
        if form >= 2 {
            put::no_tags(writer);
        }
    }
}

/// The front of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResponseHeader {
    pub correlation_id: i32,
}

impl ResponseHeader {
    /// Takes the header of an answer to `key` at `version`.
    pub fn decode(reader: &mut Reader<'_>, key: ApiKey, version: i16) -> Result<ResponseHeader> {
        let correlation_id = reader.i32()?;
        if key.response_header(version) >= 1 {
            take::no_tags(reader)?;
        }
        Ok(ResponseHeader { correlation_id })
    }

    /// Puts the header of an answer to `key` at `version`.
    pub fn encode(&self, writer: &mut Writer, key: ApiKey, version: i16) {
        writer.i32(self.correlation_id);
        if key.response_header(version) >= 1 {
            put::no_tags(writer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_follows_api_and_version() {
        for (key, version, request, response) in [
            (ApiKey::ControlledShutdown, 0, 0, 0),
            (ApiKey::ControlledShutdown, 1, 1, 0),
            (ApiKey::ControlledShutdown, 3, 2, 1),
            (ApiKey::ApiVersions, 0, 1, 0),
            (ApiKey::ApiVersions, 3, 2, 0),
            (ApiKey::ApiVersions, 4, 2, 0),
            (ApiKey::SaslHandshake, 1, 1, 0),
            (ApiKey::Fetch, 11, 1, 0),
            (ApiKey::Fetch, 12, 2, 1),
        ] {
            assert_eq!(key.request_header(version), request, "{key:?} {version}");
            assert_eq!(key.response_header(version), response, "{key:?} {version}");
        }
    }

    #[test]
    fn headers_round_trip_and_have_the_known_bytes() {
        let header = RequestHeader {
            key: ApiKey::ApiVersions.number(),
            version: 3,
            correlation_id: 7,
            client_id: Some("me".to_owned()),
        };
        let mut writer = Writer::new();
        header.encode(&mut writer);
        let bytes = writer.into_bytes();
        assert_eq!(&bytes[..], [0, 18, 0, 3, 0, 0, 0, 7, 0, 2, b'm', b'e', 0]);
        let mut reader = Reader::shared(&bytes);
        assert_eq!(RequestHeader::decode(&mut reader), Ok(header));
        assert!(reader.is_empty());

        let shutdown = [0, 7, 0, 0, 0, 0, 0, 9, 1, 2];
        let mut reader = Reader::new(&shutdown);
        let header = RequestHeader::decode(&mut reader).unwrap();
        assert_eq!((header.correlation_id, header.client_id, reader.left()), (9, None, 2));
    }

    #[test]
    fn unknown_apis_still_have_a_header() {
        let bytes = [3, 232, 0, 0, 0, 0, 0, 1, 255, 255];
        let header = RequestHeader::decode(&mut Reader::new(&bytes)).unwrap();
        assert_eq!((header.key, header.client_id), (1000, None));
    }
}
