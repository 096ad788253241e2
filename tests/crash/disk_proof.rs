//! Proves that the disk forgets what it must and keeps what it must; without this the power-cut
//! tests would prove nothing.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Command;

use crate::disk::{Disk, Survival};
use crate::scratch::Scratch;
use crate::volume::Volume;

const SIZE: u64 = 64 << 20;

fn write(path: &Path, sync: bool) {
    let mut file = File::create(path).unwrap();
    file.write_all(&[7; 100_000]).unwrap();
    if sync {
        file.sync_all().unwrap();
        File::open(path.parent().unwrap()).unwrap().sync_all().unwrap();
    }
}

fn intact(path: &Path) -> bool {
    fs::read(path).is_ok_and(|found| found == [7; 100_000])
}

/// Overwrites a file in place past the page cache: the bytes reach the disk at once, and no flush
/// follows unless `sync` asks for one.
fn overwrite_directly(path: &Path, sync: bool) {
    let done = Command::new("dd")
        .args(["if=/dev/zero", "bs=4096", "count=16", "oflag=direct", "status=none"])
        .arg(if sync { "conv=notrunc,fdatasync" } else { "conv=notrunc" })
        .arg(format!("of={}", path.display()))
        .status()
        .unwrap();
    assert!(done.success());
}

#[test]
fn synced_data_survives_every_cut_and_unsynced_data_none_that_keeps_nothing() {
    let scratch = Scratch::new("disk-proof");
    let disk = Disk::mount(scratch.path(), SIZE).unwrap();
    let live = Volume::format(&disk.image_path(), &scratch.path().join("live")).unwrap();
    for round in 0..6_u64 {
        write(&live.path().join(format!("synced-{round}")), true);
        write(&live.path().join(format!("unsynced-{round}")), false);
        let survival = match round % 3 {
            0 => Survival::Nothing,
            1 => Survival::Half(round),
            _ => Survival::Everything,
        };
        let image = disk.cut(survival).unwrap();
        let after = Volume::mount(&image, &scratch.path().join("after")).unwrap();
        for earlier in 0..=round {
            let name = format!("synced-{earlier}");
            assert!(intact(&after.path().join(&name)), "{survival:?} lost {name}");
        }
        if survival == Survival::Nothing {
            let name = format!("unsynced-{round}");
            assert!(!intact(&after.path().join(&name)), "a cut kept {name}, which was not synced");
        }
    }
    assert!(disk.flushes() > 0);
}

#[test]
fn written_but_unflushed_blocks_are_lost_kept_or_halved_as_asked() {
    let scratch = Scratch::new("disk-halves");
    let disk = Disk::mount(scratch.path(), SIZE).unwrap();
    let image = File::options().write(true).open(disk.image_path()).unwrap();
    write_blocks(&image, 0..1000, 1);
    image.sync_data().unwrap();
    assert_eq!(disk.unflushed(), 0);
    write_blocks(&image, 0..1000, 2);
    assert_eq!(disk.unflushed(), 1000);

    let count = |survival| {
        let left = fs::read(disk.cut(survival).unwrap()).unwrap();
        assert_eq!(left.len() as u64, SIZE);
        left.chunks(4096).filter(|block| block[0] == 2).count()
    };
    assert_eq!(count(Survival::Nothing), 0);
    assert_eq!(count(Survival::Everything), 1000);
    let half = count(Survival::Half(1));
    assert!((400..600).contains(&half), "{half} of 1000 survived a cut that keeps half");
    assert_eq!(count(Survival::Half(1)), half, "one seed, one choice");
}

#[test]
fn bytes_on_the_disk_are_volatile_until_the_file_system_flushes() {
    let scratch = Scratch::new("disk-flush");
    let disk = Disk::mount(scratch.path(), SIZE).unwrap();
    let live = Volume::format(&disk.image_path(), &scratch.path().join("live")).unwrap();
    let first_bytes_after = |survival| {
        let image = disk.cut(survival).unwrap();
        let after = Volume::mount(&image, &scratch.path().join("after")).unwrap();
        fs::read(after.path().join("file")).unwrap()[0]
    };
    let file = live.path().join("file");
    write(&file, true);
    assert_eq!(first_bytes_after(Survival::Nothing), 7);

    overwrite_directly(&file, false);
    assert_eq!(fs::read(&file).unwrap()[0], 0);
    assert_eq!(first_bytes_after(Survival::Nothing), 7, "written without a flush, yet durable");
    assert_eq!(first_bytes_after(Survival::Everything), 0);

    overwrite_directly(&file, true);
    assert_eq!(first_bytes_after(Survival::Nothing), 0, "a flush did not reach the disk");
}

fn write_blocks(image: &File, blocks: std::ops::Range<u64>, byte: u8) {
    use std::os::unix::fs::FileExt;
    for block in blocks {
        image.write_all_at(&[byte; 4096], block * 4096).unwrap();
    }
}
