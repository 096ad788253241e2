//! A server under measurement: a process that is started, listened to until it says where it is, measured with all
//! it starts, and ended.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::clock;
use crate::said::{Outcome, Said};
use crate::usage::{self, Usage};

/// How long one may take to come up or to go away.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running server.
pub(crate) struct Server {
    child: Child,
}

impl Server {
    /// Starts one whose output says nothing.
    pub(crate) fn silent(mut command: Command) -> Outcome<Self> {
        let what = command.get_program().to_string_lossy().into_owned();
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn();
        Ok(Self { child: child.said(&what)? })
    }

    /// Starts one that prints its address.
    pub(crate) fn told(mut command: Command) -> Outcome<(Self, SocketAddr)> {
        let what = command.get_program().to_string_lossy().into_owned();
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().said(&what)?;
        let mut server = Self { child };
        let output = server.child.stdout.take().said("its output")?;
        let (sender, receiver) = mpsc::sync_channel(1);
        // Reads on to the end, so that its pipe never fills.
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(address) = address_in(&line) {
                    _ = sender.try_send(address);
                }
            }
        });
        let address = receiver.recv_timeout(PATIENCE);
        Ok((server, address.said(&format!("{what} tells no address"))?))
    }

    /// What it and all it started have used.
    pub(crate) fn usage(&self) -> Usage {
        usage::of(self.child.id())
    }

    /// Ends it and waits for its end.
    pub(crate) fn end(&mut self) {
        if let Ok(Some(_)) = self.child.try_wait() {
            return;
        }
        if let Some(id) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            _ = kill_process(id, Signal::TERM);
        }
        let gone = || matches!(self.child.try_wait(), Ok(Some(_))).then_some(());
        if clock::until(PATIENCE, Duration::from_millis(5), "its end", gone).is_err() {
            _ = self.child.kill();
            _ = self.child.wait();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

/// The address in a line such as `http://127.0.0.1:9083/`.
fn address_in(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://")?;
    let end = rest.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(rest.len());
    rest.get(..end)?.replace("localhost", "127.0.0.1").parse().ok()
}
