//! The signals that end the hub.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Ends the process with this status where it is told to end a second time.
const IMPATIENT: i32 = 1;

/// Listens for SIGTERM and SIGINT from now on.
///
/// The future that comes back is done at the first of them. A second one ends the process at once with status
/// 1, whatever it is waiting for.
///
/// # Errors
/// The process may not handle signals.
pub fn requested() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let (mut terminate, mut interrupt) =
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        let name = either(&mut terminate, &mut interrupt).await;
        tracing::info!(signal = name, "the hub is asked to end; a second signal ends it at once");
        tokio::spawn(async move {
            either(&mut terminate, &mut interrupt).await;
            std::process::exit(IMPATIENT);
        });
    })
}

async fn either(terminate: &mut Signal, interrupt: &mut Signal) -> &'static str {
    tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    }
}
