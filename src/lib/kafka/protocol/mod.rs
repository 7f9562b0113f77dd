//! Kafka's wire: messages generated from our schema texts.
