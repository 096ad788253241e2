//! How long sessions live, what ends them, and what is left of them.

use super::*;
use crate::runtime::{Program as Asked, RuntimeError};

fn size(cols: u16, rows: u16) -> Size {
    Size { cols, rows }
}

impl Hub {
    async fn attach_sized(&self, session: &str, cols: u16, rows: u16) -> Viewer {
        let attach = Attach { cols, rows, readonly: true, ..attach(session, None) };
        soon(self.terminals.attach(&ann(), &attach)).await.unwrap().viewer
    }

    /// The size that the program was told last, once it is this.
    async fn sized(&self, program: &Program, wanted: Size) {
        let mut sizes = program.control.sizes.subscribe();
        soon(sizes.wait_for(|sizes| *sizes.last().unwrap() == wanted)).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn the_smallest_window_wins_and_comes_back() {
    let hub = hub();
    let (mut opened, program) = hub.open().await;
    let session = opened.viewer.session().to_owned();
    opened.viewer.now();
    let narrow = hub.attach_sized(&session, 60, 50).await;
    hub.sized(&program, size(60, 24)).await;
    let viewers: Vec<_> = [false, true]
        .into_iter()
        .map(|readonly| TerminalViewer { username: "ann".into(), readonly })
        .collect();
    assert_eq!(opened.viewer.now(), [Step::State { size: size(60, 24), viewers }]);
    opened.viewer.resize(200, 10).unwrap();
    hub.sized(&program, size(60, 10)).await;
    narrow.resize(300, 30).unwrap();
    hub.sized(&program, size(200, 10)).await;
    narrow.resize(20, 20).unwrap();
    hub.sized(&program, size(20, 10)).await;
    drop(narrow);
    hub.sized(&program, size(200, 10)).await;
    let low = hub.attach_sized(&session, 1, 1).await;
    hub.sized(&program, size(1, 1)).await;
    low.close().await;
    hub.sized(&program, size(200, 10)).await;
    for (cols, rows, field) in
        [(0, 1, "cols"), (1_001, 1, "cols"), (1, 0, "rows"), (1, 501, "rows")]
    {
        let refused = code(opened.viewer.resize(cols, rows));
        assert_eq!(refused, Some((ErrorCode::Invalid, Some(field.to_owned()))));
    }
    opened.viewer.resize(1_000, 128).unwrap();
    hub.sized(&program, size(1_000, 128)).await;
    let item = hub.terminals.list(&ann()).unwrap().items.remove(0);
    assert_eq!((item.cols, item.rows, item.viewers), (1_000, 128, 1));
}

#[tokio::test(start_paused = true)]
async fn closing_the_last_viewer_ends_the_program_at_once() {
    let hub = hub();
    let (opened, program) = hub.open().await;
    let session = opened.viewer.session().to_owned();
    let second = hub.attach(&session, Some(0)).await;
    assert_eq!(soon(opened.viewer.close()).await, None);
    assert_eq!(*program.control.ended.borrow(), 0);
    assert_eq!(hub.stored(), 1);
    hub.engine.sweeps(vec![Err(RuntimeError::Failed("busy".into())), Ok(Some("still".into()))]);
    *program.control.left.lock().unwrap() = Some("sleep still runs".to_owned());
    assert_eq!(soon(second.viewer.close()).await.as_deref(), Some("sleep still runs"));
    assert_eq!(*program.control.ended.borrow(), 1);
    hub.empty().await;
    let last = hub.audited().remove(0);
    assert!(last.ends_with("ok: it was closed; status 0; left: sleep still runs"), "{last}");
    assert_eq!(
        code(hub.terminals.attach(&ann(), &attach(&session, None)).await).unwrap().0,
        ErrorCode::NotFound
    );
    // What was left is tried again, and then forgotten.
    soon(async {
        while hub.stored() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    let swept = hub.engine.swept();
    assert_eq!(swept.len(), 3);
    assert_eq!((&*swept[2].session, &*swept[2].container), (&*session, &*id_of("web")));
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_is_waited_for_and_no_longer() {
    let hub = hub();
    let (opened, mut program) = hub.open().await;
    let session = opened.viewer.session().to_owned();
    drop(opened);
    tokio::time::sleep(LINGER - Duration::from_secs(1)).await;
    let back = hub.attach(&session, Some(0)).await;
    tokio::time::sleep(2 * LINGER).await;
    assert_eq!(*program.control.ended.borrow(), 0);
    // One that closes does not end what another is expected back to.
    let second = hub.attach(&session, Some(0)).await;
    drop(back);
    assert_eq!(soon(second.viewer.close()).await, None);
    program.output.write_all(b"on").await.unwrap();
    let begun = tokio::time::Instant::now();
    soon(program.control.ended.subscribe().wait_for(|ended| *ended == 1)).await.unwrap();
    let waited = begun.elapsed();
    assert!(waited >= LINGER - Duration::from_secs(1) && waited <= LINGER, "{waited:?}");
    hub.empty().await;
    assert!(hub.audited()[0].contains("nobody came back to it"));
    assert_eq!(hub.stored(), 0);
    assert_eq!(hub.terminals.counts().exec, 0);
}

#[tokio::test(start_paused = true)]
async fn what_ended_while_nobody_was_there_can_still_be_seen() {
    let hub = hub();
    let (opened, mut program) = hub.open().await;
    let session = opened.viewer.session().to_owned();
    drop(opened);
    program.output.write_all(b"the last words").await.unwrap();
    let control = program.exit(7);
    soon(control.ended.subscribe().wait_for(|ended| *ended == 1)).await.unwrap();
    let mut back = hub.attach(&session, Some(4)).await.viewer;
    assert_eq!(back.read(4, 10).await, b"last words");
    assert_eq!(back.news().await, Step::Exit { code: 7, reason: None });
    let mut another = hub.attach(&session, None).await;
    assert!(another.redraw.unwrap().contains("the last words"));
    assert_eq!(another.viewer.news().await, Step::Exit { code: 7, reason: None });
    drop((back, another.viewer));
    hub.empty().await;
    assert_eq!(*control.ended.borrow(), 1);

    // Nobody comes.
    let (opened, program) = hub.open().await;
    drop(opened);
    program.exit(0);
    hub.empty().await;
}

#[tokio::test(start_paused = true)]
async fn the_hub_going_down_ends_all_and_takes_no_more() {
    let hub = hub();
    let (mut first, program) = hub.open().await;
    let (second, other) = hub.open().await;
    drop(second);
    soon(hub.terminals.close()).await;
    assert_eq!((*program.control.ended.borrow(), *other.control.ended.borrow()), (1, 1));
    let reason = Some("the hub is going down".to_owned());
    assert_eq!(first.viewer.news().await, Step::Exit { code: 0, reason });
    let refused = hub.terminals.open(&ann(), &open()).await;
    assert_eq!(code(refused).unwrap().0, ErrorCode::Unavailable);
    assert_eq!(hub.stored(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_program_that_does_not_end_keeps_nobody_waiting() {
    struct Hangs;
    impl crate::runtime::TerminalControl for Hangs {
        fn resize(&self, _: Size) -> BoxFuture<'_, crate::runtime::Result<()>> {
            Box::pin(std::future::pending())
        }
        fn exit(&self) -> BoxFuture<'_, crate::runtime::Exit> {
            Box::pin(std::future::pending())
        }
        fn end(&self) -> BoxFuture<'_, Option<String>> {
            Box::pin(std::future::pending())
        }
    }
    let shell: LocalShell = Box::new(|_, _, _| {
        let (output, input) = tokio::io::split(tokio::io::duplex(64).0);
        let (output, input) = (Box::new(output), Box::new(input));
        let source =
            TerminalSource { cmd: vec!["sh".into()], output, input, control: Box::new(Hangs) };
        Box::pin(async { Ok(source) })
    });
    let hub = hub_with(MemoryStore::new(), Some(shell));
    let local = Open { host: None, container: None, local: true, ..open() };
    let mut opened = soon(hub.terminals.open(&root(), &local)).await.unwrap();
    let Step::Exit { code: -1, reason: Some(_) } = opened.viewer.news().await else {
        panic!("no exit");
    };
    assert!(soon(opened.viewer.close()).await.is_some());
    hub.empty().await;
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_hub_left_is_swept_once_its_host_is_online() {
    let store = MemoryStore::new();
    let (session, container) = {
        let hub = hub_with(store.clone(), None);
        let asked = Open { user: Some("www".into()), cmd: Some(vec!["top".into()]), ..open() };
        let opened = soon(hub.terminals.open(&ann(), &asked)).await.unwrap();
        let program = hub.engine.programs().pop().unwrap();
        assert_eq!(hub.stored(), 1);
        let wanted = Asked::Exec { cmd: asked.cmd, user: asked.user };
        assert_eq!(
            (&*program.spec.session, program.spec.program.clone()),
            (opened.viewer.session(), wanted)
        );
        // The hub is killed here: nothing of it goes on.
        hub.stop.cancel();
        let session = opened.viewer.session().to_owned();
        std::mem::forget((opened, program));
        (session, id_of("web"))
    };
    let hub = hub_with(store, None);
    hub.engine.kill();
    tokio::time::sleep(Duration::from_secs(100)).await;
    assert_eq!((hub.engine.swept(), hub.stored()), (vec![], 1));
    hub.engine.revive();
    soon(async {
        while hub.stored() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    let user = Some("www".to_owned());
    assert_eq!(hub.engine.swept(), [Leftover { session, container, user }]);
}

#[tokio::test(start_paused = true)]
async fn a_program_that_may_have_started_is_swept_too() {
    let hub = hub();
    let asked = Open { user: Some("nobody".into()), ..open() };
    let refused = hub.terminals.open(&ann(), &asked).await;
    assert_eq!(code(refused).unwrap().0, ErrorCode::Engine);
    soon(async {
        while hub.stored() > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    assert_eq!(hub.engine.swept().len(), 1);
    assert!(hub.audited()[0].contains("terminal_open a/web engine"), "{:?}", hub.audited());
}
