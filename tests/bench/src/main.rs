//! Quayside beside its peers and beside what the kernel allows: everything in one run on one machine, as ratios.
//!
//! This process carries the load: it plays the Docker Engines, publishes, and is all the subscribers. Servers are
//! processes of their own, and what they are measured by is their own CPU time.

mod clock;
mod dial;
mod engine;
mod event;
mod figure;
mod http;
mod hub;
mod limit;
mod peer;
mod real;
mod results;
mod rig;
mod said;
mod server;
mod sink;
mod source;
mod subscribers;
mod usage;
mod work;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use crate::figure::{HEAD, Line};
use crate::limit::Form;
use crate::rig::Shop;
use crate::said::{Outcome, Said};
use crate::work::{Run, WORKS};

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let words: Vec<_> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["limit", source, form, write] => {
            let form = if *form == "sse" { Form::Sse } else { Form::Ws };
            limit::serve(Path::new(source), form, *write == "batch").said("the bare loop")
        }
        words => run(words),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What `scripts/bench` tells: `--program`, `--project`, `--dir`, `--commit`, and what is to be done.
fn run(words: &[&str]) -> Outcome<()> {
    let after = |name: &str| {
        let at = words.iter().position(|word| *word == name)?;
        words.get(at + 1).copied()
    };
    let only = after("--only").unwrap_or_default();
    let works: Vec<_> = WORKS.iter().filter(|work| work.name.contains(only)).collect();
    if words.contains(&"--list") {
        works.iter().for_each(|work| println!("{}", work.name));
        return Ok(());
    }
    if works.is_empty() {
        return Err(format!("no work has {only} in its name"));
    }
    let project = PathBuf::from(after("--project").said("--project is missing")?);
    let quick = words.contains(&"--quick");
    let run = Run {
        shop: Shop {
            program: after("--program").said("--program is missing")?.into(),
            modules: project.join("tests/bench/bun"),
            dir: after("--dir").said("--dir is missing")?.into(),
        },
        scripts: project.join("scripts"),
        samples: if quick { 3 } else { 5 },
        quick,
        borrowed: after("--engine").map(PathBuf::from),
    };
    let begun = Instant::now();
    let mut lines = Vec::new();
    for work in works {
        eprintln!("==> {} ({} s)", work.name, begun.elapsed().as_secs());
        let measured = (work.measure)(&run);
        lines.extend(measured.unwrap_or_else(|why| vec![Line::missing(work.name, &why)]));
    }
    println!("{HEAD}");
    lines.iter().for_each(|line| println!("{}", line.row()));
    println!("took {} min {} s", begun.elapsed().as_secs() / 60, begun.elapsed().as_secs() % 60);
    if let Some(file) = after("--write") {
        results::write(Path::new(file), &lines, after("--commit").unwrap_or_default(), quick)?;
    }
    match after("--check") {
        Some(file) => results::check(Path::new(file), &lines),
        None => Ok(()),
    }
}
