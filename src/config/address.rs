//! Where an engine listens.

use std::fmt;
use std::net::Ipv6Addr;
use std::path::PathBuf;
use std::str::FromStr;

/// The address of a host; `Display` writes it as it is read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// `unix:///absolute/path`
    Unix(PathBuf),
    /// `tcp://host:port`, plain or TLS.
    Tcp {
        /// A name or an address (IPv6 without brackets).
        host: String,
        /// Its port.
        port: u16,
    },
    /// `ssh://[user@]host[:port][/absolute/path/of/the/socket]`
    Ssh {
        /// `None`: as ssh's own configuration says.
        user: Option<String>,
        /// A name or an address (IPv6 without brackets); never begins with `-`.
        host: String,
        /// `None`: as ssh's own configuration says.
        port: Option<u16>,
        /// `None`: where engines listen.
        socket: Option<PathBuf>,
    },
}

/// The text is no address; `Display` says what one looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnAddress;

impl fmt::Display for NotAnAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "expected \"unix:///path\", \"tcp://host:port\" or \"ssh://[user@]host[:port][/path]\"",
        )
    }
}

impl std::error::Error for NotAnAddress {}

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        parse(text).ok_or(NotAnAddress)
    }
}

fn parse(text: &str) -> Option<Address> {
    // Longer than any name and path may be.
    if text.len() > 1024 {
        return None;
    }
    let (scheme, rest) = text.split_once("://")?;
    match scheme {
        "unix" => path(rest).map(Address::Unix),
        "tcp" => match host_port(rest)? {
            (host, Some(port)) => Some(Address::Tcp { host, port }),
            (_, None) => None,
        },
        "ssh" => {
            let (authority, socket) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let (user, authority) = match authority.split_once('@') {
                Some((user, authority)) => (Some(login(user)?), authority),
                None => (None, authority),
            };
            let (host, port) = host_port(authority)?;
            let socket = match socket {
                "" | "/" => None,
                socket => Some(path(socket)?),
            };
            Some(Address::Ssh { user, host, port, socket })
        }
        _ => None,
    }
}

fn path(text: &str) -> Option<PathBuf> {
    let fits = text.starts_with('/') && text.len() > 1 && !text.chars().any(char::is_control);
    fits.then(|| text.into())
}

/// A name to log in by: nothing that ssh could take for an option, and no password behind a colon.
fn login(user: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_.-\\".contains(&b);
    let fits = !user.is_empty() && !user.starts_with('-') && user.bytes().all(plain);
    fits.then(|| user.into())
}

/// `name`, `name:1`, `[::1]` or `[::1]:1`; the host comes without brackets, the port is not 0.
pub(super) fn host_port(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            host.parse::<Ipv6Addr>().ok()?;
            (host, port)
        }
        None => {
            let (host, port) = text.split_at(text.find(':').unwrap_or(text.len()));
            let plain = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
            let named = host.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
            if !named || !host.bytes().all(plain) {
                return None;
            }
            (host, port)
        }
    };
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => None,
        Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => {
            Some(digits.parse().ok().filter(|port| *port != 0)?)
        }
        _ => return None,
    };
    Some((host.into(), port))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bracketed = |host: &str| match host.contains(':') {
            true => format!("[{host}]"),
            false => host.to_owned(),
        };
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp { host, port } => write!(f, "tcp://{}:{port}", bracketed(host)),
            Self::Ssh { user, host, port, socket } => {
                f.write_str("ssh://")?;
                if let Some(user) = user {
                    write!(f, "{user}@")?;
                }
                f.write_str(&bracketed(host))?;
                if let Some(port) = port {
                    write!(f, ":{port}")?;
                }
                match socket {
                    Some(socket) => write!(f, "{}", socket.display()),
                    None => Ok(()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_as_they_are_read() {
        for text in [
            "unix:///var/run/docker.sock",
            "tcp://10.0.0.4:2376",
            "tcp://[::1]:2375",
            "ssh://lab",
            "ssh://ann@lab.example:2222/run/docker.sock",
            "ssh://[fe80::1]:22",
        ] {
            assert_eq!(text.parse::<Address>().map(|a| a.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_is_no_address_or_could_be_an_option_is_refused() {
        for text in [
            "",
            "/var/run/docker.sock",
            "unix://relative",
            "unix:///",
            "unix:///a\nb",
            "tcp://lab",
            "tcp://lab:0",
            "tcp://lab:65536",
            "tcp://lab:+1",
            "tcp://lab:2375/path",
            "tcp://:2375",
            "tcp://[lab]:1",
            "ssh://-oProxyCommand=x",
            "ssh://-l@lab",
            "ssh://ann:secret@lab",
            "ssh://ann@",
            "ssh://lab:",
            "http://lab:2375",
            "docker",
        ] {
            assert_eq!(text.parse::<Address>(), Err(NotAnAddress), "{text}");
        }
    }
}
