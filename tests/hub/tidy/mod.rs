//! The rules of the code, held against every Rust file: which part may name which, how long a file may be, how
//! it begins, and that every command has its golden packet.

mod rule;
mod source;

use quayside_protocol::Command;

use rule::RULES;
use source::{Source, root, sources};

const FOLDERS: [&str; 4] = ["src", "protocol/src", "protocol/tests", "tests"];

/// Lines a file may have.
const LONGEST: usize = 400;

/// Names that say nothing of what is inside.
const EMPTY_NAMES: [&str; 6] = ["utils", "util", "common", "helpers", "manager", "misc"];

#[test]
fn each_part_names_only_what_it_may() {
    let sources = sources(&FOLDERS);
    let breaches: Vec<_> = RULES
        .iter()
        .flat_map(|rule| sources.iter().flat_map(|source| rule.breaches(source)))
        .map(|breach| format!("{} names {}: {}", breach.place, breach.path, breach.reason))
        .collect();
    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

#[test]
fn every_rule_finds_what_breaks_it() {
    for rule in RULES {
        let offender = rule.offender();
        assert_eq!(rule.breaches(&offender).len(), 1, "{}:\n{}", offender.path, offender.text);
    }
}

#[test]
fn files_are_short_say_what_they_own_and_have_a_name_that_tells() {
    let mut wrong = Vec::new();
    for Source { path, text } in sources(&FOLDERS) {
        let lines = text.lines().count();
        if lines > LONGEST {
            wrong.push(format!("{path} has {lines} lines, {LONGEST} at most"));
        }
        if !text.starts_with("//! ") {
            wrong.push(format!("{path} does not begin with what it owns (//!)"));
        }
        for name in path.trim_end_matches(".rs").split('/') {
            if EMPTY_NAMES.contains(&name) {
                wrong.push(format!("{path}: {name} says nothing of what is inside"));
            }
        }
        for word in ["TODO", "FIXME", "XXX"] {
            if path != "tests/hub/tidy/mod.rs" && text.contains(word) {
                wrong.push(format!("{path} says {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn every_command_has_a_golden_packet() {
    let folder = root().join("protocol/fixtures");
    for (noun, opt) in Command::ALL {
        let name = if opt.is_empty() { (*noun).to_owned() } else { format!("{noun}_{opt}") };
        let file = folder.join(format!("{name}.json"));
        assert!(file.is_file(), "{} is missing", file.display());
    }
}

#[test]
fn the_top_level_holds_what_it_should_and_nothing_else() {
    let known = [
        "Cargo.toml",
        "Cargo.lock",
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
        "src",
        "protocol",
        "web",
        "tests",
        "scripts",
        "target",
        "quayside-data",
    ];
    let strange: Vec<_> = std::fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.starts_with('.') && !known.contains(&name.as_str()))
        .collect();
    assert!(strange.is_empty(), "{strange:?}");
}
