//! Each dialect, scenario by scenario: what is sent and what comes back stand as data in the dialect's folder.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod events;
mod pattern;
mod scenario;
#[path = "../support/mod.rs"]
mod support;

#[tokio::test(flavor = "multi_thread")]
async fn fleet_answers_the_examples_of_its_original_as_they_stand() {
    scenario::play("fleet/examples.json").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fleet_asks_for_tokens_under_the_defaults() {
    scenario::play("fleet/tokens.json").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fleet_words_its_refusals() {
    scenario::play("fleet/refusals.json").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fleet_registers_nobody_where_registration_is_closed() {
    scenario::play("fleet/closed.json").await;
}
