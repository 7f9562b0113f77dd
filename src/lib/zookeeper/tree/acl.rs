//! Who may do what to a node.
//!
//! A connection has identities: its address (`ip`), and what it proved with auth packets
//! (`digest`). A node has a list of rows, each giving one identity some permissions. Most nodes
//! share a handful of lists, so a node holds the number of an interned one.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use crate::security::digest::digest_id;
use crate::zookeeper::jute::record::perms;
use crate::zookeeper::jute::{Acl, ClientInfo, Id, KeeperError};

/// The number of an interned list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct AclId(u32);

impl AclId {
    /// Anyone may do everything. Only the server's own nodes have it; -1 in snapshots.
    pub(super) const OPEN: AclId = AclId(u32::MAX);

    /// As snapshots number lists: from 1 on, -1 for the open one.
    pub(super) fn persisted(self) -> i64 {
        if self == AclId::OPEN { -1 } else { i64::from(self.0) + 1 }
    }
}

/// The interned lists. A list no node has any more stays until [`AclCache::sweep`], since a request
/// under way may be about to use it.
#[derive(Debug, Default)]
pub(super) struct AclCache {
    lists: Vec<Option<Entry>>,
    ids: BTreeMap<Arc<[Acl]>, AclId>,
    free: Vec<AclId>,
    /// What the last node was created with: the next one's most likely too.
    last: Option<AclId>,
}

#[derive(Debug)]
struct Entry {
    list: Arc<[Acl]>,
    nodes: usize,
}

impl AclCache {
    /// The number of a list.
    pub(super) fn intern(&mut self, list: &[Acl]) -> AclId {
        if let Some(last) = self.last.filter(|&last| self.list(last) == list) {
            return last;
        }
        let id = match self.ids.get(list) {
            Some(&id) => id,
            None => self.add(list),
        };
        self.last = Some(id);
        id
    }

    fn add(&mut self, list: &[Acl]) -> AclId {
        let list: Arc<[Acl]> = list.into();
        let entry = Some(Entry { list: Arc::clone(&list), nodes: 0 });
        let id = match self.free.pop() {
            Some(id) => {
                self.lists[id.0 as usize] = entry;
                id
            }
            None => {
                let id = u32::try_from(self.lists.len()).expect("fewer lists than nodes");
                self.lists.push(entry);
                AclId(id)
            }
        };
        self.ids.insert(list, id);
        id
    }

    /// The list of a number; the open one is empty.
    pub(super) fn list(&self, id: AclId) -> &[Acl] {
        match self.lists.get(id.0 as usize) {
            Some(Some(entry)) => &entry.list,
            _ => &[],
        }
    }

    /// One more node has the list.
    pub(super) fn retain(&mut self, id: AclId) {
        if let Some(Some(entry)) = self.lists.get_mut(id.0 as usize) {
            entry.nodes += 1;
        }
    }

    /// One node less has the list.
    pub(super) fn release(&mut self, id: AclId) {
        if let Some(Some(entry)) = self.lists.get_mut(id.0 as usize) {
            assert!(entry.nodes > 0, "a list is released as often as it was retained");
            entry.nodes -= 1;
        }
    }

    /// Forgets the lists that no node has and no request under way names.
    pub(super) fn sweep(&mut self, pending: &[AclId]) {
        self.last = None;
        for (slot, index) in self.lists.iter_mut().zip(0_u32..) {
            let unused = slot.as_ref().is_some_and(|entry| entry.nodes == 0);
            if unused && !pending.contains(&AclId(index)) {
                if let Some(entry) = slot.take() {
                    self.ids.remove(&entry.list);
                }
                self.free.push(AclId(index));
            }
        }
    }

    /// The lists that nodes have.
    pub(super) fn used(&self) -> impl Iterator<Item = (AclId, &[Acl])> {
        self.lists.iter().zip(0_u32..).filter_map(|(slot, index)| {
            let entry = slot.as_ref().filter(|entry| entry.nodes > 0)?;
            Some((AclId(index), &entry.list[..]))
        })
    }
}

/// Refuses what none of `ids` may do under `list`. `wanted` may name several permissions, of which
/// one is enough.
pub(super) fn check(list: &[Acl], wanted: i32, ids: &[Id]) -> Result<(), KeeperError> {
    let allowed = list.is_empty()
        || list.iter().any(|acl| acl.perms & wanted != 0 && grants(&acl.id, ids))
        || ids.iter().any(|id| id.scheme == "super");
    if allowed { Ok(()) } else { Err(KeeperError::NoAuth) }
}

fn grants(granted: &Id, ids: &[Id]) -> bool {
    match granted.scheme.as_str() {
        "world" => granted.id == "anyone",
        "ip" => ids.iter().any(|id| id.scheme == "ip" && ip_matches(&id.id, &granted.id)),
        scheme => ids.iter().any(|id| id.scheme == scheme && id.id == granted.id),
    }
}

/// Turns the list a client sent into the one that is kept: `auth` becomes everything the connection
/// proved, doubles go, and what cannot be is refused.
pub(super) fn fix_up(list: Vec<Acl>, ids: &[Id]) -> Result<Vec<Acl>, KeeperError> {
    if let [acl] = &list[..] {
        // Nearly every list there is.
        if acl.id.scheme == "world" && acl.id.id == "anyone" {
            return Ok(list);
        }
    }
    let mut fixed: Vec<Acl> = Vec::with_capacity(list.len());
    for acl in list {
        match acl.id.scheme.as_str() {
            "auth" => {
                let proved = ids.iter().filter(|id| is_proved(id));
                let before = fixed.len();
                let mut any = false;
                for id in proved {
                    any = true;
                    push_new(&mut fixed, Acl { perms: acl.perms, id: id.clone() });
                }
                if !any {
                    fixed.truncate(before);
                    return Err(KeeperError::InvalidAcl);
                }
            }
            "world" if acl.id.id == "anyone" => push_new(&mut fixed, acl),
            "digest" if is_digest(&acl.id.id) => push_new(&mut fixed, acl),
            "ip" if Network::parse(&acl.id.id).is_some() => push_new(&mut fixed, acl),
            _ => return Err(KeeperError::InvalidAcl),
        }
    }
    if fixed.is_empty() { Err(KeeperError::InvalidAcl) } else { Ok(fixed) }
}

/// Whether an id has a user and a sum. Java's split gives no empty parts at the end, so `user:` is
/// none and `user:sum:` is one.
fn is_digest(id: &str) -> bool {
    id.trim_end_matches(':').split(':').count() == 2
}

fn push_new(list: &mut Vec<Acl>, acl: Acl) {
    if !list.contains(&acl) {
        list.push(acl);
    }
}

/// Whether an identity was proved, so that `auth` stands for it; an address was not.
fn is_proved(id: &Id) -> bool {
    matches!(id.scheme.as_str(), "digest" | "sasl" | "x509")
}

/// The identity of a connection from `address`, which every connection has.
pub fn ip_id(address: IpAddr) -> Id {
    Id { scheme: "ip".to_owned(), id: address.to_string() }
}

/// What an auth packet proves: the identities the connection has from now on too. The super user's
/// `user:base64(sha1)` comes from the settings.
pub fn authenticate(
    scheme: &str,
    auth: &[u8],
    super_digest: Option<&str>,
) -> Result<Vec<Id>, KeeperError> {
    match scheme {
        "digest" => {
            let id = digest_id(&String::from_utf8_lossy(auth));
            let mut ids = Vec::new();
            if super_digest == Some(id.as_str()) {
                ids.push(Id { scheme: "super".to_owned(), id: String::new() });
            }
            ids.push(Id { scheme: "digest".to_owned(), id });
            Ok(ids)
        }
        // The address was taken when the connection came; what the client says adds nothing.
        "ip" => Ok(Vec::new()),
        _ => Err(KeeperError::AuthFailed),
    }
}

/// A connection's identities as whoAmI shows them: of a digest the user only.
pub fn who_am_i(ids: &[Id]) -> Vec<ClientInfo> {
    let user = |id: &Id| match id.scheme.as_str() {
        "digest" => id.id.split(':').next().unwrap_or_default().to_owned(),
        "super" => String::new(),
        _ => id.id.clone(),
    };
    ids.iter().map(|id| ClientInfo { scheme: id.scheme.clone(), user: user(id) }).collect()
}

/// A list for someone who may read the node and not change its ACL: without the sums of passwords.
pub(super) fn masked(list: &[Acl]) -> Vec<Acl> {
    let mask = |acl: &Acl| match acl.id.id.split_once(':') {
        Some((user, _)) if acl.id.scheme == "digest" => {
            let id = Id { scheme: acl.id.scheme.clone(), id: format!("{user}:x") };
            Acl { perms: acl.perms, id }
        }
        _ => acl.clone(),
    };
    list.iter().map(mask).collect()
}

/// Every permission, for anyone: what the open list looks like to clients.
pub(super) fn open() -> Vec<Acl> {
    vec![Acl::world(perms::ALL)]
}

/// An address and how many of its bits count.
struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    fn parse(text: &str) -> Option<Network> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(width);
        (bits <= width).then_some(Network { address, bits })
    }

    fn contains(&self, address: IpAddr) -> bool {
        // Shifting by the whole width is a shift by nothing to Rust: no bits, no difference.
        match (self.address, address) {
            (IpAddr::V4(net), IpAddr::V4(address)) => {
                let differing = u32::from(net) ^ u32::from(address);
                differing.checked_shr(32 - self.bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(net), IpAddr::V6(address)) => {
                let differing = u128::from(net) ^ u128::from(address);
                differing.checked_shr(128 - self.bits).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}

fn ip_matches(address: &str, granted: &str) -> bool {
    match (address.parse(), Network::parse(granted)) {
        (Ok(address), Some(network)) => network.contains(address),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(scheme: &str, id: &str) -> Id {
        Id { scheme: scheme.to_owned(), id: id.to_owned() }
    }

    fn acl(perms: i32, scheme: &str, name: &str) -> Acl {
        Acl { perms, id: id(scheme, name) }
    }

    #[test]
    fn addresses_match_by_their_first_bits() {
        for (granted, address, expected) in [
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "10.0.0.2", false),
            ("10.0.0.0/8", "10.9.9.9", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("0.0.0.0/0", "1.2.3.4", true),
            ("10.0.0.0/33", "10.0.0.0", false),
            ("::1", "::1", true),
            ("fe80::/10", "fe80::1", true),
            ("::/0", "fe80::1", true),
            ("::/0", "1.2.3.4", false),
        ] {
            assert_eq!(ip_matches(address, granted), expected, "{address} in {granted}");
        }
    }

    #[test]
    fn lists_are_fixed_up() {
        let proved = [id("ip", "1.2.3.4"), id("digest", "u:x"), id("digest", "v:y")];
        let fixed = fix_up(vec![acl(31, "auth", ""), acl(31, "digest", "v:y")], &proved);
        assert_eq!(fixed, Ok(vec![acl(31, "digest", "u:x"), acl(31, "digest", "v:y")]));
        for refused in [
            vec![],
            vec![acl(31, "auth", "")],
            vec![acl(31, "world", "someone")],
            vec![acl(31, "digest", "nobody")],
            vec![acl(31, "digest", "a:b:c")],
            vec![acl(31, "digest", "a:")],
            vec![acl(31, "digest", ":")],
            vec![acl(31, "ip", "1.2.3")],
            vec![acl(31, "super", "")],
            vec![acl(31, "whatever", "x")],
        ] {
            assert_eq!(fix_up(refused, &proved[..1]), Err(KeeperError::InvalidAcl));
        }
    }

    #[test]
    fn permissions_are_held_against_identities() {
        let list = [acl(perms::READ, "world", "anyone"), acl(perms::ALL, "digest", "u:x")];
        let user = [id("digest", "u:x")];
        assert_eq!(check(&list, perms::READ, &[]), Ok(()));
        assert_eq!(check(&list, perms::WRITE, &[]), Err(KeeperError::NoAuth));
        assert_eq!(check(&list, perms::WRITE, &user), Ok(()));
        assert_eq!(check(&list, perms::WRITE, &[id("super", "")]), Ok(()));
        assert_eq!(check(&list, perms::READ | perms::ADMIN, &[]), Ok(()));
        assert_eq!(check(&[], perms::WRITE, &[]), Ok(()));
    }

    #[test]
    fn the_super_user_is_known_by_a_digest() {
        let sum = digest_id("super:admin");
        let ids = authenticate("digest", b"super:admin", Some(&sum)).unwrap();
        assert_eq!(ids, [id("super", ""), id("digest", &sum)]);
        assert_eq!(authenticate("digest", b"super:guess", Some(&sum)).unwrap().len(), 1);
        assert_eq!(authenticate("krb", b"", None), Err(KeeperError::AuthFailed));
        assert_eq!(who_am_i(&ids)[1].user, "super");
        assert_eq!(masked(&[acl(1, "digest", "u:secret")]), [acl(1, "digest", "u:x")]);
    }

    #[test]
    fn lists_without_nodes_go_when_swept() {
        let mut cache = AclCache::default();
        let a = cache.intern(&[acl(1, "world", "anyone")]);
        let b = cache.intern(&[acl(2, "world", "anyone")]);
        assert_eq!(cache.intern(&[acl(1, "world", "anyone")]), a);
        cache.retain(a);
        cache.sweep(&[]);
        assert_eq!(cache.used().count(), 1);
        assert_eq!(cache.intern(&[acl(3, "world", "anyone")]), b);
        cache.sweep(&[b]);
        assert_eq!(cache.list(b), [acl(3, "world", "anyone")]);
    }
}
