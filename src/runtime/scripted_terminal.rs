//! A program in a terminal of tests: it puts out, reads, and ends as it is told.

use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use tokio::io::DuplexStream;
use tokio::sync::watch;

use super::{Exit, Program as Asked, Result, Size, TerminalControl, TerminalSource, TerminalSpec};

/// What lies between a program and the hub, in bytes.
pub(crate) const PIPE: usize = 64 * 1024;

/// The program's own ends. Dropping `output` is its end.
pub(crate) struct Program {
    pub(crate) spec: TerminalSpec,
    pub(crate) output: DuplexStream,
    pub(crate) input: DuplexStream,
    pub(crate) control: Arc<Control>,
}

/// What the hub did to the program, and what it is told of it.
pub(crate) struct Control {
    pub(crate) sizes: watch::Sender<Vec<Size>>,
    pub(crate) ended: watch::Sender<u32>,
    pub(crate) exit: Mutex<Exit>,
    pub(crate) left: Mutex<Option<String>>,
}

impl Program {
    /// Ends with this status.
    pub(crate) fn exit(self, code: i64) -> Arc<Control> {
        self.control.exit.lock().unwrap_or_else(PoisonError::into_inner).code = code;
        self.control
    }
}

/// A program, and the hub's ends of it.
pub(crate) fn program(spec: TerminalSpec) -> (Program, TerminalSource) {
    let (output, hub_output) = tokio::io::duplex(PIPE);
    let (input, hub_input) = tokio::io::duplex(PIPE);
    let control = Arc::new(Control {
        sizes: watch::Sender::new(vec![spec.size]),
        ended: watch::Sender::new(0),
        exit: Mutex::new(Exit { code: 0, reason: None }),
        left: Mutex::default(),
    });
    let cmd = match &spec.program {
        Asked::Exec { cmd: Some(cmd), .. } => cmd.clone(),
        Asked::Exec { cmd: None, .. } => vec!["/bin/sh".to_owned()],
        Asked::Attach => vec!["/main".to_owned()],
    };
    let source = TerminalSource {
        cmd,
        output: Box::new(hub_output),
        input: Box::new(hub_input),
        control: Box::new(Handle(control.clone())),
    };
    (Program { spec, output, input, control }, source)
}

struct Handle(Arc<Control>);

impl TerminalControl for Handle {
    fn resize(&self, size: Size) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            self.0.sizes.send_modify(|sizes| sizes.push(size));
            Ok(())
        })
    }

    fn exit(&self) -> BoxFuture<'_, Exit> {
        Box::pin(async { self.0.exit.lock().unwrap_or_else(PoisonError::into_inner).clone() })
    }

    fn end(&self) -> BoxFuture<'_, Option<String>> {
        Box::pin(async {
            self.0.ended.send_modify(|ended| *ended += 1);
            self.0.left.lock().unwrap_or_else(PoisonError::into_inner).clone()
        })
    }
}
