//! The project's Rust files, and which paths their code names. It knows as much of Rust's grammar as that takes:
//! comments, strings, and the trees of `use`.

use std::fs;
use std::path::{Path, PathBuf};

/// One file.
pub(crate) struct Source {
    /// From the project's root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Every Rust file below these folders of the project.
pub(crate) fn sources(folders: &[&str]) -> Vec<Source> {
    let root = root();
    let mut found = Vec::new();
    for folder in folders {
        walk(&root.join(folder), &mut |path| {
            if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                found.push(Source { path: name, text: fs::read_to_string(path).unwrap() });
            }
        });
    }
    assert!(!found.is_empty(), "no Rust file below {folders:?}");
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// The project's root.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn walk(folder: &Path, visit: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, visit) } else { visit(&path) }
    }
}

impl Source {
    /// Every path that the code names, with the line it begins at: `use a::{b, c::d}` names `a::b` and `a::c::d`.
    pub(crate) fn paths(&self) -> Vec<(usize, String)> {
        let code = bare(&self.text);
        let mut tokens = tokens(&code).into_iter().peekable();
        let mut paths = Vec::new();
        while let Some((line, token)) = tokens.next() {
            // A module's own declaration is not the crate of that name.
            if !is_word(&token) || (token == "mod" && tokens.next().is_some()) {
                continue;
            }
            let is_use = token == "use";
            let (line, first) = match is_use {
                true => match tokens.next_if(|(_, next)| is_word(next)) {
                    Some(first) => first,
                    None => continue,
                },
                false => (line, token),
            };
            tree(line, first, &mut tokens, is_use, &mut paths);
        }
        paths
    }
}

type Tokens = std::iter::Peekable<std::vec::IntoIter<(usize, String)>>;

/// What follows `prefix`: more segments, and in a `use` also groups.
fn tree(
    line: usize,
    prefix: String,
    rest: &mut Tokens,
    group: bool,
    out: &mut Vec<(usize, String)>,
) {
    let mut path = prefix;
    while rest.next_if(|(_, token)| token == "::").is_some() {
        if let Some((_, segment)) = rest.next_if(|(_, token)| is_word(token) || token == "*") {
            path = format!("{path}::{segment}");
        } else if group && rest.next_if(|(_, token)| token == "{").is_some() {
            while let Some((line, token)) = rest.next() {
                match token.as_str() {
                    "}" => return,
                    word if is_word(word) => tree(line, format!("{path}::{word}"), rest, true, out),
                    _ => {}
                }
            }
            return;
        } else {
            break;
        }
    }
    out.push((line, path));
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Words, `::` and single signs, each with its line.
fn tokens(code: &str) -> Vec<(usize, String)> {
    let (mut tokens, mut line) = (Vec::new(), 1);
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        let mut token = String::from(c);
        if c == '\n' {
            line += 1;
        } else if c.is_alphanumeric() || c == '_' {
            while let Some(more) = chars.next_if(|c| c.is_alphanumeric() || *c == '_') {
                token.push(more);
            }
        } else if c == ':' && chars.next_if_eq(&':').is_some() {
            token.push(':');
        }
        if !c.is_whitespace() {
            tokens.push((line, token));
        }
    }
    tokens
}

/// The code without comments and without what stands in strings; lines stay.
pub(crate) fn bare(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(raw) = raw_string(rest) {
            raw
        } else if c == '"' {
            string(rest)
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\\"'") {
            rest.char_indices().skip(2).find(|(_, c)| *c == '\'').map_or(3, |(at, _)| at + 1)
        } else {
            code.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        code.extend(rest[..skipped].chars().filter(|c| *c == '\n'));
        code.push(' ');
        rest = &rest[skipped..];
    }
    code
}

/// The length of a string that begins here.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a raw string that begins here, if one does.
fn raw_string(text: &str) -> Option<usize> {
    let after = text.strip_prefix("br").or_else(|| text.strip_prefix('r'))?;
    let hashes = after.chars().take_while(|c| *c == '#').count();
    let body = after[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    let begun = text.len() - body.len();
    Some(body.find(&end).map_or(text.len(), |at| begun + at + end.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        let source = Source { path: "x.rs".to_owned(), text: text.to_owned() };
        source.paths().into_iter().map(|(_, path)| path).collect()
    }

    #[test]
    fn groups_of_use_are_unfolded() {
        let text = "use crate::{\n    broker::log,\n    store::{Store, sled as disk},\n};";
        let named = named(text);
        for path in ["crate::broker::log", "crate::store::Store", "crate::store::sled"] {
            assert!(named.iter().any(|n| n == path), "{path} in {named:?}");
        }
    }

    #[test]
    fn comments_and_strings_name_nothing() {
        let text =
            "// warp::x\n/* warp::y */ \"warp::z \\\" warp::z\" r#\"warp::w\"# '\"' hyper::b";
        assert_eq!(named(text), ["hyper::b"]);
        let source = Source { path: "x.rs".to_owned(), text: text.to_owned() };
        assert_eq!(source.paths()[0].0, 2);
    }
}
