//! Compiles the program that is put into containers ([`runtime/docker/reap/inside.rs`]), linked statically so that
//! it runs in any image, for the machine the hub is built for. What it is made of is there, std only.
//!
//! [`runtime/docker/reap/inside.rs`]: runtime/docker/reap/inside.rs

use std::env;
use std::error::Error;
use std::io::{Write, stderr, stdout};
use std::path::PathBuf;
use std::process::{Command, ExitCode};

const FOLDER: &str = "src/runtime/docker/reap";

fn main() -> ExitCode {
    match compile() {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            // Where nobody reads it there is nobody to tell.
            let _ = writeln!(stderr(), "{why}");
            ExitCode::FAILURE
        }
    }
}

fn compile() -> Result<(), Box<dyn Error>> {
    for file in ["inside.rs", "ending.rs", "table.rs"] {
        writeln!(stdout(), "cargo::rerun-if-changed={FOLDER}/{file}")?;
    }
    let target = env::var("TARGET")?;
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc
        .arg(format!("{FOLDER}/inside.rs"))
        .args(["--crate-name", "inside", "--crate-type", "bin", "--edition", "2024"])
        .args(["--target", &target, "-O"])
        .args(["-C", "target-feature=+crt-static", "-C", "panic=abort", "-C", "strip=symbols"])
        .arg("-o")
        .arg(PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo named no OUT_DIR")?).join("inside"));
    if let Some(linker) = env::var_os("RUSTC_LINKER") {
        let mut option = std::ffi::OsString::from("linker=");
        option.push(linker);
        rustc.arg("-C").arg(option);
    }
    let output = rustc.output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "{}\nThe program that is put into containers ({FOLDER}/inside.rs) could not be compiled and linked \
         statically for {target}. That takes a C compiler as linker and the C library's static files: \
         install gcc and libc6-dev (Debian, Ubuntu), gcc and glibc-static (Fedora), or build for a musl target.",
        String::from_utf8_lossy(&output.stderr)
    )
    .into())
}
