//! A partition: its log, its in-sync replicas, its high watermark.
