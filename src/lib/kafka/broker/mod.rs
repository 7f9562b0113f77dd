//! The broker: the services, as fields.

pub mod control;
pub mod registration;
pub mod zookeeper;
