//! What an engine's failure is to a caller: its code, and the engine's own words.

use quayside_protocol::ErrorCode;

use crate::error::Error;
use crate::runtime::RuntimeError;

impl From<RuntimeError> for Error {
    fn from(error: RuntimeError) -> Self {
        let code = match &error {
            RuntimeError::NotFound(_) => ErrorCode::NotFound,
            RuntimeError::Conflict(_) | RuntimeError::NotModified => ErrorCode::Conflict,
            RuntimeError::Invalid(_) => ErrorCode::Invalid,
            RuntimeError::Failed(_) => ErrorCode::Engine,
            RuntimeError::Unavailable(_) => ErrorCode::Unavailable,
            RuntimeError::Timeout(_) => ErrorCode::Timeout,
        };
        Self::new(code, error.to_string())
    }
}
