//! Why the hub ends a WebSocket, and what a client does next.

/// A WebSocket close code of the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum CloseCode {
    /// Ten malformed packets in a row. Do not come back.
    Malformed = 1008,
    /// A frame over [`crate::codec::MAX_PACKET`]. Do not come back.
    TooLarge = 1009,
    /// The hub is draining. Come back, with jitter.
    Draining = 4001,
    /// 30 s without a pong or a byte taken. Come back, with jitter.
    NoPong = 4002,
    /// A limit on connections is reached. Come back, with jitter.
    Full = 4003,
    /// The token is bad, missing after 10 s, expired or revoked. Come back with another.
    Unauthenticated = 4401,
    /// Not allowed. Do not come back.
    Forbidden = 4403,
}

impl CloseCode {
    /// The number on the wire.
    #[must_use]
    pub fn code(self) -> u16 {
        self as u16
    }

    /// Words for the close frame; under 123 bytes, as RFC 6455 demands.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "ten malformed packets in a row",
            Self::TooLarge => "frame over 1 MiB",
            Self::Draining => "the hub is going down, come back",
            Self::NoPong => "no answer to pings, come back",
            Self::Full => "too many connections, come back later",
            Self::Unauthenticated => "the token is missing, bad, expired or revoked",
            Self::Forbidden => "not allowed",
        }
    }
}
