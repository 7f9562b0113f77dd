//! Settings: one row a key gives the typed field, the default, the check and the documentation.
