//! Power cuts on a disk that forgets what was not flushed: nothing acknowledged is lost, and the
//! suite would notice if it were.

use std::sync::{Mutex, PoisonError};

use crate::dice::Dice;
use crate::disk::{Disk, Survival};
use crate::ledger::{Ledger, verify};
use crate::runs;
use crate::scratch::Scratch;
use crate::volume::Volume;
use crate::worker::Worker;

const SIZE: u64 = 256 << 20;

/// Cuts of one load; then a new disk, so that the first minutes of a database are hit as well.
const CUTS: u32 = 10;

/// One at a time: opening a database calls `sync`, which would save what another test must lose.
static ALONE: Mutex<()> = Mutex::new(());

/// Cuts the power `cuts` times and gives what was wrong after each that left something wrong, and
/// how long flushes took.
fn cut_power(name: &str, cuts: u32, pretend: bool) -> (Vec<String>, Vec<u64>) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut dice = Dice::announced(name);
    let (mut losses, mut flushes) = (Vec::new(), Vec::new());
    for first in (0..cuts).step_by(CUTS as usize) {
        let scratch = Scratch::new(&format!("{name}-{first}"));
        let disk = Disk::mount(scratch.path(), SIZE).unwrap();
        let live = Volume::format(&disk.image_path(), &scratch.path().join("live")).unwrap();
        let data = live.path().join("data");
        let mut worker = Worker::start(&data, dice.roll(), pretend, Ledger::default());
        for run in first..cuts.min(first + CUTS) {
            // The first cut of a disk mostly hits the database while it is being made, and every
            // third one while it is opened again after a kill.
            if !pretend && run > first && run % 3 == 0 {
                let ledger = worker.kill();
                worker = Worker::start(&data, dice.roll(), pretend, ledger);
                std::thread::sleep(dice.millis(80));
            } else {
                if pretend || run > first {
                    worker.wait_for_answers(50);
                }
                std::thread::sleep(dice.millis(200));
            }
            let survival = match run % 4 {
                0 => Survival::Nothing,
                2 => Survival::Everything,
                _ => Survival::Half(dice.roll()),
            };
            let before = worker.ledger();
            let image = disk.cut(survival).unwrap();
            let mounted = Volume::mount(&image, &scratch.path().join("after")).unwrap();
            if let Err(wrong) = verify(&mounted.path().join("data"), &before, false) {
                losses.push(format!("run {run}, {survival:?}: {wrong}"));
            }
            drop(mounted);
            std::fs::remove_file(image).unwrap();
        }
        flushes.extend(worker.kill().flushes);
        drop(live);
        drop(disk);
    }
    (losses, flushes)
}

#[test]
fn nothing_acknowledged_is_lost_to_a_power_cut() {
    let (losses, mut flushes) = cut_power("power", runs(), false);
    flushes.sort_unstable();
    let (count, middle) = (flushes.len(), flushes.get(flushes.len() / 2));
    eprintln!("{} power cuts, {count} flushes, p50 {middle:?} µs", runs());
    assert!(losses.is_empty(), "{} of {}:\n{}", losses.len(), runs(), losses.join("\n"));
}

#[test]
fn a_store_that_only_pretends_to_flush_is_caught() {
    let (losses, _) = cut_power("pretend", 10, true);
    let lost = losses.iter().filter(|loss| loss.contains("lost: person")).count();
    assert!(lost >= 9, "only {lost} of 10 losses were noticed:\n{}", losses.join("\n"));
}
