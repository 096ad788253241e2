//! Looks each key up: flags, then variables, then the file, then its default.

use super::file::File;
use super::nearest::distance;
use super::problem::{ConfigError, Place, Problem};
use super::section::{KEYS, Key};
use super::show::Shown;
use super::source::{Origin, Sources};
use super::value::{Raw, Setting};

/// What else must hold of a value, beside its kind.
pub(super) type Check<T> = dyn Fn(&T) -> Result<(), String>;

/// Reads keys, and gathers what is shown of them and what is wrong.
pub(super) struct Reader<'a> {
    /// All that is written.
    pub(super) sources: &'a Sources,
    /// The configuration file, an empty one where there is none.
    pub(super) file: File,
    shown: Vec<Shown>,
    shown_hosts: Vec<Vec<Shown>>,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    /// Parses the file, and looks for variables that nobody knows.
    pub(super) fn new(sources: &'a Sources) -> Self {
        let (name, text) =
            sources.file.as_ref().map_or(("", ""), |(n, t)| (n.as_str(), t.as_str()));
        let (file, mut problems) = File::parse(name, text);
        problems.extend(sources.variables.keys().filter_map(|name| unknown_variable(name)));
        Self { sources, file, shown: Vec::new(), shown_hosts: Vec::new(), problems }
    }

    /// The value in force of `key`; `None`: it is wrong, which has been noted.
    pub(super) fn read<T: Setting>(
        &mut self,
        key: Key,
        default: &str,
        checks: &[&Check<T>],
    ) -> Option<T> {
        let (raw, origin) = self.find(key, default)?;
        let checked = T::read(&raw)
            .and_then(|value| checks.iter().try_for_each(|check| check(&value)).map(|()| value));
        match checked {
            Ok(value) => {
                self.shown.push(Shown { key: key.path(), value: value.show(), origin });
                Some(value)
            }
            Err(message) => {
                self.wrong(key, &origin, message);
                None
            }
        }
    }

    fn find(&mut self, key: Key, default: &str) -> Option<(Raw, Origin)> {
        let flags = &self.sources.flags;
        let flag = match (key.section, key.name) {
            ("server", "listen") => flags.listen.as_ref(),
            ("server", "data") => flags.data.as_ref(),
            _ => None,
        };
        if let Some(text) = flag {
            return Some((Raw::Word(text.clone()), Origin::Flag));
        }
        if let Some(value) = self.sources.variables.get(&key.variable()) {
            let Some(text) = value.to_str() else {
                self.wrong(key, &Origin::Variable, "not UTF-8 text".into());
                return None;
            };
            return Some((Raw::Word(text.into()), Origin::Variable));
        }
        if let Some(written) = self.file.get(key) {
            return Some((written.raw.clone(), self.file.origin(written.line)));
        }
        let raw = match (key.section, key.name) {
            ("log", "format") if self.sources.terminal => Raw::Word("human".into()),
            _ if default.is_empty() => Raw::Absent,
            _ => Raw::Word(default.into()),
        };
        Some((raw, Origin::Default))
    }

    /// Notes that what stands at `key` is wrong, in the words of whoever wrote it.
    pub(super) fn wrong(&mut self, key: Key, origin: &Origin, message: String) {
        let message = match origin {
            Origin::File { .. } => format!("{}: {message}", key.path()),
            _ => message,
        };
        self.problems.push(Problem::new(self.place(key, origin), message));
    }

    /// Where `key` was set, as its writer knows it.
    pub(super) fn place(&self, key: Key, origin: &Origin) -> Place {
        match origin {
            Origin::Flag => Place::Flag(key.name),
            Origin::Variable => Place::Variable(key.variable()),
            Origin::File { name, line } => Place::File { name: name.clone(), line: *line },
            Origin::Default => Place::Key(key.path()),
        }
    }

    /// Where the value of `key` that was read last comes from.
    pub(super) fn origin_of(&self, key: Key) -> Origin {
        let path = key.path();
        let shown = self.shown.iter().find(|shown| shown.key == path);
        shown.map_or(Origin::Default, |shown| shown.origin.clone())
    }

    /// Notes a problem that is not one key's.
    pub(super) fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Adds a host to what is shown.
    pub(super) fn show_host(&mut self, lines: Vec<Shown>) {
        self.shown_hosts.push(lines);
    }

    /// What is shown, of keys and of hosts, or all that is wrong.
    pub(super) fn finish(self) -> Result<(Vec<Shown>, Vec<Vec<Shown>>), ConfigError> {
        match self.problems.is_empty() {
            true => Ok((self.shown, self.shown_hosts)),
            false => Err(ConfigError::new(self.problems)),
        }
    }
}

fn unknown_variable(name: &str) -> Option<Problem> {
    let known = |key: &Key| key.variable() == name;
    if !name.starts_with("QUAYSIDE_") || KEYS.iter().any(known) {
        return None;
    }
    let far = |key: &&Key| distance(name, &key.variable());
    let hint = KEYS.iter().min_by_key(far).map(|key| key.variable()).unwrap_or_default();
    let message: String = match name.starts_with("QUAYSIDE_HOST_") {
        true => "hosts stand in the file (`[[host]]`) or in `--host NAME=ADDRESS`".into(),
        false => format!("unknown variable; the nearest is {hint}"),
    };
    Some(Problem::new(Place::Variable(name.into()), message))
}
