//! Somebody at `docker exec -it`, in a terminal of this machine.

use std::io::{Read, Write};
use std::process::Child;

use pty_process::blocking::{Command, Pty, open};

use super::Real;
use crate::said::{Outcome, Said};

/// A running docker command and its terminal.
pub(crate) struct Prompt {
    pty: Pty,
    child: Child,
}

impl Prompt {
    /// Runs a program in a container.
    pub(crate) fn open(real: &Real, container: &str, cmd: &[&str]) -> Outcome<Self> {
        let (pty, pts) = open().said("a terminal")?;
        let command = Command::new("docker")
            .arg("-H")
            .arg(format!("unix://{}", real.socket().display()))
            .args(["exec", "-it", container])
            .args(cmd);
        let child = command.spawn(pts).said("docker exec -it")?;
        Ok(Self { pty, child })
    }

    /// Types bytes.
    pub(crate) fn type_in(&mut self, bytes: &[u8]) -> Outcome<()> {
        self.pty.write_all(bytes).said("typing")
    }

    /// Reads until a byte comes.
    pub(crate) fn until(&mut self, byte: u8) -> Outcome<()> {
        let mut buffer = [0; 4_096];
        loop {
            match self.pty.read(&mut buffer).said("docker exec -it")? {
                0 => return Err("docker exec -it ended".to_owned()),
                read if buffer.get(..read).is_some_and(|bytes| bytes.contains(&byte)) => {
                    return Ok(());
                }
                _ => {}
            }
        }
    }
}

impl Drop for Prompt {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}
