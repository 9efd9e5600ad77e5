//! Who is at the other end of a connection, as the system says: a user of this machine with its
//! groups, or an address. It does not know what they may do.

use crate::model::Actor;
use nix::unistd::{Gid, Group, Uid, User, getgrouplist};
use std::{
    ffi::CString,
    fmt,
    net::{IpAddr, Ipv6Addr},
};

/// The other end of a connection.
#[derive(Debug, Clone)]
pub(super) enum Peer {
    User {
        uid: u32,
        login: Actor,
        /// Of the machine.
        groups: Vec<String>,
    },
    Address(IpAddr),
}

/// Whom limits are for. A network of IPv6 is one subscriber's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Counted {
    User(u32),
    Address(IpAddr),
}

impl Peer {
    /// A user of this machine. The user database may be a directory server far away, so this is
    /// not for the threads that serve.
    pub(super) fn user(uid: u32) -> Self {
        let user = User::from_uid(Uid::from_raw(uid)).ok().flatten();
        Peer::User {
            uid,
            login: named(user.as_ref().map(|user| user.name.as_str()), uid),
            groups: user.as_ref().map_or_else(Vec::new, groups),
        }
    }

    /// None for the server's own user and root, who could stop the server anyway.
    pub(super) fn counted(&self) -> Option<Counted> {
        match self {
            Peer::User { uid, .. } => (!self.is_own()).then_some(Counted::User(*uid)),
            Peer::Address(IpAddr::V6(address)) => {
                let [a, b, c, d, ..] = address.segments();
                let network = Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0);
                let mapped = address.to_ipv4_mapped().map(IpAddr::V4);
                Some(Counted::Address(mapped.unwrap_or(IpAddr::V6(network))))
            }
            Peer::Address(address) => Some(Counted::Address(*address)),
        }
    }

    /// Whether it is the server's own user, who can read and write all that the server can, or
    /// root, who can do anything anyway.
    pub(super) fn is_own(&self) -> bool {
        match self {
            Peer::User { uid, .. } => {
                let uid = Uid::from_raw(*uid);
                uid.is_root() || uid == Uid::effective()
            }
            Peer::Address(_) => false,
        }
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Peer::User { uid, login, .. } => write!(f, "{login} (uid {uid})"),
            Peer::Address(address) => address.fmt(f),
        }
    }
}

/// The user that this process runs as, by the name that a server would know it by.
pub fn own_login() -> Actor {
    let uid = Uid::current();
    let user = User::from_uid(uid).ok().flatten();
    named(user.map(|user| user.name).as_deref(), uid.as_raw())
}

/// A group without a name grants nothing.
fn groups(user: &User) -> Vec<String> {
    let login = CString::new(user.name.as_str()).unwrap_or_default();
    let all: Vec<Gid> = getgrouplist(&login, user.gid).unwrap_or_default();
    let named = all.into_iter().filter_map(|gid| {
        let group = Group::from_gid(gid).ok().flatten()?;
        Some(group.name)
    });
    named.collect()
}

/// A login name that is no plain name keeps what it can and adds the user's number, so that no two
/// users ever share a name.
fn named(login: Option<&str>, uid: u32) -> Actor {
    let by_number = || format!("uid-{uid}");
    let text = match login {
        Some(login) if Actor::parse(login).is_ok() => login.to_owned(),
        Some(login) => {
            let plain: String = login
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
                .take(48)
                .collect();
            format!("{}-{uid}", plain.trim_start_matches('-'))
        }
        None => by_number(),
    };
    Actor::parse(&text)
        .or_else(|_nothing_plain| Actor::parse(&by_number()))
        .unwrap_or_else(|_| unreachable!("uid and digits are a plain name"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_one_peer() {
        let peer = |text: &str| Peer::Address(text.parse().unwrap()).counted();
        assert_eq!(peer("2001:db8::1"), peer("2001:db8::ffff:1"));
        assert_ne!(peer("2001:db8::1"), peer("2001:db8:0:1::1"));
        assert_eq!(peer("::ffff:192.0.2.1"), peer("192.0.2.1"));
        assert_ne!(peer("192.0.2.1"), peer("192.0.2.2"));
    }
}
