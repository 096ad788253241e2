//! What an engine's failure is to a caller: its code, and the engine's own words.

use quayside_protocol::ErrorCode;

use crate::error::Error;
use crate::runtime::RuntimeError;

impl From<RuntimeError> for Error {
    fn from(error: RuntimeError) -> Self {
        let code = match &error {
            RuntimeError::NotFound(_) => ErrorCode::NotFound,
            RuntimeError::Conflict(_) | RuntimeError::NotModified => ErrorCode::Conflict,
            // Whoever knows which field the engine did not like says so before it comes to this.
            RuntimeError::Invalid(_) | RuntimeError::Failed(_) => ErrorCode::Engine,
            RuntimeError::Unavailable(_) => ErrorCode::Unavailable,
            RuntimeError::Timeout(_) => ErrorCode::Timeout,
        };
        Self::new(code, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_engine_refused_is_not_said_to_be_a_field() {
        let error = Error::from(RuntimeError::Invalid("exec: \"nope\": not found".into()));
        assert_eq!(error.code(), ErrorCode::Engine);
        assert_eq!(error.message(), "exec: \"nope\": not found");
    }
}
