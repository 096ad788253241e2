//! How many files and sockets this process may hold.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Raises the limit to its hard value; where that is refused, the old one stays and the log says so.
pub fn raise() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => tracing::debug!(?current, ?maximum, "limit of open files raised"),
        Err(error) => tracing::warn!(?current, %error, "the limit of open files stays as it is"),
    }
}
