//! A list: what Java clients say of error codes, for the lines in which Kafka's tools print the
//! exceptions they met.

use crate::base::error::Chain;
use crate::kafka::client::{Error, admin};
use crate::kafka::protocol::error_code::ErrorCode;

/// Where those exceptions live.
const PACKAGE: &str = "org.apache.kafka.common.errors";

/// Texts that scripts compare. Of all other codes the meaning is said in our words.
const TEXTS: &[(ErrorCode, &str)] = &[
    (
        ErrorCode::OFFSET_OUT_OF_RANGE,
        "The requested offset is not within the range of offsets maintained by the server.",
    ),
    (ErrorCode::UNKNOWN_TOPIC_OR_PARTITION, "This server does not host this topic-partition."),
    (ErrorCode::LEADER_NOT_AVAILABLE, "There is no leader for this topic-partition."),
    (ErrorCode::REQUEST_TIMED_OUT, "The request timed out."),
    (ErrorCode::COORDINATOR_NOT_AVAILABLE, "The coordinator is not available."),
    (ErrorCode::NOT_COORDINATOR, "This is not the correct coordinator."),
    (ErrorCode::INVALID_GROUP_ID, "The configured groupId is invalid."),
    (ErrorCode::UNKNOWN_MEMBER_ID, "The coordinator is not aware of this member."),
    (ErrorCode::TOPIC_AUTHORIZATION_FAILED, "Topic authorization failed."),
    (ErrorCode::GROUP_AUTHORIZATION_FAILED, "Group authorization failed."),
    (ErrorCode::CLUSTER_AUTHORIZATION_FAILED, "Cluster authorization failed."),
    (ErrorCode::POLICY_VIOLATION, "Request parameters do not satisfy the configured policy."),
    (ErrorCode::NON_EMPTY_GROUP, "The group is not empty."),
    (ErrorCode::GROUP_ID_NOT_FOUND, "The group id does not exist."),
    (
        ErrorCode::GROUP_SUBSCRIBED_TO_TOPIC,
        "Deleting offsets of a topic is forbidden while the consumer group is actively subscribed \
         to it.",
    ),
];

/// What an exception says: the broker's words, else Kafka's, else ours.
pub(super) fn text(code: ErrorCode, message: Option<&str>) -> &str {
    let known = TEXTS.iter().find(|(known, _)| *known == code).map(|(_, text)| *text);
    message.or(known).unwrap_or(code.row().meaning)
}

/// The class of the exception that Java clients throw for a code.
pub(super) fn class(code: ErrorCode) -> String {
    format!("{PACKAGE}.{}", code.row().exception)
}

/// An exception as Java prints it: its class, then what it says.
pub(super) fn exception(code: ErrorCode, message: Option<&str>) -> String {
    format!("{}: {}", class(code), text(code, message))
}

/// The same of what happened to one resource of a call.
pub(super) fn of_failure(failure: &admin::Failure) -> String {
    exception(failure.code, failure.message.as_deref())
}

/// The same of a call that failed as a whole; what no broker said is in our words.
pub(super) fn of_error(error: &Error) -> String {
    match error {
        Error::Refused { code, message, .. } => exception(*code, message.as_deref()),
        other => Chain(other).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_brokers_words_win_over_kafkas_and_those_over_ours() {
        let cases = [
            (
                ErrorCode::NON_EMPTY_GROUP,
                None,
                "org.apache.kafka.common.errors.GroupNotEmptyException: The group is not empty.",
            ),
            (
                ErrorCode::NON_EMPTY_GROUP,
                Some("still two"),
                "org.apache.kafka.common.errors.GroupNotEmptyException: still two",
            ),
        ];
        for (code, message, expected) in cases {
            assert_eq!(exception(code, message), expected);
        }
        let ours = ErrorCode::CORRUPT_MESSAGE;
        assert_eq!(text(ours, None), ours.row().meaning);
        let stopped = Error::Stopped;
        assert_eq!(of_error(&stopped), "the client was closed");
    }
}
