//! Groups and transactions, as machines over their records.
