//! The configuration file: its text as keys with lines.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::host_table::HOST_KEYS;
use super::nearest::{distance, nearest};
use super::problem::{Place, Problem};
use super::section::{KEYS, Key};
use super::source::Origin;
use super::value::Raw;

/// A value and where it stands.
#[derive(Clone)]
pub(super) struct Written {
    /// The value.
    pub(super) raw: Raw,
    /// Its line, counted from 1.
    pub(super) line: usize,
}

/// A `[[host]]`.
#[derive(Clone)]
pub(super) struct WrittenHost {
    /// The line of its head.
    pub(super) line: usize,
    /// Its keys, all of them known.
    pub(super) keys: BTreeMap<&'static str, Written>,
}

/// A file as written; unknown keys have become problems.
pub(super) struct File {
    /// In the order in which they stand.
    pub(super) hosts: Vec<WrittenHost>,
    name: String,
    values: Vec<(Key, Written)>,
}

impl File {
    /// Reads what can be read; every mistake is told with its line.
    pub(super) fn parse(name: &str, text: &str) -> (Self, Vec<Problem>) {
        let mut parser = Parser { name, lines: Lines::new(text), problems: Vec::new() };
        let mut file = Self { name: name.into(), hosts: Vec::new(), values: Vec::new() };
        let (root, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            parser.problem(error.span().unwrap_or_default(), message);
        }
        // What a broken line would read as is not worth a second complaint, so the values are left alone.
        if errors.is_empty() {
            for (section, value) in root.get_ref() {
                parser.section(&mut file, section, value);
            }
        }
        (file, parser.problems)
    }

    /// A line of it.
    pub(super) fn place(&self, line: usize) -> Place {
        Place::File { name: self.name.clone(), line }
    }

    /// Who set what stands in a line of it.
    pub(super) fn origin(&self, line: usize) -> Origin {
        Origin::File { name: self.name.clone(), line }
    }

    /// What stands at a key.
    pub(super) fn get(&self, key: Key) -> Option<&Written> {
        self.values.iter().find(|(known, _)| *known == key).map(|(_, written)| written)
    }
}

/// Where each line begins.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(at, _)| at).collect())
    }

    fn of(&self, at: usize) -> usize {
        self.0.partition_point(|newline| *newline < at) + 1
    }
}

struct Parser<'a> {
    name: &'a str,
    lines: Lines,
    problems: Vec<Problem>,
}

type Name<'i> = Spanned<std::borrow::Cow<'i, str>>;

impl Parser<'_> {
    fn problem(&mut self, span: Range<usize>, message: String) {
        let line = self.lines.of(span.start);
        let place = Place::File { name: self.name.into(), line };
        self.problems.push(Problem::new(place, message));
    }

    fn section(&mut self, file: &mut File, name: &Name<'_>, value: &Spanned<DeValue<'_>>) {
        let section = name.get_ref().as_ref();
        if section == "host" {
            return self.hosts(file, name, value);
        }
        let known = KEYS.iter().any(|key| key.section == section);
        match value.get_ref() {
            DeValue::Table(table) if known => {
                for (key, value) in table {
                    self.key(file, section, key, value);
                }
            }
            DeValue::Table(_) | DeValue::Array(_) if !known => {
                let sections = KEYS.iter().map(|key| key.section).chain(["host"]);
                let hint = nearest(section, sections).unwrap_or_default();
                let head = if hint == "host" { "[[host]]".into() } else { format!("[{hint}]") };
                self.problem(
                    name.span(),
                    format!(
                        "unknown section `{}`; the nearest is `{head}`",
                        section.escape_debug()
                    ),
                );
            }
            _ if known => {
                self.problem(name.span(), format!("`{section}` is a section: write `[{section}]`"));
            }
            _ => self.unknown(name, section),
        }
    }

    fn key(
        &mut self,
        file: &mut File,
        section: &str,
        name: &Name<'_>,
        value: &Spanned<DeValue<'_>>,
    ) {
        let key = name.get_ref().as_ref();
        match KEYS.iter().find(|known| known.section == section && known.name == key) {
            Some(known) => file.values.push((*known, self.written(name, value))),
            None => self.unknown(name, &format!("{section}.{key}")),
        }
    }

    fn unknown(&mut self, name: &Name<'_>, path: &str) {
        // The right word in the wrong section is as near as one wrong letter.
        let bare = path.rsplit('.').next().unwrap_or(path);
        let far = |key: &&Key| distance(path, &key.path()).min(distance(bare, key.name) + 1);
        let hint = KEYS.iter().min_by_key(far).map(|key| key.path()).unwrap_or_default();
        let path = path.escape_debug();
        self.problem(name.span(), format!("unknown key `{path}`; the nearest is `{hint}`"));
    }

    fn hosts(&mut self, file: &mut File, name: &Name<'_>, value: &Spanned<DeValue<'_>>) {
        let items = match value.get_ref() {
            DeValue::Array(items) => items,
            _ => return self.problem(name.span(), "hosts are a list: write `[[host]]`".into()),
        };
        for item in items {
            let DeValue::Table(table) = item.get_ref() else {
                self.problem(item.span(), "hosts are a list of tables: write `[[host]]`".into());
                continue;
            };
            let mut host =
                WrittenHost { line: self.lines.of(item.span().start), keys: BTreeMap::new() };
            for (name, value) in table {
                let key = name.get_ref().as_ref();
                match HOST_KEYS.iter().find(|known| **known == key) {
                    Some(known) => {
                        host.keys.insert(known, self.written(name, value));
                    }
                    None => {
                        let hint = nearest(key, HOST_KEYS).unwrap_or_default();
                        let key = key.escape_debug();
                        self.problem(
                            name.span(),
                            format!("unknown key `host.{key}`; the nearest is `host.{hint}`"),
                        );
                    }
                }
            }
            file.hosts.push(host);
        }
    }

    fn written(&self, name: &Name<'_>, value: &Spanned<DeValue<'_>>) -> Written {
        Written { raw: raw(value.get_ref()), line: self.lines.of(name.span().start) }
    }
}

fn raw(value: &DeValue<'_>) -> Raw {
    match value {
        DeValue::String(text) => Raw::Text(text.clone().into_owned()),
        DeValue::Integer(number) if number.radix() == 10 => Raw::Number(number.as_str().into()),
        DeValue::Integer(_) => Raw::Other("number that is not decimal"),
        DeValue::Float(number) => Raw::Number(number.as_str().into()),
        DeValue::Boolean(yes) => Raw::Switch(*yes),
        DeValue::Datetime(_) => Raw::Other("date or time"),
        DeValue::Array(items) => Raw::List(items.iter().map(|item| raw(item.get_ref())).collect()),
        DeValue::Table(_) => Raw::Other("table"),
    }
}
