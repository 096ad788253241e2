//! KILL at any moment, also while the store is being opened: nothing acknowledged is lost.

use crate::dice::Dice;
use crate::ledger::{Ledger, verify};
use crate::runs;
use crate::scratch::Scratch;
use crate::worker::Worker;

#[test]
fn nothing_acknowledged_is_lost_to_a_kill() {
    let mut dice = Dice::announced("kill");
    let scratch = Scratch::new("kill");
    let data = scratch.path().join("data");
    let mut ledger = Ledger::default();
    for run in 0..runs() {
        let worker = Worker::start(&data, dice.roll(), false, ledger.clone());
        // Half of them die while they open what the one before left.
        if dice.below(2) == 0 {
            worker.wait_for_answers(1);
            std::thread::sleep(dice.millis(400));
        } else {
            std::thread::sleep(dice.millis(80));
        }
        ledger = worker.kill();
        match verify(&data, &ledger, true) {
            Ok(found) => ledger = found,
            Err(wrong) => panic!("run {run}: {wrong}"),
        }
    }
    ledger.flushes.sort_unstable();
    let middle = ledger.flushes.get(ledger.flushes.len() / 2);
    eprintln!("{} kills, {} answers, flush p50 {middle:?} µs", runs(), ledger.answers);
    assert!(ledger.answers > 0);
}
