//! Counters and gauges under Kafka's own names.
