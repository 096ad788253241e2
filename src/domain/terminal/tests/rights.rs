//! Who may open, attach and see what, and what the audit has of it.

use quayside_protocol::command::account::{UserCreate, UserUpdate};

use super::*;

async fn refused(hub: &Hub, caller: &Caller, open: Open) -> (ErrorCode, Option<String>) {
    let answer = soon(hub.terminals.open(caller, &open)).await;
    code(answer).expect("it was opened")
}

#[tokio::test(start_paused = true)]
async fn what_is_asked_for_wrongly_is_named() {
    let hub = hub();
    let cmd = |parts: &[&str]| Some(parts.iter().map(|part| (*part).to_owned()).collect());
    let many: Vec<&str> = vec!["x"; 65];
    let long = "x".repeat(8 * 1024 + 1);
    for (open, field) in [
        (Open { cmd: cmd(&[]), ..open() }, "cmd"),
        (Open { cmd: cmd(&["", "x"]), ..open() }, "cmd"),
        (Open { cmd: cmd(&many), ..open() }, "cmd"),
        (Open { cmd: cmd(&[&long]), ..open() }, "cmd"),
        (Open { cmd: cmd(&["a\0b"]), ..open() }, "cmd"),
        (Open { user: Some(String::new()), ..open() }, "user"),
        (Open { user: Some("a\0".into()), ..open() }, "user"),
        (Open { user: Some("x".repeat(66)), ..open() }, "user"),
        (Open { cols: 0, ..open() }, "cols"),
        (Open { rows: 501, ..open() }, "rows"),
        (Open { host: None, ..open() }, "host"),
        (Open { container: None, ..open() }, "container"),
        (Open { local: true, ..open() }, "host"),
        (Open { local: true, host: None, ..open() }, "container"),
        (Open { attach: true, cmd: cmd(&["sh"]), ..open() }, "cmd"),
        (Open { attach: true, user: Some("u".into()), ..open() }, "user"),
        (Open { attach: true, local: true, ..open() }, "attach"),
    ] {
        let wanted = (ErrorCode::Invalid, Some(field.to_owned()));
        assert_eq!(refused(&hub, &root(), open.clone()).await, wanted, "{open:?}");
    }
    assert_eq!(hub.audited(), Vec::<String>::new());
    let (opened, _program) = hub.open().await;
    let session = opened.viewer.session();
    let answer = hub.terminals.attach(&ann(), &attach(session, Some(1))).await;
    assert_eq!(code(answer), Some((ErrorCode::Invalid, Some("offset".to_owned()))));
}

#[tokio::test(start_paused = true)]
async fn each_role_with_ones_own_and_anothers() {
    let hub = hub();
    let bob = caller("bob", Role::User);
    let viewer = caller("eve", Role::Viewer);
    let operator = caller("oli", Role::Operator);
    assert_eq!(refused(&hub, &bob, open()).await.0, ErrorCode::NotFound);
    assert_eq!(refused(&hub, &viewer, open()).await.0, ErrorCode::Forbidden);
    let nobody = Caller { principal: None, ..ann() };
    assert_eq!(refused(&hub, &nobody, open()).await.0, ErrorCode::Unauthenticated);
    let (opened, _program) = hub.open().await;
    let session = opened.viewer.session().to_owned();
    let listed = |caller: &Caller| hub.terminals.list(caller).map(|list| list.items.len()).ok();
    assert_eq!(listed(&ann()), Some(1));
    assert_eq!(listed(&operator), Some(1));
    assert_eq!(listed(&bob), Some(0));
    assert_eq!(listed(&viewer), None);
    let answer = hub.terminals.attach(&bob, &attach(&session, None)).await;
    assert_eq!(code(answer).unwrap().0, ErrorCode::NotFound);
    let answer = hub.terminals.attach(&viewer, &attach(&session, None)).await;
    assert_eq!(code(answer).unwrap().0, ErrorCode::Forbidden);
    let looks = Attach { readonly: true, ..attach(&session, None) };
    soon(hub.terminals.attach(&operator, &looks)).await.unwrap();
    let target = format!("a/{}", &id_of("web")[..12]);
    let audited = hub.audited();
    assert_eq!(audited[0], format!("oli terminal_attach {target} ok: readonly"));
    assert!(audited.contains(&"bob terminal_open a/web not_found:  as its own user".to_owned()));
    assert!(audited.contains(&"eve terminal_open a/web forbidden:  as its own user".to_owned()));
    // What an operator opened in ann's container is the operator's.
    let theirs = soon(hub.terminals.open(&operator, &open())).await.unwrap();
    let answer = hub.terminals.attach(&ann(), &attach(theirs.viewer.session(), None)).await;
    assert_eq!(code(answer).unwrap().0, ErrorCode::NotFound);
    assert_eq!(hub.terminals.counts().exec, 2);
}

#[tokio::test(start_paused = true)]
async fn a_shell_on_the_hub_is_for_admins_and_only_where_it_is_switched_on() {
    let local = Open { host: None, container: None, local: true, ..open() };
    let off = hub();
    let answer = soon(off.terminals.open(&root(), &local)).await;
    let error = answer.err().unwrap();
    assert_eq!(error.code(), ErrorCode::Forbidden);
    assert!(error.message().contains("terminal.local_shell"), "{error}");
    assert!(off.audited()[0].starts_with("root terminal_open local forbidden"));

    let shell: LocalShell = Box::new(|session, size, cmd| {
        let program = crate::runtime::Program::Exec { cmd, user: None };
        let spec = crate::runtime::TerminalSpec { session, program, size };
        let (mut program, source) = program_of(spec);
        Box::pin(async move {
            program.output.write_all(b"hub$ ").await.unwrap();
            // It runs on.
            std::mem::forget(program);
            Ok(source)
        })
    });
    let hub = hub_with(MemoryStore::new(), Some(shell));
    assert_eq!(
        refused(&hub, &caller("oli", Role::Operator), local.clone()).await.0,
        ErrorCode::Forbidden
    );
    let mut opened = soon(hub.terminals.open(&root(), &local)).await.unwrap();
    assert_eq!(opened.viewer.read(0, 5).await, b"hub$ ");
    let oli = caller("oli", Role::Operator);
    assert_eq!(hub.terminals.list(&oli).unwrap().items, []);
    let item = hub.terminals.list(&root()).unwrap().items.remove(0);
    assert_eq!((item.host, item.container, &*item.owner), (None, None, "root"));
    assert_eq!((hub.terminals.counts().local, hub.stored()), (1, 0));
}

/// Makes an account, and then changes it.
async fn change(hub: &Hub, username: &str, role: Role, update: UserUpdate) -> (Opened, Program) {
    let make = UserCreate {
        username: username.into(),
        password: Some(quayside_protocol::command::auth::Hidden("123123".into())),
        role: Some(role),
        full_name: None,
        nickname: None,
        email: None,
        phone: None,
    };
    hub.accounts.user_create(&root(), &make).await.unwrap();
    let opened = soon(hub.terminals.open(&caller(username, role), &open())).await.unwrap();
    let program = hub.engine.programs().pop().unwrap();
    hub.accounts.user_update(&root(), &update).await.unwrap();
    (opened, program)
}

fn update(username: &str) -> UserUpdate {
    UserUpdate {
        username: username.into(),
        role: None,
        full_name: None,
        nickname: None,
        email: None,
        phone: None,
        disabled: None,
    }
}

#[tokio::test]
async fn who_may_not_change_a_container_any_more_loses_its_sessions_there_at_once() {
    let hub = hub();
    let demoted = UserUpdate { role: Some(Role::User), ..update("oli") };
    let (mut opened, program) = change(&hub, "oli", Role::Operator, demoted).await;
    let Step::Exit { reason: Some(reason), .. } = opened.viewer.news().await else {
        panic!("no end");
    };
    assert!(reason.contains("account"), "{reason}");
    assert_eq!(*program.control.ended.borrow(), 1);
}

#[tokio::test]
async fn an_account_that_is_disabled_loses_its_sessions_at_once() {
    let hub = hub();
    let (other, theirs) = {
        let opened = soon(hub.terminals.open(&root(), &open())).await.unwrap();
        (opened, hub.engine.programs().pop().unwrap())
    };
    let disabled = UserUpdate { disabled: Some(true), ..update("ann") };
    let (mut opened, program) = change(&hub, "ann", Role::User, disabled).await;
    let Step::Exit { reason: Some(reason), .. } = opened.viewer.news().await else {
        panic!("no end");
    };
    assert!(reason.contains("account"), "{reason}");
    assert_eq!(*program.control.ended.borrow(), 1);
    assert_eq!(*theirs.control.ended.borrow(), 0);
    drop(other);
}

#[tokio::test(start_paused = true)]
async fn one_account_cannot_take_all_terminals_of_the_hub() {
    let hub = hub();
    let mut held = Vec::new();
    for _ in 0..MAX_OF_ONE {
        held.push(hub.open().await);
    }
    let refused = soon(hub.terminals.open(&ann(), &open())).await;
    assert_eq!(code(refused).unwrap().0, ErrorCode::Limited);
    soon(hub.terminals.open(&root(), &open())).await.unwrap();
}
