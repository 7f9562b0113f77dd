//! Kafka clients: connections, producer, consumer, admin.
