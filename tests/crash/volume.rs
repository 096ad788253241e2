//! Owns a file system on a disk image: `losetup`, `mkfs.ext4`, `mount` and their undoing. It must
//! not know whether the image forgets.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// An ext4 file system (write barriers on) mounted from an image through a loop device. Dropping
/// it unmounts and detaches, also after a failed test.
pub(crate) struct Volume {
    device: String,
    point: PathBuf,
}

impl Volume {
    /// Puts an empty ext4 on `image` and mounts it at `point`, which is created where absent.
    pub(crate) fn format(image: &Path, point: &Path) -> io::Result<Self> {
        Self::attach(image, point, true)
    }

    /// Mounts the ext4 on `image` at `point`, replaying its journal as after a power cut.
    pub(crate) fn mount(image: &Path, point: &Path) -> io::Result<Self> {
        Self::attach(image, point, false)
    }

    /// Where its files are.
    pub(crate) fn path(&self) -> &Path {
        &self.point
    }

    fn attach(image: &Path, point: &Path, format: bool) -> io::Result<Self> {
        std::fs::create_dir_all(point)?;
        // Buffered: with direct I/O the driver would ask for alignment FUSE does not promise.
        let device =
            run(Command::new("losetup").args(["--find", "--show", "--direct-io=off"]).arg(image))?;
        let device = device.trim().to_owned();
        let ready = format_and_mount(&device, point, format);
        if let Err(error) = ready {
            let _detached = run(Command::new("losetup").args(["--detach", &device]));
            return Err(error);
        }
        Ok(Self { device, point: point.to_owned() })
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        // A store that is still open would keep it busy: then it goes lazily, with the last file.
        if run(Command::new("umount").arg(&self.point)).is_err() {
            let _lazily = run(Command::new("umount").arg("--lazy").arg(&self.point));
        }
        let _detached = run(Command::new("losetup").args(["--detach", &self.device]));
    }
}

fn format_and_mount(device: &str, point: &Path, format: bool) -> io::Result<String> {
    if format {
        // Everything is initialized now, so no kernel thread writes to the disk later on its own.
        run(Command::new("mkfs.ext4").args([
            "-q",
            "-F",
            "-b",
            "4096",
            "-E",
            "nodiscard,lazy_itable_init=0,lazy_journal_init=0",
            device,
        ]))?;
    }
    run(Command::new("mount").args(["-t", "ext4", "-o", "barrier=1,nodiscard", device]).arg(point))
}

fn run(command: &mut Command) -> io::Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let done = command
        .output()
        .map_err(|error| io::Error::new(error.kind(), format!("cannot run {program}: {error}")))?;
    if done.status.success() {
        return Ok(String::from_utf8_lossy(&done.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&done.stderr);
    Err(io::Error::other(format!("{program}: {}: {}", done.status, said.trim())))
}
