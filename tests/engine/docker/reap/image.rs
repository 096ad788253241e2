//! An image with nothing in it but a static program under a few names, none of them a shell.

use std::path::Path;
use std::process::Command;

use crate::docker::scratch::Scratch;
use crate::real::{docker, try_docker};

/// An image that goes with the test.
pub(super) struct Image(pub(super) String);

impl Image {
    pub(super) fn without_a_shell() -> Self {
        let name = format!("t-reap-{}", uuid::Uuid::new_v4().simple());
        let scratch = Scratch::new();
        let busybox =
            ["/bin/busybox", "/usr/bin/busybox"].into_iter().find(|p| Path::new(p).exists());
        let busybox = busybox.unwrap();
        for applet in ["sleep", "setsid"] {
            std::fs::copy(busybox, scratch.0.join(applet)).unwrap();
        }
        let tar = scratch.0.join("image.tar");
        let status = Command::new("tar")
            .arg("-C")
            .arg(&scratch.0)
            .arg("-cf")
            .arg(&tar)
            .args(["sleep", "setsid"])
            .status()
            .unwrap();
        assert!(status.success(), "{status}");
        docker(&["import", "--change", "CMD [\"/sleep\", \"7001\"]", tar.to_str().unwrap(), &name]);
        Self(name)
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // Its container may have failed to go.
        let _ = try_docker(&["rmi", "-f", &self.0]);
    }
}
