//! How many connections there may be: in all, from one address, of one account.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Connections above the limit that are still accepted, to be told so: health and `/metrics` answer on them,
/// and each ends after one answer.
const RESERVE: usize = 256;

/// How a connection stands to the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Within all of them.
    Welcome,
    /// The hub has as many as it may.
    HubFull,
    /// Its address has as many as it may.
    AddressFull,
}

#[derive(Debug, Default)]
struct Counts {
    total: usize,
    by_address: HashMap<IpAddr, usize>,
    by_user: HashMap<Arc<str>, usize>,
}

/// The limits and what is in use of them.
#[derive(Debug)]
pub(super) struct Limits {
    connections: usize,
    per_address: usize,
    per_user: usize,
    counts: Mutex<Counts>,
}

/// One that is counted as long as it is held.
#[derive(Debug)]
pub(super) struct Place {
    limits: Arc<Limits>,
    of: Of,
}

#[derive(Debug)]
enum Of {
    Hub(Option<IpAddr>),
    Address(IpAddr),
    User(Arc<str>),
}

impl Limits {
    /// `per_address` and `per_user` of 0 are no limit.
    pub(super) fn new(connections: usize, per_address: usize, per_user: usize) -> Arc<Self> {
        Arc::new(Self { connections, per_address, per_user, counts: Mutex::default() })
    }

    /// A new connection; none where even the reserve is used up. The address of a trusted proxy is not
    /// counted (`address` none): its clients' are, by [`Self::address`].
    pub(super) fn connection(
        self: &Arc<Self>,
        address: Option<IpAddr>,
    ) -> Option<(Standing, Place)> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.total >= self.connections.saturating_add(RESERVE) {
            return None;
        }
        counts.total += 1;
        let address = address.map(network).filter(|_| self.per_address > 0);
        let of_address = address.map(|address| up(&mut counts.by_address, address));
        let standing = if counts.total > self.connections {
            Standing::HubFull
        } else if of_address.is_some_and(|n| n > self.per_address) {
            Standing::AddressFull
        } else {
            Standing::Welcome
        };
        drop(counts);
        Some((standing, Place { limits: self.clone(), of: Of::Hub(address) }))
    }

    /// A stream or socket of a client behind a trusted proxy; none where its address has as many as it may.
    pub(super) fn address(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let address = network(address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let n = up(&mut counts.by_address, address);
        drop(counts);
        let place = Place { limits: self.clone(), of: Of::Address(address) };
        (self.per_address == 0 || n <= self.per_address).then_some(place)
    }

    /// A stream or socket of an account; none where it has as many as it may.
    pub(super) fn user(self: &Arc<Self>, user: &Arc<str>) -> Option<Place> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let n = up(&mut counts.by_user, user.clone());
        drop(counts);
        let place = Place { limits: self.clone(), of: Of::User(user.clone()) };
        (self.per_user == 0 || n <= self.per_user).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.limits.counts.lock().unwrap_or_else(PoisonError::into_inner);
        match &self.of {
            Of::Hub(address) => {
                counts.total -= 1;
                if let Some(address) = address {
                    down(&mut counts.by_address, address);
                }
            }
            Of::Address(address) => down(&mut counts.by_address, address),
            Of::User(user) => down(&mut counts.by_user, user),
        }
    }
}

/// One more; how many now.
fn up<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: K) -> usize {
    let count = counts.entry(key).or_default();
    *count += 1;
    *count
}

/// One less; a key without any is forgotten, so that the maps are no longer than what is open.
fn down<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

/// What counts as one address: in IPv6 the /64, of which one machine may have all.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([10, 0, 0, last])
    }

    #[test]
    fn a_full_hub_takes_a_few_more_to_tell_them() {
        let limits = Limits::new(2, 0, 0);
        let held: Vec<_> = (0..2 + RESERVE).map_while(|_| limits.connection(None)).collect();
        assert_eq!(held.len(), 2 + RESERVE);
        let welcome = held.iter().filter(|(standing, _)| *standing == Standing::Welcome).count();
        assert_eq!(welcome, 2);
        assert!(limits.connection(None).is_none());
        drop(held);
        assert!(matches!(limits.connection(None), Some((Standing::Welcome, _))));
    }

    #[test]
    fn one_address_and_one_account_cannot_take_all() {
        let limits = Limits::new(100, 1, 1);
        let first = limits.connection(Some(address(1)));
        assert!(matches!(first, Some((Standing::Welcome, _))));
        assert!(matches!(limits.connection(Some(address(1))), Some((Standing::AddressFull, _))));
        assert!(matches!(limits.connection(Some(address(2))), Some((Standing::Welcome, _))));
        drop(first);
        assert!(limits.address(address(1)).is_some());
        let ann: Arc<str> = "ann".into();
        let place = limits.user(&ann);
        assert!(place.is_some() && limits.user(&ann).is_none());
        drop(place);
        assert!(limits.user(&ann).is_some());
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let of = |text: &str| text.parse().map(network).ok();
        assert_eq!(of("2001:db8:1:2:3::4"), of("2001:db8:1:2:ffff::"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:1.2.3.4"), of("1.2.3.4"));
    }
}
