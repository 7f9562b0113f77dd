//! Messages made up by chance.
//!
//! A list: generated from the schema texts by `cargo xtask gen`.

use super::chance::{self, Arbitrary};
use super::{Case, case};
use crate::base::rng::Rng;
use crate::kafka::protocol::error_code::ErrorCode;
use crate::kafka::protocol::message;

/// Every message.
pub(super) fn cases() -> Vec<Case> {
    vec![
        case::<message::produce::ProduceRequest>("ProduceRequest"),
        case::<message::produce::ProduceResponse>("ProduceResponse"),
        case::<message::fetch::FetchRequest>("FetchRequest"),
        case::<message::fetch::FetchResponse>("FetchResponse"),
        case::<message::list_offsets::ListOffsetsRequest>("ListOffsetsRequest"),
        case::<message::list_offsets::ListOffsetsResponse>("ListOffsetsResponse"),
        case::<message::metadata::MetadataRequest>("MetadataRequest"),
        case::<message::metadata::MetadataResponse>("MetadataResponse"),
        case::<message::leader_and_isr::LeaderAndIsrRequest>("LeaderAndIsrRequest"),
        case::<message::leader_and_isr::LeaderAndIsrResponse>("LeaderAndIsrResponse"),
        case::<message::stop_replica::StopReplicaRequest>("StopReplicaRequest"),
        case::<message::stop_replica::StopReplicaResponse>("StopReplicaResponse"),
        case::<message::update_metadata::UpdateMetadataRequest>("UpdateMetadataRequest"),
        case::<message::update_metadata::UpdateMetadataResponse>("UpdateMetadataResponse"),
        case::<message::controlled_shutdown::ControlledShutdownRequest>("ControlledShutdownRequest"),
        case::<message::controlled_shutdown::ControlledShutdownResponse>("ControlledShutdownResponse"),
        case::<message::offset_commit::OffsetCommitRequest>("OffsetCommitRequest"),
        case::<message::offset_commit::OffsetCommitResponse>("OffsetCommitResponse"),
        case::<message::offset_fetch::OffsetFetchRequest>("OffsetFetchRequest"),
        case::<message::offset_fetch::OffsetFetchResponse>("OffsetFetchResponse"),
        case::<message::find_coordinator::FindCoordinatorRequest>("FindCoordinatorRequest"),
        case::<message::find_coordinator::FindCoordinatorResponse>("FindCoordinatorResponse"),
        case::<message::join_group::JoinGroupRequest>("JoinGroupRequest"),
        case::<message::join_group::JoinGroupResponse>("JoinGroupResponse"),
        case::<message::heartbeat::HeartbeatRequest>("HeartbeatRequest"),
        case::<message::heartbeat::HeartbeatResponse>("HeartbeatResponse"),
        case::<message::leave_group::LeaveGroupRequest>("LeaveGroupRequest"),
        case::<message::leave_group::LeaveGroupResponse>("LeaveGroupResponse"),
        case::<message::sync_group::SyncGroupRequest>("SyncGroupRequest"),
        case::<message::sync_group::SyncGroupResponse>("SyncGroupResponse"),
        case::<message::describe_groups::DescribeGroupsRequest>("DescribeGroupsRequest"),
        case::<message::describe_groups::DescribeGroupsResponse>("DescribeGroupsResponse"),
        case::<message::list_groups::ListGroupsRequest>("ListGroupsRequest"),
        case::<message::list_groups::ListGroupsResponse>("ListGroupsResponse"),
        case::<message::sasl_handshake::SaslHandshakeRequest>("SaslHandshakeRequest"),
        case::<message::sasl_handshake::SaslHandshakeResponse>("SaslHandshakeResponse"),
        case::<message::api_versions::ApiVersionsRequest>("ApiVersionsRequest"),
        case::<message::api_versions::ApiVersionsResponse>("ApiVersionsResponse"),
        case::<message::create_topics::CreateTopicsRequest>("CreateTopicsRequest"),
        case::<message::create_topics::CreateTopicsResponse>("CreateTopicsResponse"),
        case::<message::delete_topics::DeleteTopicsRequest>("DeleteTopicsRequest"),
        case::<message::delete_topics::DeleteTopicsResponse>("DeleteTopicsResponse"),
        case::<message::delete_records::DeleteRecordsRequest>("DeleteRecordsRequest"),
        case::<message::delete_records::DeleteRecordsResponse>("DeleteRecordsResponse"),
        case::<message::init_producer_id::InitProducerIdRequest>("InitProducerIdRequest"),
        case::<message::init_producer_id::InitProducerIdResponse>("InitProducerIdResponse"),
        case::<message::offset_for_leader_epoch::OffsetForLeaderEpochRequest>("OffsetForLeaderEpochRequest"),
        case::<message::offset_for_leader_epoch::OffsetForLeaderEpochResponse>("OffsetForLeaderEpochResponse"),
        case::<message::add_partitions_to_txn::AddPartitionsToTxnRequest>("AddPartitionsToTxnRequest"),
        case::<message::add_partitions_to_txn::AddPartitionsToTxnResponse>("AddPartitionsToTxnResponse"),
        case::<message::add_offsets_to_txn::AddOffsetsToTxnRequest>("AddOffsetsToTxnRequest"),
        case::<message::add_offsets_to_txn::AddOffsetsToTxnResponse>("AddOffsetsToTxnResponse"),
        case::<message::end_txn::EndTxnRequest>("EndTxnRequest"),
        case::<message::end_txn::EndTxnResponse>("EndTxnResponse"),
        case::<message::write_txn_markers::WriteTxnMarkersRequest>("WriteTxnMarkersRequest"),
        case::<message::write_txn_markers::WriteTxnMarkersResponse>("WriteTxnMarkersResponse"),
        case::<message::txn_offset_commit::TxnOffsetCommitRequest>("TxnOffsetCommitRequest"),
        case::<message::txn_offset_commit::TxnOffsetCommitResponse>("TxnOffsetCommitResponse"),
        case::<message::describe_acls::DescribeAclsRequest>("DescribeAclsRequest"),
        case::<message::describe_acls::DescribeAclsResponse>("DescribeAclsResponse"),
        case::<message::create_acls::CreateAclsRequest>("CreateAclsRequest"),
        case::<message::create_acls::CreateAclsResponse>("CreateAclsResponse"),
        case::<message::delete_acls::DeleteAclsRequest>("DeleteAclsRequest"),
        case::<message::delete_acls::DeleteAclsResponse>("DeleteAclsResponse"),
        case::<message::describe_configs::DescribeConfigsRequest>("DescribeConfigsRequest"),
        case::<message::describe_configs::DescribeConfigsResponse>("DescribeConfigsResponse"),
        case::<message::alter_configs::AlterConfigsRequest>("AlterConfigsRequest"),
        case::<message::alter_configs::AlterConfigsResponse>("AlterConfigsResponse"),
        case::<message::alter_replica_log_dirs::AlterReplicaLogDirsRequest>("AlterReplicaLogDirsRequest"),
        case::<message::alter_replica_log_dirs::AlterReplicaLogDirsResponse>("AlterReplicaLogDirsResponse"),
        case::<message::describe_log_dirs::DescribeLogDirsRequest>("DescribeLogDirsRequest"),
        case::<message::describe_log_dirs::DescribeLogDirsResponse>("DescribeLogDirsResponse"),
        case::<message::sasl_authenticate::SaslAuthenticateRequest>("SaslAuthenticateRequest"),
        case::<message::sasl_authenticate::SaslAuthenticateResponse>("SaslAuthenticateResponse"),
        case::<message::create_partitions::CreatePartitionsRequest>("CreatePartitionsRequest"),
        case::<message::create_partitions::CreatePartitionsResponse>("CreatePartitionsResponse"),
        case::<message::create_delegation_token::CreateDelegationTokenRequest>("CreateDelegationTokenRequest"),
        case::<message::create_delegation_token::CreateDelegationTokenResponse>("CreateDelegationTokenResponse"),
        case::<message::renew_delegation_token::RenewDelegationTokenRequest>("RenewDelegationTokenRequest"),
        case::<message::renew_delegation_token::RenewDelegationTokenResponse>("RenewDelegationTokenResponse"),
        case::<message::expire_delegation_token::ExpireDelegationTokenRequest>("ExpireDelegationTokenRequest"),
        case::<message::expire_delegation_token::ExpireDelegationTokenResponse>("ExpireDelegationTokenResponse"),
        case::<message::describe_delegation_token::DescribeDelegationTokenRequest>("DescribeDelegationTokenRequest"),
        case::<message::describe_delegation_token::DescribeDelegationTokenResponse>("DescribeDelegationTokenResponse"),
        case::<message::delete_groups::DeleteGroupsRequest>("DeleteGroupsRequest"),
        case::<message::delete_groups::DeleteGroupsResponse>("DeleteGroupsResponse"),
        case::<message::elect_leaders::ElectLeadersRequest>("ElectLeadersRequest"),
        case::<message::elect_leaders::ElectLeadersResponse>("ElectLeadersResponse"),
        case::<message::incremental_alter_configs::IncrementalAlterConfigsRequest>("IncrementalAlterConfigsRequest"),
        case::<message::incremental_alter_configs::IncrementalAlterConfigsResponse>("IncrementalAlterConfigsResponse"),
        case::<message::alter_partition_reassignments::AlterPartitionReassignmentsRequest>("AlterPartitionReassignmentsRequest"),
        case::<message::alter_partition_reassignments::AlterPartitionReassignmentsResponse>("AlterPartitionReassignmentsResponse"),
        case::<message::list_partition_reassignments::ListPartitionReassignmentsRequest>("ListPartitionReassignmentsRequest"),
        case::<message::list_partition_reassignments::ListPartitionReassignmentsResponse>("ListPartitionReassignmentsResponse"),
        case::<message::offset_delete::OffsetDeleteRequest>("OffsetDeleteRequest"),
        case::<message::offset_delete::OffsetDeleteResponse>("OffsetDeleteResponse"),
        case::<message::describe_client_quotas::DescribeClientQuotasRequest>("DescribeClientQuotasRequest"),
        case::<message::describe_client_quotas::DescribeClientQuotasResponse>("DescribeClientQuotasResponse"),
        case::<message::alter_client_quotas::AlterClientQuotasRequest>("AlterClientQuotasRequest"),
        case::<message::alter_client_quotas::AlterClientQuotasResponse>("AlterClientQuotasResponse"),
        case::<message::describe_user_scram_credentials::DescribeUserScramCredentialsRequest>("DescribeUserScramCredentialsRequest"),
        case::<message::describe_user_scram_credentials::DescribeUserScramCredentialsResponse>("DescribeUserScramCredentialsResponse"),
        case::<message::alter_user_scram_credentials::AlterUserScramCredentialsRequest>("AlterUserScramCredentialsRequest"),
        case::<message::alter_user_scram_credentials::AlterUserScramCredentialsResponse>("AlterUserScramCredentialsResponse"),
        case::<message::vote::VoteRequest>("VoteRequest"),
        case::<message::vote::VoteResponse>("VoteResponse"),
        case::<message::begin_quorum_epoch::BeginQuorumEpochRequest>("BeginQuorumEpochRequest"),
        case::<message::begin_quorum_epoch::BeginQuorumEpochResponse>("BeginQuorumEpochResponse"),
        case::<message::end_quorum_epoch::EndQuorumEpochRequest>("EndQuorumEpochRequest"),
        case::<message::end_quorum_epoch::EndQuorumEpochResponse>("EndQuorumEpochResponse"),
        case::<message::describe_quorum::DescribeQuorumRequest>("DescribeQuorumRequest"),
        case::<message::describe_quorum::DescribeQuorumResponse>("DescribeQuorumResponse"),
        case::<message::alter_partition::AlterPartitionRequest>("AlterPartitionRequest"),
        case::<message::alter_partition::AlterPartitionResponse>("AlterPartitionResponse"),
        case::<message::update_features::UpdateFeaturesRequest>("UpdateFeaturesRequest"),
        case::<message::update_features::UpdateFeaturesResponse>("UpdateFeaturesResponse"),
        case::<message::envelope::EnvelopeRequest>("EnvelopeRequest"),
        case::<message::envelope::EnvelopeResponse>("EnvelopeResponse"),
        case::<message::fetch_snapshot::FetchSnapshotRequest>("FetchSnapshotRequest"),
        case::<message::fetch_snapshot::FetchSnapshotResponse>("FetchSnapshotResponse"),
        case::<message::describe_cluster::DescribeClusterRequest>("DescribeClusterRequest"),
        case::<message::describe_cluster::DescribeClusterResponse>("DescribeClusterResponse"),
        case::<message::describe_producers::DescribeProducersRequest>("DescribeProducersRequest"),
        case::<message::describe_producers::DescribeProducersResponse>("DescribeProducersResponse"),
        case::<message::broker_registration::BrokerRegistrationRequest>("BrokerRegistrationRequest"),
        case::<message::broker_registration::BrokerRegistrationResponse>("BrokerRegistrationResponse"),
        case::<message::broker_heartbeat::BrokerHeartbeatRequest>("BrokerHeartbeatRequest"),
        case::<message::broker_heartbeat::BrokerHeartbeatResponse>("BrokerHeartbeatResponse"),
        case::<message::unregister_broker::UnregisterBrokerRequest>("UnregisterBrokerRequest"),
        case::<message::unregister_broker::UnregisterBrokerResponse>("UnregisterBrokerResponse"),
        case::<message::describe_transactions::DescribeTransactionsRequest>("DescribeTransactionsRequest"),
        case::<message::describe_transactions::DescribeTransactionsResponse>("DescribeTransactionsResponse"),
        case::<message::list_transactions::ListTransactionsRequest>("ListTransactionsRequest"),
        case::<message::list_transactions::ListTransactionsResponse>("ListTransactionsResponse"),
        case::<message::allocate_producer_ids::AllocateProducerIdsRequest>("AllocateProducerIdsRequest"),
        case::<message::allocate_producer_ids::AllocateProducerIdsResponse>("AllocateProducerIdsResponse"),
        case::<message::consumer_group_heartbeat::ConsumerGroupHeartbeatRequest>("ConsumerGroupHeartbeatRequest"),
        case::<message::consumer_group_heartbeat::ConsumerGroupHeartbeatResponse>("ConsumerGroupHeartbeatResponse"),
        case::<message::consumer_group_describe::ConsumerGroupDescribeRequest>("ConsumerGroupDescribeRequest"),
        case::<message::consumer_group_describe::ConsumerGroupDescribeResponse>("ConsumerGroupDescribeResponse"),
        case::<message::controller_registration::ControllerRegistrationRequest>("ControllerRegistrationRequest"),
        case::<message::controller_registration::ControllerRegistrationResponse>("ControllerRegistrationResponse"),
        case::<message::get_telemetry_subscriptions::GetTelemetrySubscriptionsRequest>("GetTelemetrySubscriptionsRequest"),
        case::<message::get_telemetry_subscriptions::GetTelemetrySubscriptionsResponse>("GetTelemetrySubscriptionsResponse"),
        case::<message::push_telemetry::PushTelemetryRequest>("PushTelemetryRequest"),
        case::<message::push_telemetry::PushTelemetryResponse>("PushTelemetryResponse"),
        case::<message::assign_replicas_to_dirs::AssignReplicasToDirsRequest>("AssignReplicasToDirsRequest"),
        case::<message::assign_replicas_to_dirs::AssignReplicasToDirsResponse>("AssignReplicasToDirsResponse"),
        case::<message::list_client_metrics_resources::ListClientMetricsResourcesRequest>("ListClientMetricsResourcesRequest"),
        case::<message::list_client_metrics_resources::ListClientMetricsResourcesResponse>("ListClientMetricsResourcesResponse"),
        case::<message::describe_topic_partitions::DescribeTopicPartitionsRequest>("DescribeTopicPartitionsRequest"),
        case::<message::describe_topic_partitions::DescribeTopicPartitionsResponse>("DescribeTopicPartitionsResponse"),
        case::<message::share_group_heartbeat::ShareGroupHeartbeatRequest>("ShareGroupHeartbeatRequest"),
        case::<message::share_group_heartbeat::ShareGroupHeartbeatResponse>("ShareGroupHeartbeatResponse"),
        case::<message::share_group_describe::ShareGroupDescribeRequest>("ShareGroupDescribeRequest"),
        case::<message::share_group_describe::ShareGroupDescribeResponse>("ShareGroupDescribeResponse"),
        case::<message::share_fetch::ShareFetchRequest>("ShareFetchRequest"),
        case::<message::share_fetch::ShareFetchResponse>("ShareFetchResponse"),
        case::<message::share_acknowledge::ShareAcknowledgeRequest>("ShareAcknowledgeRequest"),
        case::<message::share_acknowledge::ShareAcknowledgeResponse>("ShareAcknowledgeResponse"),
        case::<message::add_raft_voter::AddRaftVoterRequest>("AddRaftVoterRequest"),
        case::<message::add_raft_voter::AddRaftVoterResponse>("AddRaftVoterResponse"),
        case::<message::remove_raft_voter::RemoveRaftVoterRequest>("RemoveRaftVoterRequest"),
        case::<message::remove_raft_voter::RemoveRaftVoterResponse>("RemoveRaftVoterResponse"),
        case::<message::update_raft_voter::UpdateRaftVoterRequest>("UpdateRaftVoterRequest"),
        case::<message::update_raft_voter::UpdateRaftVoterResponse>("UpdateRaftVoterResponse"),
        case::<message::initialize_share_group_state::InitializeShareGroupStateRequest>("InitializeShareGroupStateRequest"),
        case::<message::initialize_share_group_state::InitializeShareGroupStateResponse>("InitializeShareGroupStateResponse"),
        case::<message::read_share_group_state::ReadShareGroupStateRequest>("ReadShareGroupStateRequest"),
        case::<message::read_share_group_state::ReadShareGroupStateResponse>("ReadShareGroupStateResponse"),
        case::<message::write_share_group_state::WriteShareGroupStateRequest>("WriteShareGroupStateRequest"),
        case::<message::write_share_group_state::WriteShareGroupStateResponse>("WriteShareGroupStateResponse"),
        case::<message::delete_share_group_state::DeleteShareGroupStateRequest>("DeleteShareGroupStateRequest"),
        case::<message::delete_share_group_state::DeleteShareGroupStateResponse>("DeleteShareGroupStateResponse"),
        case::<message::read_share_group_state_summary::ReadShareGroupStateSummaryRequest>("ReadShareGroupStateSummaryRequest"),
        case::<message::read_share_group_state_summary::ReadShareGroupStateSummaryResponse>("ReadShareGroupStateSummaryResponse"),
        case::<message::consumer_group_log::ConsumerGroupMetadataKey>("ConsumerGroupMetadataKey"),
        case::<message::consumer_group_log::ConsumerGroupMetadataValue>("ConsumerGroupMetadataValue"),
        case::<message::consumer_group_log::ConsumerGroupPartitionMetadataKey>("ConsumerGroupPartitionMetadataKey"),
        case::<message::consumer_group_log::ConsumerGroupPartitionMetadataValue>("ConsumerGroupPartitionMetadataValue"),
        case::<message::consumer_group_log::ConsumerGroupMemberMetadataKey>("ConsumerGroupMemberMetadataKey"),
        case::<message::consumer_group_log::ConsumerGroupMemberMetadataValue>("ConsumerGroupMemberMetadataValue"),
        case::<message::consumer_group_log::ConsumerGroupTargetAssignmentMetadataKey>("ConsumerGroupTargetAssignmentMetadataKey"),
        case::<message::consumer_group_log::ConsumerGroupTargetAssignmentMetadataValue>("ConsumerGroupTargetAssignmentMetadataValue"),
        case::<message::consumer_group_log::ConsumerGroupTargetAssignmentMemberKey>("ConsumerGroupTargetAssignmentMemberKey"),
        case::<message::consumer_group_log::ConsumerGroupTargetAssignmentMemberValue>("ConsumerGroupTargetAssignmentMemberValue"),
        case::<message::consumer_group_log::ConsumerGroupCurrentMemberAssignmentKey>("ConsumerGroupCurrentMemberAssignmentKey"),
        case::<message::consumer_group_log::ConsumerGroupCurrentMemberAssignmentValue>("ConsumerGroupCurrentMemberAssignmentValue"),
        case::<message::consumer_offsets::OffsetCommitKey>("OffsetCommitKey"),
        case::<message::consumer_offsets::OffsetCommitValue>("OffsetCommitValue"),
        case::<message::consumer_offsets::GroupMetadataKey>("GroupMetadataKey"),
        case::<message::consumer_offsets::GroupMetadataValue>("GroupMetadataValue"),
        case::<message::consumer_protocol::ConsumerProtocolSubscription>("ConsumerProtocolSubscription"),
        case::<message::consumer_protocol::ConsumerProtocolAssignment>("ConsumerProtocolAssignment"),
        case::<message::control_records::LeaderChangeMessage>("LeaderChangeMessage"),
        case::<message::control_records::SnapshotHeaderRecord>("SnapshotHeaderRecord"),
        case::<message::control_records::SnapshotFooterRecord>("SnapshotFooterRecord"),
        case::<message::control_records::KRaftVersionRecord>("KRaftVersionRecord"),
        case::<message::control_records::VotersRecord>("VotersRecord"),
        case::<message::default_principal::DefaultPrincipalData>("DefaultPrincipalData"),
        case::<message::quorum_state::QuorumStateData>("QuorumStateData"),
        case::<message::share_group_log::ShareGroupPartitionMetadataKey>("ShareGroupPartitionMetadataKey"),
        case::<message::share_group_log::ShareGroupPartitionMetadataValue>("ShareGroupPartitionMetadataValue"),
        case::<message::share_group_log::ShareGroupMemberMetadataKey>("ShareGroupMemberMetadataKey"),
        case::<message::share_group_log::ShareGroupMemberMetadataValue>("ShareGroupMemberMetadataValue"),
        case::<message::share_group_log::ShareGroupMetadataKey>("ShareGroupMetadataKey"),
        case::<message::share_group_log::ShareGroupMetadataValue>("ShareGroupMetadataValue"),
        case::<message::transaction_log::TransactionLogKey>("TransactionLogKey"),
        case::<message::transaction_log::TransactionLogValue>("TransactionLogValue"),
    ]
}

impl Arbitrary for message::produce::ProduceRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 3 { it.transactional_id = chance::maybe(rng, |rng| chance::string(rng)); }
        it.acks = chance::i16(rng);
        it.timeout_ms = chance::i32(rng);
        it.topic_data = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::produce::TopicProduceData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partition_data = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::produce::PartitionProduceData {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.index = chance::i32(rng);
        it.records = chance::maybe(rng, |rng| chance::bytes(rng));
        it
    }
}

impl Arbitrary for message::produce::ProduceResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.responses = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        if version >= 1 { it.throttle_time_ms = chance::i32(rng); }
        if version >= 10 { it.node_endpoints = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        it
    }
}

impl Arbitrary for message::produce::TopicProduceResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partition_responses = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::produce::PartitionProduceResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.base_offset = chance::i64(rng);
        if version >= 2 { it.log_append_time_ms = chance::i64(rng); }
        if version >= 5 { it.log_start_offset = chance::i64(rng); }
        if version >= 8 { it.record_errors = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        if version >= 8 { it.error_message = chance::maybe(rng, |rng| chance::string(rng)); }
        if version >= 10 { it.current_leader = Arbitrary::arbitrary(rng, version); }
        it
    }
}

impl Arbitrary for message::produce::BatchIndexAndErrorMessage {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.batch_index = chance::i32(rng);
        it.batch_index_error_message = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::produce::LeaderIdAndEpoch {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.leader_id = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::produce::NodeEndpoint {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.node_id = chance::i32(rng);
        it.host = chance::string(rng);
        it.port = chance::i32(rng);
        it.rack = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::fetch::FetchRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 12 { it.cluster_id = chance::maybe(rng, |rng| chance::string(rng)); }
        if version <= 14 { it.replica_id = chance::i32(rng); }
        if version >= 15 { it.replica_state = Arbitrary::arbitrary(rng, version); }
        it.max_wait_ms = chance::i32(rng);
        it.min_bytes = chance::i32(rng);
        if version >= 3 { it.max_bytes = chance::i32(rng); }
        if version >= 4 { it.isolation_level = chance::i8(rng); }
        if version >= 7 { it.session_id = chance::i32(rng); }
        if version >= 7 { it.session_epoch = chance::i32(rng); }
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        if version >= 7 { it.forgotten_topics_data = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        if version >= 11 { it.rack_id = chance::string(rng); }
        it
    }
}

impl Arbitrary for message::fetch::ReplicaState {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.replica_id = chance::i32(rng);
        it.replica_epoch = chance::i64(rng);
        it
    }
}

impl Arbitrary for message::fetch::FetchTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version <= 12 { it.topic = chance::string(rng); }
        if version >= 13 { it.topic_id = chance::uuid(rng); }
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::fetch::FetchPartition {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition = chance::i32(rng);
        if version >= 9 { it.current_leader_epoch = chance::i32(rng); }
        it.fetch_offset = chance::i64(rng);
        if version >= 12 { it.last_fetched_epoch = chance::i32(rng); }
        if version >= 5 { it.log_start_offset = chance::i64(rng); }
        it.partition_max_bytes = chance::i32(rng);
        if version >= 17 { it.replica_directory_id = chance::uuid(rng); }
        it
    }
}

impl Arbitrary for message::fetch::ForgottenTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if (7..=12).contains(&version) { it.topic = chance::string(rng); }
        if version >= 13 { it.topic_id = chance::uuid(rng); }
        it.partitions = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::fetch::FetchResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 1 { it.throttle_time_ms = chance::i32(rng); }
        if version >= 7 { it.error_code = ErrorCode(chance::i16(rng)); }
        if version >= 7 { it.session_id = chance::i32(rng); }
        it.responses = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        if version >= 16 { it.node_endpoints = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        it
    }
}

impl Arbitrary for message::fetch::FetchableTopicResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version <= 12 { it.topic = chance::string(rng); }
        if version >= 13 { it.topic_id = chance::uuid(rng); }
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::fetch::PartitionData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.high_watermark = chance::i64(rng);
        if version >= 4 { it.last_stable_offset = chance::i64(rng); }
        if version >= 5 { it.log_start_offset = chance::i64(rng); }
        if version >= 12 { it.diverging_epoch = Arbitrary::arbitrary(rng, version); }
        if version >= 12 { it.current_leader = Arbitrary::arbitrary(rng, version); }
        if version >= 12 { it.snapshot_id = Arbitrary::arbitrary(rng, version); }
        if version >= 4 { it.aborted_transactions = chance::maybe(rng, |rng| chance::many(rng, |rng| Arbitrary::arbitrary(rng, version))); }
        if version >= 11 { it.preferred_read_replica = chance::i32(rng); }
        it.records = chance::records(rng);
        it
    }
}

impl Arbitrary for message::fetch::EpochEndOffset {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.epoch = chance::i32(rng);
        it.end_offset = chance::i64(rng);
        it
    }
}

impl Arbitrary for message::fetch::LeaderIdAndEpoch {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.leader_id = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::fetch::SnapshotId {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.end_offset = chance::i64(rng);
        it.epoch = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::fetch::AbortedTransaction {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.producer_id = chance::i64(rng);
        it.first_offset = chance::i64(rng);
        it
    }
}

impl Arbitrary for message::fetch::NodeEndpoint {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.node_id = chance::i32(rng);
        it.host = chance::string(rng);
        it.port = chance::i32(rng);
        it.rack = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::list_offsets::ListOffsetsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.replica_id = chance::i32(rng);
        if version >= 2 { it.isolation_level = chance::i8(rng); }
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::list_offsets::ListOffsetsTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::list_offsets::ListOffsetsPartition {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        if version >= 4 { it.current_leader_epoch = chance::i32(rng); }
        it.timestamp = chance::i64(rng);
        if version == 0 { it.max_num_offsets = chance::i32(rng); }
        it
    }
}

impl Arbitrary for message::list_offsets::ListOffsetsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 2 { it.throttle_time_ms = chance::i32(rng); }
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::list_offsets::ListOffsetsTopicResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::list_offsets::ListOffsetsPartitionResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        if version == 0 { it.old_style_offsets = chance::many(rng, |rng| chance::i64(rng)); }
        if version >= 1 { it.timestamp = chance::i64(rng); }
        if version >= 1 { it.offset = chance::i64(rng); }
        if version >= 4 { it.leader_epoch = chance::i32(rng); }
        it
    }
}

impl Arbitrary for message::metadata::MetadataRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topics = if version >= 1 { chance::maybe(rng, |rng| chance::many(rng, |rng| Arbitrary::arbitrary(rng, version))) } else { Some(chance::many(rng, |rng| Arbitrary::arbitrary(rng, version))) };
        if version >= 4 { it.allow_auto_topic_creation = chance::bool(rng); }
        if (8..=10).contains(&version) { it.include_cluster_authorized_operations = chance::bool(rng); }
        if version >= 8 { it.include_topic_authorized_operations = chance::bool(rng); }
        it
    }
}

impl Arbitrary for message::metadata::MetadataRequestTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 10 { it.topic_id = chance::uuid(rng); }
        it.name = if version >= 10 { chance::maybe(rng, |rng| chance::string(rng)) } else { Some(chance::string(rng)) };
        it
    }
}

impl Arbitrary for message::metadata::MetadataResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 3 { it.throttle_time_ms = chance::i32(rng); }
        it.brokers = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        if version >= 2 { it.cluster_id = chance::maybe(rng, |rng| chance::string(rng)); }
        if version >= 1 { it.controller_id = chance::i32(rng); }
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        if (8..=10).contains(&version) { it.cluster_authorized_operations = chance::i32(rng); }
        it
    }
}

impl Arbitrary for message::metadata::MetadataResponseBroker {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.node_id = chance::i32(rng);
        it.host = chance::string(rng);
        it.port = chance::i32(rng);
        if version >= 1 { it.rack = chance::maybe(rng, |rng| chance::string(rng)); }
        it
    }
}

impl Arbitrary for message::metadata::MetadataResponseTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.name = if version >= 12 { chance::maybe(rng, |rng| chance::string(rng)) } else { Some(chance::string(rng)) };
        if version >= 10 { it.topic_id = chance::uuid(rng); }
        if version >= 1 { it.is_internal = chance::bool(rng); }
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        if version >= 8 { it.topic_authorized_operations = chance::i32(rng); }
        it
    }
}

impl Arbitrary for message::metadata::MetadataResponsePartition {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.partition_index = chance::i32(rng);
        it.leader_id = chance::i32(rng);
        if version >= 7 { it.leader_epoch = chance::i32(rng); }
        it.replica_nodes = chance::many(rng, |rng| chance::i32(rng));
        it.isr_nodes = chance::many(rng, |rng| chance::i32(rng));
        if version >= 5 { it.offline_replicas = chance::many(rng, |rng| chance::i32(rng)); }
        it
    }
}

impl Arbitrary for message::leader_and_isr::LeaderAndIsrRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.controller_id = chance::i32(rng);
        if version >= 7 { it.is_kraft_controller = chance::bool(rng); }
        it.controller_epoch = chance::i32(rng);
        if version >= 2 { it.broker_epoch = chance::i64(rng); }
        if version >= 5 { it.kind = chance::i8(rng); }
        if version <= 1 { it.ungrouped_partition_states = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        if version >= 2 { it.topic_states = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        it.live_leaders = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::leader_and_isr::LeaderAndIsrTopicState {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_name = chance::string(rng);
        if version >= 5 { it.topic_id = chance::uuid(rng); }
        it.partition_states = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::leader_and_isr::LeaderAndIsrLiveLeader {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.broker_id = chance::i32(rng);
        it.host_name = chance::string(rng);
        it.port = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::leader_and_isr::LeaderAndIsrPartitionState {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version <= 1 { it.topic_name = chance::string(rng); }
        it.partition_index = chance::i32(rng);
        it.controller_epoch = chance::i32(rng);
        it.leader = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        it.isr = chance::many(rng, |rng| chance::i32(rng));
        it.partition_epoch = chance::i32(rng);
        it.replicas = chance::many(rng, |rng| chance::i32(rng));
        if version >= 3 { it.adding_replicas = chance::many(rng, |rng| chance::i32(rng)); }
        if version >= 3 { it.removing_replicas = chance::many(rng, |rng| chance::i32(rng)); }
        if version >= 1 { it.is_new = chance::bool(rng); }
        if version >= 6 { it.leader_recovery_state = chance::i8(rng); }
        it
    }
}

impl Arbitrary for message::leader_and_isr::LeaderAndIsrResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        if version <= 4 { it.partition_errors = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        if version >= 5 { it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        it
    }
}

impl Arbitrary for message::leader_and_isr::LeaderAndIsrTopicError {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partition_errors = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::leader_and_isr::LeaderAndIsrPartitionError {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version <= 4 { it.topic_name = chance::string(rng); }
        it.partition_index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::stop_replica::StopReplicaRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.controller_id = chance::i32(rng);
        if version >= 4 { it.is_kraft_controller = chance::bool(rng); }
        it.controller_epoch = chance::i32(rng);
        if version >= 1 { it.broker_epoch = chance::i64(rng); }
        if version <= 2 { it.delete_partitions = chance::bool(rng); }
        if version == 0 { it.ungrouped_partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        if (1..=2).contains(&version) { it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        if version >= 3 { it.topic_states = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        it
    }
}

impl Arbitrary for message::stop_replica::StopReplicaPartitionV0 {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.topic_name = chance::string(rng);
        it.partition_index = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::stop_replica::StopReplicaTopicV1 {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partition_indexes = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::stop_replica::StopReplicaTopicState {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_name = chance::string(rng);
        it.partition_states = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::stop_replica::StopReplicaPartitionState {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        it.delete_partition = chance::bool(rng);
        it
    }
}

impl Arbitrary for message::stop_replica::StopReplicaResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.partition_errors = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::stop_replica::StopReplicaPartitionError {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.topic_name = chance::string(rng);
        it.partition_index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::update_metadata::UpdateMetadataRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.controller_id = chance::i32(rng);
        if version >= 8 { it.is_kraft_controller = chance::bool(rng); }
        if version >= 8 { it.kind = chance::i8(rng); }
        it.controller_epoch = chance::i32(rng);
        if version >= 5 { it.broker_epoch = chance::i64(rng); }
        if version <= 4 { it.ungrouped_partition_states = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        if version >= 5 { it.topic_states = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        it.live_brokers = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::update_metadata::UpdateMetadataTopicState {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_name = chance::string(rng);
        if version >= 7 { it.topic_id = chance::uuid(rng); }
        it.partition_states = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::update_metadata::UpdateMetadataBroker {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.id = chance::i32(rng);
        if version == 0 { it.v0_host = chance::string(rng); }
        if version == 0 { it.v0_port = chance::i32(rng); }
        if version >= 1 { it.endpoints = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        if version >= 2 { it.rack = chance::maybe(rng, |rng| chance::string(rng)); }
        it
    }
}

impl Arbitrary for message::update_metadata::UpdateMetadataEndpoint {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.port = chance::i32(rng);
        it.host = chance::string(rng);
        if version >= 3 { it.listener = chance::string(rng); }
        it.security_protocol = chance::i16(rng);
        it
    }
}

impl Arbitrary for message::update_metadata::UpdateMetadataPartitionState {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version <= 4 { it.topic_name = chance::string(rng); }
        it.partition_index = chance::i32(rng);
        it.controller_epoch = chance::i32(rng);
        it.leader = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        it.isr = chance::many(rng, |rng| chance::i32(rng));
        it.zk_version = chance::i32(rng);
        it.replicas = chance::many(rng, |rng| chance::i32(rng));
        if version >= 4 { it.offline_replicas = chance::many(rng, |rng| chance::i32(rng)); }
        it
    }
}

impl Arbitrary for message::update_metadata::UpdateMetadataResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::controlled_shutdown::ControlledShutdownRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.broker_id = chance::i32(rng);
        if version >= 2 { it.broker_epoch = chance::i64(rng); }
        it
    }
}

impl Arbitrary for message::controlled_shutdown::ControlledShutdownResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.remaining_partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::controlled_shutdown::RemainingPartition {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.topic_name = chance::string(rng);
        it.partition_index = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::offset_commit::OffsetCommitRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        if version >= 1 { it.generation_id_or_member_epoch = chance::i32(rng); }
        if version >= 1 { it.member_id = chance::string(rng); }
        if version >= 7 { it.group_instance_id = chance::maybe(rng, |rng| chance::string(rng)); }
        if (2..=4).contains(&version) { it.retention_time_ms = chance::i64(rng); }
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::offset_commit::OffsetCommitRequestTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::offset_commit::OffsetCommitRequestPartition {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.committed_offset = chance::i64(rng);
        if version >= 6 { it.committed_leader_epoch = chance::i32(rng); }
        if version == 1 { it.commit_timestamp = chance::i64(rng); }
        it.committed_metadata = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::offset_commit::OffsetCommitResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 3 { it.throttle_time_ms = chance::i32(rng); }
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::offset_commit::OffsetCommitResponseTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::offset_commit::OffsetCommitResponsePartition {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::offset_fetch::OffsetFetchRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version <= 7 { it.group_id = chance::string(rng); }
        if version <= 7 { it.topics = if (2..=7).contains(&version) { chance::maybe(rng, |rng| chance::many(rng, |rng| Arbitrary::arbitrary(rng, version))) } else { Some(chance::many(rng, |rng| Arbitrary::arbitrary(rng, version))) }; }
        if version >= 8 { it.groups = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        if version >= 7 { it.require_stable = chance::bool(rng); }
        it
    }
}

impl Arbitrary for message::offset_fetch::OffsetFetchRequestTopic {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partition_indexes = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::offset_fetch::OffsetFetchRequestGroup {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        if version >= 9 { it.member_id = chance::maybe(rng, |rng| chance::string(rng)); }
        if version >= 9 { it.member_epoch = chance::i32(rng); }
        it.topics = chance::maybe(rng, |rng| chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)));
        it
    }
}

impl Arbitrary for message::offset_fetch::OffsetFetchRequestTopics {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partition_indexes = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::offset_fetch::OffsetFetchResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 3 { it.throttle_time_ms = chance::i32(rng); }
        if version <= 7 { it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        if (2..=7).contains(&version) { it.error_code = ErrorCode(chance::i16(rng)); }
        if version >= 8 { it.groups = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        it
    }
}

impl Arbitrary for message::offset_fetch::OffsetFetchResponseTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::offset_fetch::OffsetFetchResponsePartition {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.committed_offset = chance::i64(rng);
        if (5..=7).contains(&version) { it.committed_leader_epoch = chance::i32(rng); }
        it.metadata = chance::maybe(rng, |rng| chance::string(rng));
        it.error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::offset_fetch::OffsetFetchResponseGroup {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::offset_fetch::OffsetFetchResponseTopics {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::offset_fetch::OffsetFetchResponsePartitions {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.committed_offset = chance::i64(rng);
        it.committed_leader_epoch = chance::i32(rng);
        it.metadata = chance::maybe(rng, |rng| chance::string(rng));
        it.error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::find_coordinator::FindCoordinatorRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version <= 3 { it.key = chance::string(rng); }
        if version >= 1 { it.key_type = chance::i8(rng); }
        if version >= 4 { it.coordinator_keys = chance::many(rng, |rng| chance::string(rng)); }
        it
    }
}

impl Arbitrary for message::find_coordinator::FindCoordinatorResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 1 { it.throttle_time_ms = chance::i32(rng); }
        if version <= 3 { it.error_code = ErrorCode(chance::i16(rng)); }
        if (1..=3).contains(&version) { it.error_message = chance::maybe(rng, |rng| chance::string(rng)); }
        if version <= 3 { it.node_id = chance::i32(rng); }
        if version <= 3 { it.host = chance::string(rng); }
        if version <= 3 { it.port = chance::i32(rng); }
        if version >= 4 { it.coordinators = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        it
    }
}

impl Arbitrary for message::find_coordinator::Coordinator {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.key = chance::string(rng);
        it.node_id = chance::i32(rng);
        it.host = chance::string(rng);
        it.port = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::join_group::JoinGroupRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it.session_timeout_ms = chance::i32(rng);
        if version >= 1 { it.rebalance_timeout_ms = chance::i32(rng); }
        it.member_id = chance::string(rng);
        if version >= 5 { it.group_instance_id = chance::maybe(rng, |rng| chance::string(rng)); }
        it.protocol_type = chance::string(rng);
        it.protocols = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        if version >= 8 { it.reason = chance::maybe(rng, |rng| chance::string(rng)); }
        it
    }
}

impl Arbitrary for message::join_group::JoinGroupRequestProtocol {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.metadata = chance::bytes(rng);
        it
    }
}

impl Arbitrary for message::join_group::JoinGroupResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 2 { it.throttle_time_ms = chance::i32(rng); }
        it.error_code = ErrorCode(chance::i16(rng));
        it.generation_id = chance::i32(rng);
        if version >= 7 { it.protocol_type = chance::maybe(rng, |rng| chance::string(rng)); }
        it.protocol_name = if version >= 7 { chance::maybe(rng, |rng| chance::string(rng)) } else { Some(chance::string(rng)) };
        it.leader = chance::string(rng);
        if version >= 9 { it.skip_assignment = chance::bool(rng); }
        it.member_id = chance::string(rng);
        it.members = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::join_group::JoinGroupResponseMember {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.member_id = chance::string(rng);
        if version >= 5 { it.group_instance_id = chance::maybe(rng, |rng| chance::string(rng)); }
        it.metadata = chance::bytes(rng);
        it
    }
}

impl Arbitrary for message::heartbeat::HeartbeatRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it.generation_id = chance::i32(rng);
        it.member_id = chance::string(rng);
        if version >= 3 { it.group_instance_id = chance::maybe(rng, |rng| chance::string(rng)); }
        it
    }
}

impl Arbitrary for message::heartbeat::HeartbeatResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 1 { it.throttle_time_ms = chance::i32(rng); }
        it.error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::leave_group::LeaveGroupRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        if version <= 2 { it.member_id = chance::string(rng); }
        if version >= 3 { it.members = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        it
    }
}

impl Arbitrary for message::leave_group::MemberIdentity {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.member_id = chance::string(rng);
        it.group_instance_id = chance::maybe(rng, |rng| chance::string(rng));
        if version >= 5 { it.reason = chance::maybe(rng, |rng| chance::string(rng)); }
        it
    }
}

impl Arbitrary for message::leave_group::LeaveGroupResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 1 { it.throttle_time_ms = chance::i32(rng); }
        it.error_code = ErrorCode(chance::i16(rng));
        if version >= 3 { it.members = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        it
    }
}

impl Arbitrary for message::leave_group::MemberResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.member_id = chance::string(rng);
        it.group_instance_id = chance::maybe(rng, |rng| chance::string(rng));
        it.error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::sync_group::SyncGroupRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it.generation_id = chance::i32(rng);
        it.member_id = chance::string(rng);
        if version >= 3 { it.group_instance_id = chance::maybe(rng, |rng| chance::string(rng)); }
        if version >= 5 { it.protocol_type = chance::maybe(rng, |rng| chance::string(rng)); }
        if version >= 5 { it.protocol_name = chance::maybe(rng, |rng| chance::string(rng)); }
        it.assignments = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::sync_group::SyncGroupRequestAssignment {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.member_id = chance::string(rng);
        it.assignment = chance::bytes(rng);
        it
    }
}

impl Arbitrary for message::sync_group::SyncGroupResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 1 { it.throttle_time_ms = chance::i32(rng); }
        it.error_code = ErrorCode(chance::i16(rng));
        if version >= 5 { it.protocol_type = chance::maybe(rng, |rng| chance::string(rng)); }
        if version >= 5 { it.protocol_name = chance::maybe(rng, |rng| chance::string(rng)); }
        it.assignment = chance::bytes(rng);
        it
    }
}

impl Arbitrary for message::describe_groups::DescribeGroupsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.groups = chance::many(rng, |rng| chance::string(rng));
        if version >= 3 { it.include_authorized_operations = chance::bool(rng); }
        it
    }
}

impl Arbitrary for message::describe_groups::DescribeGroupsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 1 { it.throttle_time_ms = chance::i32(rng); }
        it.groups = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_groups::DescribedGroup {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.group_id = chance::string(rng);
        it.group_state = chance::string(rng);
        it.protocol_type = chance::string(rng);
        it.protocol_data = chance::string(rng);
        it.members = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        if version >= 3 { it.authorized_operations = chance::i32(rng); }
        it
    }
}

impl Arbitrary for message::describe_groups::DescribedGroupMember {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.member_id = chance::string(rng);
        if version >= 4 { it.group_instance_id = chance::maybe(rng, |rng| chance::string(rng)); }
        it.client_id = chance::string(rng);
        it.client_host = chance::string(rng);
        it.member_metadata = chance::bytes(rng);
        it.member_assignment = chance::bytes(rng);
        it
    }
}

impl Arbitrary for message::list_groups::ListGroupsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 4 { it.states_filter = chance::many(rng, |rng| chance::string(rng)); }
        if version >= 5 { it.types_filter = chance::many(rng, |rng| chance::string(rng)); }
        it
    }
}

impl Arbitrary for message::list_groups::ListGroupsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 1 { it.throttle_time_ms = chance::i32(rng); }
        it.error_code = ErrorCode(chance::i16(rng));
        it.groups = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::list_groups::ListedGroup {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it.protocol_type = chance::string(rng);
        if version >= 4 { it.group_state = chance::string(rng); }
        if version >= 5 { it.group_type = chance::string(rng); }
        it
    }
}

impl Arbitrary for message::sasl_handshake::SaslHandshakeRequest {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.mechanism = chance::string(rng);
        it
    }
}

impl Arbitrary for message::sasl_handshake::SaslHandshakeResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.mechanisms = chance::many(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::api_versions::ApiVersionsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 3 { it.client_software_name = chance::string(rng); }
        if version >= 3 { it.client_software_version = chance::string(rng); }
        it
    }
}

impl Arbitrary for message::api_versions::ApiVersionsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.api_keys = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        if version >= 1 { it.throttle_time_ms = chance::i32(rng); }
        if version >= 3 { it.supported_features = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        if version >= 3 { it.finalized_features_epoch = chance::i64(rng); }
        if version >= 3 { it.finalized_features = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        if version >= 3 { it.zk_migration_ready = chance::bool(rng); }
        it
    }
}

impl Arbitrary for message::api_versions::ApiVersion {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.api_key = chance::i16(rng);
        it.min_version = chance::i16(rng);
        it.max_version = chance::i16(rng);
        it
    }
}

impl Arbitrary for message::api_versions::SupportedFeatureKey {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.min_version = chance::i16(rng);
        it.max_version = chance::i16(rng);
        it
    }
}

impl Arbitrary for message::api_versions::FinalizedFeatureKey {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.max_version_level = chance::i16(rng);
        it.min_version_level = chance::i16(rng);
        it
    }
}

impl Arbitrary for message::create_topics::CreateTopicsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.timeout_ms = chance::i32(rng);
        if version >= 1 { it.validate_only = chance::bool(rng); }
        it
    }
}

impl Arbitrary for message::create_topics::CreatableTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.num_partitions = chance::i32(rng);
        it.replication_factor = chance::i16(rng);
        it.assignments = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.configs = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::create_topics::CreatableReplicaAssignment {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.broker_ids = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::create_topics::CreatableTopicConfig {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.value = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::create_topics::CreateTopicsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 2 { it.throttle_time_ms = chance::i32(rng); }
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::create_topics::CreatableTopicResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        if version >= 7 { it.topic_id = chance::uuid(rng); }
        it.error_code = ErrorCode(chance::i16(rng));
        if version >= 1 { it.error_message = chance::maybe(rng, |rng| chance::string(rng)); }
        if version >= 5 { it.topic_config_error_code = ErrorCode(chance::i16(rng)); }
        if version >= 5 { it.num_partitions = chance::i32(rng); }
        if version >= 5 { it.replication_factor = chance::i16(rng); }
        if version >= 5 { it.configs = chance::maybe(rng, |rng| chance::many(rng, |rng| Arbitrary::arbitrary(rng, version))); }
        it
    }
}

impl Arbitrary for message::create_topics::CreatableTopicConfigs {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.value = chance::maybe(rng, |rng| chance::string(rng));
        it.read_only = chance::bool(rng);
        it.config_source = chance::i8(rng);
        it.is_sensitive = chance::bool(rng);
        it
    }
}

impl Arbitrary for message::delete_topics::DeleteTopicsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 6 { it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        if version <= 5 { it.topic_names = chance::many(rng, |rng| chance::string(rng)); }
        it.timeout_ms = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::delete_topics::DeleteTopicState {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::maybe(rng, |rng| chance::string(rng));
        it.topic_id = chance::uuid(rng);
        it
    }
}

impl Arbitrary for message::delete_topics::DeleteTopicsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 1 { it.throttle_time_ms = chance::i32(rng); }
        it.responses = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::delete_topics::DeletableTopicResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = if version >= 6 { chance::maybe(rng, |rng| chance::string(rng)) } else { Some(chance::string(rng)) };
        if version >= 6 { it.topic_id = chance::uuid(rng); }
        it.error_code = ErrorCode(chance::i16(rng));
        if version >= 5 { it.error_message = chance::maybe(rng, |rng| chance::string(rng)); }
        it
    }
}

impl Arbitrary for message::delete_records::DeleteRecordsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.timeout_ms = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::delete_records::DeleteRecordsTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::delete_records::DeleteRecordsPartition {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.offset = chance::i64(rng);
        it
    }
}

impl Arbitrary for message::delete_records::DeleteRecordsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::delete_records::DeleteRecordsTopicResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::delete_records::DeleteRecordsPartitionResult {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.low_watermark = chance::i64(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::init_producer_id::InitProducerIdRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.transactional_id = chance::maybe(rng, |rng| chance::string(rng));
        it.transaction_timeout_ms = chance::i32(rng);
        if version >= 3 { it.producer_id = chance::i64(rng); }
        if version >= 3 { it.producer_epoch = chance::i16(rng); }
        it
    }
}

impl Arbitrary for message::init_producer_id::InitProducerIdResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.producer_id = chance::i64(rng);
        it.producer_epoch = chance::i16(rng);
        it
    }
}

impl Arbitrary for message::offset_for_leader_epoch::OffsetForLeaderEpochRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 3 { it.replica_id = chance::i32(rng); }
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::offset_for_leader_epoch::OffsetForLeaderTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::offset_for_leader_epoch::OffsetForLeaderPartition {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition = chance::i32(rng);
        if version >= 2 { it.current_leader_epoch = chance::i32(rng); }
        it.leader_epoch = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::offset_for_leader_epoch::OffsetForLeaderEpochResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 2 { it.throttle_time_ms = chance::i32(rng); }
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::offset_for_leader_epoch::OffsetForLeaderTopicResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::offset_for_leader_epoch::EpochEndOffset {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.partition = chance::i32(rng);
        if version >= 1 { it.leader_epoch = chance::i32(rng); }
        it.end_offset = chance::i64(rng);
        it
    }
}

impl Arbitrary for message::add_partitions_to_txn::AddPartitionsToTxnRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 4 { it.transactions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        if version <= 3 { it.v3_and_below_transactional_id = chance::string(rng); }
        if version <= 3 { it.v3_and_below_producer_id = chance::i64(rng); }
        if version <= 3 { it.v3_and_below_producer_epoch = chance::i16(rng); }
        if version <= 3 { it.v3_and_below_topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        it
    }
}

impl Arbitrary for message::add_partitions_to_txn::AddPartitionsToTxnTransaction {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.transactional_id = chance::string(rng);
        it.producer_id = chance::i64(rng);
        it.producer_epoch = chance::i16(rng);
        it.verify_only = chance::bool(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::add_partitions_to_txn::AddPartitionsToTxnTopic {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::add_partitions_to_txn::AddPartitionsToTxnResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        if version >= 4 { it.error_code = ErrorCode(chance::i16(rng)); }
        if version >= 4 { it.results_by_transaction = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        if version <= 3 { it.results_by_topic_v3_and_below = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        it
    }
}

impl Arbitrary for message::add_partitions_to_txn::AddPartitionsToTxnResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.transactional_id = chance::string(rng);
        it.topic_results = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::add_partitions_to_txn::AddPartitionsToTxnTopicResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.results_by_partition = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::add_partitions_to_txn::AddPartitionsToTxnPartitionResult {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.partition_error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::add_offsets_to_txn::AddOffsetsToTxnRequest {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.transactional_id = chance::string(rng);
        it.producer_id = chance::i64(rng);
        it.producer_epoch = chance::i16(rng);
        it.group_id = chance::string(rng);
        it
    }
}

impl Arbitrary for message::add_offsets_to_txn::AddOffsetsToTxnResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::end_txn::EndTxnRequest {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.transactional_id = chance::string(rng);
        it.producer_id = chance::i64(rng);
        it.producer_epoch = chance::i16(rng);
        it.committed = chance::bool(rng);
        it
    }
}

impl Arbitrary for message::end_txn::EndTxnResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::write_txn_markers::WriteTxnMarkersRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.markers = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::write_txn_markers::WritableTxnMarker {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.producer_id = chance::i64(rng);
        it.producer_epoch = chance::i16(rng);
        it.transaction_result = chance::bool(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.coordinator_epoch = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::write_txn_markers::WritableTxnMarkerTopic {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partition_indexes = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::write_txn_markers::WriteTxnMarkersResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.markers = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::write_txn_markers::WritableTxnMarkerResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.producer_id = chance::i64(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::write_txn_markers::WritableTxnMarkerTopicResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::write_txn_markers::WritableTxnMarkerPartitionResult {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::txn_offset_commit::TxnOffsetCommitRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.transactional_id = chance::string(rng);
        it.group_id = chance::string(rng);
        it.producer_id = chance::i64(rng);
        it.producer_epoch = chance::i16(rng);
        if version >= 3 { it.generation_id = chance::i32(rng); }
        if version >= 3 { it.member_id = chance::string(rng); }
        if version >= 3 { it.group_instance_id = chance::maybe(rng, |rng| chance::string(rng)); }
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::txn_offset_commit::TxnOffsetCommitRequestTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::txn_offset_commit::TxnOffsetCommitRequestPartition {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.committed_offset = chance::i64(rng);
        if version >= 2 { it.committed_leader_epoch = chance::i32(rng); }
        it.committed_metadata = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::txn_offset_commit::TxnOffsetCommitResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::txn_offset_commit::TxnOffsetCommitResponseTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::txn_offset_commit::TxnOffsetCommitResponsePartition {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::describe_acls::DescribeAclsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.resource_type_filter = chance::i8(rng);
        it.resource_name_filter = chance::maybe(rng, |rng| chance::string(rng));
        if version >= 1 { it.pattern_type_filter = chance::i8(rng); }
        it.principal_filter = chance::maybe(rng, |rng| chance::string(rng));
        it.host_filter = chance::maybe(rng, |rng| chance::string(rng));
        it.operation = chance::i8(rng);
        it.permission_type = chance::i8(rng);
        it
    }
}

impl Arbitrary for message::describe_acls::DescribeAclsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.resources = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_acls::DescribeAclsResource {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.resource_type = chance::i8(rng);
        it.resource_name = chance::string(rng);
        if version >= 1 { it.pattern_type = chance::i8(rng); }
        it.acls = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_acls::AclDescription {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.principal = chance::string(rng);
        it.host = chance::string(rng);
        it.operation = chance::i8(rng);
        it.permission_type = chance::i8(rng);
        it
    }
}

impl Arbitrary for message::create_acls::CreateAclsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.creations = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::create_acls::AclCreation {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.resource_type = chance::i8(rng);
        it.resource_name = chance::string(rng);
        if version >= 1 { it.resource_pattern_type = chance::i8(rng); }
        it.principal = chance::string(rng);
        it.host = chance::string(rng);
        it.operation = chance::i8(rng);
        it.permission_type = chance::i8(rng);
        it
    }
}

impl Arbitrary for message::create_acls::CreateAclsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.results = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::create_acls::AclCreationResult {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::delete_acls::DeleteAclsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.filters = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::delete_acls::DeleteAclsFilter {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.resource_type_filter = chance::i8(rng);
        it.resource_name_filter = chance::maybe(rng, |rng| chance::string(rng));
        if version >= 1 { it.pattern_type_filter = chance::i8(rng); }
        it.principal_filter = chance::maybe(rng, |rng| chance::string(rng));
        it.host_filter = chance::maybe(rng, |rng| chance::string(rng));
        it.operation = chance::i8(rng);
        it.permission_type = chance::i8(rng);
        it
    }
}

impl Arbitrary for message::delete_acls::DeleteAclsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.filter_results = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::delete_acls::DeleteAclsFilterResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.matching_acls = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::delete_acls::DeleteAclsMatchingAcl {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.resource_type = chance::i8(rng);
        it.resource_name = chance::string(rng);
        if version >= 1 { it.pattern_type = chance::i8(rng); }
        it.principal = chance::string(rng);
        it.host = chance::string(rng);
        it.operation = chance::i8(rng);
        it.permission_type = chance::i8(rng);
        it
    }
}

impl Arbitrary for message::describe_configs::DescribeConfigsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.resources = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        if version >= 1 { it.include_synonyms = chance::bool(rng); }
        if version >= 3 { it.include_documentation = chance::bool(rng); }
        it
    }
}

impl Arbitrary for message::describe_configs::DescribeConfigsResource {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.resource_type = chance::i8(rng);
        it.resource_name = chance::string(rng);
        it.configuration_keys = chance::maybe(rng, |rng| chance::many(rng, |rng| chance::string(rng)));
        it
    }
}

impl Arbitrary for message::describe_configs::DescribeConfigsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.results = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_configs::DescribeConfigsResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.resource_type = chance::i8(rng);
        it.resource_name = chance::string(rng);
        it.configs = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_configs::DescribeConfigsResourceResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.value = chance::maybe(rng, |rng| chance::string(rng));
        it.read_only = chance::bool(rng);
        if version == 0 { it.is_default = chance::bool(rng); }
        if version >= 1 { it.config_source = chance::i8(rng); }
        it.is_sensitive = chance::bool(rng);
        if version >= 1 { it.synonyms = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        if version >= 3 { it.config_type = chance::i8(rng); }
        if version >= 3 { it.documentation = chance::maybe(rng, |rng| chance::string(rng)); }
        it
    }
}

impl Arbitrary for message::describe_configs::DescribeConfigsSynonym {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.value = chance::maybe(rng, |rng| chance::string(rng));
        it.source = chance::i8(rng);
        it
    }
}

impl Arbitrary for message::alter_configs::AlterConfigsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.resources = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.validate_only = chance::bool(rng);
        it
    }
}

impl Arbitrary for message::alter_configs::AlterConfigsResource {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.resource_type = chance::i8(rng);
        it.resource_name = chance::string(rng);
        it.configs = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::alter_configs::AlterableConfig {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.value = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::alter_configs::AlterConfigsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.responses = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::alter_configs::AlterConfigsResourceResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.resource_type = chance::i8(rng);
        it.resource_name = chance::string(rng);
        it
    }
}

impl Arbitrary for message::alter_replica_log_dirs::AlterReplicaLogDirsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.dirs = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::alter_replica_log_dirs::AlterReplicaLogDir {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.path = chance::string(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::alter_replica_log_dirs::AlterReplicaLogDirTopic {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::alter_replica_log_dirs::AlterReplicaLogDirsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.results = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::alter_replica_log_dirs::AlterReplicaLogDirTopicResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::alter_replica_log_dirs::AlterReplicaLogDirPartitionResult {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::describe_log_dirs::DescribeLogDirsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topics = chance::maybe(rng, |rng| chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)));
        it
    }
}

impl Arbitrary for message::describe_log_dirs::DescribableLogDirTopic {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.topic = chance::string(rng);
        it.partitions = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::describe_log_dirs::DescribeLogDirsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        if version >= 3 { it.error_code = ErrorCode(chance::i16(rng)); }
        it.results = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_log_dirs::DescribeLogDirsResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.log_dir = chance::string(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        if version >= 4 { it.total_bytes = chance::i64(rng); }
        if version >= 4 { it.usable_bytes = chance::i64(rng); }
        it
    }
}

impl Arbitrary for message::describe_log_dirs::DescribeLogDirsTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_log_dirs::DescribeLogDirsPartition {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.partition_size = chance::i64(rng);
        it.offset_lag = chance::i64(rng);
        it.is_future_key = chance::bool(rng);
        it
    }
}

impl Arbitrary for message::sasl_authenticate::SaslAuthenticateRequest {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.auth_bytes = chance::bytes(rng);
        it
    }
}

impl Arbitrary for message::sasl_authenticate::SaslAuthenticateResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.auth_bytes = chance::bytes(rng);
        if version >= 1 { it.session_lifetime_ms = chance::i64(rng); }
        it
    }
}

impl Arbitrary for message::create_partitions::CreatePartitionsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.timeout_ms = chance::i32(rng);
        it.validate_only = chance::bool(rng);
        it
    }
}

impl Arbitrary for message::create_partitions::CreatePartitionsTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.count = chance::i32(rng);
        it.assignments = chance::maybe(rng, |rng| chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)));
        it
    }
}

impl Arbitrary for message::create_partitions::CreatePartitionsAssignment {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.broker_ids = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::create_partitions::CreatePartitionsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.results = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::create_partitions::CreatePartitionsTopicResult {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::create_delegation_token::CreateDelegationTokenRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 3 { it.owner_principal_type = chance::maybe(rng, |rng| chance::string(rng)); }
        if version >= 3 { it.owner_principal_name = chance::maybe(rng, |rng| chance::string(rng)); }
        it.renewers = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.max_lifetime_ms = chance::i64(rng);
        it
    }
}

impl Arbitrary for message::create_delegation_token::CreatableRenewers {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.principal_type = chance::string(rng);
        it.principal_name = chance::string(rng);
        it
    }
}

impl Arbitrary for message::create_delegation_token::CreateDelegationTokenResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.principal_type = chance::string(rng);
        it.principal_name = chance::string(rng);
        if version >= 3 { it.token_requester_principal_type = chance::string(rng); }
        if version >= 3 { it.token_requester_principal_name = chance::string(rng); }
        it.issue_timestamp_ms = chance::i64(rng);
        it.expiry_timestamp_ms = chance::i64(rng);
        it.max_timestamp_ms = chance::i64(rng);
        it.token_id = chance::string(rng);
        it.hmac = chance::bytes(rng);
        it.throttle_time_ms = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::renew_delegation_token::RenewDelegationTokenRequest {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.hmac = chance::bytes(rng);
        it.renew_period_ms = chance::i64(rng);
        it
    }
}

impl Arbitrary for message::renew_delegation_token::RenewDelegationTokenResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.expiry_timestamp_ms = chance::i64(rng);
        it.throttle_time_ms = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::expire_delegation_token::ExpireDelegationTokenRequest {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.hmac = chance::bytes(rng);
        it.expiry_time_period_ms = chance::i64(rng);
        it
    }
}

impl Arbitrary for message::expire_delegation_token::ExpireDelegationTokenResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.expiry_timestamp_ms = chance::i64(rng);
        it.throttle_time_ms = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::describe_delegation_token::DescribeDelegationTokenRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.owners = chance::maybe(rng, |rng| chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)));
        it
    }
}

impl Arbitrary for message::describe_delegation_token::DescribeDelegationTokenOwner {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.principal_type = chance::string(rng);
        it.principal_name = chance::string(rng);
        it
    }
}

impl Arbitrary for message::describe_delegation_token::DescribeDelegationTokenResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.tokens = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.throttle_time_ms = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::describe_delegation_token::DescribedDelegationToken {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.principal_type = chance::string(rng);
        it.principal_name = chance::string(rng);
        if version >= 3 { it.token_requester_principal_type = chance::string(rng); }
        if version >= 3 { it.token_requester_principal_name = chance::string(rng); }
        it.issue_timestamp = chance::i64(rng);
        it.expiry_timestamp = chance::i64(rng);
        it.max_timestamp = chance::i64(rng);
        it.token_id = chance::string(rng);
        it.hmac = chance::bytes(rng);
        it.renewers = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_delegation_token::DescribedDelegationTokenRenewer {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.principal_type = chance::string(rng);
        it.principal_name = chance::string(rng);
        it
    }
}

impl Arbitrary for message::delete_groups::DeleteGroupsRequest {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.groups_names = chance::many(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::delete_groups::DeleteGroupsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.results = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::delete_groups::DeletableGroupResult {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::elect_leaders::ElectLeadersRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version >= 1 { it.election_type = chance::i8(rng); }
        it.topic_partitions = chance::maybe(rng, |rng| chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)));
        it.timeout_ms = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::elect_leaders::TopicPartitions {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.topic = chance::string(rng);
        it.partitions = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::elect_leaders::ElectLeadersResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        if version >= 1 { it.error_code = ErrorCode(chance::i16(rng)); }
        it.replica_election_results = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::elect_leaders::ReplicaElectionResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic = chance::string(rng);
        it.partition_result = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::elect_leaders::PartitionResult {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_id = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::incremental_alter_configs::IncrementalAlterConfigsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.resources = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.validate_only = chance::bool(rng);
        it
    }
}

impl Arbitrary for message::incremental_alter_configs::AlterConfigsResource {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.resource_type = chance::i8(rng);
        it.resource_name = chance::string(rng);
        it.configs = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::incremental_alter_configs::AlterableConfig {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.config_operation = chance::i8(rng);
        it.value = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::incremental_alter_configs::IncrementalAlterConfigsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.responses = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::incremental_alter_configs::AlterConfigsResourceResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.resource_type = chance::i8(rng);
        it.resource_name = chance::string(rng);
        it
    }
}

impl Arbitrary for message::alter_partition_reassignments::AlterPartitionReassignmentsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.timeout_ms = chance::i32(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::alter_partition_reassignments::ReassignableTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::alter_partition_reassignments::ReassignablePartition {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.replicas = chance::maybe(rng, |rng| chance::many(rng, |rng| chance::i32(rng)));
        it
    }
}

impl Arbitrary for message::alter_partition_reassignments::AlterPartitionReassignmentsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.responses = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::alter_partition_reassignments::ReassignableTopicResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::alter_partition_reassignments::ReassignablePartitionResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::list_partition_reassignments::ListPartitionReassignmentsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.timeout_ms = chance::i32(rng);
        it.topics = chance::maybe(rng, |rng| chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)));
        it
    }
}

impl Arbitrary for message::list_partition_reassignments::ListPartitionReassignmentsTopics {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partition_indexes = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::list_partition_reassignments::ListPartitionReassignmentsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::list_partition_reassignments::OngoingTopicReassignment {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::list_partition_reassignments::OngoingPartitionReassignment {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.replicas = chance::many(rng, |rng| chance::i32(rng));
        it.adding_replicas = chance::many(rng, |rng| chance::i32(rng));
        it.removing_replicas = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::offset_delete::OffsetDeleteRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::offset_delete::OffsetDeleteRequestTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::offset_delete::OffsetDeleteRequestPartition {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::offset_delete::OffsetDeleteResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.throttle_time_ms = chance::i32(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::offset_delete::OffsetDeleteResponseTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::offset_delete::OffsetDeleteResponsePartition {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::describe_client_quotas::DescribeClientQuotasRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.components = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.strict = chance::bool(rng);
        it
    }
}

impl Arbitrary for message::describe_client_quotas::ComponentData {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.entity_type = chance::string(rng);
        it.match_type = chance::i8(rng);
        it.matches = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::describe_client_quotas::DescribeClientQuotasResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.entries = chance::maybe(rng, |rng| chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)));
        it
    }
}

impl Arbitrary for message::describe_client_quotas::EntryData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.entity = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.values = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_client_quotas::EntityData {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.entity_type = chance::string(rng);
        it.entity_name = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::describe_client_quotas::ValueData {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.key = chance::string(rng);
        it.value = chance::f64(rng);
        it
    }
}

impl Arbitrary for message::alter_client_quotas::AlterClientQuotasRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.entries = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.validate_only = chance::bool(rng);
        it
    }
}

impl Arbitrary for message::alter_client_quotas::EntryData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.entity = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.ops = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::alter_client_quotas::EntityData {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.entity_type = chance::string(rng);
        it.entity_name = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::alter_client_quotas::OpData {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.key = chance::string(rng);
        it.value = chance::f64(rng);
        it.remove = chance::bool(rng);
        it
    }
}

impl Arbitrary for message::alter_client_quotas::AlterClientQuotasResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.entries = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::alter_client_quotas::EntryResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.entity = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_user_scram_credentials::DescribeUserScramCredentialsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.users = chance::maybe(rng, |rng| chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)));
        it
    }
}

impl Arbitrary for message::describe_user_scram_credentials::UserName {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it
    }
}

impl Arbitrary for message::describe_user_scram_credentials::DescribeUserScramCredentialsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.results = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_user_scram_credentials::DescribeUserScramCredentialsResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.user = chance::string(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.credential_infos = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_user_scram_credentials::CredentialInfo {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.mechanism = chance::i8(rng);
        it.iterations = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::alter_user_scram_credentials::AlterUserScramCredentialsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.deletions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.upsertions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::alter_user_scram_credentials::ScramCredentialDeletion {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.mechanism = chance::i8(rng);
        it
    }
}

impl Arbitrary for message::alter_user_scram_credentials::ScramCredentialUpsertion {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.mechanism = chance::i8(rng);
        it.iterations = chance::i32(rng);
        it.salt = chance::bytes(rng);
        it.salted_password = chance::bytes(rng);
        it
    }
}

impl Arbitrary for message::alter_user_scram_credentials::AlterUserScramCredentialsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.results = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::alter_user_scram_credentials::AlterUserScramCredentialsResult {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.user = chance::string(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::vote::VoteRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.cluster_id = chance::maybe(rng, |rng| chance::string(rng));
        if version >= 1 { it.voter_id = chance::i32(rng); }
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::vote::TopicData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::vote::PartitionData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.candidate_epoch = chance::i32(rng);
        it.candidate_id = chance::i32(rng);
        if version >= 1 { it.candidate_directory_id = chance::uuid(rng); }
        if version >= 1 { it.voter_directory_id = chance::uuid(rng); }
        it.last_offset_epoch = chance::i32(rng);
        it.last_offset = chance::i64(rng);
        it
    }
}

impl Arbitrary for message::vote::VoteResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        if version >= 1 { it.node_endpoints = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        it
    }
}

impl Arbitrary for message::vote::TopicResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::vote::PartitionResult {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.leader_id = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        it.vote_granted = chance::bool(rng);
        it
    }
}

impl Arbitrary for message::vote::NodeEndpoint {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.node_id = chance::i32(rng);
        it.host = chance::string(rng);
        it.port = chance::u16(rng);
        it
    }
}

impl Arbitrary for message::begin_quorum_epoch::BeginQuorumEpochRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.cluster_id = chance::maybe(rng, |rng| chance::string(rng));
        if version >= 1 { it.voter_id = chance::i32(rng); }
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        if version >= 1 { it.leader_endpoints = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        it
    }
}

impl Arbitrary for message::begin_quorum_epoch::TopicData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::begin_quorum_epoch::PartitionData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        if version >= 1 { it.voter_directory_id = chance::uuid(rng); }
        it.leader_id = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::begin_quorum_epoch::LeaderEndpoint {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.host = chance::string(rng);
        it.port = chance::u16(rng);
        it
    }
}

impl Arbitrary for message::begin_quorum_epoch::BeginQuorumEpochResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        if version >= 1 { it.node_endpoints = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        it
    }
}

impl Arbitrary for message::begin_quorum_epoch::TopicResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::begin_quorum_epoch::PartitionResult {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.leader_id = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::begin_quorum_epoch::NodeEndpoint {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.node_id = chance::i32(rng);
        it.host = chance::string(rng);
        it.port = chance::u16(rng);
        it
    }
}

impl Arbitrary for message::end_quorum_epoch::EndQuorumEpochRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.cluster_id = chance::maybe(rng, |rng| chance::string(rng));
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        if version >= 1 { it.leader_endpoints = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        it
    }
}

impl Arbitrary for message::end_quorum_epoch::TopicData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::end_quorum_epoch::PartitionData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.leader_id = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        if version == 0 { it.preferred_successors = chance::many(rng, |rng| chance::i32(rng)); }
        if version >= 1 { it.preferred_candidates = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        it
    }
}

impl Arbitrary for message::end_quorum_epoch::ReplicaInfo {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.candidate_id = chance::i32(rng);
        it.candidate_directory_id = chance::uuid(rng);
        it
    }
}

impl Arbitrary for message::end_quorum_epoch::LeaderEndpoint {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.host = chance::string(rng);
        it.port = chance::u16(rng);
        it
    }
}

impl Arbitrary for message::end_quorum_epoch::EndQuorumEpochResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        if version >= 1 { it.node_endpoints = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        it
    }
}

impl Arbitrary for message::end_quorum_epoch::TopicResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::end_quorum_epoch::PartitionResult {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.leader_id = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::end_quorum_epoch::NodeEndpoint {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.node_id = chance::i32(rng);
        it.host = chance::string(rng);
        it.port = chance::u16(rng);
        it
    }
}

impl Arbitrary for message::describe_quorum::DescribeQuorumRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_quorum::TopicData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_quorum::PartitionData {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::describe_quorum::DescribeQuorumResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        if version >= 2 { it.error_message = chance::maybe(rng, |rng| chance::string(rng)); }
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        if version >= 2 { it.nodes = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        it
    }
}

impl Arbitrary for message::describe_quorum::TopicResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_quorum::PartitionResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        if version >= 2 { it.error_message = chance::maybe(rng, |rng| chance::string(rng)); }
        it.leader_id = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        it.high_watermark = chance::i64(rng);
        it.current_voters = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.observers = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_quorum::Node {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.node_id = chance::i32(rng);
        it.listeners = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_quorum::Listener {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.host = chance::string(rng);
        it.port = chance::u16(rng);
        it
    }
}

impl Arbitrary for message::describe_quorum::ReplicaState {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.replica_id = chance::i32(rng);
        if version >= 2 { it.replica_directory_id = chance::uuid(rng); }
        it.log_end_offset = chance::i64(rng);
        if version >= 1 { it.last_fetch_timestamp = chance::i64(rng); }
        if version >= 1 { it.last_caught_up_timestamp = chance::i64(rng); }
        it
    }
}

impl Arbitrary for message::alter_partition::AlterPartitionRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.broker_id = chance::i32(rng);
        it.broker_epoch = chance::i64(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::alter_partition::TopicData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version <= 1 { it.topic_name = chance::string(rng); }
        if version >= 2 { it.topic_id = chance::uuid(rng); }
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::alter_partition::PartitionData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        if version <= 2 { it.new_isr = chance::many(rng, |rng| chance::i32(rng)); }
        if version >= 3 { it.new_isr_with_epochs = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        if version >= 1 { it.leader_recovery_state = chance::i8(rng); }
        it.partition_epoch = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::alter_partition::BrokerState {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.broker_id = chance::i32(rng);
        it.broker_epoch = chance::i64(rng);
        it
    }
}

impl Arbitrary for message::alter_partition::AlterPartitionResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::alter_partition::TopicResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version <= 1 { it.topic_name = chance::string(rng); }
        if version >= 2 { it.topic_id = chance::uuid(rng); }
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::alter_partition::PartitionResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.leader_id = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        it.isr = chance::many(rng, |rng| chance::i32(rng));
        if version >= 1 { it.leader_recovery_state = chance::i8(rng); }
        it.partition_epoch = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::update_features::UpdateFeaturesRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.timeout_ms = chance::i32(rng);
        it.feature_updates = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        if version >= 1 { it.validate_only = chance::bool(rng); }
        it
    }
}

impl Arbitrary for message::update_features::FeatureUpdateKey {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.feature = chance::string(rng);
        it.max_version_level = chance::i16(rng);
        if version == 0 { it.allow_downgrade = chance::bool(rng); }
        if version >= 1 { it.upgrade_type = chance::i8(rng); }
        it
    }
}

impl Arbitrary for message::update_features::UpdateFeaturesResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.results = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::update_features::UpdatableFeatureResult {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.feature = chance::string(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::envelope::EnvelopeRequest {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.request_data = chance::bytes(rng);
        it.request_principal = chance::maybe(rng, |rng| chance::bytes(rng));
        it.client_host_address = chance::bytes(rng);
        it
    }
}

impl Arbitrary for message::envelope::EnvelopeResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.response_data = chance::maybe(rng, |rng| chance::bytes(rng));
        it.error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::fetch_snapshot::FetchSnapshotRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.cluster_id = chance::maybe(rng, |rng| chance::string(rng));
        it.replica_id = chance::i32(rng);
        it.max_bytes = chance::i32(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::fetch_snapshot::TopicSnapshot {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::fetch_snapshot::PartitionSnapshot {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition = chance::i32(rng);
        it.current_leader_epoch = chance::i32(rng);
        it.snapshot_id = Arbitrary::arbitrary(rng, version);
        it.position = chance::i64(rng);
        if version >= 1 { it.replica_directory_id = chance::uuid(rng); }
        it
    }
}

impl Arbitrary for message::fetch_snapshot::SnapshotId {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.end_offset = chance::i64(rng);
        it.epoch = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::fetch_snapshot::FetchSnapshotResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        if version >= 1 { it.node_endpoints = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        it
    }
}

impl Arbitrary for message::fetch_snapshot::TopicSnapshotResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::fetch_snapshot::PartitionSnapshotResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.snapshot_id = Arbitrary::arbitrary(rng, version);
        it.current_leader = Arbitrary::arbitrary(rng, version);
        it.size = chance::i64(rng);
        it.position = chance::i64(rng);
        it.unaligned_records = chance::records(rng);
        it
    }
}

impl Arbitrary for message::fetch_snapshot::LeaderIdAndEpoch {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.leader_id = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::fetch_snapshot::NodeEndpoint {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.node_id = chance::i32(rng);
        it.host = chance::string(rng);
        it.port = chance::u16(rng);
        it
    }
}

impl Arbitrary for message::describe_cluster::DescribeClusterRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.include_cluster_authorized_operations = chance::bool(rng);
        if version >= 1 { it.endpoint_type = chance::i8(rng); }
        it
    }
}

impl Arbitrary for message::describe_cluster::DescribeClusterResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        if version >= 1 { it.endpoint_type = chance::i8(rng); }
        it.cluster_id = chance::string(rng);
        it.controller_id = chance::i32(rng);
        it.brokers = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.cluster_authorized_operations = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::describe_cluster::DescribeClusterBroker {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.broker_id = chance::i32(rng);
        it.host = chance::string(rng);
        it.port = chance::i32(rng);
        it.rack = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::describe_producers::DescribeProducersRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_producers::TopicRequest {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partition_indexes = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::describe_producers::DescribeProducersResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_producers::TopicResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_producers::PartitionResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.active_producers = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_producers::ProducerState {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.producer_id = chance::i64(rng);
        it.producer_epoch = chance::i32(rng);
        it.last_sequence = chance::i32(rng);
        it.last_timestamp = chance::i64(rng);
        it.coordinator_epoch = chance::i32(rng);
        it.current_txn_start_offset = chance::i64(rng);
        it
    }
}

impl Arbitrary for message::broker_registration::BrokerRegistrationRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.broker_id = chance::i32(rng);
        it.cluster_id = chance::string(rng);
        it.incarnation_id = chance::uuid(rng);
        it.listeners = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.features = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.rack = chance::maybe(rng, |rng| chance::string(rng));
        if version >= 1 { it.is_migrating_zk_broker = chance::bool(rng); }
        if version >= 2 { it.log_dirs = chance::many(rng, |rng| chance::uuid(rng)); }
        if version >= 3 { it.previous_broker_epoch = chance::i64(rng); }
        it
    }
}

impl Arbitrary for message::broker_registration::Listener {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.host = chance::string(rng);
        it.port = chance::u16(rng);
        it.security_protocol = chance::i16(rng);
        it
    }
}

impl Arbitrary for message::broker_registration::Feature {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.min_supported_version = chance::i16(rng);
        it.max_supported_version = chance::i16(rng);
        it
    }
}

impl Arbitrary for message::broker_registration::BrokerRegistrationResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.broker_epoch = chance::i64(rng);
        it
    }
}

impl Arbitrary for message::broker_heartbeat::BrokerHeartbeatRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.broker_id = chance::i32(rng);
        it.broker_epoch = chance::i64(rng);
        it.current_metadata_offset = chance::i64(rng);
        it.want_fence = chance::bool(rng);
        it.want_shut_down = chance::bool(rng);
        if version >= 1 { it.offline_log_dirs = chance::many(rng, |rng| chance::uuid(rng)); }
        it
    }
}

impl Arbitrary for message::broker_heartbeat::BrokerHeartbeatResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.is_caught_up = chance::bool(rng);
        it.is_fenced = chance::bool(rng);
        it.should_shut_down = chance::bool(rng);
        it
    }
}

impl Arbitrary for message::unregister_broker::UnregisterBrokerRequest {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.broker_id = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::unregister_broker::UnregisterBrokerResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::describe_transactions::DescribeTransactionsRequest {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.transactional_ids = chance::many(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::describe_transactions::DescribeTransactionsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.transaction_states = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_transactions::TransactionState {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.transactional_id = chance::string(rng);
        it.transaction_state = chance::string(rng);
        it.transaction_timeout_ms = chance::i32(rng);
        it.transaction_start_time_ms = chance::i64(rng);
        it.producer_id = chance::i64(rng);
        it.producer_epoch = chance::i16(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_transactions::TopicData {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.topic = chance::string(rng);
        it.partitions = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::list_transactions::ListTransactionsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.state_filters = chance::many(rng, |rng| chance::string(rng));
        it.producer_id_filters = chance::many(rng, |rng| chance::i64(rng));
        if version >= 1 { it.duration_filter = chance::i64(rng); }
        it
    }
}

impl Arbitrary for message::list_transactions::ListTransactionsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.unknown_state_filters = chance::many(rng, |rng| chance::string(rng));
        it.transaction_states = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::list_transactions::TransactionState {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.transactional_id = chance::string(rng);
        it.producer_id = chance::i64(rng);
        it.transaction_state = chance::string(rng);
        it
    }
}

impl Arbitrary for message::allocate_producer_ids::AllocateProducerIdsRequest {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.broker_id = chance::i32(rng);
        it.broker_epoch = chance::i64(rng);
        it
    }
}

impl Arbitrary for message::allocate_producer_ids::AllocateProducerIdsResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.producer_id_start = chance::i64(rng);
        it.producer_id_len = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::consumer_group_heartbeat::ConsumerGroupHeartbeatRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it.member_id = chance::string(rng);
        it.member_epoch = chance::i32(rng);
        it.instance_id = chance::maybe(rng, |rng| chance::string(rng));
        it.rack_id = chance::maybe(rng, |rng| chance::string(rng));
        it.rebalance_timeout_ms = chance::i32(rng);
        it.subscribed_topic_names = chance::maybe(rng, |rng| chance::many(rng, |rng| chance::string(rng)));
        it.server_assignor = chance::maybe(rng, |rng| chance::string(rng));
        it.topic_partitions = chance::maybe(rng, |rng| chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)));
        it
    }
}

impl Arbitrary for message::consumer_group_heartbeat::TopicPartitions {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::consumer_group_heartbeat::ConsumerGroupHeartbeatResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.member_id = chance::maybe(rng, |rng| chance::string(rng));
        it.member_epoch = chance::i32(rng);
        it.heartbeat_interval_ms = chance::i32(rng);
        it.assignment = chance::maybe(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::consumer_group_heartbeat::Assignment {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::consumer_group_describe::ConsumerGroupDescribeRequest {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.group_ids = chance::many(rng, |rng| chance::string(rng));
        it.include_authorized_operations = chance::bool(rng);
        it
    }
}

impl Arbitrary for message::consumer_group_describe::ConsumerGroupDescribeResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.groups = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::consumer_group_describe::DescribedGroup {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.group_id = chance::string(rng);
        it.group_state = chance::string(rng);
        it.group_epoch = chance::i32(rng);
        it.assignment_epoch = chance::i32(rng);
        it.assignor_name = chance::string(rng);
        it.members = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.authorized_operations = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::consumer_group_describe::Member {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.member_id = chance::string(rng);
        it.instance_id = chance::maybe(rng, |rng| chance::string(rng));
        it.rack_id = chance::maybe(rng, |rng| chance::string(rng));
        it.member_epoch = chance::i32(rng);
        it.client_id = chance::string(rng);
        it.client_host = chance::string(rng);
        it.subscribed_topic_names = chance::many(rng, |rng| chance::string(rng));
        it.subscribed_topic_regex = chance::maybe(rng, |rng| chance::string(rng));
        it.assignment = Arbitrary::arbitrary(rng, version);
        it.target_assignment = Arbitrary::arbitrary(rng, version);
        it
    }
}

impl Arbitrary for message::consumer_group_describe::TopicPartitions {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.topic_name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::consumer_group_describe::Assignment {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::controller_registration::ControllerRegistrationRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.controller_id = chance::i32(rng);
        it.incarnation_id = chance::uuid(rng);
        it.zk_migration_ready = chance::bool(rng);
        it.listeners = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.features = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::controller_registration::Listener {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.host = chance::string(rng);
        it.port = chance::u16(rng);
        it.security_protocol = chance::i16(rng);
        it
    }
}

impl Arbitrary for message::controller_registration::Feature {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.min_supported_version = chance::i16(rng);
        it.max_supported_version = chance::i16(rng);
        it
    }
}

impl Arbitrary for message::controller_registration::ControllerRegistrationResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::get_telemetry_subscriptions::GetTelemetrySubscriptionsRequest {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.client_instance_id = chance::uuid(rng);
        it
    }
}

impl Arbitrary for message::get_telemetry_subscriptions::GetTelemetrySubscriptionsResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.client_instance_id = chance::uuid(rng);
        it.subscription_id = chance::i32(rng);
        it.accepted_compression_types = chance::many(rng, |rng| chance::i8(rng));
        it.push_interval_ms = chance::i32(rng);
        it.telemetry_max_bytes = chance::i32(rng);
        it.delta_temporality = chance::bool(rng);
        it.requested_metrics = chance::many(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::push_telemetry::PushTelemetryRequest {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.client_instance_id = chance::uuid(rng);
        it.subscription_id = chance::i32(rng);
        it.terminating = chance::bool(rng);
        it.compression_type = chance::i8(rng);
        it.metrics = chance::bytes(rng);
        it
    }
}

impl Arbitrary for message::push_telemetry::PushTelemetryResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::assign_replicas_to_dirs::AssignReplicasToDirsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.broker_id = chance::i32(rng);
        it.broker_epoch = chance::i64(rng);
        it.directories = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::assign_replicas_to_dirs::DirectoryData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.id = chance::uuid(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::assign_replicas_to_dirs::TopicData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::assign_replicas_to_dirs::PartitionData {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::assign_replicas_to_dirs::AssignReplicasToDirsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.directories = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::assign_replicas_to_dirs::DirectoryResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.id = chance::uuid(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::assign_replicas_to_dirs::TopicResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::assign_replicas_to_dirs::PartitionResult {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it
    }
}

impl Arbitrary for message::list_client_metrics_resources::ListClientMetricsResourcesRequest {
    fn arbitrary(_rng: &mut Rng, _version: i16) -> Self {
        let it = Self::default();
        it
    }
}

impl Arbitrary for message::list_client_metrics_resources::ListClientMetricsResourcesResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.client_metrics_resources = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::list_client_metrics_resources::ClientMetricsResource {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it
    }
}

impl Arbitrary for message::describe_topic_partitions::DescribeTopicPartitionsRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.response_partition_limit = chance::i32(rng);
        it.cursor = chance::maybe(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_topic_partitions::TopicRequest {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it
    }
}

impl Arbitrary for message::describe_topic_partitions::Cursor {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.topic_name = chance::string(rng);
        it.partition_index = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::describe_topic_partitions::DescribeTopicPartitionsResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.next_cursor = chance::maybe(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::describe_topic_partitions::DescribeTopicPartitionsResponseTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.name = chance::maybe(rng, |rng| chance::string(rng));
        it.topic_id = chance::uuid(rng);
        it.is_internal = chance::bool(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.topic_authorized_operations = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::describe_topic_partitions::DescribeTopicPartitionsResponsePartition {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.partition_index = chance::i32(rng);
        it.leader_id = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        it.replica_nodes = chance::many(rng, |rng| chance::i32(rng));
        it.isr_nodes = chance::many(rng, |rng| chance::i32(rng));
        it.eligible_leader_replicas = chance::maybe(rng, |rng| chance::many(rng, |rng| chance::i32(rng)));
        it.last_known_elr = chance::maybe(rng, |rng| chance::many(rng, |rng| chance::i32(rng)));
        it.offline_replicas = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::share_group_heartbeat::ShareGroupHeartbeatRequest {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it.member_id = chance::string(rng);
        it.member_epoch = chance::i32(rng);
        it.rack_id = chance::maybe(rng, |rng| chance::string(rng));
        it.subscribed_topic_names = chance::maybe(rng, |rng| chance::many(rng, |rng| chance::string(rng)));
        it
    }
}

impl Arbitrary for message::share_group_heartbeat::ShareGroupHeartbeatResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.member_id = chance::maybe(rng, |rng| chance::string(rng));
        it.member_epoch = chance::i32(rng);
        it.heartbeat_interval_ms = chance::i32(rng);
        it.assignment = chance::maybe(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::share_group_heartbeat::Assignment {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::share_group_heartbeat::TopicPartitions {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::share_group_describe::ShareGroupDescribeRequest {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.group_ids = chance::many(rng, |rng| chance::string(rng));
        it.include_authorized_operations = chance::bool(rng);
        it
    }
}

impl Arbitrary for message::share_group_describe::ShareGroupDescribeResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.groups = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::share_group_describe::DescribedGroup {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.group_id = chance::string(rng);
        it.group_state = chance::string(rng);
        it.group_epoch = chance::i32(rng);
        it.assignment_epoch = chance::i32(rng);
        it.assignor_name = chance::string(rng);
        it.members = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.authorized_operations = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::share_group_describe::Member {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.member_id = chance::string(rng);
        it.rack_id = chance::maybe(rng, |rng| chance::string(rng));
        it.member_epoch = chance::i32(rng);
        it.client_id = chance::string(rng);
        it.client_host = chance::string(rng);
        it.subscribed_topic_names = chance::many(rng, |rng| chance::string(rng));
        it.assignment = Arbitrary::arbitrary(rng, version);
        it
    }
}

impl Arbitrary for message::share_group_describe::TopicPartitions {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.topic_name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::share_group_describe::Assignment {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::share_fetch::ShareFetchRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::maybe(rng, |rng| chance::string(rng));
        it.member_id = chance::maybe(rng, |rng| chance::string(rng));
        it.share_session_epoch = chance::i32(rng);
        it.max_wait_ms = chance::i32(rng);
        it.min_bytes = chance::i32(rng);
        it.max_bytes = chance::i32(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.forgotten_topics_data = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::share_fetch::FetchTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::share_fetch::FetchPartition {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.partition_max_bytes = chance::i32(rng);
        it.acknowledgement_batches = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::share_fetch::AcknowledgementBatch {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.first_offset = chance::i64(rng);
        it.last_offset = chance::i64(rng);
        it.acknowledge_types = chance::many(rng, |rng| chance::i8(rng));
        it
    }
}

impl Arbitrary for message::share_fetch::ForgottenTopic {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::share_fetch::ShareFetchResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.responses = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.node_endpoints = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::share_fetch::ShareFetchableTopicResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::share_fetch::PartitionData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.acknowledge_error_code = ErrorCode(chance::i16(rng));
        it.acknowledge_error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.current_leader = Arbitrary::arbitrary(rng, version);
        it.records = chance::records(rng);
        it.acquired_records = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::share_fetch::LeaderIdAndEpoch {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.leader_id = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::share_fetch::AcquiredRecords {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.first_offset = chance::i64(rng);
        it.last_offset = chance::i64(rng);
        it.delivery_count = chance::i16(rng);
        it
    }
}

impl Arbitrary for message::share_fetch::NodeEndpoint {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.node_id = chance::i32(rng);
        it.host = chance::string(rng);
        it.port = chance::i32(rng);
        it.rack = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::share_acknowledge::ShareAcknowledgeRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::maybe(rng, |rng| chance::string(rng));
        it.member_id = chance::maybe(rng, |rng| chance::string(rng));
        it.share_session_epoch = chance::i32(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::share_acknowledge::AcknowledgeTopic {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::share_acknowledge::AcknowledgePartition {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.acknowledgement_batches = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::share_acknowledge::AcknowledgementBatch {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.first_offset = chance::i64(rng);
        it.last_offset = chance::i64(rng);
        it.acknowledge_types = chance::many(rng, |rng| chance::i8(rng));
        it
    }
}

impl Arbitrary for message::share_acknowledge::ShareAcknowledgeResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.responses = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.node_endpoints = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::share_acknowledge::ShareAcknowledgeTopicResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::share_acknowledge::PartitionData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition_index = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.current_leader = Arbitrary::arbitrary(rng, version);
        it
    }
}

impl Arbitrary for message::share_acknowledge::LeaderIdAndEpoch {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.leader_id = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::share_acknowledge::NodeEndpoint {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.node_id = chance::i32(rng);
        it.host = chance::string(rng);
        it.port = chance::i32(rng);
        it.rack = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::add_raft_voter::AddRaftVoterRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.cluster_id = chance::maybe(rng, |rng| chance::string(rng));
        it.timeout_ms = chance::i32(rng);
        it.voter_id = chance::i32(rng);
        it.voter_directory_id = chance::uuid(rng);
        it.listeners = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::add_raft_voter::Listener {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.host = chance::string(rng);
        it.port = chance::u16(rng);
        it
    }
}

impl Arbitrary for message::add_raft_voter::AddRaftVoterResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::remove_raft_voter::RemoveRaftVoterRequest {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.cluster_id = chance::maybe(rng, |rng| chance::string(rng));
        it.voter_id = chance::i32(rng);
        it.voter_directory_id = chance::uuid(rng);
        it
    }
}

impl Arbitrary for message::remove_raft_voter::RemoveRaftVoterResponse {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::update_raft_voter::UpdateRaftVoterRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.cluster_id = chance::maybe(rng, |rng| chance::string(rng));
        it.current_leader_epoch = chance::i32(rng);
        it.voter_id = chance::i32(rng);
        it.voter_directory_id = chance::uuid(rng);
        it.listeners = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.kraft_version_feature = Arbitrary::arbitrary(rng, version);
        it
    }
}

impl Arbitrary for message::update_raft_voter::Listener {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.host = chance::string(rng);
        it.port = chance::u16(rng);
        it
    }
}

impl Arbitrary for message::update_raft_voter::KRaftVersionFeature {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.min_supported_version = chance::i16(rng);
        it.max_supported_version = chance::i16(rng);
        it
    }
}

impl Arbitrary for message::update_raft_voter::UpdateRaftVoterResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.throttle_time_ms = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.current_leader = Arbitrary::arbitrary(rng, version);
        it
    }
}

impl Arbitrary for message::update_raft_voter::CurrentLeader {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.leader_id = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        it.host = chance::string(rng);
        it.port = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::initialize_share_group_state::InitializeShareGroupStateRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::initialize_share_group_state::InitializeStateData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::initialize_share_group_state::PartitionData {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition = chance::i32(rng);
        it.state_epoch = chance::i32(rng);
        it.start_offset = chance::i64(rng);
        it
    }
}

impl Arbitrary for message::initialize_share_group_state::InitializeShareGroupStateResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.results = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::initialize_share_group_state::InitializeStateResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::initialize_share_group_state::PartitionResult {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::read_share_group_state::ReadShareGroupStateRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::read_share_group_state::ReadStateData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::read_share_group_state::PartitionData {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::read_share_group_state::ReadShareGroupStateResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.results = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::read_share_group_state::ReadStateResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::read_share_group_state::PartitionResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.state_epoch = chance::i32(rng);
        it.start_offset = chance::i64(rng);
        it.state_batches = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::read_share_group_state::StateBatch {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.first_offset = chance::i64(rng);
        it.last_offset = chance::i64(rng);
        it.delivery_state = chance::i8(rng);
        it.delivery_count = chance::i16(rng);
        it
    }
}

impl Arbitrary for message::write_share_group_state::WriteShareGroupStateRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::write_share_group_state::WriteStateData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::write_share_group_state::PartitionData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.partition = chance::i32(rng);
        it.state_epoch = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        it.start_offset = chance::i64(rng);
        it.state_batches = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::write_share_group_state::StateBatch {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.first_offset = chance::i64(rng);
        it.last_offset = chance::i64(rng);
        it.delivery_state = chance::i8(rng);
        it.delivery_count = chance::i16(rng);
        it
    }
}

impl Arbitrary for message::write_share_group_state::WriteShareGroupStateResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.results = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::write_share_group_state::WriteStateResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::write_share_group_state::PartitionResult {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::delete_share_group_state::DeleteShareGroupStateRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::delete_share_group_state::DeleteStateData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::delete_share_group_state::PartitionData {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::delete_share_group_state::DeleteShareGroupStateResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.results = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::delete_share_group_state::DeleteStateResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::delete_share_group_state::PartitionResult {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::read_share_group_state_summary::ReadShareGroupStateSummaryRequest {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::read_share_group_state_summary::ReadStateSummaryData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::read_share_group_state_summary::PartitionData {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::read_share_group_state_summary::ReadShareGroupStateSummaryResponse {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.results = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::read_share_group_state_summary::ReadStateSummaryResult {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::read_share_group_state_summary::PartitionResult {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition = chance::i32(rng);
        it.error_code = ErrorCode(chance::i16(rng));
        it.error_message = chance::maybe(rng, |rng| chance::string(rng));
        it.state_epoch = chance::i32(rng);
        it.start_offset = chance::i64(rng);
        it
    }
}

impl Arbitrary for message::consumer_group_log::ConsumerGroupMetadataKey {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it
    }
}

impl Arbitrary for message::consumer_group_log::ConsumerGroupMetadataValue {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.epoch = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::consumer_group_log::ConsumerGroupPartitionMetadataKey {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it
    }
}

impl Arbitrary for message::consumer_group_log::ConsumerGroupPartitionMetadataValue {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::consumer_group_log::TopicMetadata {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.topic_name = chance::string(rng);
        it.num_partitions = chance::i32(rng);
        it.partition_metadata = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::consumer_group_log::PartitionMetadata {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.partition = chance::i32(rng);
        it.racks = chance::many(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::consumer_group_log::ConsumerGroupMemberMetadataKey {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it.member_id = chance::string(rng);
        it
    }
}

impl Arbitrary for message::consumer_group_log::ConsumerGroupMemberMetadataValue {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.instance_id = chance::maybe(rng, |rng| chance::string(rng));
        it.rack_id = chance::maybe(rng, |rng| chance::string(rng));
        it.client_id = chance::string(rng);
        it.client_host = chance::string(rng);
        it.subscribed_topic_names = chance::many(rng, |rng| chance::string(rng));
        it.subscribed_topic_regex = chance::maybe(rng, |rng| chance::string(rng));
        it.rebalance_timeout_ms = chance::i32(rng);
        it.server_assignor = chance::maybe(rng, |rng| chance::string(rng));
        it.classic_member_metadata = chance::maybe(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::consumer_group_log::ClassicMemberMetadata {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.session_timeout_ms = chance::i32(rng);
        it.supported_protocols = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::consumer_group_log::ClassicProtocol {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.metadata = chance::bytes(rng);
        it
    }
}

impl Arbitrary for message::consumer_group_log::ConsumerGroupTargetAssignmentMetadataKey {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it
    }
}

impl Arbitrary for message::consumer_group_log::ConsumerGroupTargetAssignmentMetadataValue {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.assignment_epoch = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::consumer_group_log::ConsumerGroupTargetAssignmentMemberKey {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it.member_id = chance::string(rng);
        it
    }
}

impl Arbitrary for message::consumer_group_log::ConsumerGroupTargetAssignmentMemberValue {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topic_partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::consumer_group_log::TopicPartition {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::consumer_group_log::ConsumerGroupCurrentMemberAssignmentKey {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it.member_id = chance::string(rng);
        it
    }
}

impl Arbitrary for message::consumer_group_log::ConsumerGroupCurrentMemberAssignmentValue {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.member_epoch = chance::i32(rng);
        it.previous_member_epoch = chance::i32(rng);
        it.state = chance::i8(rng);
        it.assigned_partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.partitions_pending_revocation = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::consumer_group_log::TopicPartitions {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.partitions = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::consumer_offsets::OffsetCommitKey {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.group = chance::string(rng);
        it.topic = chance::string(rng);
        it.partition = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::consumer_offsets::OffsetCommitValue {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.offset = chance::i64(rng);
        if version >= 3 { it.leader_epoch = chance::i32(rng); }
        it.metadata = chance::string(rng);
        it.commit_timestamp = chance::i64(rng);
        if version == 1 { it.expire_timestamp = chance::i64(rng); }
        it
    }
}

impl Arbitrary for message::consumer_offsets::GroupMetadataKey {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.group = chance::string(rng);
        it
    }
}

impl Arbitrary for message::consumer_offsets::GroupMetadataValue {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.protocol_type = chance::string(rng);
        it.generation = chance::i32(rng);
        it.protocol = chance::maybe(rng, |rng| chance::string(rng));
        it.leader = chance::maybe(rng, |rng| chance::string(rng));
        if version >= 2 { it.current_state_timestamp = chance::i64(rng); }
        it.members = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::consumer_offsets::MemberMetadata {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.member_id = chance::string(rng);
        if version >= 3 { it.group_instance_id = chance::maybe(rng, |rng| chance::string(rng)); }
        it.client_id = chance::string(rng);
        it.client_host = chance::string(rng);
        if version >= 1 { it.rebalance_timeout = chance::i32(rng); }
        it.session_timeout = chance::i32(rng);
        it.subscription = chance::bytes(rng);
        it.assignment = chance::bytes(rng);
        it
    }
}

impl Arbitrary for message::consumer_protocol::ConsumerProtocolSubscription {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.topics = chance::many(rng, |rng| chance::string(rng));
        it.user_data = chance::maybe(rng, |rng| chance::bytes(rng));
        if version >= 1 { it.owned_partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)); }
        if version >= 2 { it.generation_id = chance::i32(rng); }
        if version >= 3 { it.rack_id = chance::maybe(rng, |rng| chance::string(rng)); }
        it
    }
}

impl Arbitrary for message::consumer_protocol::TopicPartition {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.topic = chance::string(rng);
        it.partitions = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::consumer_protocol::ConsumerProtocolAssignment {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.assigned_partitions = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.user_data = chance::maybe(rng, |rng| chance::bytes(rng));
        it
    }
}

impl Arbitrary for message::control_records::LeaderChangeMessage {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.version = chance::i16(rng);
        it.leader_id = chance::i32(rng);
        it.voters = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.granting_voters = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::control_records::Voter {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.voter_id = chance::i32(rng);
        if version >= 1 { it.voter_directory_id = chance::uuid(rng); }
        it
    }
}

impl Arbitrary for message::control_records::SnapshotHeaderRecord {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.version = chance::i16(rng);
        it.last_contained_log_timestamp = chance::i64(rng);
        it
    }
}

impl Arbitrary for message::control_records::SnapshotFooterRecord {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.version = chance::i16(rng);
        it
    }
}

impl Arbitrary for message::control_records::KRaftVersionRecord {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.version = chance::i16(rng);
        it.kraft_version = chance::i16(rng);
        it
    }
}

impl Arbitrary for message::control_records::VotersRecord {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.version = chance::i16(rng);
        it.voters = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::control_records::VotersRecordVoter {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.voter_id = chance::i32(rng);
        it.voter_directory_id = chance::uuid(rng);
        it.endpoints = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.kraft_version_feature = Arbitrary::arbitrary(rng, version);
        it
    }
}

impl Arbitrary for message::control_records::Endpoint {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.name = chance::string(rng);
        it.host = chance::string(rng);
        it.port = chance::u16(rng);
        it
    }
}

impl Arbitrary for message::control_records::KRaftVersionFeature {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.min_supported_version = chance::i16(rng);
        it.max_supported_version = chance::i16(rng);
        it
    }
}

impl Arbitrary for message::default_principal::DefaultPrincipalData {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.kind = chance::string(rng);
        it.name = chance::string(rng);
        it.token_authenticated = chance::bool(rng);
        it
    }
}

impl Arbitrary for message::quorum_state::QuorumStateData {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        if version == 0 { it.cluster_id = chance::string(rng); }
        it.leader_id = chance::i32(rng);
        it.leader_epoch = chance::i32(rng);
        it.voted_id = chance::i32(rng);
        if version >= 1 { it.voted_directory_id = chance::uuid(rng); }
        if version == 0 { it.applied_offset = chance::i64(rng); }
        if version == 0 { it.current_voters = chance::maybe(rng, |rng| chance::many(rng, |rng| Arbitrary::arbitrary(rng, version))); }
        it
    }
}

impl Arbitrary for message::quorum_state::Voter {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.voter_id = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::share_group_log::ShareGroupPartitionMetadataKey {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it
    }
}

impl Arbitrary for message::share_group_log::ShareGroupPartitionMetadataValue {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.initialized_topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it.deleting_topics = chance::many(rng, |rng| Arbitrary::arbitrary(rng, version));
        it
    }
}

impl Arbitrary for message::share_group_log::TopicPartitionsInfo {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.topic_name = chance::string(rng);
        it.partitions = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}

impl Arbitrary for message::share_group_log::TopicInfo {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.topic_id = chance::uuid(rng);
        it.topic_name = chance::string(rng);
        it
    }
}

impl Arbitrary for message::share_group_log::ShareGroupMemberMetadataKey {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it.member_id = chance::string(rng);
        it
    }
}

impl Arbitrary for message::share_group_log::ShareGroupMemberMetadataValue {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.rack_id = chance::maybe(rng, |rng| chance::string(rng));
        it.client_id = chance::string(rng);
        it.client_host = chance::string(rng);
        it.subscribed_topic_names = chance::many(rng, |rng| chance::string(rng));
        it
    }
}

impl Arbitrary for message::share_group_log::ShareGroupMetadataKey {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.group_id = chance::string(rng);
        it
    }
}

impl Arbitrary for message::share_group_log::ShareGroupMetadataValue {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.epoch = chance::i32(rng);
        it
    }
}

impl Arbitrary for message::transaction_log::TransactionLogKey {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.transactional_id = chance::string(rng);
        it
    }
}

impl Arbitrary for message::transaction_log::TransactionLogValue {
    fn arbitrary(rng: &mut Rng, version: i16) -> Self {
        let mut it = Self::default();
        it.producer_id = chance::i64(rng);
        it.producer_epoch = chance::i16(rng);
        it.transaction_timeout_ms = chance::i32(rng);
        it.transaction_status = chance::i8(rng);
        it.transaction_partitions = chance::maybe(rng, |rng| chance::many(rng, |rng| Arbitrary::arbitrary(rng, version)));
        it.transaction_last_update_timestamp_ms = chance::i64(rng);
        it.transaction_start_timestamp_ms = chance::i64(rng);
        it
    }
}

impl Arbitrary for message::transaction_log::PartitionsSchema {
    fn arbitrary(rng: &mut Rng, _version: i16) -> Self {
        let mut it = Self::default();
        it.topic = chance::string(rng);
        it.partition_ids = chance::many(rng, |rng| chance::i32(rng));
        it
    }
}
