//! Where an engine is. It knows the three forms of an address and what may stand in them, and opens nothing.

use std::fmt;

use quayside_protocol::id;

/// Where the Docker Engine listens on its own machine unless an address says otherwise.
pub const DEFAULT_SOCKET: &str = "/var/run/docker.sock";

/// The kernel's bound on the path of a unix socket, without its closing zero.
pub const MAX_SOCKET_PATH: usize = 107;

/// A host's address that was read and found good. No part of it begins with `-`, so none can be taken for an
/// option by a program it is handed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// `unix:///path`
    Unix {
        /// Absolute.
        path: String,
    },
    /// `tcp://host:port`
    Tcp {
        /// A name or an IP address, without brackets.
        host: String,
        /// Not 0.
        port: u16,
    },
    /// `ssh://[user@]host[:port][/path/of/docker.sock]`
    Ssh {
        /// None: as the machine's OpenSSH decides.
        user: Option<String>,
        /// A name, an IP address without brackets, or an alias of the machine's OpenSSH configuration.
        host: String,
        /// None: as the machine's OpenSSH decides.
        port: Option<u16>,
        /// The engine's socket over there; absolute.
        socket: String,
    },
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong and which form is right, in words for a person.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix://") {
            return Ok(Self::Unix { path: socket_path(path)? });
        }
        if let Some(rest) = text.strip_prefix("tcp://") {
            let (host, port) = host_and_port(rest.strip_suffix('/').unwrap_or(rest))?;
            let port = port.ok_or("the port is missing: tcp://host:port (2376 with TLS)")?;
            return Ok(Self::Tcp { host, port });
        }
        if let Some(rest) = text.strip_prefix("ssh://") {
            return Self::parse_ssh(rest);
        }
        Err("expected unix:///path, tcp://host:port or ssh://[user@]host[:port][/path/of/docker.sock]"
            .to_owned())
    }

    fn parse_ssh(rest: &str) -> Result<Self, String> {
        let (authority, path) = rest.find('/').map_or((rest, ""), |slash| rest.split_at(slash));
        let socket = match path {
            "" | "/" => DEFAULT_SOCKET.to_owned(),
            path => socket_path(path)?,
        };
        let (user, host) = match authority.rsplit_once('@') {
            None => (None, authority),
            Some((user, _)) if user.contains(':') => {
                return Err("a password cannot stand in an address: use a key".to_owned());
            }
            Some((user, _)) if !id::is_name(user) => {
                return Err("the user is none: letters, digits, `_`, `.` and `-`".to_owned());
            }
            Some((user, host)) => (Some(user.to_owned()), host),
        };
        let (host, port) = host_and_port(host)?;
        Ok(Self::Ssh { user, host, port, socket })
    }
}

/// `host`, `host:port`, `[v6]` or `[v6]:port`; the host comes without brackets.
///
/// # Errors
/// What is wrong, in words.
pub fn host_and_port(text: &str) -> Result<(String, Option<u16>), String> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (host, tail) =
                rest.split_once(']').ok_or("the `]` of an IPv6 address is missing")?;
            if host.parse::<std::net::Ipv6Addr>().is_err() {
                return Err("what stands in brackets is no IPv6 address".to_owned());
            }
            let port = match tail.strip_prefix(':') {
                Some(port) => Some(port),
                None if tail.is_empty() => None,
                None => return Err("after `]` only `:port` may stand".to_owned()),
            };
            (host, port)
        }
        None => {
            let (host, port) = match text.split_once(':') {
                Some((_, port)) if port.contains(':') => {
                    return Err("an IPv6 address stands in brackets: [::1]".to_owned());
                }
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            };
            // A host's name is made of what a container's name is made of, and as that cannot begin with `-`.
            if !id::is_name(host) {
                return Err(
                    "the host is missing or no name: letters, digits, `.`, `_` and `-`".to_owned()
                );
            }
            (host, port)
        }
    };
    let port = port.map(|port| match port.parse::<u16>() {
        Ok(number) if number > 0 && port.bytes().all(|b| b.is_ascii_digit()) => Ok(number),
        _ => Err("the port is no number from 1 to 65535".to_owned()),
    });
    Ok((host.to_owned(), port.transpose()?))
}

/// An absolute path that a unix socket can have.
fn socket_path(path: &str) -> Result<String, String> {
    if !path.starts_with('/') || path.ends_with('/') {
        return Err(
            "the path of the socket is not absolute: unix:///var/run/docker.sock".to_owned()
        );
    }
    if path.len() > MAX_SOCKET_PATH {
        return Err(format!("the path of a socket has {MAX_SOCKET_PATH} bytes at most"));
    }
    // OpenSSH separates the two ends of a forward by colons.
    let fits = |c: char| !c.is_control() && !c.is_whitespace() && !matches!(c, ':' | '?' | '#');
    if !path.chars().all(fits) {
        return Err("the path of the socket has a space, `:`, `?` or `#` in it".to_owned());
    }
    Ok(path.to_owned())
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bracketed = |host: &str| match host.contains(':') {
            true => format!("[{host}]"),
            false => host.to_owned(),
        };
        match self {
            Self::Unix { path } => write!(f, "unix://{path}"),
            Self::Tcp { host, port } => write!(f, "tcp://{}:{port}", bracketed(host)),
            Self::Ssh { user, host, port, socket } => {
                f.write_str("ssh://")?;
                user.as_ref().map_or(Ok(()), |user| write!(f, "{user}@"))?;
                f.write_str(&bracketed(host))?;
                port.map_or(Ok(()), |port| write!(f, ":{port}"))?;
                if socket == DEFAULT_SOCKET { Ok(()) } else { f.write_str(socket) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_as_it_was_read() {
        for text in [
            "unix:///var/run/docker.sock",
            "tcp://db.example.org:2376",
            "tcp://[::1]:2375",
            "ssh://ann@build-3:2222",
            "ssh://build_3",
            "ssh://ann@[fe80::1]:22/run/user/1000/docker.sock",
        ] {
            assert_eq!(Address::parse(text).map(|a| a.to_string()), Ok(text.to_owned()));
        }
        let short = Address::parse("ssh://a/").map(|a| a.to_string());
        assert_eq!(short, Ok("ssh://a".to_owned()));
    }

    #[test]
    fn what_could_be_taken_for_an_option_or_a_command_is_refused() {
        for text in [
            "",
            "docker.sock",
            "/var/run/docker.sock",
            "http://a:1",
            "unix://relative",
            "unix:///",
            "unix:///a b",
            "tcp://a",
            "tcp://:2375",
            "tcp://a:0",
            "tcp://a:+1",
            "tcp://a:65536",
            "tcp://::1:2375",
            "tcp://[::1",
            "tcp://a:1/path",
            "tcp://u@a:1",
            "ssh://-oProxyCommand=x",
            "ssh://-l@a",
            "ssh://a:b@c",
            "ssh://a b",
            "ssh://a/x:y",
            "ssh://a/%68 x",
            "ssh://$(id)",
            "ssh://",
        ] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }
}
