//! The match of every command to what does it. There is no `_` arm: a command nobody handles does not compile.

use quayside_protocol::ErrorCode;
use quayside_protocol::command::Command;
use quayside_protocol::command::container::Files;
use quayside_protocol::push::Progress;
use quayside_protocol::reply::{FileUrl, List, Reply};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{Parts, events};
use crate::auth::{Caller, Principal, policy};
use crate::error::{Error, Result};

/// Commands that come before there is an account to act for.
fn needs_nobody(noun: &str, opt: &str) -> bool {
    matches!((noun, opt), ("auth", "" | "login" | "renew" | "logout") | ("user", "register"))
}

pub(super) async fn call(
    parts: &Parts,
    caller: &Caller,
    command: Command,
    progress: Option<mpsc::Sender<Progress>>,
) -> Result<Reply> {
    let (noun, opt) = command.parts();
    let mut target = target(&command.data().unwrap_or_default());
    if let (true, "user", Some(own)) = (target.is_empty(), noun, &caller.principal) {
        target = own.username.to_string();
    }
    let result = match admit(caller, noun, opt) {
        Ok(()) => Box::pin(run(parts, caller, command, progress)).await,
        Err(error) => Err(error),
    };
    let target = match &result {
        Ok(Reply::Created(made)) => format!("{}/{}", made.host, made.name),
        _ => target,
    };
    audit(parts, caller, (noun, opt), &target, &result).await;
    result
}

fn proved(caller: &Caller) -> Result<&Principal> {
    caller.principal.as_ref().ok_or_else(Error::unauthenticated)
}

pub(super) fn admit(caller: &Caller, noun: &str, opt: &str) -> Result<()> {
    if needs_nobody(noun, opt) {
        return Ok(());
    }
    policy::require(proved(caller)?, noun, opt)
}

/// Changes of containers and images are recorded here, done or refused; accounts and hosts record their own changes
/// in the same commit, and here only refusals.
pub(super) async fn audit<T>(
    parts: &Parts,
    caller: &Caller,
    (noun, opt): (&str, &str),
    target: &str,
    result: &Result<T>,
) {
    let engine_side = matches!(noun, "container" | "image");
    // A URL that was handed out is recorded when files move by it.
    let reads =
        matches!(opt, "list" | "inspect" | "top" | "logs" | "stats" | "stats_all" | "files")
            || matches!(opt, "upload" | "download");
    let (word, detail) = match result {
        Ok(_) if engine_side && !reads => ("ok", ""),
        Ok(_) => return,
        Err(error) => match error.code() {
            ErrorCode::Invalid | ErrorCode::Unauthenticated | ErrorCode::Limited => return,
            ErrorCode::Forbidden => ("forbidden", error.message()),
            code if engine_side && !reads => (code.as_str(), error.message()),
            _ => return,
        },
    };
    parts.audit.record(caller, &format!("{noun}_{opt}"), target, word, detail).await;
}

/// What a command with these fields is about, in the audit's words.
pub(super) fn target(data: &Value) -> String {
    let text = |field: &str| data.get(field).and_then(|value| value.as_str()).map(str::to_owned);
    let first = text("host").or_else(|| text("username"));
    let second = text("container").or_else(|| text("image")).or_else(|| text("name"));
    match (first, second) {
        (Some(first), Some(second)) => format!("{first}/{second}"),
        (Some(first), None) => match text("id") {
            Some(id) => format!("{first}/{id}"),
            None => first,
        },
        (None, Some(second)) => second,
        (None, None) => text("id").unwrap_or_default(),
    }
}

async fn run(
    parts: &Parts,
    caller: &Caller,
    command: Command,
    progress: Option<mpsc::Sender<Progress>>,
) -> Result<Reply> {
    let Parts { accounts, audit, hosts, containers, images, terminals, settings, .. } = parts;
    let log = parts.sources.log();
    let done = |()| Reply::done();
    match command {
        Command::AuthToken(token) => {
            let principal = accounts.authenticate(&token.token.0)?;
            Ok(Reply::Authenticated(accounts.describe(&principal)))
        }
        Command::AuthLogin(login) => {
            accounts.login(caller, &login).await.map(|login| Reply::LoggedIn(Box::new(login)))
        }
        Command::AuthRenew(renew) => accounts.renew(caller, &renew).await.map(Reply::Renewed),
        Command::AuthLogout(logout) => accounts.logout(caller, &logout).await.map(done),
        Command::AuthTicket(_) => accounts.ticket_create(caller).map(Reply::Ticket),
        Command::SessionList(query) => accounts.session_list(caller, &query).map(Reply::Sessions),
        Command::SessionRemove(by) => accounts.session_remove(caller, &by).await.map(done),
        Command::SettingList(_) => Ok(Reply::Settings(List::whole(settings.clone()))),
        Command::HostList(_) => Ok(Reply::Hosts(List::whole(hosts.list(proved(caller)?)))),
        Command::HostGet(by) => {
            hosts.get(proved(caller)?, &by.host).map(|host| Reply::Host(Box::new(host)))
        }
        Command::HostCreate(create) => {
            hosts.create(caller, create).await.map(|host| Reply::Host(Box::new(host)))
        }
        Command::HostUpdate(update) => {
            hosts.update(caller, update).await.map(|host| Reply::Host(Box::new(host)))
        }
        Command::HostRemove(by) => hosts.remove(caller, &by.host).await.map(done),
        Command::HostTest(test) => hosts.test(caller, test).await.map(Reply::HostTested),
        Command::HostDf(by) => hosts.df(&by.host).await.map(Reply::DiskUse),
        Command::ContainerList(query) => {
            containers.list(caller, &query).await.map(Reply::Containers)
        }
        Command::ContainerInspect(by) => {
            containers.inspect(caller, &by).await.map(|i| Reply::Inspect(Box::new(i)))
        }
        Command::ContainerCreate(create) => {
            containers.create(caller, &create).await.map(Reply::Created)
        }
        Command::ContainerStart(by) => containers.start(caller, &by).await.map(done),
        Command::ContainerStop(stop) => containers.stop(caller, &stop).await.map(done),
        Command::ContainerRestart(stop) => containers.restart(caller, &stop).await.map(done),
        Command::ContainerPause(by) => containers.pause(caller, &by).await.map(done),
        Command::ContainerUnpause(by) => containers.unpause(caller, &by).await.map(done),
        Command::ContainerKill(kill) => containers.kill(caller, &kill).await.map(done),
        Command::ContainerRename(rename) => containers.rename(caller, &rename).await.map(done),
        Command::ContainerRemove(remove) => containers.remove(caller, &remove).await.map(done),
        Command::ContainerTop(by) => containers.top(caller, &by).await.map(Reply::Top),
        Command::ContainerLogs(logs) => containers.logs(caller, &logs).await.map(Reply::Logs),
        Command::ContainerStats(query) => containers.stats(caller, &query).await,
        Command::ContainerStatsAll(by) => {
            containers.stats_all(caller, &by.host).await.map(Reply::StatsAll)
        }
        Command::ContainerFiles(by) => {
            containers.files(caller, &by.host, &by.container, &by.path).await.map(Reply::Files)
        }
        Command::ContainerUpload(by) => file_url(parts, caller, &by, "PUT").await,
        Command::ContainerDownload(by) => file_url(parts, caller, &by, "GET").await,
        Command::EventList(query) => {
            events::list(log, proved(caller)?, &query).await.map(Reply::Events)
        }
        Command::EventCount(query) => {
            events::count(log, proved(caller)?, &query).await.map(Reply::EventCounts)
        }
        Command::ImageList(query) => images.list(&query).await.map(Reply::Images),
        Command::ImagePull(pull) => images.pull(&pull, progress).await.map(Reply::Pulled),
        Command::ImageRemove(remove) => images.remove(&remove).await.map(done),
        Command::TerminalList(_) => terminals.list(caller).map(Reply::Terminals),
        Command::TerminalOpen(_)
        | Command::TerminalInput(_)
        | Command::TerminalResize(_)
        | Command::TerminalAck(_)
        | Command::TerminalAttach(_)
        | Command::TerminalClose(_) => {
            Err(Error::invalid("opt", "needs a connection: send it over a WebSocket, /ws"))
        }
        Command::UserList(page) => accounts.user_list(&page).map(Reply::Users),
        Command::UserGet(by) => {
            accounts.user_get(caller, &by).map(|user| Reply::User(Box::new(user)))
        }
        Command::UserCreate(create) => {
            accounts.user_create(caller, &create).await.map(|user| Reply::User(Box::new(user)))
        }
        Command::UserRegister(register) => {
            accounts.user_register(caller, &register).await.map(|user| Reply::User(Box::new(user)))
        }
        Command::UserUpdate(update) => {
            accounts.user_update(caller, &update).await.map(|user| Reply::User(Box::new(user)))
        }
        Command::UserPassword(change) => accounts.user_password(caller, &change).await.map(done),
        Command::UserRemove(by) => accounts.user_remove(caller, &by).await.map(done),
        Command::InviteList(page) => accounts.invite_list(&page).map(Reply::Invites),
        Command::InviteCreate(create) => {
            accounts.invite_create(caller, &create).await.map(Reply::InviteMade)
        }
        Command::InviteRemove(by) => accounts.invite_remove(caller, &by).await.map(done),
        Command::TokenList(page) => accounts.token_list(caller, &page).map(Reply::Tokens),
        Command::TokenCreate(create) => {
            accounts.token_create(caller, &create).await.map(Reply::TokenMade)
        }
        Command::TokenRemove(by) => accounts.token_remove(caller, &by).await.map(done),
        Command::AuditList(query) => audit.list(&query).map(Reply::Audit),
    }
}

/// A URL for one transfer of files, with a ticket in it.
async fn file_url(parts: &Parts, caller: &Caller, by: &Files, method: &str) -> Result<Reply> {
    parts.containers.files_allowed(caller, &by.host, &by.container, &by.path).await?;
    let ticket = parts.accounts.ticket_create(caller)?;
    let mut path = String::new();
    for byte in by.path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                path.push(char::from(byte));
            }
            byte => path.push_str(&format!("%{byte:02X}")),
        }
    }
    let (base, host, container) = (&caller.base_url, &by.host, &by.container);
    Ok(Reply::FileUrl(FileUrl {
        url: format!("{base}/files/{host}/{container}?path={path}&ticket={}", ticket.ticket),
        method: method.to_owned(),
        expires_at: ticket.expires_at,
    }))
}
