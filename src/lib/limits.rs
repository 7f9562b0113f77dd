//! Every hard ceiling, why it is that number, and how ceilings relate.
//!
//! What a user may set is a row of `config` whose check refers to a constant here.

// The wire.

/// The largest frame a Kafka connection may announce, in bytes: Kafka's `socket.request.max.bytes`
/// default. A larger length closes the connection: it is another protocol, or an attack.
pub const KAFKA_FRAME_BYTES_MAX: usize = 100 * 1024 * 1024;
/// The largest frame our own clients take as an answer, in bytes. A fetch answer is bounded by
/// `fetch.max.bytes` (50 MiB) plus one batch that is larger than asked for.
pub const KAFKA_REPLY_BYTES_MAX: usize = i32::MAX as usize;
/// The largest first answer our own clients take, in bytes: that to ApiVersions. Kafka's has a
/// thousand; what is larger is another protocol.
pub const HANDSHAKE_REPLY_BYTES_MAX: usize = 1024 * 1024;
/// The largest frame of a ZooKeeper client, in bytes: `jute.maxbuffer`'s default of 0xfffff, plus
/// nothing. Beyond it the connection is closed, as ZooKeeper does.
pub const JUTE_FRAME_BYTES_MAX: usize = 0xf_ffff;
/// Requests of one connection that are read and not yet answered. Beyond it the connection is not
/// read. Kafka allows one; five is what idempotent producers keep in flight.
pub const REQUESTS_IN_FLIGHT_MAX: usize = 32;
/// Reply bytes of one connection that wait for its client to read. Beyond it the connection is not
/// read, so a client that sends and never reads costs this much and no more.
pub const REPLY_BYTES_QUEUED_MAX: usize = 8 * 1024 * 1024;
/// Nesting and counts in one message are bounded by its bytes; a decoded array may hold no more
/// elements than bytes are left.
pub const ARRAY_BYTES_PER_ELEMENT_MIN: usize = 1;
/// How many tagged fields a structure may carry, in elements. Kafka knows below ten.
pub const TAGGED_FIELDS_MAX: usize = 1_024;

/// Messages of the service's own that wait for one connection's task, in elements. A ZooKeeper
/// session that is sent more without reading is cut.
pub const OUTBOX_MESSAGES_MAX: usize = 1_024;

// Records.

/// The largest batch an `i32` length can describe, in bytes, header included.
pub const BATCH_BYTES_MAX: usize = i32::MAX as usize;
/// What one batch may unpack to, in bytes: beyond it a small request could fill the memory.
pub const BATCH_UNPACKED_BYTES_MAX: usize = 512 * 1024 * 1024;
/// How many times its packed size a snappy block can hold: a copy of 64 bytes takes three. What
/// claims more is not allocated for.
pub const SNAPPY_RATIO_MAX: usize = 64;
/// How many times its packed size an LZ4 block can hold: a byte of length stands for 255.
pub const LZ4_RATIO_MAX: usize = 256;
/// Headers of one record. Kafka has no limit but the batch; nobody sane has more.
pub const RECORD_HEADERS_MAX: usize = 65_536;

// Names.

/// Characters of a topic name: a folder is `topic-partition` and file systems stop at 255.
pub const TOPIC_NAME_CHARS_MAX: usize = 249;
/// Bytes of a group, member, transactional or client id: what an `i16` length can say.
pub const ID_BYTES_MAX: usize = i16::MAX as usize;

// Topics.

/// Partitions one request may add to a topic: each takes at least eight bytes of the topic's znode,
/// which a frame to ZooKeeper has to hold. A count off the wire sizes an allocation.
pub const TOPIC_PARTITIONS_MAX: usize = JUTE_FRAME_BYTES_MAX / 8;

// Groups.

/// How long a member that has joined may wait for its first generation, in milliseconds. It does not
/// know its id yet and sends no heartbeats; without an end, clients that gave up would pile up.
pub const NEW_MEMBER_JOIN_TIMEOUT_MS: i64 = 300_000;
/// How long a rebalance nobody came to waits at least before it looks again, in milliseconds: a
/// client may ask for a rebalance timeout of nothing, and the coordinator would spin.
pub const REBALANCE_AGAIN_MS_MIN: i64 = 100;
/// Ids in a block of producer ids: Kafka's number. One write to ZooKeeper serves so many producers.
pub const PRODUCER_IDS_PER_BLOCK: i64 = 1_000;
/// Producers of one partition whose transaction is being verified, in elements. Beyond it the oldest
/// verification is forgotten, and its producer sends again.
pub const VERIFICATIONS_OPEN_MAX: usize = 4_096;

// ZooKeeper.

/// Bytes of a znode's path: a path longer than a frame could never be sent.
pub const ZNODE_PATH_BYTES_MAX: usize = JUTE_FRAME_BYTES_MAX;
/// Operations in one multi, in elements; each takes at least ten bytes of the frame.
pub const MULTI_OPS_MAX: usize = JUTE_FRAME_BYTES_MAX / 10;
/// The largest reply our ZooKeeper client takes, in bytes: what Kafka sets `jute.maxbuffer` to for
/// its own. Lists of children outgrow the limit of requests.
pub const JUTE_REPLY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Requests of one ZooKeeper client that wait for replies, in elements. Callers wait beyond it.
pub const ZOOKEEPER_CLIENT_REQUESTS_MAX: usize = 8_192;
/// Events of one ZooKeeper client that nobody has taken yet, in elements. Beyond it nothing is read
/// from the server: an event must not come after a reply that shows what it tells.
pub const ZOOKEEPER_CLIENT_EVENTS_MAX: usize = 65_536;

// Queues.

/// Messages waiting for a task that owns a machine, in elements. Senders wait beyond it.
pub const MACHINE_INBOX_MAX: usize = 1_024;
/// Control requests waiting for one broker, in elements. A broker that lives takes them; beyond it
/// the controller resigns, for nothing it said may be dropped.
pub const CONTROL_REQUESTS_QUEUED_MAX: usize = 65_536;
/// Requests of one client connection that wait to be written, in elements. Callers wait beyond it.
pub const CLIENT_REQUESTS_QUEUED_MAX: usize = 64;
/// Batches a producer keeps that could not be delivered and nobody asked about, in elements. Beyond
/// it failures are only counted.
pub const CLIENT_FAILURES_KEPT_MAX: usize = 1_024;
/// Accepted connections of one listener that wait for their task, in elements.
pub const ACCEPT_BACKLOG: u32 = 1_024;

/// Messages waiting to be written to one server of the ensemble, in elements; each holds all that was
/// to be said at one moment. Beyond it the link is closed, and the learner synchronised anew.
pub const QUORUM_MESSAGES_QUEUED_MAX: usize = 4_096;
/// Pieces of a snapshot on its way to a learner, in elements. Its writing waits beyond it.
pub const SNAPSHOT_PIECES_QUEUED_MAX: usize = 4;
/// Servers that vote along and are in no configuration, in elements: those that are to join. The
/// oldest makes room.
pub const STRANGERS_MAX: usize = 16;
/// Bytes of one notification of the election port.
pub const NOTIFICATION_BYTES_MAX: usize = 512 * 1024;

/// Bytes of the head of an HTTP request; what Jetty takes.
pub const HTTP_HEAD_BYTES_MAX: usize = 8 * 1024;
/// Connections of one HTTP port, in elements: operators and scrapers, not clients.
pub const HTTP_CONNECTIONS_MAX: usize = 64;
/// Bytes of a snapshot that is restored over HTTP. It is held in memory until it is checked.
pub const RESTORE_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;

// Tools.

/// Pieces of a tool's input that wait to be taken, in elements. The reading waits beyond it; a few
/// keep both sides busy.
pub const TOOL_PIECES_QUEUED_MAX: usize = 4;
/// Lines of a prompt that are kept for later runs, in elements. More would slow the start.
pub const TOOL_HISTORY_LINES_MAX: usize = 10_000;

const _: () = assert!(BATCH_BYTES_MAX >= KAFKA_FRAME_BYTES_MAX);
const _: () = assert!(ID_BYTES_MAX < KAFKA_FRAME_BYTES_MAX);
const _: () = assert!(MULTI_OPS_MAX < JUTE_FRAME_BYTES_MAX);
