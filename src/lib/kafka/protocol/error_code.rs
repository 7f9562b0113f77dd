//! A list: what answers say went wrong: name, code, whether asking again helps, the name Java
//! clients give it, what it usually means, what to do.
//!
//! Texts are clauses: lower case, no full stop.

use std::fmt;

/// An error code off the wire. Codes we do not know survive, and mean what -1 means.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ErrorCode(pub i16);

/// One row of the table.
#[derive(Debug)]
pub struct ErrorRow {
    pub code: ErrorCode,
    pub name: &'static str,
    /// Whether the same request may succeed later.
    pub retriable: bool,
    /// The exception Java clients throw, which tools print; empty for none.
    pub exception: &'static str,
    /// What it usually means.
    pub meaning: &'static str,
    /// What to do about it.
    pub advice: &'static str,
}

macro_rules! retriable {
    (Retriable) => {
        true
    };
    (Final) => {
        false
    };
}

macro_rules! errors {
    ($($name:ident = $code:literal, $retriable:ident, $exception:literal, $meaning:literal, $advice:literal;)*) => {
        impl ErrorCode {
            $(#[doc = $meaning] pub const $name: ErrorCode = ErrorCode($code);)*
        }

        /// Every error, by code.
        pub static ERRORS: &[ErrorRow] = &[
            $(ErrorRow {
                code: ErrorCode($code),
                name: stringify!($name),
                retriable: retriable!($retriable),
                exception: $exception,
                meaning: $meaning,
                advice: $advice,
            },)*
        ];
    };
}

errors! {
    UNKNOWN_SERVER_ERROR = -1, Final, "UnknownServerException",
        "the broker failed in a way it has no code for",
        "read the broker's log at the time of the request";
    NONE = 0, Final, "",
        "no error",
        "nothing";
    OFFSET_OUT_OF_RANGE = 1, Final, "OffsetOutOfRangeException",
        "the offset is older than the oldest record kept or newer than the newest",
        "check retention; set auto.offset.reset, or reset the group's offsets";
    CORRUPT_MESSAGE = 2, Retriable, "CorruptRecordException",
        "a record batch does not match its checksum, or is not allowed in this topic",
        "check the network and the producer; a compacted topic refuses records without a key";
    UNKNOWN_TOPIC_OR_PARTITION = 3, Retriable, "UnknownTopicOrPartitionException",
        "the broker asked does not have this topic or partition",
        "check the name; a topic just created takes a moment to appear everywhere";
    INVALID_FETCH_SIZE = 4, Final, "InvalidFetchSizeException",
        "the fetch asks for an impossible number of bytes",
        "correct the fetch sizes of the client";
    LEADER_NOT_AVAILABLE = 5, Retriable, "LeaderNotAvailableException",
        "the partition has no leader just now",
        "wait for the election; if it lasts, see which replicas are offline";
    NOT_LEADER_OR_FOLLOWER = 6, Retriable, "NotLeaderOrFollowerException",
        "another broker leads or follows this partition now",
        "the client refreshes its metadata and asks again";
    REQUEST_TIMED_OUT = 7, Retriable, "TimeoutException",
        "the broker could not finish in the time given",
        "ask again; look for overloaded or missing replicas";
    BROKER_NOT_AVAILABLE = 8, Final, "BrokerNotAvailableException",
        "the broker named is not alive",
        "start the broker, or name another";
    REPLICA_NOT_AVAILABLE = 9, Retriable, "ReplicaNotAvailableException",
        "the replica asked for is not on this broker",
        "wait for the reassignment to finish, or fetch from the leader";
    MESSAGE_TOO_LARGE = 10, Final, "RecordTooLargeException",
        "the batch is larger than the topic takes",
        "raise max.message.bytes of the topic, or send smaller batches";
    STALE_CONTROLLER_EPOCH = 11, Final, "ControllerMovedException",
        "the request comes from a controller that was replaced",
        "nothing; the new controller repeats what matters";
    OFFSET_METADATA_TOO_LARGE = 12, Final, "OffsetMetadataTooLarge",
        "the metadata beside a committed offset is too long",
        "shorten it, or raise offset.metadata.max.bytes";
    NETWORK_EXCEPTION = 13, Retriable, "NetworkException",
        "the broker went away before it answered",
        "check that the broker runs and can be reached";
    COORDINATOR_LOAD_IN_PROGRESS = 14, Retriable, "CoordinatorLoadInProgressException",
        "the coordinator is still reading its groups or transactions",
        "wait a moment";
    COORDINATOR_NOT_AVAILABLE = 15, Retriable, "CoordinatorNotAvailableException",
        "no coordinator can be found yet",
        "wait; check that the internal topic can be created and has leaders";
    NOT_COORDINATOR = 16, Retriable, "NotCoordinatorException",
        "another broker coordinates this group or transaction now",
        "the client looks the coordinator up again";
    INVALID_TOPIC_EXCEPTION = 17, Final, "InvalidTopicException",
        "the topic's name or the operation on this topic is not allowed",
        "use letters, digits, '.', '_' and '-', 249 at most; internal topics are read-only";
    RECORD_LIST_TOO_LARGE = 18, Final, "RecordBatchTooLargeException",
        "the batch is larger than a log segment",
        "lower batch.size, or raise segment.bytes";
    NOT_ENOUGH_REPLICAS = 19, Retriable, "NotEnoughReplicasException",
        "fewer replicas are in sync than min.insync.replicas demands",
        "bring replicas back, or lower min.insync.replicas";
    NOT_ENOUGH_REPLICAS_AFTER_APPEND = 20, Retriable, "NotEnoughReplicasAfterAppendException",
        "the record was written, but to fewer in-sync replicas than demanded",
        "bring replicas back; a retry may write it twice unless the producer is idempotent";
    INVALID_REQUIRED_ACKS = 21, Final, "InvalidRequiredAcksException",
        "acks is none of -1, 0 and 1",
        "set acks to all, 0 or 1";
    ILLEGAL_GENERATION = 22, Final, "IllegalGenerationException",
        "the member speaks for a generation of the group that has passed",
        "the member joins again; poll more often if it happens often";
    INCONSISTENT_GROUP_PROTOCOL = 23, Final, "InconsistentGroupProtocolException",
        "the member shares no protocol or assignor with the others",
        "give all members of the group a common assignor";
    INVALID_GROUP_ID = 24, Final, "InvalidGroupIdException",
        "the group id is empty or not allowed",
        "set group.id";
    UNKNOWN_MEMBER_ID = 25, Final, "UnknownMemberIdException",
        "the coordinator does not know this member",
        "the member joins again; poll within max.poll.interval.ms";
    INVALID_SESSION_TIMEOUT = 26, Final, "InvalidSessionTimeoutException",
        "the session timeout is outside the broker's bounds",
        "stay between group.min.session.timeout.ms and group.max.session.timeout.ms";
    REBALANCE_IN_PROGRESS = 27, Final, "RebalanceInProgressException",
        "the group is sharing out its partitions",
        "the member joins again";
    INVALID_COMMIT_OFFSET_SIZE = 28, Final, "InvalidCommitOffsetSizeException",
        "the offset commit is larger than a record may be",
        "shorten the metadata of the commit";
    TOPIC_AUTHORIZATION_FAILED = 29, Final, "TopicAuthorizationException",
        "the principal may not do this with the topic",
        "add an ACL for the topic";
    GROUP_AUTHORIZATION_FAILED = 30, Final, "GroupAuthorizationException",
        "the principal may not use this group",
        "add an ACL for the group";
    CLUSTER_AUTHORIZATION_FAILED = 31, Final, "ClusterAuthorizationException",
        "the principal may not do this with the cluster",
        "add an ACL for the cluster";
    INVALID_TIMESTAMP = 32, Final, "InvalidTimestampException",
        "a record's time is too far from the broker's",
        "set the clocks, or widen message.timestamp.before.max.ms and message.timestamp.after.max.ms";
    UNSUPPORTED_SASL_MECHANISM = 33, Final, "UnsupportedSaslMechanismException",
        "the broker does not offer this SASL mechanism",
        "choose one of sasl.enabled.mechanisms";
    ILLEGAL_SASL_STATE = 34, Final, "IllegalSaslStateException",
        "a request came at the wrong step of the login",
        "check that security.protocol of client and listener agree";
    UNSUPPORTED_VERSION = 35, Final, "UnsupportedVersionException",
        "the broker does not speak this version of the API",
        "use a client that negotiates versions, or upgrade the broker";
    TOPIC_ALREADY_EXISTS = 36, Final, "TopicExistsException",
        "a topic of this name is there",
        "choose another name, or use --if-not-exists";
    INVALID_PARTITIONS = 37, Final, "InvalidPartitionsException",
        "the number of partitions is not allowed",
        "give at least 1, and more than there are when adding";
    INVALID_REPLICATION_FACTOR = 38, Final, "InvalidReplicationFactorException",
        "the replication factor is below 1 or above the number of live brokers",
        "lower it, or start more brokers";
    INVALID_REPLICA_ASSIGNMENT = 39, Final, "InvalidReplicaAssignmentException",
        "the replicas listed do not form a valid assignment",
        "list as many distinct live brokers for every partition";
    INVALID_CONFIG = 40, Final, "InvalidConfigurationException",
        "a configuration key or value is not valid",
        "correct the key or value named";
    NOT_CONTROLLER = 41, Retriable, "NotControllerException",
        "another broker is the controller now",
        "the client looks the controller up and asks again";
    INVALID_REQUEST = 42, Final, "InvalidRequestException",
        "the request contradicts itself or this version",
        "see the broker's message and log; it is most often a bug of the client";
    UNSUPPORTED_FOR_MESSAGE_FORMAT = 43, Final, "UnsupportedForMessageFormatException",
        "the topic's message format lacks what is asked for",
        "raise the message format, or do without";
    POLICY_VIOLATION = 44, Final, "PolicyViolationException",
        "a policy of the cluster forbids this",
        "see the policy's message";
    OUT_OF_ORDER_SEQUENCE_NUMBER = 45, Final, "OutOfOrderSequenceException",
        "records of an idempotent producer are missing",
        "the producer must start anew; look for data loss on the broker";
    DUPLICATE_SEQUENCE_NUMBER = 46, Final, "DuplicateSequenceException",
        "the broker has these records already",
        "nothing";
    INVALID_PRODUCER_EPOCH = 47, Final, "InvalidProducerEpochException",
        "a newer instance of the producer has taken over",
        "abort and begin anew, or stop the older instance";
    INVALID_TXN_STATE = 48, Final, "InvalidTxnStateException",
        "the transaction is in a state that does not allow this",
        "begin a transaction first, and end each only once";
    INVALID_PRODUCER_ID_MAPPING = 49, Final, "InvalidPidMappingException",
        "the producer id does not belong to this transactional id",
        "the producer initializes again";
    INVALID_TRANSACTION_TIMEOUT = 50, Final, "InvalidTxnTimeoutException",
        "the transaction timeout is above the broker's bound",
        "lower transaction.timeout.ms, or raise transaction.max.timeout.ms";
    CONCURRENT_TRANSACTIONS = 51, Retriable, "ConcurrentTransactionsException",
        "the previous transaction of this id is still ending",
        "ask again in a moment";
    TRANSACTION_COORDINATOR_FENCED = 52, Final, "TransactionCoordinatorFencedException",
        "a newer coordinator has taken over",
        "nothing; the new coordinator goes on";
    TRANSACTIONAL_ID_AUTHORIZATION_FAILED = 53, Final, "TransactionalIdAuthorizationException",
        "the principal may not use this transactional id",
        "add an ACL for the transactional id";
    SECURITY_DISABLED = 54, Final, "SecurityDisabledException",
        "no authorizer is configured",
        "set authorizer.class.name";
    OPERATION_NOT_ATTEMPTED = 55, Final, "OperationNotAttemptedException",
        "an earlier part of the request failed, so this one was not tried",
        "mend the other part and ask again";
    KAFKA_STORAGE_ERROR = 56, Retriable, "KafkaStorageException",
        "the log directory of the replica is offline",
        "see the broker's log for the disk error; replace the disk and restart";
    LOG_DIR_NOT_FOUND = 57, Final, "LogDirNotFoundException",
        "the broker has no such log directory",
        "name one of log.dirs";
    SASL_AUTHENTICATION_FAILED = 58, Final, "SaslAuthenticationException",
        "the login was refused",
        "check user and password, and that the credentials exist on the broker";
    UNKNOWN_PRODUCER_ID = 59, Final, "UnknownProducerIdException",
        "the broker no longer knows this producer",
        "the producer starts anew";
    REASSIGNMENT_IN_PROGRESS = 60, Final, "ReassignmentInProgressException",
        "replicas of the partition are being moved",
        "wait, or cancel the reassignment";
    DELEGATION_TOKEN_AUTH_DISABLED = 61, Final, "DelegationTokenDisabledException",
        "delegation tokens are not enabled",
        "set delegation.token.secret.key on all brokers";
    DELEGATION_TOKEN_NOT_FOUND = 62, Final, "DelegationTokenNotFoundException",
        "no such delegation token",
        "list the tokens; it may have expired";
    DELEGATION_TOKEN_OWNER_MISMATCH = 63, Final, "DelegationTokenOwnerMismatchException",
        "the token belongs to somebody else",
        "ask as its owner or one of its renewers";
    DELEGATION_TOKEN_REQUEST_NOT_ALLOWED = 64, Final, "UnsupportedByAuthenticationException",
        "this cannot be asked over this kind of login",
        "log in by SASL or mutual TLS, not by a token";
    DELEGATION_TOKEN_AUTHORIZATION_FAILED = 65, Final, "DelegationTokenAuthorizationException",
        "the principal may not do this with tokens",
        "add an ACL for the token";
    DELEGATION_TOKEN_EXPIRED = 66, Final, "DelegationTokenExpiredException",
        "the token has expired",
        "create a new one";
    INVALID_PRINCIPAL_TYPE = 67, Final, "InvalidPrincipalTypeException",
        "the principal is of a kind that is not allowed here",
        "use User:name";
    NON_EMPTY_GROUP = 68, Final, "GroupNotEmptyException",
        "the group still has members",
        "stop its consumers first";
    GROUP_ID_NOT_FOUND = 69, Final, "GroupIdNotFoundException",
        "no such group",
        "check the name; groups without offsets and members are forgotten";
    FETCH_SESSION_ID_NOT_FOUND = 70, Retriable, "FetchSessionIdNotFoundException",
        "the broker has dropped this fetch session",
        "the client opens a new one";
    INVALID_FETCH_SESSION_EPOCH = 71, Retriable, "InvalidFetchSessionEpochException",
        "the fetch session is out of step",
        "the client opens a new one";
    LISTENER_NOT_FOUND = 72, Retriable, "ListenerNotFoundException",
        "the leader has no listener of this name",
        "give every broker the same listener names";
    TOPIC_DELETION_DISABLED = 73, Final, "TopicDeletionDisabledException",
        "topics may not be deleted",
        "set delete.topic.enable=true";
    FENCED_LEADER_EPOCH = 74, Retriable, "FencedLeaderEpochException",
        "the client knows an older leader epoch than the broker",
        "the client refreshes its metadata";
    UNKNOWN_LEADER_EPOCH = 75, Retriable, "UnknownLeaderEpochException",
        "the client knows a newer leader epoch than the broker",
        "wait until the broker has caught up";
    UNSUPPORTED_COMPRESSION_TYPE = 76, Final, "UnsupportedCompressionTypeException",
        "this codec is not allowed at this version",
        "use another codec, or newer clients";
    STALE_BROKER_EPOCH = 77, Final, "StaleBrokerEpochException",
        "the request concerns an earlier life of the broker",
        "nothing; the controller repeats what matters";
    OFFSET_NOT_AVAILABLE = 78, Retriable, "OffsetNotAvailableException",
        "the new leader does not know its high watermark yet",
        "ask again in a moment";
    MEMBER_ID_REQUIRED = 79, Final, "MemberIdRequiredException",
        "a member must take the id given here and join again",
        "the client does so";
    PREFERRED_LEADER_NOT_AVAILABLE = 80, Retriable, "PreferredLeaderNotAvailableException",
        "the preferred replica cannot lead just now",
        "bring it back in sync first";
    GROUP_MAX_SIZE_REACHED = 81, Final, "GroupMaxSizeReachedException",
        "the group has all the members it may have",
        "raise group.max.size, or use fewer consumers";
    FENCED_INSTANCE_ID = 82, Final, "FencedInstanceIdException",
        "another member uses the same group.instance.id",
        "give every member its own group.instance.id";
    ELIGIBLE_LEADERS_NOT_AVAILABLE = 83, Retriable, "EligibleLeadersNotAvailableException",
        "no replica is fit to lead",
        "bring a replica back; an unclean election loses records";
    ELECTION_NOT_NEEDED = 84, Retriable, "ElectionNotNeededException",
        "the partition has the leader it should have",
        "nothing";
    NO_REASSIGNMENT_IN_PROGRESS = 85, Final, "NoReassignmentInProgressException",
        "the partition is not being moved",
        "nothing to cancel";
    GROUP_SUBSCRIBED_TO_TOPIC = 86, Final, "GroupSubscribedToTopicException",
        "the group is consuming this topic",
        "stop its consumers first";
    INVALID_RECORD = 87, Final, "InvalidRecordException",
        "a record fails the broker's checks",
        "see the message; keys are needed in compacted topics";
    UNSTABLE_OFFSET_COMMIT = 88, Retriable, "UnstableOffsetCommitException",
        "an open transaction may still change these offsets",
        "ask again when it has ended";
    THROTTLING_QUOTA_EXCEEDED = 89, Retriable, "ThrottlingQuotaExceededException",
        "the quota for changing topics is used up",
        "ask again later, or raise controller_mutation_rate";
    PRODUCER_FENCED = 90, Final, "ProducerFencedException",
        "a newer producer of the same transactional id has taken over",
        "stop one of the two";
    RESOURCE_NOT_FOUND = 91, Final, "ResourceNotFoundException",
        "the thing named does not exist",
        "check the name";
    DUPLICATE_RESOURCE = 92, Final, "DuplicateResourceException",
        "the thing is named twice, or is there already",
        "name it once";
    UNACCEPTABLE_CREDENTIAL = 93, Final, "UnacceptableCredentialException",
        "the credentials are not acceptable",
        "choose a user name, iterations and mechanism that are allowed";
    INCONSISTENT_VOTER_SET = 94, Final, "InconsistentVoterSetException",
        "sender and receiver know different KRaft voters",
        "make controller.quorum.voters agree";
    INVALID_UPDATE_VERSION = 95, Final, "InvalidUpdateVersionException",
        "the version in the update is not the next one",
        "the leader reads the state again";
    FEATURE_UPDATE_FAILED = 96, Final, "FeatureUpdateFailedException",
        "the feature level could not be changed",
        "see the message; all brokers must support the level";
    PRINCIPAL_DESERIALIZATION_FAILURE = 97, Final, "PrincipalDeserializationException",
        "a forwarded principal could not be read",
        "use the same principal builder on all brokers";
    SNAPSHOT_NOT_FOUND = 98, Final, "SnapshotNotFoundException",
        "no such KRaft snapshot",
        "nothing; the follower fetches a newer one";
    POSITION_OUT_OF_RANGE = 99, Final, "PositionOutOfRangeException",
        "the position lies outside the snapshot",
        "nothing; the follower starts again";
    UNKNOWN_TOPIC_ID = 100, Retriable, "UnknownTopicIdException",
        "the broker does not know this topic id yet",
        "the client refreshes its metadata";
    DUPLICATE_BROKER_REGISTRATION = 101, Final, "DuplicateBrokerRegistrationException",
        "another live broker has this id",
        "give every broker its own id";
    BROKER_ID_NOT_REGISTERED = 102, Final, "BrokerIdNotRegisteredException",
        "no broker of this id is registered",
        "check the id";
    INCONSISTENT_TOPIC_ID = 103, Retriable, "InconsistentTopicIdException",
        "the topic was deleted and created anew",
        "the client refreshes its metadata";
    INCONSISTENT_CLUSTER_ID = 104, Final, "InconsistentClusterIdException",
        "the request is meant for another cluster",
        "check the addresses: two clusters are mixed up";
    TRANSACTIONAL_ID_NOT_FOUND = 105, Final, "TransactionalIdNotFoundException",
        "no such transactional id",
        "check the id; unused ones are forgotten";
    FETCH_SESSION_TOPIC_ID_ERROR = 106, Retriable, "FetchSessionTopicIdException",
        "topic ids of the fetch session changed",
        "the client opens a new session";
    INELIGIBLE_REPLICA = 107, Final, "IneligibleReplicaException",
        "the new ISR names a replica that may not join",
        "nothing; the leader tries again";
    NEW_LEADER_ELECTED = 108, Final, "NewLeaderElectedException",
        "the change took effect and made another broker leader",
        "nothing";
    OFFSET_MOVED_TO_TIERED_STORAGE = 109, Final, "OffsetMovedToTieredStorageException",
        "the offset lies in tiered storage",
        "the follower fetches the metadata from there";
    FENCED_MEMBER_EPOCH = 110, Final, "FencedMemberEpochException",
        "the member's epoch has passed",
        "the member joins again";
    UNRELEASED_INSTANCE_ID = 111, Final, "UnreleasedInstanceIdException",
        "another member still holds this group.instance.id",
        "wait until it has left or timed out";
    UNSUPPORTED_ASSIGNOR = 112, Final, "UnsupportedAssignorException",
        "the broker has no assignor of this name",
        "choose one the broker has, or none";
    STALE_MEMBER_EPOCH = 113, Final, "StaleMemberEpochException",
        "the member's epoch is behind the coordinator's",
        "the member heartbeats and tries again";
    MISMATCHED_ENDPOINT_TYPE = 114, Final, "MismatchedEndpointTypeException",
        "the request went to a broker instead of a controller, or the other way round",
        "use --bootstrap-server for brokers and --bootstrap-controller for controllers";
    UNSUPPORTED_ENDPOINT_TYPE = 115, Final, "UnsupportedEndpointTypeException",
        "this kind of endpoint is not known here",
        "ask brokers";
    UNKNOWN_CONTROLLER_ID = 116, Final, "UnknownControllerIdException",
        "no controller of this id",
        "check the id";
    UNKNOWN_SUBSCRIPTION_ID = 117, Final, "UnknownSubscriptionIdException",
        "the metrics subscription has changed",
        "the client asks for it anew";
    TELEMETRY_TOO_LARGE = 118, Final, "TelemetryTooLargeException",
        "the metrics pushed are too many",
        "push fewer";
    INVALID_REGISTRATION = 119, Final, "InvalidRegistrationException",
        "the registration is not valid for this cluster",
        "see the controller's log";
    TRANSACTION_ABORTABLE = 120, Final, "TransactionAbortableException",
        "the transaction cannot go on and must be aborted",
        "abort and begin anew";
    INVALID_RECORD_STATE = 121, Final, "InvalidRecordStateException",
        "the record was not handed to this consumer",
        "nothing; it will be handed out again";
    SHARE_SESSION_NOT_FOUND = 122, Retriable, "ShareSessionNotFoundException",
        "the broker has dropped this share session",
        "the client opens a new one";
    INVALID_SHARE_SESSION_EPOCH = 123, Retriable, "InvalidShareSessionEpochException",
        "the share session is out of step",
        "the client opens a new one";
    FENCED_STATE_EPOCH = 124, Final, "FencedStateEpochException",
        "the state belongs to an older epoch of the share partition",
        "nothing; the leader reads the state again";
    INVALID_VOTER_KEY = 125, Final, "InvalidVoterKeyException",
        "the KRaft voter named is not this node",
        "check id and directory id";
    DUPLICATE_VOTER = 126, Final, "DuplicateVoterException",
        "the KRaft voter is in the set already",
        "nothing";
    VOTER_NOT_FOUND = 127, Final, "VoterNotFoundException",
        "the KRaft voter is not in the set",
        "check id and directory id";
}

impl ErrorCode {
    /// Its row; that of -1 where we do not know the code, as Java clients do.
    pub fn row(self) -> &'static ErrorRow {
        static UNKNOWN: ErrorRow = ErrorRow {
            code: ErrorCode::UNKNOWN_SERVER_ERROR,
            name: "UNKNOWN_SERVER_ERROR",
            retriable: false,
            exception: "UnknownServerException",
            meaning: "the broker answers with a code newer than this program",
            advice: "read the broker's log, or use a newer program",
        };
        let row = i32::from(self.0) + 1;
        usize::try_from(row).ok().and_then(|row| ERRORS.get(row)).unwrap_or(&UNKNOWN)
    }

    /// The code of a name, in capitals and underscores.
    pub fn from_name(name: &str) -> Option<ErrorCode> {
        ERRORS.iter().find(|row| row.name == name).map(|row| row.code)
    }

    /// Kafka's name for it.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Whether the same request may succeed later.
    pub fn is_retriable(self) -> bool {
        self.row().retriable
    }

    /// Whether it is an error at all.
    pub fn is_error(self) -> bool {
        self != ErrorCode::NONE
    }

    /// `Ok` where nothing went wrong.
    pub fn ok(self) -> Result<(), ErrorCode> {
        if self.is_error() { Err(self) } else { Ok(()) }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.name(), self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn codes_are_dense_and_names_unique() {
        for (index, row) in ERRORS.iter().enumerate() {
            assert_eq!(usize::try_from(row.code.0 + 1), Ok(index), "{}", row.name);
            assert_eq!(ErrorCode::from_name(row.name), Some(row.code));
        }
        let names: BTreeSet<_> = ERRORS.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), ERRORS.len());
        assert_eq!(ERRORS.last().map(|row| row.code), Some(ErrorCode::VOTER_NOT_FOUND));
    }

    #[test]
    fn texts_are_clauses() {
        for text in ERRORS.iter().flat_map(|row| [row.meaning, row.advice]) {
            assert!(!text.is_empty() && !text.ends_with('.') && text.is_ascii(), "{text}");
        }
    }

    #[test]
    fn unknown_codes_survive() {
        for code in [i16::MIN, -2, 128, i16::MAX] {
            assert_eq!(ErrorCode(code).0, code);
            assert_eq!(ErrorCode(code).name(), "UNKNOWN_SERVER_ERROR");
            assert!(!ErrorCode(code).is_retriable());
        }
        assert!(ErrorCode::NOT_CONTROLLER.is_retriable());
        assert_eq!(ErrorCode::NONE.ok(), Ok(()));
    }
}
