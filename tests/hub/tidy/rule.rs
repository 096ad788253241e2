//! Which part may name which: the table, and how a file is held against it.

use super::source::Source;

/// A rule: no file below `within`, but those below `except`, names one of `words`.
pub(crate) struct Rule {
    within: &'static [&'static str],
    except: &'static [&'static str],
    /// Beginnings of paths, in whole segments.
    words: &'static [&'static str],
    reason: &'static str,
}

/// Every rule.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        within: &["src/", "protocol/"],
        except: &["src/runtime/docker/"],
        words: &["bollard"],
        reason: "only runtime::docker knows the Docker client library",
    },
    Rule {
        within: &["src/", "protocol/"],
        except: &["src/store/sled/", "src/store/command.rs"],
        words: &["sled"],
        reason: "only store::sled knows the embedded database",
    },
    Rule {
        within: &["src/", "protocol/"],
        except: &["src/auth/token.rs"],
        words: &["jsonwebtoken"],
        reason: "only auth::token knows how tokens are signed",
    },
    Rule {
        within: &["src/", "protocol/"],
        except: &["src/transport/"],
        words: &["warp", "tokio_tungstenite", "tungstenite"],
        reason: "only the transport knows what carries packets",
    },
    Rule {
        within: &["src/", "protocol/"],
        except: &["src/transport/", "src/runtime/docker/"],
        words: &["hyper", "hyper_util", "http_body_util", "hyper_rustls"],
        reason: "only the transport, and the engine's own connections, speak HTTP",
    },
    Rule {
        within: &["src/", "protocol/"],
        except: &["src/runtime/shell.rs"],
        words: &["pty_process"],
        reason: "only runtime::shell knows how a terminal of this machine is made",
    },
    Rule {
        within: &["src/"],
        except: &["src/app.rs", "src/app/", "src/main.rs", "src/store/"],
        words: &["crate::store::sled", "crate::store::SledStore", "super::store::sled"],
        reason: "app.rs alone chooses a backend",
    },
    Rule {
        within: &["src/"],
        except: &["src/app.rs", "src/app/", "src/runtime/docker/", "src/runtime/mod.rs"],
        words: &["crate::runtime::docker", "crate::runtime::DockerEngine"],
        reason: "app.rs alone chooses a backend",
    },
    Rule {
        within: &["src/"],
        except: &["src/app.rs", "src/app/", "src/main.rs"],
        words: &["crate::app", "quayside::app"],
        reason: "what is composed does not know the composition",
    },
    Rule {
        within: &["src/domain/"],
        except: &[],
        words: &[
            "crate::broker",
            "crate::transport",
            "crate::runtime::docker",
            "crate::config::Sources",
        ],
        reason: "the domain knows neither who asks nor whose engine answers",
    },
    Rule {
        within: &["src/broker/"],
        except: &[],
        words: &["crate::transport", "crate::store::sled", "crate::runtime::docker"],
        reason: "the broker knows neither bytes nor backends",
    },
    Rule {
        within: &["src/runtime/", "src/store/"],
        except: &[],
        words: &["crate::broker", "crate::transport", "crate::domain"],
        reason: "what lies beneath the domain does not know what lies above",
    },
    Rule {
        within: &["src/transport/"],
        except: &[],
        words: &[
            "crate::runtime::docker",
            "crate::runtime::supervisor",
            "crate::runtime::Runtime",
            "crate::store",
        ],
        reason: "a transport decides nothing: it asks the broker",
    },
    Rule {
        within: &["protocol/src/"],
        except: &[],
        words: &["tokio", "futures", "chrono", "std::net", "std::fs", "std::time"],
        reason: "the protocol knows no clock, no network, no files",
    },
    Rule {
        within: &["src/", "protocol/"],
        except: &["src/transport/root.rs"],
        words: &[
            "warp::reject",
            "warp::Rejection",
            "reject::custom",
            "reject::not_found",
            "Rejection",
        ],
        reason: "a rejection falls through to the next route; handlers answer",
    },
    Rule {
        within: &["src/", "protocol/", "tests/"],
        except: &[],
        words: &[
            "tokio::sync::mpsc::unbounded_channel",
            "mpsc::unbounded_channel",
            "unbounded_channel",
            "mpsc::unbounded",
            "futures::channel::mpsc::unbounded",
            "std::sync::mpsc::channel",
        ],
        reason: "every queue has a bound",
    },
    Rule {
        within: &["src/", "protocol/", "tests/"],
        except: &[],
        words: &["recursion_limit", "dbg", "todo", "unimplemented"],
        reason: "finished code has no such thing",
    },
    Rule {
        within: &["tests/"],
        except: &["tests/support/wait.rs", "tests/crash/", "tests/engine/real.rs"],
        words: &[
            "tokio::time::sleep",
            "time::sleep",
            "std::thread::sleep",
            "thread::sleep",
            "sleep",
        ],
        reason: "a test waits for the condition, by support::wait",
    },
];

/// A line that breaks a rule.
#[derive(Debug)]
pub(crate) struct Breach {
    pub(crate) place: String,
    pub(crate) path: String,
    pub(crate) reason: &'static str,
}

impl Rule {
    /// Lines of `source` that break it.
    pub(crate) fn breaches(&self, source: &Source) -> Vec<Breach> {
        let below = |folders: &[&str]| folders.iter().any(|f| source.path.starts_with(f));
        if !below(self.within) || below(self.except) {
            return Vec::new();
        }
        let names = |path: &str| {
            self.words.iter().any(|word| {
                path.strip_prefix(word)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
            })
        };
        let breach = |(line, path): (usize, String)| Breach {
            place: format!("{}:{line}", source.path),
            path,
            reason: self.reason,
        };
        source.paths().into_iter().filter(|(_, path)| names(path)).map(breach).collect()
    }

    /// A file that breaks it, made up.
    pub(crate) fn offender(&self) -> Source {
        let folder = self.within[0];
        let text = format!("//! Made up.\n\nuse {}::thing;\n", self.words[0]);
        Source { path: format!("{folder}made_up.rs"), text }
    }
}
