//! Every command: one noun a file, one struct a verb, one line a command in the table below.

pub mod account;
pub mod auth;
pub mod container;
pub mod event;
pub mod host;
pub mod image;
pub mod terminal;

use serde_json::Value;

use crate::codec::{self, Invalid};

/// Declares the commands: the noun and verb on the wire, the variant, and the struct of its fields.
macro_rules! commands {
    ($($(#[$doc:meta])* $noun:literal $opt:literal => $variant:ident($fields:ty),)*) => {
        /// What a client may ask. Every transport makes one of these; the broker matches all of them.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Command {
            $($(#[$doc])* $variant($fields),)*
        }

        impl Command {
            /// Noun and verb of every command, in the order of the table.
            pub const ALL: &'static [(&'static str, &'static str)] = &[$(($noun, $opt)),*];

            /// Reads the command that `noun` and `opt` name out of `data`.
            ///
            /// # Errors
            /// [`Invalid`] names the field and the reason; an unknown noun is field `type`, an unknown verb
            /// field `opt`.
            pub fn decode(noun: &str, opt: &str, data: Value) -> Result<Self, Invalid> {
                match (noun, opt) {
                    $(($noun, $opt) => codec::fields::<$fields>(data).map(Self::$variant),)*
                    _ => Err(unknown(noun, opt)),
                }
            }

            /// Noun and verb as on the wire.
            #[must_use]
            pub fn parts(&self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$variant(_) => ($noun, $opt),)*
                }
            }

            /// The fields as they stand on the wire.
            ///
            /// # Errors
            /// None in practice: the fields are plain data.
            pub fn data(&self) -> serde_json::Result<Value> {
                match self {
                    $(Self::$variant(fields) => serde_json::to_value(fields),)*
                }
            }
        }

        /// The JSON Schema of each command's fields, by `noun_opt`.
        #[cfg(feature = "schema")]
        pub(crate) fn schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, &'static str, schemars::Schema)> {
            vec![$(($noun, $opt, generator.subschema_for::<$fields>())),*]
        }
    };
}

commands! {
    /// Authenticates a connection by a token.
    "auth" "" => AuthToken(auth::Token),
    /// Name and password for a session.
    "auth" "login" => AuthLogin(auth::Login),
    /// A refresh token for a new access token.
    "auth" "renew" => AuthRenew(auth::Renew),
    /// Ends a session.
    "auth" "logout" => AuthLogout(auth::Logout),
    /// A one-time ticket for a URL.
    "auth" "ticket" => AuthTicket(Nothing),
    /// Open sessions of an account.
    "session" "list" => SessionList(account::SessionList),
    /// Ends a session by its id.
    "session" "remove" => SessionRemove(account::ById),
    /// The configuration in force.
    "setting" "list" => SettingList(Nothing),
    /// Every host with its health.
    "host" "list" => HostList(Nothing),
    /// One host.
    "host" "get" => HostGet(host::ByHost),
    /// Adds a host at run time.
    "host" "create" => HostCreate(host::Create),
    /// Changes a host that was added at run time.
    "host" "update" => HostUpdate(host::Update),
    /// Forgets a host that was added at run time.
    "host" "remove" => HostRemove(host::ByHost),
    /// Tries a host, step by step.
    "host" "test" => HostTest(host::Test),
    /// Disk use of a host's engine.
    "host" "df" => HostDf(host::ByHost),
    /// Containers over all hosts.
    "container" "list" => ContainerList(container::List),
    /// Everything about one container.
    "container" "inspect" => ContainerInspect(container::Target),
    /// Makes a container and starts it.
    "container" "create" => ContainerCreate(Box<container::Create>),
    /// Starts a stopped container.
    "container" "start" => ContainerStart(container::Target),
    /// Stops a running container.
    "container" "stop" => ContainerStop(container::Stop),
    /// Stops and starts a container.
    "container" "restart" => ContainerRestart(container::Stop),
    /// Freezes a container.
    "container" "pause" => ContainerPause(container::Target),
    /// Thaws a container.
    "container" "unpause" => ContainerUnpause(container::Target),
    /// Sends a signal to a container's main process.
    "container" "kill" => ContainerKill(container::Kill),
    /// Gives a container another name.
    "container" "rename" => ContainerRename(container::Rename),
    /// Removes a container.
    "container" "remove" => ContainerRemove(container::Remove),
    /// Processes of a running container.
    "container" "top" => ContainerTop(container::Target),
    /// Log lines so far.
    "container" "logs" => ContainerLogs(container::Logs),
    /// Resource use now, or of the last 15 minutes.
    "container" "stats" => ContainerStats(container::Stats),
    /// Resource use of all containers of a host, of the last sweep.
    "container" "stats_all" => ContainerStatsAll(host::ByHost),
    /// A directory inside a container.
    "container" "files" => ContainerFiles(container::Files),
    /// A URL to put files at.
    "container" "upload" => ContainerUpload(container::Files),
    /// A URL to get files from.
    "container" "download" => ContainerDownload(container::Files),
    /// Events, newest first.
    "event" "list" => EventList(Box<event::ListEvents>),
    /// How many events there were when.
    "event" "count" => EventCount(Box<event::CountEvents>),
    /// Images of one host or of all.
    "image" "list" => ImageList(image::List),
    /// Fetches an image anew.
    "image" "pull" => ImagePull(image::Pull),
    /// Removes an image.
    "image" "remove" => ImageRemove(image::Remove),
    /// A program with a terminal.
    "terminal" "open" => TerminalOpen(terminal::Open),
    /// What was typed into a terminal.
    "terminal" "input" => TerminalInput(terminal::Input),
    /// The size of a viewer's window.
    "terminal" "resize" => TerminalResize(terminal::Resize),
    /// How much of a terminal's output has been drawn.
    "terminal" "ack" => TerminalAck(terminal::Ack),
    /// Terminals one may attach to.
    "terminal" "list" => TerminalList(Nothing),
    /// Goes on with a terminal, or joins it.
    "terminal" "attach" => TerminalAttach(terminal::Attach),
    /// Leaves a terminal; the last to leave ends it.
    "terminal" "close" => TerminalClose(terminal::Close),
    /// Accounts.
    "user" "list" => UserList(account::Page),
    /// One account.
    "user" "get" => UserGet(account::ByUsername),
    /// Makes an account (admin).
    "user" "create" => UserCreate(account::UserCreate),
    /// Makes one's own account, as `auth.registration` allows.
    "user" "register" => UserRegister(account::Register),
    /// Changes an account.
    "user" "update" => UserUpdate(account::UserUpdate),
    /// Sets a password.
    "user" "password" => UserPassword(account::UserPassword),
    /// Removes an account with its sessions and tokens.
    "user" "remove" => UserRemove(account::ByUsername),
    /// Invites that were not used yet.
    "invite" "list" => InviteList(account::Page),
    /// Makes an invite for one name.
    "invite" "create" => InviteCreate(account::InviteCreate),
    /// Takes an invite back.
    "invite" "remove" => InviteRemove(account::ById),
    /// One's long-lived tokens.
    "token" "list" => TokenList(account::Page),
    /// Makes a long-lived token.
    "token" "create" => TokenCreate(account::TokenCreate),
    /// Ends a long-lived token.
    "token" "remove" => TokenRemove(account::ById),
    /// What was done, by whom, newest first.
    "audit" "list" => AuditList(account::AuditList),
}

impl Command {
    /// `container_start`: the same word in audit entries, metrics and fixtures.
    #[must_use]
    pub fn name(&self) -> String {
        let (noun, opt) = self.parts();
        if opt.is_empty() { noun.to_owned() } else { format!("{noun}_{opt}") }
    }
}

fn unknown(noun: &str, opt: &str) -> Invalid {
    let verbs: Vec<_> = Command::ALL.iter().filter(|c| c.0 == noun).map(|c| c.1).collect();
    if verbs.is_empty() {
        return Invalid::new("type", "unknown noun");
    }
    let verbs: Vec<_> = verbs.into_iter().filter(|v| !v.is_empty()).collect();
    let wrong = if opt.is_empty() { "missing; it is" } else { "unknown; it is" };
    Invalid::new("opt", format!("{wrong} one of {}", verbs.join(", ")))
}

/// No fields.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Nothing {}
