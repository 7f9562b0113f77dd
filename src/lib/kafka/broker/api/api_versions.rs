//! ApiVersions (key 18): which APIs and versions this broker offers.
//!
//! * v3 names the client's software; v4 adds a feature range from 0.
//! * A version we do not know is answered in version 0 with UNSUPPORTED_VERSION and our own range
//!   of this API (KIP-511).
//! * Answers: INVALID_REQUEST where the software's name is not one.

use std::sync::Arc;

use super::{Api, Outcome};
use crate::kafka::broker::context::Context;
use crate::kafka::broker::{Broker, dispatch};
use crate::kafka::protocol::api::{APIS, ApiKey};
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message::api_versions::{
    ApiVersion, ApiVersionsRequest, ApiVersionsResponse,
};

pub struct ApiVersions;

impl Api for ApiVersions {
    type Request = ApiVersionsRequest;

    fn begin(
        _broker: &Arc<Broker>,
        context: &Context,
        request: ApiVersionsRequest,
    ) -> Outcome<ApiVersionsResponse> {
        let named = |name: &str| {
            let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
            name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(legal)
        };
        if context.version >= 3
            && !(named(&request.client_software_name) && named(&request.client_software_version))
        {
            let error_code = ErrorCode::INVALID_REQUEST;
            return Outcome::Done(ApiVersionsResponse { error_code, ..Default::default() });
        }
        let offered = APIS.iter().filter(|api| dispatch::is_offered(api.key));
        let api_keys = offered.map(|api| version(api.key, api.min, api.max)).collect();
        Outcome::Done(ApiVersionsResponse { api_keys, ..Default::default() })
    }
}

fn version(key: ApiKey, min_version: i16, max_version: i16) -> ApiVersion {
    ApiVersion { api_key: key.number(), min_version, max_version }
}

/// The answer to a version we do not speak.
pub fn unsupported_version() -> ApiVersionsResponse {
    let own = APIS.iter().filter(|api| api.key == ApiKey::ApiVersions);
    ApiVersionsResponse {
        error_code: ErrorCode::UNSUPPORTED_VERSION,
        api_keys: own.map(|api| version(api.key, api.min, api.max)).collect(),
        ..Default::default()
    }
}
