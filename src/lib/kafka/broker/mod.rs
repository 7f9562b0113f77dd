//! The broker: the services, as fields.
