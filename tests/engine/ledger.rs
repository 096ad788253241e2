//! Writes that the hub has answered, and whether it still knows all of them.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::real;
use crate::support::dice::Dice;
use crate::support::http::{Ask, Http};
use crate::support::hub::TestHub;
use crate::support::wait;

/// Nouns that clerks write, and the field by which each list names its items.
const NOUNS: [(&str, &str); 3] = [("user", "username"), ("host", "host"), ("token", "id")];

/// Of one noun as many stand at most; then they are removed again.
const MOST: usize = 20;

/// What was answered.
#[derive(Default)]
pub(crate) struct Ledger {
    /// Whether a thing must be there, by its noun and name. What had no answer may be either, and is not here.
    stands: BTreeMap<(&'static str, String), bool>,
    /// Action and target of each answered change.
    audited: Vec<(String, String)>,
    /// The secret of a token that stands.
    secret: Option<(String, String)>,
    pub(crate) unanswered: usize,
    /// Refusals; there should be none.
    wrong: Vec<String>,
}

/// Who writes one thing after the other, and writes down what was answered.
pub(crate) struct Clerk {
    pub(crate) http: Http,
    pub(crate) token: String,
    pub(crate) ledger: Arc<Mutex<Ledger>>,
    pub(crate) dice: Dice,
}

impl Clerk {
    /// Writes without end.
    pub(crate) async fn work(mut self) {
        loop {
            match self.dice.below(7) {
                0 | 1 => self.change("user").await,
                2 | 3 => self.change("host").await,
                4 | 5 => self.change("token").await,
                _ => self.container().await,
            }
        }
    }

    /// Makes a thing of this kind, or removes one.
    async fn change(&mut self, noun: &'static str) {
        let old = {
            let mut ledger = self.ledger.lock().unwrap();
            let of_noun = ledger.stands.iter().filter(|((of, _), stands)| *of == noun && **stands);
            let standing: Vec<_> = of_noun.map(|((_, name), _)| name.clone()).collect();
            let remove = standing.len() >= MOST || !standing.is_empty() && self.dice.once_in(3);
            let old = remove.then(|| self.dice.pick(&standing).clone());
            if let Some(old) = &old {
                // Until the answer it may be there or not.
                ledger.stands.remove(&(noun, old.clone()));
                ledger.secret.take_if(|(id, _)| id == old);
            }
            old
        };
        let key = NOUNS.iter().find(|(of, _)| *of == noun).unwrap().1;
        if let Some(old) = old {
            let done = self.ask(noun, &json!({ "opt": "remove", key: old })).await.is_some();
            if done {
                self.note(noun, "remove", old, false);
            }
            return;
        }
        let name = real::name("kept");
        let data = match noun {
            "user" => json!({ "opt": "create", "username": name }),
            "host" => {
                json!({ "opt": "create", "host": name, "addr": format!("unix:///none/{name}") })
            }
            _ => json!({ "opt": "create", "name": name }),
        };
        let Some(made) = self.ask(noun, &data).await else { return };
        let name = made[key].as_str().unwrap().to_owned();
        if let Some(secret) = made["token"].as_str() {
            self.ledger.lock().unwrap().secret = Some((name.clone(), secret.to_owned()));
        }
        self.note(noun, "create", name, true);
    }

    /// Makes a container: what the hub keeps of that is the audit's entry.
    async fn container(&mut self) {
        let name = real::name("killed");
        let data = json!({ "opt": "create", "host": "b", "name": name, "image_id": "busybox", "network": "none", "start": false });
        if self.ask("container", &data).await.is_some() {
            let entry = ("container_create".to_owned(), format!("b/{name}"));
            self.ledger.lock().unwrap().audited.push(entry);
        }
    }

    fn note(&self, noun: &'static str, opt: &str, name: String, stands: bool) {
        let mut ledger = self.ledger.lock().unwrap();
        ledger.audited.push((format!("{noun}_{opt}"), name.clone()));
        ledger.stands.insert((noun, name), stands);
    }

    /// The data of the reply; none where there was no answer.
    async fn ask(&self, noun: &str, data: &Value) -> Option<Value> {
        let packet = json!({ "type": noun, "id": 1, "data": data });
        let ask = Ask::post("/packet", &packet).token(&self.token);
        let answer = match self.http.try_send(&ask).await {
            Ok(answer) => answer.json(),
            Err(_) => {
                self.ledger.lock().unwrap().unanswered += 1;
                // The hub is away.
                wait::pass(Duration::from_millis(20)).await;
                return None;
            }
        };
        if answer["type"] != "reply" {
            // A host that the hub has just begun to connect to takes no container yet.
            if answer["data"]["code"] != "unavailable" {
                self.ledger.lock().unwrap().wrong.push(format!("{noun} {data}: {answer}"));
            }
            return None;
        }
        Some(answer["data"].clone())
    }
}

impl Ledger {
    /// How many writes were answered.
    pub(crate) fn answered(&self) -> usize {
        self.audited.len()
    }

    /// Panics if the hub has lost any answered write.
    pub(crate) async fn verify(&self, hub: &TestHub, admin: &str) {
        assert!(self.wrong.is_empty(), "{:?}", self.wrong);
        for (noun, key) in NOUNS {
            let known: HashSet<_> = all(hub, admin, noun, json!({ "opt": "list" }))
                .await
                .iter()
                .map(|item| item[key].as_str().unwrap().to_owned())
                .collect();
            for ((_, name), stands) in self.stands.iter().filter(|((of, _), _)| *of == noun) {
                assert_eq!(known.contains(name), *stands, "{noun} {name}, of {}", known.len());
            }
        }
        if let Some((_, secret)) = &self.secret {
            hub.reply(secret, "host", &json!({ "opt": "list" })).await;
        }
        let audit = all(hub, admin, "audit", json!({ "opt": "list", "limit": 1000 })).await;
        let known: HashSet<_> = audit
            .iter()
            .filter(|entry| entry["result"] == "ok")
            .map(|entry| (entry["action"].as_str().unwrap(), entry["target"].as_str().unwrap()))
            .collect();
        for (action, target) in &self.audited {
            let kept = known.contains(&(action.as_str(), target.as_str()));
            assert!(kept, "no entry of {action} {target} among {}", known.len());
        }
    }
}

/// A whole list, page by page.
async fn all(hub: &TestHub, token: &str, noun: &str, mut data: Value) -> Vec<Value> {
    let mut items = Vec::new();
    loop {
        let page = hub.reply(token, noun, &data).await;
        items.extend(page["items"].as_array().unwrap().iter().cloned());
        match page.get("next") {
            None | Some(Value::Null) => return items,
            Some(next) => data["after"] = next.clone(),
        }
    }
}
