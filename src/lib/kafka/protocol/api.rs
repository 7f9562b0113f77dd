//! A list: every API: key, name, the versions we offer, the first flexible one, and who may call.
//!
//! The ranges are those that Kafka 3.9 offers in ZooKeeper mode. Which of them a broker really
//! serves is up to its dispatch; clients and tools read the names and forms here.

use std::fmt;
use std::ops::RangeInclusive;

/// Who may call an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Any client; what it names is authorized one by one.
    Anyone,
    /// Other brokers: needs ClusterAction on the cluster.
    Brokers,
    /// The controller alone: needs ClusterAction, and a controller epoch that is not stale.
    Controller,
    /// KRaft nodes, or clients of features that ZooKeeper mode lacks. Known, never offered.
    Nobody,
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    pub key: ApiKey,
    /// As Kafka's tools print it.
    pub name: &'static str,
    pub min: i16,
    pub max: i16,
    /// The first version with tagged fields; -1 where there is none.
    pub flexible: i16,
    pub caller: Caller,
}

macro_rules! apis {
    ($($name:ident = $key:literal: $min:literal..=$max:literal, $flexible:literal, $caller:ident;)*) => {
        /// The number of an API on the wire.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(i16)]
        pub enum ApiKey {
            $($name = $key,)*
        }

        /// Every API, by key.
        pub static APIS: &[Api] = &[
            $(Api {
                key: ApiKey::$name,
                name: stringify!($name),
                min: $min,
                max: $max,
                flexible: $flexible,
                caller: Caller::$caller,
            },)*
        ];
    };
}

apis! {
    Produce = 0: 0..=11, 9, Anyone;
    Fetch = 1: 0..=17, 12, Anyone;
    ListOffsets = 2: 0..=9, 6, Anyone;
    Metadata = 3: 0..=12, 9, Anyone;
    LeaderAndIsr = 4: 0..=7, 4, Controller;
    StopReplica = 5: 0..=4, 2, Controller;
    UpdateMetadata = 6: 0..=8, 6, Controller;
    ControlledShutdown = 7: 0..=3, 3, Brokers;
    OffsetCommit = 8: 0..=9, 8, Anyone;
    OffsetFetch = 9: 0..=9, 6, Anyone;
    FindCoordinator = 10: 0..=6, 3, Anyone;
    JoinGroup = 11: 0..=9, 6, Anyone;
    Heartbeat = 12: 0..=4, 4, Anyone;
    LeaveGroup = 13: 0..=5, 4, Anyone;
    SyncGroup = 14: 0..=5, 4, Anyone;
    DescribeGroups = 15: 0..=5, 5, Anyone;
    ListGroups = 16: 0..=5, 3, Anyone;
    SaslHandshake = 17: 0..=1, -1, Anyone;
    ApiVersions = 18: 0..=4, 3, Anyone;
    CreateTopics = 19: 0..=7, 5, Anyone;
    DeleteTopics = 20: 0..=6, 4, Anyone;
    DeleteRecords = 21: 0..=2, 2, Anyone;
    InitProducerId = 22: 0..=5, 2, Anyone;
    OffsetForLeaderEpoch = 23: 0..=4, 4, Anyone;
    AddPartitionsToTxn = 24: 0..=5, 3, Anyone;
    AddOffsetsToTxn = 25: 0..=4, 3, Anyone;
    EndTxn = 26: 0..=4, 3, Anyone;
    WriteTxnMarkers = 27: 0..=1, 1, Brokers;
    TxnOffsetCommit = 28: 0..=4, 3, Anyone;
    DescribeAcls = 29: 0..=3, 2, Anyone;
    CreateAcls = 30: 0..=3, 2, Anyone;
    DeleteAcls = 31: 0..=3, 2, Anyone;
    DescribeConfigs = 32: 0..=4, 4, Anyone;
    AlterConfigs = 33: 0..=2, 2, Anyone;
    AlterReplicaLogDirs = 34: 0..=2, 2, Anyone;
    DescribeLogDirs = 35: 0..=4, 2, Anyone;
    SaslAuthenticate = 36: 0..=2, 2, Anyone;
    CreatePartitions = 37: 0..=3, 2, Anyone;
    CreateDelegationToken = 38: 0..=3, 2, Anyone;
    RenewDelegationToken = 39: 0..=2, 2, Anyone;
    ExpireDelegationToken = 40: 0..=2, 2, Anyone;
    DescribeDelegationToken = 41: 0..=3, 2, Anyone;
    DeleteGroups = 42: 0..=2, 2, Anyone;
    ElectLeaders = 43: 0..=2, 2, Anyone;
    IncrementalAlterConfigs = 44: 0..=1, 1, Anyone;
    AlterPartitionReassignments = 45: 0..=0, 0, Anyone;
    ListPartitionReassignments = 46: 0..=0, 0, Anyone;
    OffsetDelete = 47: 0..=0, -1, Anyone;
    DescribeClientQuotas = 48: 0..=1, 1, Anyone;
    AlterClientQuotas = 49: 0..=1, 1, Anyone;
    DescribeUserScramCredentials = 50: 0..=0, 0, Anyone;
    AlterUserScramCredentials = 51: 0..=0, 0, Anyone;
    Vote = 52: 0..=1, 0, Nobody;
    BeginQuorumEpoch = 53: 0..=1, 1, Nobody;
    EndQuorumEpoch = 54: 0..=1, 1, Nobody;
    DescribeQuorum = 55: 0..=2, 0, Nobody;
    AlterPartition = 56: 0..=3, 0, Brokers;
    UpdateFeatures = 57: 0..=1, 0, Anyone;
    Envelope = 58: 0..=0, 0, Brokers;
    FetchSnapshot = 59: 0..=1, 0, Nobody;
    DescribeCluster = 60: 0..=1, 0, Anyone;
    DescribeProducers = 61: 0..=0, 0, Anyone;
    BrokerRegistration = 62: 0..=4, 0, Nobody;
    BrokerHeartbeat = 63: 0..=1, 0, Nobody;
    UnregisterBroker = 64: 0..=0, 0, Nobody;
    DescribeTransactions = 65: 0..=0, 0, Anyone;
    ListTransactions = 66: 0..=1, 0, Anyone;
    AllocateProducerIds = 67: 0..=0, 0, Brokers;
    ConsumerGroupHeartbeat = 68: 0..=0, 0, Anyone;
    ConsumerGroupDescribe = 69: 0..=0, 0, Anyone;
    ControllerRegistration = 70: 0..=0, 0, Nobody;
    GetTelemetrySubscriptions = 71: 0..=0, 0, Nobody;
    PushTelemetry = 72: 0..=0, 0, Nobody;
    AssignReplicasToDirs = 73: 0..=0, 0, Nobody;
    ListClientMetricsResources = 74: 0..=0, 0, Nobody;
    DescribeTopicPartitions = 75: 0..=0, 0, Nobody;
    ShareGroupHeartbeat = 76: 0..=0, 0, Nobody;
    ShareGroupDescribe = 77: 0..=0, 0, Nobody;
    ShareFetch = 78: 0..=0, 0, Nobody;
    ShareAcknowledge = 79: 0..=0, 0, Nobody;
    AddRaftVoter = 80: 0..=0, 0, Nobody;
    RemoveRaftVoter = 81: 0..=0, 0, Nobody;
    UpdateRaftVoter = 82: 0..=0, 0, Nobody;
    InitializeShareGroupState = 83: 0..=0, 0, Nobody;
    ReadShareGroupState = 84: 0..=0, 0, Nobody;
    WriteShareGroupState = 85: 0..=0, 0, Nobody;
    DeleteShareGroupState = 86: 0..=0, 0, Nobody;
    ReadShareGroupStateSummary = 87: 0..=0, 0, Nobody;
}

impl ApiKey {
    /// The API of a number, where we know one.
    pub fn from_number(number: i16) -> Option<ApiKey> {
        APIS.get(usize::try_from(number).ok()?).map(|api| api.key)
    }

    /// The number on the wire.
    pub const fn number(self) -> i16 {
        self as i16
    }

    /// Its row.
    pub fn api(self) -> &'static Api {
        // Keys are dense and sorted, which a test holds; the first row stands in for the impossible.
        static NONE: Api = Api {
            key: ApiKey::Produce,
            name: "",
            min: 0,
            max: -1,
            flexible: -1,
            caller: Caller::Nobody,
        };
        usize::try_from(self.number()).ok().and_then(|row| APIS.get(row)).unwrap_or(&NONE)
    }

    /// What Kafka's tools call it.
    pub fn name(self) -> &'static str {
        self.api().name
    }

    /// The versions in the table.
    pub fn versions(self) -> RangeInclusive<i16> {
        self.api().min..=self.api().max
    }

    /// Whether `version` has compact lengths and tagged fields.
    pub fn is_flexible(self, version: i16) -> bool {
        let first = self.api().flexible;
        first >= 0 && version >= first
    }

    /// The form of the request header at `version`.
    pub fn request_header(self, version: i16) -> i16 {
        match self {
            // Brokers before 0.9 sent no client id here.
            ApiKey::ControlledShutdown if version == 0 => 0,
            _ if self.is_flexible(version) => 2,
            _ => 1,
        }
    }

    /// The form of the response header at `version`.
    pub fn response_header(self, version: i16) -> i16 {
        // Who asks for versions does not know yet what the other side speaks (KIP-511).
        i16::from(self != ApiKey::ApiVersions && self.is_flexible(version))
    }
}

impl fmt::Display for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_dense_and_sorted() {
        for (row, api) in APIS.iter().enumerate() {
            assert_eq!(usize::try_from(api.key.number()), Ok(row), "{}", api.name);
            assert_eq!(ApiKey::from_number(api.key.number()), Some(api.key));
            assert!(api.min <= api.max);
        }
        assert_eq!(ApiKey::from_number(-1), None);
        assert_eq!(ApiKey::from_number(88), None);
    }

    #[test]
    fn what_zookeeper_mode_offers_is_counted() {
        let offered = APIS.iter().filter(|api| api.caller != Caller::Nobody).count();
        assert_eq!(offered, 62);
        assert_eq!(ApiKey::Fetch.versions(), 0..=17);
        assert_eq!(ApiKey::Fetch.to_string(), "Fetch");
    }
}
