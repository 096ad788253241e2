//! What can go wrong, once for the whole program: a closed code, words for the caller, and words for the log
//! that have no way into an answer.

use std::borrow::Cow;
use std::fmt;

use quayside_protocol::codec::Invalid;
use quayside_protocol::{ErrorBody, ErrorCode};

/// An error on its way to a caller.
pub struct Error {
    code: ErrorCode,
    public: Cow<'static, str>,
    detail: Detail,
    internal: Option<Box<str>>,
}

/// What some codes say beside their message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Detail {
    #[default]
    None,
    Field(String),
    RetryAfter(u64),
    Storage {
        used: u64,
        size: u64,
    },
}

impl Error {
    /// An error of `code` whose message any caller may read.
    pub fn new(code: ErrorCode, public: impl Into<Cow<'static, str>>) -> Self {
        Self { code, public: public.into(), detail: Detail::None, internal: None }
    }

    /// `invalid`: `field` is wrong for `reason`.
    pub fn invalid(field: impl Into<String>, reason: impl fmt::Display) -> Self {
        let field = field.into();
        let public =
            if field.is_empty() { reason.to_string() } else { format!("{field}: {reason}") };
        Self::new(ErrorCode::Invalid, public).with_field(field)
    }

    /// `unauthenticated`: the one message for every bad token, so that none tells more than another.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(ErrorCode::Unauthenticated, "a valid token is needed: log in again")
    }

    /// `forbidden`.
    pub fn forbidden(public: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::Forbidden, public)
    }

    /// `not_found`: there is none, or the caller may not know of it.
    pub fn not_found(public: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::NotFound, public)
    }

    /// `conflict`.
    pub fn conflict(public: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::Conflict, public)
    }

    /// `unavailable`.
    pub fn unavailable(public: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::Unavailable, public)
    }

    /// `limited`: another try may pass after `retry_after` seconds.
    pub fn limited(public: impl Into<Cow<'static, str>>, retry_after: u64) -> Self {
        let mut error = Self::new(ErrorCode::Limited, public);
        error.detail = Detail::RetryAfter(retry_after);
        error
    }

    /// `full`: storage has `used` of `size` bytes in use.
    pub fn full(public: impl Into<Cow<'static, str>>, used: u64, size: u64) -> Self {
        let mut error = Self::new(ErrorCode::Full, public);
        error.detail = Detail::Storage { used, size };
        error
    }

    /// `internal`: the caller learns nothing but that; `internal` goes to the log.
    pub fn internal(internal: impl fmt::Display) -> Self {
        Self::new(ErrorCode::Internal, "a fault of the hub; its log has the request id")
            .with_internal(internal)
    }

    /// Names the field that is wrong.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>) -> Self {
        let field = field.into();
        if !field.is_empty() {
            self.detail = Detail::Field(field);
        }
        self
    }

    /// Adds words for the log.
    #[must_use]
    pub fn with_internal(mut self, internal: impl fmt::Display) -> Self {
        self.internal = Some(internal.to_string().into_boxed_str());
        self
    }

    /// The kind.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// The words for the caller.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.public
    }

    /// The words for the log.
    #[must_use]
    pub fn internal_message(&self) -> Option<&str> {
        self.internal.as_deref()
    }

    /// Seconds after which another try may pass.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        match self.detail {
            Detail::RetryAfter(seconds) => Some(seconds),
            _ => None,
        }
    }

    /// What goes over the wire.
    #[must_use]
    pub fn body(&self) -> ErrorBody {
        let mut body = ErrorBody {
            code: self.code,
            message: self.public.to_string(),
            field: None,
            retry_after: self.retry_after(),
            used: None,
            size: None,
        };
        match &self.detail {
            Detail::Field(field) => body.field = Some(field.clone()),
            Detail::Storage { used, size } => {
                body.used = Some(*used);
                body.size = Some(*size);
            }
            Detail::None | Detail::RetryAfter(_) => {}
        }
        body
    }
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Self::new(ErrorCode::Invalid, invalid.message()).with_field(invalid.field)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.public)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.as_str(), self.public)?;
        self.internal.as_deref().map_or(Ok(()), |internal| write!(f, " [{internal}]"))
    }
}

impl std::error::Error for Error {}

/// What most functions return.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<crate::store::StoreError> for Error {
    fn from(error: crate::store::StoreError) -> Self {
        use crate::store::StoreError;
        match error {
            StoreError::Full { used, size } => {
                let room = crate::store::reserve(size) >> 20;
                let words = format!("the hub's disk is full: make {room} MiB free on it");
                Self::full(words, used, size)
            }
            StoreError::Conflict { .. } => {
                Self::conflict("it was changed by somebody else meanwhile: try again")
                    .with_internal(error)
            }
            StoreError::Closed => Self::unavailable("the hub is going down: try again"),
            error => Self::internal(error),
        }
    }
}
