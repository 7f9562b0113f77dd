//! Sending a consumer to a replica nearer to it (KIP-392): `replica.selector.class`.

use std::cmp::Reverse;

use crate::kafka::metadata::Image;
use crate::kafka::replica::Partition;
use crate::kafka::replica::partition::Candidate;
use crate::kafka::types::{BrokerId, Offset};

/// The one class there is beside "always the leader", by the end of its name.
const BY_RACK: &str = "RackAwareReplicaSelector";

/// Whether a selector's class looks at racks.
pub(super) fn is_by_rack(class: &str) -> bool {
    class.rsplit('.').next() == Some(BY_RACK)
}

/// The replica that a consumer in `rack` should read `offset` from, if that is not this leader.
pub(super) fn choose(
    partition: &Partition,
    image: &Image,
    rack: &str,
    offset: Offset,
) -> Option<BrokerId> {
    let rack_of = |id: BrokerId| image.broker(id.0).and_then(|broker| broker.rack.as_deref());
    pick(&partition.candidates(offset), |id| rack_of(id) == Some(rack))
}

/// Of those near, the leader (which stands first), else who has most and had all last.
fn pick(candidates: &[Candidate], is_near: impl Fn(BrokerId) -> bool) -> Option<BrokerId> {
    let (leader, followers) = candidates.split_first()?;
    if is_near(leader.broker) {
        return None;
    }
    let near = followers.iter().filter(|it| is_near(it.broker));
    let best = near.max_by_key(|it| (it.log_end, it.caught_up, Reverse(it.broker)))?;
    Some(best.broker)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::clock::Instant;

    #[test]
    fn the_nearest_is_the_leader_or_who_has_most() {
        let one = |broker, log_end, ms| Candidate {
            broker: BrokerId(broker),
            log_end,
            caught_up: Some(Instant::from_millis(ms)),
        };
        let all = [one(1, 9, 0), one(2, 8, 5), one(3, 9, 5), one(4, 9, 7)];
        let cases: [(&[i32], Option<i32>); 6] = [
            (&[], None),
            (&[1, 3], None),
            (&[2], Some(2)),
            (&[2, 3], Some(3)),
            (&[3, 4], Some(4)),
            (&[9], None),
        ];
        for (near, expected) in cases {
            let picked = pick(&all, |id| near.contains(&id.0));
            assert_eq!(picked, expected.map(BrokerId), "{near:?}");
        }
        assert_eq!(pick(&[], |_| true), None);
        assert!(is_by_rack("org.apache.kafka.common.replica.RackAwareReplicaSelector"));
        assert!(!is_by_rack("org.example.Mine"));
    }
}
