//! In which form brokers ask each other: a matter of `inter.broker.protocol.version` alone, never
//! of what the other one offers, so that a cluster in the middle of an upgrade speaks one language.

use crate::config::broker::ProtocolVersion as V;

/// The version of Fetch; from 13 on topics go by id, which all of them must have.
pub(super) fn fetch(protocol: V, all_have_ids: bool) -> i16 {
    match protocol {
        protocol if protocol >= V::V3_1_IV0 && !all_have_ids => 12,
        protocol if protocol >= V::V3_9_IV0 => 17,
        protocol if protocol >= V::V3_7_IV4 => 16,
        protocol if protocol >= V::V3_5_IV1 => 15,
        protocol if protocol >= V::V3_5_IV0 => 14,
        protocol if protocol >= V::V3_1_IV0 => 13,
        protocol if protocol >= V::V2_7_IV1 => 12,
        protocol if protocol >= V::V2_3_IV1 => 11,
        protocol if protocol >= V::V2_1_IV2 => 10,
        protocol if protocol >= V::V2_0_IV1 => 8,
        protocol if protocol >= V::V1_1_IV0 => 7,
        protocol if protocol >= V::V0_11_0_IV1 => 5,
        protocol if protocol >= V::V0_11_0_IV0 => 4,
        protocol if protocol >= V::V0_10_1_IV1 => 3,
        protocol if protocol >= V::V0_10_0_IV0 => 2,
        protocol if protocol >= V::V0_9_0 => 1,
        _ => 0,
    }
}

/// The version of OffsetForLeaderEpoch.
pub(super) fn offset_for_leader_epoch(protocol: V) -> i16 {
    match protocol {
        protocol if protocol >= V::V2_8_IV0 => 4,
        protocol if protocol >= V::V2_3_IV1 => 3,
        protocol if protocol >= V::V2_1_IV1 => 2,
        protocol if protocol >= V::V2_0_IV0 => 1,
        _ => 0,
    }
}

/// The version of ListOffsets.
pub(super) fn list_offsets(protocol: V) -> i16 {
    match protocol {
        protocol if protocol >= V::V3_9_IV0 => 9,
        protocol if protocol >= V::V3_5_IV0 => 8,
        protocol if protocol >= V::V3_0_IV1 => 7,
        protocol if protocol >= V::V2_8_IV0 => 6,
        protocol if protocol >= V::V2_2_IV1 => 5,
        protocol if protocol >= V::V2_1_IV1 => 4,
        protocol if protocol >= V::V2_0_IV1 => 3,
        protocol if protocol >= V::V0_11_0_IV0 => 2,
        protocol if protocol >= V::V0_10_1_IV2 => 1,
        _ => 0,
    }
}

/// How a follower finds out what of its log the leader does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truncation {
    /// Fetches say where two logs diverge (KIP-595).
    OnFetch,
    /// The leader is asked where an epoch ended before anything is fetched (KIP-101, KIP-279).
    ByEpoch,
    /// It goes back to its high watermark.
    ByHighWatermark,
}

/// The way of a protocol version.
pub(super) fn truncation(protocol: V) -> Truncation {
    match protocol {
        protocol if protocol >= V::V2_7_IV1 => Truncation::OnFetch,
        protocol if protocol >= V::V0_11_0_IV2 => Truncation::ByEpoch,
        _ => Truncation::ByHighWatermark,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn point_08_the_protocol_version_decides_how_a_follower_asks() {
        for (text, versions) in [
            ("3.9", (17, 4, 9)),
            ("3.5-IV1", (15, 4, 8)),
            ("3.0-IV1", (12, 4, 7)),
            ("2.8-IV0", (12, 4, 6)),
            ("2.7-IV0", (11, 3, 5)),
            ("2.4", (11, 3, 5)),
            ("2.1-IV1", (8, 2, 4)),
            ("2.1-IV0", (8, 1, 3)),
            ("1.1", (7, 0, 2)),
            ("0.10.1", (3, 0, 1)),
        ] {
            let protocol = V::parse(text).unwrap();
            let chosen =
                (fetch(protocol, true), offset_for_leader_epoch(protocol), list_offsets(protocol));
            assert_eq!(chosen, versions, "{text}");
        }
        assert_eq!(fetch(V::V3_9_IV0, false), 12);
    }
}
