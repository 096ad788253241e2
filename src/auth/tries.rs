//! Wrong passwords and new accounts are counted, so that guessing is slow: 10 wrong passwords in 5 minutes for one
//! account from one address, 100 from one address, 600 new accounts a minute and address.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

const WINDOW: Duration = Duration::from_secs(300);
const PER_ACCOUNT: usize = 10;
const PER_ADDRESS: usize = 100;
const ACCOUNTS_WINDOW: Duration = Duration::from_secs(60);
const ACCOUNTS: usize = 600;
/// Nobody is told to wait longer.
const LONGEST_WAIT: u64 = 60;
/// Keys that are remembered at once (about 300 bytes each); beyond it the emptiest are forgotten.
const MAX_KEYS: usize = 100_000;

/// The counts.
#[derive(Default)]
pub struct Tries {
    accounts: Mutex<Counter<(IpAddr, String)>>,
    addresses: Mutex<Counter<IpAddr>>,
    registrations: Mutex<Counter<IpAddr>>,
}

/// An IPv6 customer has a /64; counting its addresses one by one would count nothing.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or_else(
            || {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::from([a, b, c, d, 0, 0, 0, 0])
            },
            IpAddr::V4,
        ),
        v4 @ IpAddr::V4(_) => v4,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tries {
    /// Whether another password may be tried.
    ///
    /// # Errors
    /// `limited` with the seconds to wait.
    pub fn check(&self, address: IpAddr, account: &str) -> Result<()> {
        let address = network(address);
        let now = Instant::now();
        let account = (address, account.to_owned());
        let wait = lock(&self.accounts)
            .wait(&account, PER_ACCOUNT, WINDOW, now)
            .max(lock(&self.addresses).wait(&address, PER_ADDRESS, WINDOW, now));
        wait.map_or(Ok(()), |wait| Err(too_many("wrong passwords", wait)))
    }

    /// Counts a password that is about to be tried as a wrong one, so that tries at the same time do not all pass
    /// at the same count. [`Tries::right`] takes it back.
    ///
    /// # Errors
    /// `limited` with the seconds to wait; it is not counted then.
    pub fn begin(&self, address: IpAddr, account: &str) -> Result<()> {
        let address = network(address);
        let now = Instant::now();
        let key = (address, account.to_owned());
        let (mut accounts, mut addresses) = (lock(&self.accounts), lock(&self.addresses));
        let wait = accounts.wait(&key, PER_ACCOUNT, WINDOW, now);
        if let Some(wait) = wait.max(addresses.wait(&address, PER_ADDRESS, WINDOW, now)) {
            return Err(too_many("wrong passwords", wait));
        }
        accounts.add(key, PER_ACCOUNT, WINDOW, now);
        addresses.add(address, PER_ADDRESS, WINDOW, now);
        Ok(())
    }

    /// The password was right: a try that was begun does not count.
    pub fn right(&self, address: IpAddr, account: &str) {
        let address = network(address);
        lock(&self.accounts).take_back(&(address, account.to_owned()));
        lock(&self.addresses).take_back(&address);
    }

    /// Counts a new account.
    ///
    /// # Errors
    /// `limited` with the seconds to wait; it is not counted then.
    pub fn register(&self, address: IpAddr) -> Result<()> {
        let (address, now) = (network(address), Instant::now());
        let mut counter = lock(&self.registrations);
        if let Some(wait) = counter.wait(&address, ACCOUNTS, ACCOUNTS_WINDOW, now) {
            return Err(too_many("new accounts", wait));
        }
        counter.add(address, ACCOUNTS, ACCOUNTS_WINDOW, now);
        Ok(())
    }
}

fn too_many(what: &str, wait: Duration) -> Error {
    let seconds = wait.as_secs().clamp(1, LONGEST_WAIT);
    Error::limited(format!("too many {what} from your address: wait {seconds} s"), seconds)
}

struct Counter<K> {
    times: HashMap<K, VecDeque<Instant>>,
}

impl<K> Default for Counter<K> {
    fn default() -> Self {
        Self { times: HashMap::new() }
    }
}

impl<K: Hash + Eq + Clone> Counter<K> {
    /// How long until fewer than `limit` stand in the window; none: now.
    fn wait(&mut self, key: &K, limit: usize, window: Duration, now: Instant) -> Option<Duration> {
        let times = self.times.get_mut(key)?;
        while times.front().is_some_and(|at| now.duration_since(*at) >= window) {
            times.pop_front();
        }
        let oldest = times.front().filter(|_| times.len() >= limit);
        oldest.map(|at| window.saturating_sub(now.duration_since(*at)))
    }

    fn add(&mut self, key: K, limit: usize, window: Duration, now: Instant) {
        if self.times.len() >= MAX_KEYS && !self.times.contains_key(&key) {
            self.times
                .retain(|_, times| times.back().is_some_and(|at| now.duration_since(*at) < window));
            // All of them are fresh: a flood from many addresses. Those with one try are the least loss.
            if self.times.len() >= MAX_KEYS {
                self.times.retain(|_, times| times.len() > 1);
            }
        }
        if self.times.len() >= MAX_KEYS {
            return;
        }
        let times = self.times.entry(key).or_default();
        times.push_back(now);
        while times.len() > limit {
            times.pop_front();
        }
    }
}

impl<K: Hash + Eq> Counter<K> {
    fn take_back(&mut self, key: &K) {
        let Some(times) = self.times.get_mut(key) else { return };
        times.pop_back();
        if times.is_empty() {
            self.times.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_try_waits_and_another_address_does_not() {
        let tries = Tries::default();
        let (here, there) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        for _ in 0..PER_ACCOUNT {
            assert!(tries.check(here, "ann").is_ok());
            tries.begin(here, "ann").unwrap();
            tries.right(here, "ann");
            tries.begin(here, "ann").unwrap();
        }
        assert!(tries.begin(here, "ann").is_err());
        let refused = tries.check(here, "ann").unwrap_err();
        assert!((1..=60).contains(&refused.retry_after().unwrap()));
        assert!(tries.check(there, "ann").is_ok());
        assert!(tries.check(here, "bob").is_ok());
        for n in PER_ACCOUNT..PER_ADDRESS {
            tries.begin(here, &n.to_string()).unwrap();
        }
        assert!(tries.check(here, "bob").is_err());
    }

    #[test]
    fn a_customers_ipv6_network_is_one_address() {
        let tries = Tries::default();
        let at = |n: u16| IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, n]);
        for n in 0..10 {
            tries.begin(at(n), "ann").unwrap();
        }
        assert!(tries.check(at(99), "ann").is_err());
    }

    #[test]
    fn a_window_ends() {
        let mut counter = Counter::default();
        let start = Instant::now();
        counter.add("k", 1, WINDOW, start);
        assert!(counter.wait(&"k", 1, WINDOW, start + Duration::from_secs(299)).is_some());
        assert!(counter.wait(&"k", 1, WINDOW, start + WINDOW).is_none());
    }
}
