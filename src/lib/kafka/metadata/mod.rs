//! The picture of the cluster, and the znodes it is kept in.
