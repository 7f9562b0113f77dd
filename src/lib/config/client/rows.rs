//! A list: the settings of clients. What all of them share is a part of each.

use crate::config::check::{
    any, at_least, between, between_real, gzip_level, non_empty, non_null, one_of, one_of_any_case,
};
use crate::config::{ClassName, Note, Password};

config! {
    /// How any client finds, trusts and waits for brokers.
    pub struct ConnectionConfig {
        /// Kept so that files of Kafka load; there is no JMX here.
        auto_include_jmx_reporter: bool = "true", "auto.include.jmx.reporter", any(), Low, Client;
        /// Whether all addresses of a name are tried, or bootstrap names are first turned into
        /// their canonical ones.
        client_dns_lookup: String =
            "use_all_dns_ips", "client.dns.lookup",
            one_of(&["use_all_dns_ips", "resolve_canonical_bootstrap_servers_only"]), Medium,
            Client;
        /// Whether metrics are pushed to a broker that asks for them.
        enable_metrics_push: bool = "true", "enable.metrics.push", any(), Low, Client;
        /// When the list of brokers and topics is fetched again although nothing failed.
        metadata_max_age_ms: i64 = "300000", "metadata.max.age.ms", at_least(0), Low, Client;
        /// Whether a client that knows no live broker any more begins again at the bootstrap
        /// servers.
        metadata_recovery_strategy: String =
            "none", "metadata.recovery.strategy", one_of_any_case(&["REBOOTSTRAP", "NONE"]), Low,
            Client;
        /// How many samples a rate or average is computed from.
        metrics_num_samples: i32 = "2", "metrics.num.samples", at_least(1), Low, Client;
        /// How detailed the recorded metrics are: INFO, DEBUG or TRACE.
        metrics_recording_level: String =
            "INFO", "metrics.recording.level", one_of(&["INFO", "DEBUG", "TRACE"]), Low, Client;
        /// How long one sample of a rate or average lasts.
        metrics_sample_window_ms: i64 =
            "30000", "metrics.sample.window.ms", at_least(0), Low, Client;
        /// The longest pause before a broker is connected to again.
        reconnect_backoff_max_ms: i64 =
            "1000", "reconnect.backoff.max.ms", at_least(0), Low, Client;
        /// The first pause before a broker is connected to again.
        reconnect_backoff_ms: i64 = "50", "reconnect.backoff.ms", at_least(0), Low, Client;
        /// How long to wait for a broker's answer.
        request_timeout_ms: i32 = "30000", "request.timeout.ms", at_least(0), Medium, Client;
        /// The longest pause before a failed request is sent again.
        retry_backoff_max_ms: i64 = "1000", "retry.backoff.max.ms", at_least(0), Low, Client;
        /// The first pause before a failed request is sent again.
        retry_backoff_ms: i64 = "100", "retry.backoff.ms", at_least(0), Low, Client;
        /// Who answers SASL questions on the client side. Classes cannot be loaded here; unset is
        /// the built-in.
        sasl_client_callback_handler_class: Option<ClassName> =
            NULL, "sasl.client.callback.handler.class", any(), Medium, Client;
        /// The login of a SASL listener in JAAS form; set it with the prefix of listener and
        /// mechanism.
        sasl_jaas_config: Option<Password> = NULL, "sasl.jaas.config", any(), Medium, Client;
        /// Where kinit lies; Kerberos is not offered.
        sasl_kerberos_kinit_cmd: String =
            "/usr/bin/kinit", "sasl.kerberos.kinit.cmd", any(), Low, Client;
        /// How long to wait at least between two Kerberos logins; Kerberos is not offered.
        sasl_kerberos_min_time_before_relogin: i64 =
            "60000", "sasl.kerberos.min.time.before.relogin", any(), Low, Client;
        /// The Kerberos name of the brokers; Kerberos is not offered.
        sasl_kerberos_service_name: Option<String> =
            NULL, "sasl.kerberos.service.name", any(), Medium, Client;
        /// How much chance goes into renewing a ticket; Kerberos is not offered.
        sasl_kerberos_ticket_renew_jitter: f64 =
            "0.05", "sasl.kerberos.ticket.renew.jitter", any(), Low, Client;
        /// After which share of its life a ticket is renewed; Kerberos is not offered.
        sasl_kerberos_ticket_renew_window_factor: f64 =
            "0.8", "sasl.kerberos.ticket.renew.window.factor", any(), Low, Client;
        /// Who fetches credentials for a login. Classes cannot be loaded here; unset is the built-
        /// in.
        sasl_login_callback_handler_class: Option<ClassName> =
            NULL, "sasl.login.callback.handler.class", any(), Medium, Client;
        /// Who carries a login out. Classes cannot be loaded here; unset is the built-in.
        sasl_login_class: Option<ClassName> = NULL, "sasl.login.class", any(), Medium, Client;
        /// How long to wait for a connection to the token issuer.
        sasl_login_connect_timeout_ms: Option<i32> =
            NULL, "sasl.login.connect.timeout.ms", any(), Low, Client;
        /// How long to wait for the token issuer's answer.
        sasl_login_read_timeout_ms: Option<i32> =
            NULL, "sasl.login.read.timeout.ms", any(), Low, Client;
        /// How long before its end a token is renewed at the latest.
        sasl_login_refresh_buffer_seconds: i16 =
            "300", "sasl.login.refresh.buffer.seconds", between(0, 3600), Low, Client;
        /// How long a token is used at least before it is renewed.
        sasl_login_refresh_min_period_seconds: i16 =
            "60", "sasl.login.refresh.min.period.seconds", between(0, 900), Low, Client;
        /// After which share of its life a token is renewed.
        sasl_login_refresh_window_factor: f64 =
            "0.8", "sasl.login.refresh.window.factor", between_real(0.5, 1.0), Low, Client;
        /// How much chance goes into the moment a token is renewed.
        sasl_login_refresh_window_jitter: f64 =
            "0.05", "sasl.login.refresh.window.jitter", between_real(0.0, 0.25), Low, Client;
        /// The longest pause between two attempts to fetch a token.
        sasl_login_retry_backoff_max_ms: i64 =
            "10000", "sasl.login.retry.backoff.max.ms", any(), Low, Client;
        /// The first pause between two attempts to fetch a token.
        sasl_login_retry_backoff_ms: i64 = "100", "sasl.login.retry.backoff.ms", any(), Low, Client;
        /// The SASL mechanism to log in with.
        sasl_mechanism: String = "GSSAPI", "sasl.mechanism", any(), Medium, Client;
        /// How far the clock of a token's issuer may be off.
        sasl_oauthbearer_clock_skew_seconds: i32 =
            "30", "sasl.oauthbearer.clock.skew.seconds", any(), Low, Client;
        /// The audiences of which a token must name one.
        sasl_oauthbearer_expected_audience: Option<Vec<String>> =
            NULL, "sasl.oauthbearer.expected.audience", any(), Low, Client;
        /// The issuer a token must come from.
        sasl_oauthbearer_expected_issuer: Option<String> =
            NULL, "sasl.oauthbearer.expected.issuer", any(), Low, Client;
        /// Whether id and secret are URL-encoded in the header to the token issuer.
        sasl_oauthbearer_header_urlencode: bool =
            "false", "sasl.oauthbearer.header.urlencode", any(), Low, Client;
        /// How often the issuer's keys are fetched.
        sasl_oauthbearer_jwks_endpoint_refresh_ms: i64 =
            "3600000", "sasl.oauthbearer.jwks.endpoint.refresh.ms", any(), Low, Client;
        /// The longest pause between two attempts to fetch the issuer's keys.
        sasl_oauthbearer_jwks_endpoint_retry_backoff_max_ms: i64 =
            "10000", "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms", any(), Low, Client;
        /// The first pause between two attempts to fetch the issuer's keys.
        sasl_oauthbearer_jwks_endpoint_retry_backoff_ms: i64 =
            "100", "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms", any(), Low, Client;
        /// Where the issuer's keys are found.
        sasl_oauthbearer_jwks_endpoint_url: Option<String> =
            NULL, "sasl.oauthbearer.jwks.endpoint.url", any(), Medium, Client;
        /// The claim of a token that holds its scopes.
        sasl_oauthbearer_scope_claim_name: String =
            "scope", "sasl.oauthbearer.scope.claim.name", any(), Low, Client;
        /// The claim of a token that holds its subject.
        sasl_oauthbearer_sub_claim_name: String =
            "sub", "sasl.oauthbearer.sub.claim.name", any(), Low, Client;
        /// Where tokens are issued.
        sasl_oauthbearer_token_endpoint_url: Option<String> =
            NULL, "sasl.oauthbearer.token.endpoint.url", any(), Medium, Client;
        /// How brokers are spoken to: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL.
        security_protocol: String =
            "PLAINTEXT", "security.protocol",
            one_of_any_case(&["SASL_SSL", "PLAINTEXT", "SSL", "SASL_PLAINTEXT"]), Medium, Client;
        /// Java security providers; there are none here, so names are ignored.
        security_providers: Option<String> = NULL, "security.providers", any(), Low, Client;
        /// The socket send buffer, in bytes; -1 leaves it to the system.
        send_buffer_bytes: i32 = "131072", "send.buffer.bytes", at_least(-1), Medium, Client;
        /// The longest wait for a connection to be made, after several failures.
        socket_connection_setup_timeout_max_ms: i64 =
            "30000", "socket.connection.setup.timeout.max.ms", any(), Medium, Client;
        /// How long to wait for a connection to be made at first.
        socket_connection_setup_timeout_ms: i64 =
            "10000", "socket.connection.setup.timeout.ms", any(), Medium, Client;
        /// The cipher suites that are offered; empty is all that are safe.
        ssl_cipher_suites: Option<Vec<String>> = NULL, "ssl.cipher.suites", any(), Low, Client;
        /// The TLS versions that are offered.
        ssl_enabled_protocols: Vec<String> =
            "TLSv1.2,TLSv1.3", "ssl.enabled.protocols", any(), Medium, Client;
        /// Whether the other side's name is checked against its certificate; empty does not.
        ssl_endpoint_identification_algorithm: String =
            "https", "ssl.endpoint.identification.algorithm", any(), Low, Client;
        /// Who makes TLS engines. Classes cannot be loaded here; unset is the built-in.
        ssl_engine_factory_class: Option<ClassName> =
            NULL, "ssl.engine.factory.class", any(), Low, Client;
        /// The password of the private key.
        ssl_key_password: Option<Password> = NULL, "ssl.key.password", any(), High, Client;
        /// Java's key manager; kept so that files of Kafka load.
        ssl_keymanager_algorithm: String =
            "SunX509", "ssl.keymanager.algorithm", any(), Low, Client;
        /// The certificate chain itself, as PEM, in place of a file.
        ssl_keystore_certificate_chain: Option<Password> =
            NULL, "ssl.keystore.certificate.chain", any(), High, Client;
        /// The private key itself, as PEM, in place of a file.
        ssl_keystore_key: Option<Password> = NULL, "ssl.keystore.key", any(), High, Client;
        /// The file with the private key and its certificates.
        ssl_keystore_location: Option<String> = NULL, "ssl.keystore.location", any(), High, Client;
        /// The password of the keystore.
        ssl_keystore_password: Option<Password> =
            NULL, "ssl.keystore.password", any(), High, Client;
        /// The format of the keystore: JKS, PKCS12 or PEM.
        ssl_keystore_type: String = "JKS", "ssl.keystore.type", any(), Medium, Client;
        /// The newest TLS version to use.
        ssl_protocol: String = "TLSv1.3", "ssl.protocol", any(), Medium, Client;
        /// The Java provider of TLS; kept so that files of Kafka load.
        ssl_provider: Option<String> = NULL, "ssl.provider", any(), Medium, Client;
        /// Java's source of chance; kept so that files of Kafka load.
        ssl_secure_random_implementation: Option<String> =
            NULL, "ssl.secure.random.implementation", any(), Low, Client;
        /// Java's trust manager; kept so that files of Kafka load.
        ssl_trustmanager_algorithm: String =
            "PKIX", "ssl.trustmanager.algorithm", any(), Low, Client;
        /// The trusted certificates themselves, as PEM, in place of a file.
        ssl_truststore_certificates: Option<Password> =
            NULL, "ssl.truststore.certificates", any(), High, Client;
        /// The file with the certificates that are trusted.
        ssl_truststore_location: Option<String> =
            NULL, "ssl.truststore.location", any(), High, Client;
        /// The password of the truststore.
        ssl_truststore_password: Option<Password> =
            NULL, "ssl.truststore.password", any(), High, Client;
        /// The format of the truststore: JKS, PKCS12 or PEM.
        ssl_truststore_type: String = "JKS", "ssl.truststore.type", any(), Medium, Client;
    }
}

config! {
    /// A producer's settings.
    pub struct ProducerConfig {
        connection: ConnectionConfig;
        /// How many replicas must have a record before it counts as sent: 0 none, 1 the leader, all
        /// those in sync.
        acks: String = "all", "acks", one_of(&["all", "-1", "0", "1"]), Low, Client;
        /// How many bytes of records for one partition are gathered into a batch.
        batch_size: i32 = "16384", "batch.size", at_least(0), Medium, Client;
        /// The brokers to ask first, as host:port,...; the others are learnt from them.
        bootstrap_servers: Vec<String> = "", "bootstrap.servers", non_null(), High, Client;
        /// How many bytes of records may wait to be sent; more block the caller.
        buffer_memory: i64 = "33554432", "buffer.memory", at_least(0), High, Client;
        /// The name brokers see in their logs, metrics and quotas.
        client_id: String = "", "client.id", any(), Medium, Client;
        /// How hard gzip works when the broker compresses; -1 is the codec's own default.
        compression_gzip_level: i32 = "-1", "compression.gzip.level", gzip_level(), Medium, Client;
        /// How hard lz4 works when the broker compresses.
        compression_lz4_level: i32 = "9", "compression.lz4.level", between(1, 17), Medium, Client;
        /// How batches are compressed.
        compression_type: String =
            "none", "compression.type", one_of(&["none", "gzip", "snappy", "lz4", "zstd"]), High,
            Client;
        /// How hard zstd works when the broker compresses.
        compression_zstd_level: i32 =
            "3", "compression.zstd.level", between(-131072, 22), Medium, Client;
        /// When a connection without traffic is closed.
        connections_max_idle_ms: i64 = "540000", "connections.max.idle.ms", any(), Medium, Client;
        /// When a record that could not be delivered fails for good.
        delivery_timeout_ms: i32 = "120000", "delivery.timeout.ms", at_least(0), Medium, Client;
        /// Whether each record is written exactly once and in order, whatever is sent again.
        enable_idempotence: bool = "true", "enable.idempotence", any(), Low, Client;
        /// Code that sees each record. Classes cannot be loaded here, so names are ignored.
        interceptor_classes: Vec<String> = "", "interceptor.classes", non_null(), Low, Client;
        /// How keys become bytes; Kafka's own class names are known.
        key_serializer: Option<ClassName> = NULL, "key.serializer", any(), High, Client;
        /// How long a batch waits to be filled before it is sent.
        linger_ms: i64 = "0", "linger.ms", at_least(0), Medium, Client;
        /// How long sending may block while memory or metadata is missing.
        max_block_ms: i64 = "60000", "max.block.ms", at_least(0), Medium, Client;
        /// How many requests to one broker may be unanswered.
        max_in_flight_requests_per_connection: i32 =
            "5", "max.in.flight.requests.per.connection", at_least(1), Low, Client;
        /// How large a request may be, in bytes; larger records fail at once.
        max_request_size: i32 = "1048576", "max.request.size", at_least(0), Medium, Client;
        /// When a topic that is not written to is forgotten.
        metadata_max_idle_ms: i64 = "300000", "metadata.max.idle.ms", at_least(5000), Low, Client;
        /// Reporters of metrics. Classes cannot be loaded here, so names are ignored.
        metric_reporters: Vec<String> = "", "metric.reporters", non_null(), Low, Client;
        /// Whether faster brokers get more of the records without a key.
        partitioner_adaptive_partitioning_enable: bool =
            "true", "partitioner.adaptive.partitioning.enable", any(), Low, Client;
        /// When a partition whose broker is slow gets no records without a key; 0 never.
        partitioner_availability_timeout_ms: i64 =
            "0", "partitioner.availability.timeout.ms", at_least(0), Low, Client;
        /// How a record finds its partition; Kafka's own class names are known, unset is its
        /// default.
        partitioner_class: Option<ClassName> = NULL, "partitioner.class", any(), Medium, Client;
        /// Whether records with a key are spread like those without.
        partitioner_ignore_keys: bool = "false", "partitioner.ignore.keys", any(), Medium, Client;
        /// The socket receive buffer, in bytes; -1 leaves it to the system.
        receive_buffer_bytes: i32 = "32768", "receive.buffer.bytes", at_least(-1), Medium, Client;
        /// How often a failed request is sent again.
        retries: i32 = "2147483647", "retries", between(0, 2147483647), High, Client;
        /// When a transaction that was not ended is aborted.
        transaction_timeout_ms: i32 = "60000", "transaction.timeout.ms", any(), Low, Client;
        /// The name under which transactions go on after a restart; unset writes none.
        transactional_id: Option<String> = NULL, "transactional.id", non_empty(), Low, Client;
        /// How values become bytes; Kafka's own class names are known.
        value_serializer: Option<ClassName> = NULL, "value.serializer", any(), High, Client;
    }
}

config! {
    /// A consumer's settings.
    pub struct ConsumerConfig {
        connection: ConnectionConfig;
        /// Whether asking for a topic may create it.
        allow_auto_create_topics: bool = "true", "allow.auto.create.topics", any(), Medium, Client;
        /// How often positions are committed.
        auto_commit_interval_ms: i32 = "5000", "auto.commit.interval.ms", at_least(0), Low, Client;
        /// Where to begin without a committed position: latest, earliest, or none to fail.
        auto_offset_reset: String =
            "latest", "auto.offset.reset", one_of(&["latest", "earliest", "none"]), Medium, Client;
        /// The brokers to ask first, as host:port,...; the others are learnt from them.
        bootstrap_servers: Vec<String> = "", "bootstrap.servers", non_null(), High, Client;
        /// Whether the checksum of each batch is checked.
        check_crcs: bool = "true", "check.crcs", any(), Low, Client;
        /// The name brokers see in their logs, metrics and quotas.
        client_id: String = "", "client.id", any(), Low, Client;
        /// The rack or zone of this client; brokers may send it to a closer replica.
        client_rack: String = "", "client.rack", any(), Low, Client;
        /// When a connection without traffic is closed.
        connections_max_idle_ms: i64 = "540000", "connections.max.idle.ms", any(), Medium, Client;
        /// How long a call may take that has no timeout of its own.
        default_api_timeout_ms: i32 =
            "60000", "default.api.timeout.ms", at_least(0), Medium, Client;
        /// Whether positions are committed from time to time.
        enable_auto_commit: bool = "true", "enable.auto.commit", any(), Medium, Client;
        /// Whether a pattern leaves internal topics out.
        exclude_internal_topics: bool = "true", "exclude.internal.topics", any(), Medium, Client;
        /// How many bytes a fetch is answered with at most; one larger batch still comes whole.
        fetch_max_bytes: i32 = "52428800", "fetch.max.bytes", at_least(0), Medium, Client;
        /// How long a broker may wait for fetch.min.bytes.
        fetch_max_wait_ms: i32 = "500", "fetch.max.wait.ms", at_least(0), Low, Client;
        /// How many bytes must be there before a broker answers a fetch.
        fetch_min_bytes: i32 = "1", "fetch.min.bytes", at_least(0), High, Client;
        /// The group whose members share the partitions.
        group_id: Option<String> = NULL, "group.id", any(), High, Client;
        /// The name of a static member: it keeps its partitions through a short restart.
        group_instance_id: Option<String> = NULL, "group.instance.id", non_empty(), Medium, Client;
        /// Whether the group uses the classic protocol or the new one of KIP-848.
        group_protocol: String =
            "classic", "group.protocol", one_of_any_case(&["CONSUMER", "CLASSIC"]), High, Client;
        /// Who assigns partitions in the new group protocol.
        group_remote_assignor: Option<String> =
            NULL, "group.remote.assignor", any(), Medium, Client;
        /// How often a member says that it is alive; below a third of session.timeout.ms.
        heartbeat_interval_ms: i32 = "3000", "heartbeat.interval.ms", any(), High, Client;
        /// Code that sees each record. Classes cannot be loaded here, so names are ignored.
        interceptor_classes: Vec<String> = "", "interceptor.classes", non_null(), Low, Client;
        /// Whether a member that closes leaves its group at once.
        internal_leave_group_on_close: bool =
            "true", "internal.leave.group.on.close", any(), Low, Client, Note::Internal;
        /// Whether it is an error that a broker cannot give stable offsets only.
        internal_throw_on_fetch_stable_offset_unsupported: bool =
            "false", "internal.throw.on.fetch.stable.offset.unsupported", any(), Low, Client,
            Note::Internal;
        /// Whether records of transactions are read before these are committed.
        isolation_level: String =
            "read_uncommitted", "isolation.level", one_of(&["read_committed", "read_uncommitted"]),
            Medium, Client;
        /// How bytes become keys; Kafka's own class names are known.
        key_deserializer: Option<ClassName> = NULL, "key.deserializer", any(), High, Client;
        /// How many bytes of one partition a fetch is answered with at most.
        max_partition_fetch_bytes: i32 =
            "1048576", "max.partition.fetch.bytes", at_least(0), High, Client;
        /// When a member that does not ask for records loses its partitions.
        max_poll_interval_ms: i32 = "300000", "max.poll.interval.ms", at_least(1), Medium, Client;
        /// How many records one poll returns at most.
        max_poll_records: i32 = "500", "max.poll.records", at_least(1), Medium, Client;
        /// Reporters of metrics. Classes cannot be loaded here, so names are ignored.
        metric_reporters: Vec<String> = "", "metric.reporters", non_null(), Low, Client;
        /// How partitions are shared in the group, the preferred way first.
        partition_assignment_strategy: Vec<String> =
            "org.apache.kafka.clients.consumer.RangeAssignor,org.apache.kafka.clients.consumer.CooperativeStickyAssignor",
            "partition.assignment.strategy", non_null(), Medium, Client;
        /// The socket receive buffer, in bytes; -1 leaves it to the system.
        receive_buffer_bytes: i32 = "65536", "receive.buffer.bytes", at_least(-1), Medium, Client;
        /// When a silent member loses its partitions.
        session_timeout_ms: i32 = "45000", "session.timeout.ms", any(), High, Client;
        /// How bytes become values; Kafka's own class names are known.
        value_deserializer: Option<ClassName> = NULL, "value.deserializer", any(), High, Client;
    }
}

config! {
    /// An admin client's settings.
    pub struct AdminConfig {
        connection: ConnectionConfig;
        /// The KRaft controllers to ask first; not used with ZooKeeper.
        bootstrap_controllers: Vec<String> = "", "bootstrap.controllers", any(), High, Client;
        /// The brokers to ask first, as host:port,...; the others are learnt from them.
        bootstrap_servers: Vec<String> = "", "bootstrap.servers", any(), High, Client;
        /// The name brokers see in their logs, metrics and quotas.
        client_id: String = "", "client.id", any(), Medium, Client;
        /// When a connection without traffic is closed.
        connections_max_idle_ms: i64 = "300000", "connections.max.idle.ms", any(), Medium, Client;
        /// How long a call may take that has no timeout of its own.
        default_api_timeout_ms: i32 =
            "60000", "default.api.timeout.ms", at_least(0), Medium, Client;
        /// Reporters of metrics. Classes cannot be loaded here, so names are ignored.
        metric_reporters: Vec<String> = "", "metric.reporters", any(), Low, Client;
        /// The socket receive buffer, in bytes; -1 leaves it to the system.
        receive_buffer_bytes: i32 = "65536", "receive.buffer.bytes", at_least(-1), Medium, Client;
        /// How often a failed request is sent again.
        retries: i32 = "2147483647", "retries", between(0, 2147483647), Low, Client;
    }
}
