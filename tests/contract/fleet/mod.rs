//! The dialect `fleet`: hosts, containers, events.

mod events;

use super::scenario::{all, play};

/// A test for each scenario.
macro_rules! scenarios {
    ($($name:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                play(stringify!($name)).await;
            }
        )*

        #[test]
        fn every_scenario_is_played() {
            assert_eq!(all(), [$(stringify!($name)),*]);
        }
    };
}

scenarios! {
    closed_registration
    engine_trouble
    examples
    open_registration
    refusals
    requests
    sessions
    viewer
}
