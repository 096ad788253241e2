//! Long polling: each answer brings what there is and where to go on.

use std::net::SocketAddr;

use serde_json::Value;

use super::http::{Ask, Http};

/// A reader by polls.
pub(crate) struct Poll {
    http: Http,
    path: String,
    token: String,
    pub(crate) next: Option<String>,
}

impl Poll {
    /// Of `query`, such as `topic=events`; without `next` from now on.
    pub(crate) fn new(address: SocketAddr, query: &str, token: &str, next: Option<String>) -> Self {
        let path = format!("/poll?{query}");
        Self { http: Http::new(address), path, token: token.to_owned(), next }
    }

    /// One poll of at most `wait` seconds: its pushes.
    pub(crate) async fn turn(&mut self, wait: u32) -> Result<Vec<Value>, String> {
        let since = self.next.as_ref().map_or(String::new(), |next| format!("&since={next}"));
        let path = format!("{}&wait={wait}{since}", self.path);
        let answer = self.http.try_send(&Ask::get(&path).token(&self.token)).await?;
        if answer.status != 200 {
            return Err(format!("{}: {}", answer.status, answer.text()));
        }
        let Value::Object(mut told) = answer.json() else { return Err("no object".to_owned()) };
        let next = told["next"].as_str().unwrap().to_owned();
        assert!(!next.is_empty(), "a poll's next is never empty");
        self.next = Some(next);
        match told.remove("pushes") {
            Some(Value::Array(pushes)) => Ok(pushes),
            other => Err(format!("pushes: {other:?}")),
        }
    }
}
