//! A query as a subscription.

use quayside_protocol::unit::Filter;
use quayside_protocol::{Subscribe, Topic};

use super::percent::Query;
use crate::error::Error;

/// The subscriptions of `/stream`: one for each topic named, each with all filters.
pub(super) fn streams(query: &Query) -> Result<Vec<Subscribe>, Error> {
    let mut topics = Vec::new();
    for name in query.all("topic") {
        let topic = topic(&name)?;
        if !topics.contains(&topic) {
            topics.push(topic);
        }
    }
    if topics.is_empty() {
        return Err(Error::invalid("topic", format!("is missing; it is one of {}", known())));
    }
    topics.into_iter().map(|topic| one(query, topic)).collect()
}

/// The subscription of `/poll`.
pub(super) fn single(query: &Query) -> Result<Subscribe, Error> {
    let mut all = streams(query)?;
    match (all.pop(), all.is_empty()) {
        (Some(only), true) => Ok(only),
        _ => Err(Error::invalid("topic", "must be one: a poll has one topic")),
    }
}

/// The subscription to `topic` with the query's filters. What it does not know is ignored.
pub(super) fn one(query: &Query, topic: Topic) -> Result<Subscribe, Error> {
    let filter = |name| Filter(query.all(name));
    let tail = match query.get("tail").filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => {
            let tail =
                text.parse().map_err(|_| Error::invalid("tail", "must be a whole number"))?;
            Some(tail)
        }
    };
    let timestamps = match query.get("timestamps") {
        None | Some("false" | "0") => false,
        Some("" | "true" | "1") => true,
        Some(_) => return Err(Error::invalid("timestamps", "must be true or false")),
    };
    Ok(Subscribe {
        topic,
        host: filter("host"),
        kind: filter("type"),
        action: filter("action"),
        container: filter("container"),
        label: filter("label"),
        owner: filter("owner"),
        since: query.get("since").filter(|since| !since.is_empty()).map(str::to_owned),
        tail,
        timestamps,
    })
}

fn topic(name: &str) -> Result<Topic, Error> {
    let found = Topic::ALL.into_iter().find(|topic| topic.as_str() == name);
    found.ok_or_else(|| Error::invalid("topic", format!("is unknown; it is one of {}", known())))
}

fn known() -> String {
    Topic::ALL.map(Topic::as_str).join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_named_once_each_and_share_the_filters() {
        let query =
            Query::parse("topic=events,hosts&topic=events&host=a&host=b&type=container&x=1");
        let all = streams(&query).expect("good topics");
        assert_eq!(all.iter().map(|s| s.topic).collect::<Vec<_>>(), [Topic::Events, Topic::Hosts]);
        assert!(all.iter().all(|s| s.host.0 == ["a", "b"] && s.kind.0 == ["container"]));
        assert!(single(&query).is_err());
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (query, field) in [
            ("", "topic"),
            ("topic=", "topic"),
            ("topic=nonsense", "topic"),
            ("topic=logs&tail=x", "tail"),
            ("topic=logs&tail=-1", "tail"),
            ("topic=logs&timestamps=maybe", "timestamps"),
        ] {
            let error = streams(&Query::parse(query)).expect_err(query);
            assert_eq!(error.body().field.as_deref(), Some(field), "{query}");
        }
    }
}
