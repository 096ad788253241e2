//! Containers without a shell.

use super::case::{Way, World, is_elsewhere, way};
use super::image::Image;

/// Starts what is in one session, in several, and of another user; also for another terminal.
async fn begun(world: &World) -> String {
    let other = world.session();
    world.start_command(&other, None, &["/sleep", "8001"]);
    let ours = world.session();
    world.start_command(&ours, None, &["/sleep", "9001"]);
    world.start_command(&ours, None, &["/setsid", "/setsid", "/sleep", "9002"]);
    world.start_command(&ours, None, &["/setsid", "/sleep", "9003"]);
    world.start_command(&ours, Some("65534:65534"), &["/sleep", "9004"]);
    world.runs(&[8001, 9001, 9002, 9003, 9004]).await;
    ours
}

#[tokio::test(flavor = "multi_thread")]
async fn it_takes_no_shell() {
    let image = Image::without_a_shell();
    let world = World::of(&[], &[&image.0]);
    let ours = begun(&world).await;
    let (left, _) = world.sweep(&ours, None).await;
    assert_eq!((left, world.running()), (None, vec![8001]));
    assert_eq!(world.way(), way(Way::Program));
    world.no_file_is_left();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stays_is_said() {
    let image = Image::without_a_shell();
    let world = World::of(&["--read-only"], &[&image.0]);
    let ours = begun(&world).await;
    let (left, _) = world.sweep(&ours, None).await;
    if is_elsewhere() {
        let left = left.unwrap();
        for words in ["may still run", "no shell", "file system is read-only"] {
            assert!(left.contains(words), "{left}");
        }
        assert_eq!(world.running(), [8001, 9001, 9002, 9003, 9004]);
    } else {
        assert_eq!((left, world.running()), (None, vec![8001]));
    }
}
