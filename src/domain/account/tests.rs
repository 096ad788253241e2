//! The rules of accounts, over a store in memory.

use std::net::IpAddr;
use std::time::Duration;

use quayside_protocol::ErrorCode;
use quayside_protocol::command::account::{
    AuditList, ByUsername, InviteCreate, Register, TokenCreate, UserCreate, UserPassword,
    UserUpdate,
};
use quayside_protocol::command::auth::{Hidden, Login, Logout, Renew};
use quayside_protocol::reply::LoggedIn;

use super::*;
use crate::auth::Secret;
use crate::store::memory::MemoryStore;

fn settings() -> AccountSettings {
    AccountSettings {
        registration: Registration::Invite,
        default_role: Role::User,
        anonymous_role: None,
        access_ttl: Duration::from_secs(900),
        refresh_ttl: Duration::from_secs(86_400),
    }
}

async fn accounts_with(settings: AccountSettings) -> Accounts {
    accounts_over(MemoryStore::new(), settings).await
}

async fn accounts_over(store: MemoryStore, settings: AccountSettings) -> Accounts {
    let store: Arc<dyn Store> = Arc::new(store);
    let keys = HubKeys { signing: Secret::new([1; 32]), sealing: Secret::new([2; 32]) };
    let audit = Arc::new(Audit::new(store.clone()).unwrap());
    let accounts = Accounts::new(settings, store, &keys, audit).unwrap();
    let first = accounts.first(Some(&Secret::new("secret1".into()))).await.unwrap();
    assert!(matches!(first, FirstPassword::Configured));
    accounts
}

fn nobody() -> Caller {
    Caller {
        principal: None,
        bearer: None,
        address: IpAddr::from([127, 0, 0, 1]),
        agent: "test".into(),
        request_id: "r".into(),
        base_url: "http://localhost".into(),
    }
}

fn hidden(text: &str) -> Hidden {
    Hidden(text.into())
}

async fn login(accounts: &Accounts, name: &str, password: &str) -> Result<LoggedIn> {
    let login = Login { username: name.into(), password: hidden(password) };
    accounts.login(&nobody(), &login).await
}

async fn as_user(accounts: &Accounts, name: &str, password: &str) -> Caller {
    let logged_in = login(accounts, name, password).await.unwrap();
    let principal = accounts.authenticate(&logged_in.access_token).unwrap();
    Caller { principal: Some(principal), ..nobody() }
}

fn code<T>(result: Result<T>) -> Option<ErrorCode> {
    result.err().map(|error| error.code())
}

#[tokio::test]
async fn on_a_full_disk_refusals_keep_their_codes_and_sessions_end() {
    let store = MemoryStore::new();
    let accounts = accounts_over(store.clone(), settings()).await;
    let admin = as_user(&accounts, "admin", "secret1").await;
    store.set_full(true);
    let wrong = login(&accounts, "admin", "wrong1").await;
    assert_eq!(code(wrong), Some(ErrorCode::Unauthenticated));
    let right = login(&accounts, "admin", "secret1").await;
    assert_eq!(code(right), Some(ErrorCode::Full));
    accounts.logout(&admin, &Logout { refresh_token: None }).await.unwrap();
    assert!(accounts.still(admin.principal.as_ref().unwrap()).is_none());
}

#[tokio::test]
async fn wrong_passwords_at_the_same_time_are_counted_like_others() {
    let accounts = accounts_with(settings()).await;
    let tries = (0..30).map(|_| login(&accounts, "admin", "wrong1"));
    let codes: Vec<_> = futures::future::join_all(tries).await.into_iter().map(code).collect();
    let of = |wanted| codes.iter().filter(|code| **code == Some(wanted)).count();
    assert_eq!((of(ErrorCode::Unauthenticated), of(ErrorCode::Limited)), (10, 20));
}

#[tokio::test]
async fn right_passwords_at_the_same_time_do_not_count() {
    let accounts = accounts_with(settings()).await;
    let tries = (0..12).map(|_| login(&accounts, "admin", "secret1"));
    assert!(futures::future::join_all(tries).await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn a_rotated_cookie_is_good_for_a_moment_only() {
    let accounts = accounts_with(settings()).await;
    let first = login(&accounts, "admin", "secret1").await.unwrap().refresh_token;
    let rotate = async |token: &str| {
        let renew = Renew { refresh_token: hidden(token), rotate: true };
        accounts.renew(&nobody(), &renew).await.unwrap().refresh_token
    };
    let second = rotate(&first).await;
    assert!(accounts.authenticate_cookie(&first).is_ok(), "of another tab, just now");
    let third = rotate(&second).await;
    assert!(accounts.authenticate_cookie(&first).is_err());
    assert!(accounts.authenticate_cookie(&second).is_ok());
    assert!(accounts.authenticate_cookie(&third).is_ok());
    let session = accounts.sessions_of("admin").unwrap().remove(0).value;
    let after = |seconds| session.rotated_at.unwrap() + chrono::TimeDelta::seconds(seconds);
    assert!(session.takes_cookie(1, after(9)) && session.takes_cookie(2, after(9_000)));
    assert!(!session.takes_cookie(1, after(10)));
}

fn new_user(name: &str, role: Role) -> UserCreate {
    UserCreate {
        username: name.into(),
        password: Some(hidden("123123")),
        role: Some(role),
        full_name: None,
        nickname: None,
        email: None,
        phone: None,
    }
}

fn register(name: &str, token: Option<&str>) -> Register {
    Register {
        username: name.into(),
        password: hidden("123123"),
        token: token.map(hidden),
        full_name: None,
        nickname: None,
        email: Some("a@b".into()),
        phone: None,
    }
}

fn update(name: &str) -> UserUpdate {
    UserUpdate {
        username: name.into(),
        role: None,
        full_name: None,
        nickname: None,
        email: None,
        phone: None,
        disabled: None,
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_read_the_same() {
    let accounts = accounts_with(settings()).await;
    let wrong = login(&accounts, "admin", "nonsense").await.unwrap_err();
    let unknown = login(&accounts, "nobody", "nonsense").await.unwrap_err();
    assert_eq!((wrong.code(), wrong.message()), (unknown.code(), unknown.message()));
    for _ in 0..9 {
        assert_eq!(
            code(login(&accounts, "admin", "nonsense").await),
            Some(ErrorCode::Unauthenticated)
        );
    }
    assert_eq!(code(login(&accounts, "admin", "secret1").await), Some(ErrorCode::Limited));
}

#[tokio::test]
async fn renewal_rotates_and_a_used_token_ends_the_session() {
    let accounts = accounts_with(settings()).await;
    let first = login(&accounts, "admin", "secret1").await.unwrap();
    let renew = |token: &str, rotate| Renew { refresh_token: hidden(token), rotate };
    let kept = accounts.renew(&nobody(), &renew(&first.refresh_token, false)).await.unwrap();
    assert_eq!(kept.refresh_token, first.refresh_token);
    assert_ne!(kept.access_token, first.access_token);
    assert!(accounts.authenticate(&first.access_token).is_ok(), "older access tokens live on");
    let rotated = accounts.renew(&nobody(), &renew(&first.refresh_token, true)).await.unwrap();
    assert_ne!(rotated.refresh_token, first.refresh_token);
    assert!(accounts.authenticate(&rotated.access_token).is_ok());
    assert!(accounts.authenticate(&rotated.refresh_token).is_err(), "no bearer");
    assert!(accounts.authenticate_cookie(&rotated.refresh_token).is_ok());
    let moved = accounts.revocations();
    let again = accounts.renew(&nobody(), &renew(&first.refresh_token, true)).await;
    assert_eq!(code(again), Some(ErrorCode::Unauthenticated));
    assert!(moved.has_changed().unwrap());
    assert!(accounts.authenticate(&rotated.access_token).is_err());
    assert!(accounts.authenticate_cookie(&rotated.refresh_token).is_err());
}

#[tokio::test]
async fn logout_ends_everything_of_its_session_and_nothing_else() {
    let accounts = accounts_with(settings()).await;
    let (one, two) = (login(&accounts, "admin", "secret1"), login(&accounts, "admin", "secret1"));
    let (one, two) = (one.await.unwrap(), two.await.unwrap());
    let logout = Logout { refresh_token: Some(hidden(&one.refresh_token)) };
    let principal = accounts.authenticate(&one.access_token).unwrap();
    accounts.logout(&nobody(), &logout).await.unwrap();
    assert!(accounts.still(&principal).is_none());
    assert!(accounts.authenticate(&one.access_token).is_err());
    assert_eq!(code(accounts.logout(&nobody(), &logout).await), Some(ErrorCode::Unauthenticated));
    assert!(accounts.authenticate(&two.access_token).is_ok());
}

#[tokio::test]
async fn an_invite_is_for_one_name_and_one_use() {
    let accounts = accounts_with(settings()).await;
    let admin = as_user(&accounts, "admin", "secret1").await;
    let create = InviteCreate { username: "ann".into(), role: Some(Role::Operator), ttl: None };
    let invite = accounts.invite_create(&admin, &create).await.unwrap();
    let with = |name, token| register(name, Some(token));
    assert_eq!(
        code(accounts.user_register(&nobody(), &register("ann", None)).await),
        Some(ErrorCode::Unauthenticated)
    );
    let other = accounts.user_register(&nobody(), &with("bob", &invite.token)).await;
    assert_eq!(code(other), Some(ErrorCode::Unauthenticated));
    let ann = accounts.user_register(&nobody(), &with("ann", &invite.token)).await.unwrap();
    assert_eq!((ann.role, ann.id), (Role::Operator, 2));
    let again = accounts.user_register(&nobody(), &with("ann", &invite.token)).await;
    assert_eq!(code(again), Some(ErrorCode::Unauthenticated));
    let bob = accounts.user_register(&admin, &register("bob", None)).await.unwrap();
    assert_eq!(bob.role, Role::User, "an admin's token is good for any name");
    let taken = accounts.user_register(&admin, &register("bob", None)).await;
    assert_eq!(code(taken), Some(ErrorCode::Conflict));
}

#[tokio::test]
async fn registration_may_be_open_or_closed() {
    let open = AccountSettings { registration: Registration::Open, ..settings() };
    let accounts = accounts_with(open).await;
    assert!(accounts.user_register(&nobody(), &register("ann", None)).await.is_ok());
    let closed = AccountSettings { registration: Registration::Closed, ..settings() };
    let accounts = accounts_with(closed).await;
    let admin = as_user(&accounts, "admin", "secret1").await;
    let refused = accounts.user_register(&admin, &register("ann", None)).await;
    assert_eq!(code(refused), Some(ErrorCode::Forbidden));
}

#[tokio::test]
async fn the_last_admin_stays() {
    let accounts = accounts_with(settings()).await;
    let admin = as_user(&accounts, "admin", "secret1").await;
    let demote = UserUpdate { role: Some(Role::User), ..update("admin") };
    assert_eq!(code(accounts.user_update(&admin, &demote).await), Some(ErrorCode::Conflict));
    let remove = ByUsername { username: "admin".into() };
    assert_eq!(code(accounts.user_remove(&admin, &remove).await), Some(ErrorCode::Conflict));
    accounts.user_create(&admin, &new_user("ann", Role::Admin)).await.unwrap();
    assert!(accounts.user_update(&admin, &demote).await.is_ok());
}

#[tokio::test]
async fn a_disabled_or_removed_account_is_out_at_once() {
    let accounts = accounts_with(settings()).await;
    let admin = as_user(&accounts, "admin", "secret1").await;
    accounts.user_create(&admin, &new_user("ann", Role::User)).await.unwrap();
    let ann = as_user(&accounts, "ann", "123123").await;
    let make = TokenCreate { name: "ci".into(), role: None, ttl: None };
    let token = accounts.token_create(&ann, &make).await.unwrap().token;
    assert!(accounts.authenticate(&token).is_ok());
    let disable = UserUpdate { disabled: Some(true), ..update("ann") };
    accounts.user_update(&admin, &disable).await.unwrap();
    assert!(accounts.still(ann.principal.as_ref().unwrap()).is_none());
    assert!(accounts.authenticate(&token).is_err());
    assert_eq!(code(login(&accounts, "ann", "123123").await), Some(ErrorCode::Unauthenticated));
    accounts.user_remove(&admin, &ByUsername { username: "ann".into() }).await.unwrap();
    let again = accounts.user_create(&admin, &new_user("ann", Role::User)).await.unwrap();
    assert_eq!(again.id, 3, "numbers are not used again");
    assert!(accounts.authenticate(&token).is_err(), "the new account inherits nothing");
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions() {
    let accounts = accounts_with(settings()).await;
    let other = login(&accounts, "admin", "secret1").await.unwrap();
    let admin = as_user(&accounts, "admin", "secret1").await;
    let change = |current: Option<&str>| UserPassword {
        username: None,
        password: hidden("secret2"),
        current_password: current.map(hidden),
    };
    let wrong = accounts.user_password(&admin, &change(Some("nonsense"))).await.unwrap_err();
    assert_eq!(wrong.body().field.as_deref(), Some("current_password"));
    assert_eq!(code(accounts.user_password(&admin, &change(None)).await), Some(ErrorCode::Invalid));
    accounts.user_password(&admin, &change(Some("secret1"))).await.unwrap();
    assert!(accounts.authenticate(&other.access_token).is_err());
    assert!(accounts.still(admin.principal.as_ref().unwrap()).is_some());
    assert!(login(&accounts, "admin", "secret2").await.is_ok());
}

#[tokio::test]
async fn a_token_is_never_above_its_owner() {
    let accounts = accounts_with(settings()).await;
    let admin = as_user(&accounts, "admin", "secret1").await;
    accounts.user_create(&admin, &new_user("ann", Role::Operator)).await.unwrap();
    let ann = as_user(&accounts, "ann", "123123").await;
    let make = |role| TokenCreate { name: "ci".into(), role, ttl: None };
    let above = accounts.token_create(&ann, &make(Some(Role::Admin))).await;
    assert_eq!(code(above), Some(ErrorCode::Forbidden));
    let token = accounts.token_create(&ann, &make(Some(Role::Operator))).await.unwrap();
    let demote = UserUpdate { role: Some(Role::Viewer), ..update("ann") };
    accounts.user_update(&admin, &demote).await.unwrap();
    assert_eq!(accounts.authenticate(&token.token).unwrap().role, Role::Viewer);
}

#[tokio::test]
async fn a_ticket_is_good_once() {
    let accounts = accounts_with(settings()).await;
    let admin = as_user(&accounts, "admin", "secret1").await;
    let ticket = accounts.ticket_create(&admin).unwrap().ticket;
    assert_eq!(&*accounts.ticket_use(&ticket).unwrap().username, "admin");
    assert!(accounts.ticket_use(&ticket).is_err());
    assert!(accounts.ticket_use("nonsense").is_err());
}

#[tokio::test]
async fn the_audit_tells_who_did_what_newest_first() {
    let accounts = accounts_with(settings()).await;
    let admin = as_user(&accounts, "admin", "secret1").await;
    accounts.user_create(&admin, &new_user("ann", Role::User)).await.unwrap();
    drop(login(&accounts, "ann", "nonsense").await);
    let all = accounts.audit.list(&AuditList::default()).unwrap().items;
    let seen: Vec<_> =
        all.iter().map(|e| (e.action.as_str(), e.target.as_str(), e.result.as_str())).collect();
    assert_eq!(
        seen,
        [
            ("auth_login", "ann", "unauthenticated"),
            ("user_create", "ann", "ok"),
            ("auth_login", "admin", "ok"),
            ("user_create", "admin", "ok"),
        ]
    );
    let one = AuditList { limit: Some(1), ..AuditList::default() };
    let page = accounts.audit.list(&one).unwrap();
    let next = AuditList { after: page.next.clone(), ..one };
    assert_eq!(accounts.audit.list(&next).unwrap().items[0].action, "user_create");
    assert!(!format!("{all:?}").contains("123123"));
}
