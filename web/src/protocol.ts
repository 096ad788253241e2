// Generated from protocol/schema.json by `npm run protocol`; not to be edited.

/**
 * A filter of one value or a list of alternatives; empty: no filter.
 */
export type Filter = string | string[]
/**
 * A word that must not be printed: its `Debug` shows nothing of it.
 */
export type Hidden = string
/**
 * `["A=b"]` or `{"A":"b"}`.
 */
export type Env =
  | string[]
  | {
      [k: string]: string
    }
/**
 * An image: a catalogue entry's number, or a reference.
 */
export type ImageId = number | string
export type Size = number | string
/**
 * `8888`, `"53/udp"`, or a list of them.
 */
export type Ports = number | string | Port[]
/**
 * One port of a list.
 */
export type Port = number | string
export type Seconds = number | string
/**
 * What runs there.
 */
export type Kind = 'docker'
/**
 * What an account may do; each contains the ones before it where they speak of the same thing.
 */
export type Role = 'viewer' | 'user' | 'teacher' | 'operator' | 'admin'
/**
 * How output comes.
 */
export type Encoding = 'binary' | 'text'
/**
 * What kind of thing went wrong; each has one HTTP status.
 */
export type ErrorCode =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'limited'
  | 'engine'
  | 'unavailable'
  | 'timeout'
  | 'full'
  | 'internal'
/**
 * A push; `sub` stands on a WebSocket only.
 */
export type Push =
  | {
      data: Event
      position: Position
      /**
       * The subscription.
       */
      sub?: number | null
      type: 'event'
    }
  | {
      data: Gap
      position: Position
      /**
       * The subscription.
       */
      sub?: number | null
      type: 'gap'
    }
  | {
      data: Change
      /**
       * The subscription.
       */
      sub?: number | null
      type: 'change'
    }
  | {
      data: StatsPush
      /**
       * The subscription.
       */
      sub?: number | null
      type: 'stats'
    }
  | {
      data: LogPush
      /**
       * The subscription.
       */
      sub?: number | null
      type: 'log'
    }
  | {
      data: Progress
      /**
       * The pull packet's id.
       */
      id?: PacketId | null
      type: 'progress'
    }
  | {
      data: TerminalPush
      type: 'terminal'
    }
  | {
      data: Notice
      type: 'notice'
    }
export type Position = string
/**
 * Why something is missing.
 */
export type GapReason = 'engine' | 'retention'
/**
 * A stream of pushes.
 */
export type Topic = 'events' | 'containers' | 'hosts' | 'stats' | 'logs'
/**
 * A line of topic `logs`, or its end.
 */
export type LogPush =
  | {
      /**
       * Always true.
       */
      end: boolean
    }
  | {
      stream: LogStream
      /**
       * Without its line end.
       */
      text: string
      /**
       * RFC 3339 UTC with nanoseconds; null unless `timestamps`.
       */
      time?: string | null
    }
/**
 * Which output of a process.
 */
export type LogStream = 'stdout' | 'stderr'
/**
 * The client's own mark of a packet; it comes back in the answer.
 */
export type PacketId = number | string
/**
 * What happens to a terminal beside its binary output.
 */
export type TerminalPush =
  | {
      /**
       * After the last byte: what is acknowledged when it is drawn.
       */
      next: number
      /**
       * Of the first byte.
       */
      offset: number
      opt: 'output'
      /**
       * Its number on this connection.
       */
      terminal: number
      /**
       * Whole code points.
       */
      text: string
    }
  | {
      /**
       * Where the output that follows begins.
       */
      offset: number
      opt: 'redraw'
      /**
       * Its number on this connection.
       */
      terminal: number
      /**
       * The lines before the present screen, and it.
       */
      text: string
    }
  | {
      /**
       * Columns of the session's window, which is the smallest of its viewers'.
       */
      cols: number
      opt: 'state'
      /**
       * Rows of the session's window.
       */
      rows: number
      /**
       * Its number on this connection.
       */
      terminal: number
      /**
       * Everybody who is attached, this viewer too.
       */
      viewers: TerminalViewer[]
    }
  | {
      /**
       * The engine's; 137 if the container went away under it; -1 if unknown.
       */
      code: number
      opt: 'exit'
      /**
       * Why, where the code does not tell.
       */
      reason?: string | null
      /**
       * Its number on this connection.
       */
      terminal: number
    }
/**
 * The `data` of a `reply`.
 */
export type Reply =
  | Done
  | Authenticated
  | LoggedIn
  | Renewed
  | Ticket
  | List3
  | List4
  | List5
  | Host
  | HostTested
  | DiskUse
  | List6
  | Inspect
  | Created
  | Top
  | List7
  | Stats2
  | List8
  | StatsAll
  | List9
  | FileUrl
  | EventPage
  | EventCounts
  | List10
  | Pulled
  | TerminalOpened
  | TerminalAttached
  | TerminalClosed
  | List11
  | List12
  | User
  | List13
  | InviteMade
  | List14
  | TokenMade
  | List15
  | SubscribedAt
  | SubscribedVersion
/**
 * Where a host stands.
 */
export type HostState = 'connecting' | 'online' | 'offline'
/**
 * A step of a host test.
 */
export type Step = 'address' | 'connect' | 'tls' | 'version' | 'permission'
/**
 * What a terminal is of.
 */
export type TerminalKind = 'exec' | 'attach' | 'local'

export interface Protocol {
  commands: Commands
  roots: Roots
}
export interface Commands {
  audit_list: AuditList
  auth: Token
  auth_login: Login
  auth_logout: Logout
  auth_renew: Renew
  auth_ticket: Nothing
  container_create: Create2
  container_download: Files
  container_files: Files
  container_inspect: Target
  container_kill: Kill
  container_list: List
  container_logs: Logs
  container_pause: Target
  container_remove: Remove
  container_rename: Rename
  container_restart: Stop
  container_start: Target
  container_stats: Stats
  container_stats_all: ByHost
  container_stop: Stop
  container_top: Target
  container_unpause: Target
  container_upload: Files
  event_count: CountEvents
  event_list: ListEvents
  host_create: Create
  host_df: ByHost
  host_get: ByHost
  host_list: Nothing
  host_remove: ByHost
  host_test: Test
  host_update: Update
  image_list: List2
  image_pull: Pull
  image_remove: Remove2
  invite_create: InviteCreate
  invite_list: Page
  invite_remove: ById
  session_list: SessionList
  session_remove: ById
  setting_list: Nothing
  terminal_ack: Ack
  terminal_attach: Attach
  terminal_close: Close
  terminal_input: Input
  terminal_list: Nothing
  terminal_open: Open
  terminal_resize: Resize
  token_create: TokenCreate
  token_list: Page
  token_remove: ById
  user_create: UserCreate
  user_get: ByUsername
  user_list: Page
  user_password: UserPassword
  user_register: Register
  user_remove: ByUsername
  user_update: UserUpdate
}
/**
 * `audit list`; values of one filter are alternatives, filters narrow together.
 */
export interface AuditList {
  action?: Filter
  /**
   * `next` of the answer before.
   */
  after?: string | null
  /**
   * At most so many: 1 to 1,000, 100 without it.
   */
  limit?: number | null
  /**
   * RFC 3339 time.
   */
  since?: string | null
  target?: Filter
  /**
   * RFC 3339 time.
   */
  until?: string | null
  username?: Filter
}
/**
 * `auth {token}`.
 */
export interface Token {
  token: Hidden
}
/**
 * `auth login`.
 */
export interface Login {
  password: Hidden
  /**
   * The account.
   */
  username: string
}
/**
 * `auth logout`.
 */
export interface Logout {
  /**
   * The session to end by its refresh token; without it, the caller's own.
   */
  refresh_token?: Hidden | null
}
/**
 * `auth renew`.
 */
export interface Renew {
  refresh_token: Hidden
  /**
   * Whether a new refresh token takes the place of this one. A rotated token that comes again ends the
   * session.
   */
  rotate?: boolean
}
/**
 * No fields.
 */
export interface Nothing {}
/**
 * `container create`: makes and, unless `start` is false, starts a container.
 */
export interface Create2 {
  /**
   * Forbidden, never ignored.
   */
  cap_add?: {
    [k: string]: unknown
  }
  /**
   * Forbidden, never ignored.
   */
  cgroup_parent?: {
    [k: string]: unknown
  }
  /**
   * Arguments, or the whole command where the image has no entrypoint.
   */
  cmd?: string[] | null
  /**
   * Forbidden, never ignored.
   */
  devices?: {
    [k: string]: unknown
  }
  /**
   * Takes the place of the image's.
   */
  entrypoint?: string[] | null
  /**
   * Environment.
   */
  env?: Env | null
  /**
   * GPUs by id.
   */
  gpus?: string[] | null
  /**
   * Where; without it, of the online hosts that have the image (else of all) the one with fewest containers.
   */
  host?: string | null
  /**
   * Its own name for itself.
   */
  hostname?: string | null
  image_id: ImageId
  /**
   * Forbidden, never ignored.
   */
  ipc?: {
    [k: string]: unknown
  }
  /**
   * Labels; `quayside.*` are the hub's.
   */
  labels?: {
    [k: string]: string
  } | null
  /**
   * Bounds; what is absent has the configured default.
   */
  limits?: Limits | null
  /**
   * A name; the engine makes one up without it.
   */
  name?: string | null
  /**
   * `bridge`, `none`, or a network's name.
   */
  network?: string | null
  /**
   * Forbidden, never ignored.
   */
  pid?: {
    [k: string]: unknown
  }
  /**
   * Container ports, each published on a port that the engine picks.
   */
  port?: Ports | null
  /**
   * `{"80/tcp": 8080}`: ports of the engine's machine by container port (operator, admin).
   */
  ports?: {
    [k: string]: number
  } | null
  /**
   * Forbidden, never ignored: asks for all of the machine.
   */
  privileged?: {
    [k: string]: unknown
  }
  /**
   * `no`, `always`, `unless-stopped`, `on-failure` or `on-failure:n`.
   */
  restart?: string | null
  /**
   * Forbidden, never ignored.
   */
  security_opt?: {
    [k: string]: unknown
  }
  /**
   * Whether to start it.
   */
  start?: boolean
  /**
   * Forbidden, never ignored.
   */
  sysctls?: {
    [k: string]: unknown
  }
  /**
   * Whether its main process has a terminal.
   */
  tty?: boolean
  /**
   * A name or number inside the container.
   */
  user?: string | null
  /**
   * Forbidden, never ignored.
   */
  userns?: {
    [k: string]: unknown
  }
  /**
   * Forbidden, never ignored.
   */
  uts?: {
    [k: string]: unknown
  }
  /**
   * Volumes and, for operator and admin, directories.
   */
  volumes?: Volume[] | null
  /**
   * An absolute path.
   */
  working_dir?: string | null
}
/**
 * Bounds of a container.
 */
export interface Limits {
  /**
   * Cores, such as 1.5.
   */
  cpus?: number | null
  /**
   * Size of the writable layer, where the storage driver can bound it.
   */
  disk?: Size | null
  /**
   * Memory.
   */
  memory?: Size | null
  /**
   * Processes and threads.
   */
  pids?: number | null
}
/**
 * A volume or, below `workload.binds`, a directory of the engine's machine.
 */
export interface Volume {
  /**
   * An absolute path inside the container.
   */
  destination: string
  /**
   * A named volume.
   */
  name?: string | null
  /**
   * Whether it may be written to.
   */
  rw?: boolean
  /**
   * An absolute path on the engine's machine (operator, admin).
   */
  source?: string | null
}
/**
 * `files`, `upload`, `download`.
 */
export interface Files {
  /**
   * The container's id or name.
   */
  container: string
  /**
   * The host.
   */
  host: string
  /**
   * An absolute path inside the container.
   */
  path: string
}
/**
 * A container.
 */
export interface Target {
  /**
   * The container's id or name.
   */
  container: string
  /**
   * The host.
   */
  host: string
}
/**
 * `kill`.
 */
export interface Kill {
  /**
   * The container's id or name.
   */
  container: string
  /**
   * The host.
   */
  host: string
  /**
   * A signal's name or number; KILL without it.
   */
  signal?: string | null
}
/**
 * `container list`; values of one filter are alternatives, filters narrow together.
 */
export interface List {
  host?: Filter
  label?: Filter
  owner?: Filter
  state?: Filter
}
/**
 * `logs`.
 */
export interface Logs {
  /**
   * The container's id or name.
   */
  container: string
  /**
   * The host.
   */
  host: string
  /**
   * RFC 3339 time.
   */
  since?: string | null
  /**
   * The last so many lines; at most 10,000 an answer, which is also what comes without it.
   */
  tail?: number | null
  /**
   * Whether each line has its time.
   */
  timestamps?: boolean
  /**
   * RFC 3339 time.
   */
  until?: string | null
}
/**
 * `remove`.
 */
export interface Remove {
  /**
   * The container's id or name.
   */
  container: string
  /**
   * Also a running one.
   */
  force?: boolean
  /**
   * The host.
   */
  host: string
  /**
   * With its anonymous volumes.
   */
  volumes?: boolean
}
/**
 * `rename`.
 */
export interface Rename {
  /**
   * The container's id or name.
   */
  container: string
  /**
   * The host.
   */
  host: string
  /**
   * The new name.
   */
  name: string
}
/**
 * `stop` and `restart`.
 */
export interface Stop {
  /**
   * The container's id or name.
   */
  container: string
  /**
   * The host.
   */
  host: string
  /**
   * Seconds between the stop signal and KILL; the container's own default without it.
   */
  timeout?: Seconds | null
}
/**
 * `stats`.
 */
export interface Stats {
  /**
   * The container's id or name.
   */
  container: string
  /**
   * The host.
   */
  host: string
  /**
   * RFC 3339 time: the sweep's values after it, of the last 15 minutes.
   */
  since?: string | null
}
/**
 * A host by its name.
 */
export interface ByHost {
  /**
   * Its name.
   */
  host: string
}
/**
 * `event count`; values of one filter are alternatives, filters narrow together.
 */
export interface CountEvents {
  action?: Filter
  /**
   * `next` of the answer before.
   */
  after?: string | null
  container?: Filter
  host?: Filter
  label?: Filter
  owner?: Filter
  /**
   * Only what comes after it: a position, or an RFC 3339 time by the hub's receipt.
   */
  since: string
  step: Seconds
  type?: Filter
  /**
   * Nothing after it: a position, or an RFC 3339 time by the hub's receipt.
   */
  until?: string | null
}
/**
 * `event list`; values of one filter are alternatives, filters narrow together.
 */
export interface ListEvents {
  action?: Filter
  /**
   * `next` of the answer before.
   */
  after?: string | null
  container?: Filter
  host?: Filter
  label?: Filter
  /**
   * At most so many: 1 to 1,000, 100 without it.
   */
  limit?: number | null
  owner?: Filter
  /**
   * Only what comes after it: a position, or an RFC 3339 time by the hub's receipt.
   */
  since?: string | null
  type?: Filter
  /**
   * Nothing after it: a position, or an RFC 3339 time by the hub's receipt.
   */
  until?: string | null
}
/**
 * `host create`.
 */
export interface Create {
  /**
   * `unix:///path`, `tcp://host:port` or `ssh://[user@]host[:port][/path/of/docker.sock]`.
   */
  addr: string
  /**
   * A name: `[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}`.
   */
  host: string
  kind?: Kind
  /**
   * Keys, `ssh://` only; without them those of the hub's own user serve.
   */
  ssh?: Ssh | null
  /**
   * Certificates, `tcp://` only; without them the connection is not encrypted.
   */
  tls?: Tls | null
}
/**
 * Keys of an `ssh://` host, as OpenSSH text.
 */
export interface Ssh {
  key: Hidden
  /**
   * Lines of a known_hosts file; a host whose key is not there is refused.
   */
  known_hosts: string
}
/**
 * Certificates of a `tcp://` host, as PEM text.
 */
export interface Tls {
  /**
   * The authority that signed the engine's certificate. No other is trusted.
   */
  ca: string
  /**
   * The hub's client certificate.
   */
  cert: string
  key: Hidden
}
/**
 * `host test`: a known host by its name, or the fields of `create` without storing them.
 */
export interface Test {
  /**
   * An address to try.
   */
  addr?: string | null
  /**
   * A known host; ignored where `addr` is given.
   */
  host?: string | null
  kind?: Kind
  /**
   * Keys, `ssh://` only.
   */
  ssh?: Ssh | null
  /**
   * Certificates, `tcp://` only.
   */
  tls?: Tls | null
}
/**
 * `host update`: what is absent stays. A new address drops stored keys unless they are sent again.
 */
export interface Update {
  /**
   * A new address.
   */
  addr?: string | null
  /**
   * Its name.
   */
  host: string
  /**
   * New keys; `"******"` keeps the stored key.
   */
  ssh?: Ssh | null
  /**
   * New certificates; `"******"` keeps the stored key.
   */
  tls?: Tls | null
}
/**
 * `image list`.
 */
export interface List2 {
  /**
   * One host; without it, all.
   */
  host?: string | null
}
/**
 * `image pull`.
 */
export interface Pull {
  /**
   * Who asks, where the registry wants to know.
   */
  auth?: RegistryAuth | null
  /**
   * The host that pulls.
   */
  host: string
  /**
   * An image reference; without tag and digest, `:latest`.
   */
  image: string
}
/**
 * Who asks a registry.
 */
export interface RegistryAuth {
  password: Hidden
  /**
   * The account there.
   */
  username: string
}
/**
 * `image remove`.
 */
export interface Remove2 {
  /**
   * Also when stopped containers use it or several tags name it.
   */
  force?: boolean
  /**
   * The host.
   */
  host: string
  /**
   * A reference or an id.
   */
  image: string
}
/**
 * `invite create`.
 */
export interface InviteCreate {
  /**
   * The role the account will have; `user` without it.
   */
  role?: Role | null
  /**
   * How long it is good; 7 days without it.
   */
  ttl?: Seconds | null
  /**
   * Whom it is for.
   */
  username: string
}
/**
 * Part of a long list.
 */
export interface Page {
  /**
   * `next` of the answer before.
   */
  after?: string | null
  /**
   * At most so many: 1 to 1,000, 1,000 without it.
   */
  limit?: number | null
}
/**
 * One thing by its id.
 */
export interface ById {
  /**
   * Its id, as a list shows it.
   */
  id: string
}
/**
 * `session list`.
 */
export interface SessionList {
  /**
   * Whose (admin); one's own without it.
   */
  username?: string | null
}
/**
 * `terminal ack`.
 */
export interface Ack {
  /**
   * Everything before it has been drawn.
   */
  offset: number
  /**
   * Its number on this connection.
   */
  terminal: number
}
/**
 * `terminal attach`.
 */
export interface Attach {
  /**
   * Columns, 1 to 1,000.
   */
  cols?: number
  encoding?: Encoding
  /**
   * The last offset one has, which counts as acknowledged; without it, a redraw.
   */
  offset?: number | null
  /**
   * Only to look.
   */
  readonly?: boolean
  /**
   * Rows, 1 to 500.
   */
  rows?: number
  /**
   * The session's id.
   */
  session: string
}
/**
 * `terminal close`.
 */
export interface Close {
  /**
   * Its number on this connection.
   */
  terminal: number
}
/**
 * `terminal input`.
 */
export interface Input {
  /**
   * Its number on this connection.
   */
  terminal: number
  /**
   * What was typed.
   */
  text: string
}
/**
 * `terminal open`. Of `container`, `attach` and `local`: a container's exec is the default, `attach` takes its own
 * main process instead, `local` the hub's machine (and then no host and no container).
 */
export interface Open {
  /**
   * The container's own main process.
   */
  attach?: boolean
  /**
   * What to run; null for the first of bash, ash, sh that there is.
   */
  cmd?: string[] | null
  /**
   * Columns, 1 to 1,000.
   */
  cols?: number
  /**
   * The container's id or name.
   */
  container?: string | null
  encoding?: Encoding
  /**
   * The host.
   */
  host?: string | null
  /**
   * A shell on the hub's machine (admin, and `terminal.local_shell`).
   */
  local?: boolean
  /**
   * Rows, 1 to 500.
   */
  rows?: number
  /**
   * A name or number inside the container; the container's own without it.
   */
  user?: string | null
}
/**
 * `terminal resize`.
 */
export interface Resize {
  /**
   * Columns, 1 to 1,000.
   */
  cols: number
  /**
   * Rows, 1 to 500.
   */
  rows: number
  /**
   * Its number on this connection.
   */
  terminal: number
}
/**
 * `token create`.
 */
export interface TokenCreate {
  /**
   * What it is for, for people to read.
   */
  name: string
  /**
   * Never above its owner's, which it has without this.
   */
  role?: Role | null
  /**
   * How long it is good; for ever without it.
   */
  ttl?: Seconds | null
}
/**
 * `user create`.
 */
export interface UserCreate {
  /**
   * One `@` with something on both sides.
   */
  email?: string | null
  /**
   * For people to read.
   */
  full_name?: string | null
  /**
   * For people to read.
   */
  nickname?: string | null
  /**
   * 6–1,024 bytes; without it the account cannot log in until one is set.
   */
  password?: Hidden | null
  /**
   * For people to read.
   */
  phone?: string | null
  /**
   * `user` without it.
   */
  role?: Role | null
  /**
   * A name: 1–128 bytes of any script, no control character, no space at an end.
   */
  username: string
}
/**
 * One account by its name.
 */
export interface ByUsername {
  /**
   * Its name.
   */
  username: string
}
/**
 * `user password`.
 */
export interface UserPassword {
  /**
   * The old one; an admin needs none for others.
   */
  current_password?: Hidden | null
  password: Hidden
  /**
   * The account; one's own without it.
   */
  username?: string | null
}
/**
 * `user register`: as `auth.registration` allows (open, by invite or an admin's token, closed).
 */
export interface Register {
  /**
   * One `@` with something on both sides.
   */
  email?: string | null
  /**
   * For people to read.
   */
  full_name?: string | null
  /**
   * For people to read.
   */
  nickname?: string | null
  password: Hidden
  /**
   * For people to read.
   */
  phone?: string | null
  /**
   * An invite for this name, where it does not come as the request's own token.
   */
  token?: Hidden | null
  /**
   * As in `user create`.
   */
  username: string
}
/**
 * `user update`: what is absent stays.
 */
export interface UserUpdate {
  /**
   * Admin only; ends all its sessions, tokens and sockets.
   */
  disabled?: boolean | null
  /**
   * One `@` with something on both sides.
   */
  email?: string | null
  /**
   * For people to read.
   */
  full_name?: string | null
  /**
   * For people to read.
   */
  nickname?: string | null
  /**
   * For people to read.
   */
  phone?: string | null
  /**
   * Admin only; the last admin stays one.
   */
  role?: Role | null
  /**
   * The account.
   */
  username: string
}
export interface Roots {
  ErrorBody: ErrorBody
  Push: Push
  Reply: Reply
  Subscribe: Subscribe
}
/**
 * The `data` of an `error` packet.
 */
export interface ErrorBody {
  code: ErrorCode
  /**
   * The path of the field that is wrong, such as `limits.cpus` or `volumes[0].destination`.
   */
  field?: string | null
  /**
   * What was wrong, where, and what to do.
   */
  message: string
  /**
   * Seconds after which another try may pass (`limited` only).
   */
  retry_after?: number | null
  /**
   * Bytes there are (`full` only).
   */
  size?: number | null
  /**
   * Bytes in use (`full` only).
   */
  used?: number | null
}
/**
 * An event of a host or of the hub: exactly these seven fields.
 */
export interface Event {
  /**
   * Word for word the engine's.
   */
  action: string
  /**
   * The thing's id.
   */
  actor_id: string
  /**
   * `attrs.name`, else `""`.
   */
  actor_name: string
  /**
   * Word for word the engine's.
   */
  attrs: {
    [k: string]: string
  }
  /**
   * Whose.
   */
  host: string
  /**
   * Unix seconds, by the engine's clock.
   */
  timestamp: number
  /**
   * `container`, `network`, `image`, `volume`, `daemon` … or the hub's own `host`.
   */
  type: string
}
/**
 * What is missing from the log.
 */
export interface Gap {
  /**
   * RFC 3339 UTC.
   */
  from: string
  /**
   * Of which host; null: of all.
   */
  host?: string | null
  reason: GapReason
  /**
   * RFC 3339 UTC.
   */
  to: string
}
/**
 * A change of a state topic: first a snapshot, then what was set and removed.
 */
export interface Change {
  /**
   * Keys that are gone: `host`, or `host/<id of 12>`.
   */
  remove?: string[] | null
  /**
   * Whole records that are new or changed.
   */
  set?: unknown[] | null
  /**
   * All records; whatever the client had is void.
   */
  snapshot?: unknown[] | null
  topic: Topic
  /**
   * Counts up by one with each push of this subscription.
   */
  version: number
}
/**
 * The newest values of topic `stats`.
 */
export interface StatsPush {
  /**
   * Containers whose values are new.
   */
  items: ContainerStats[]
  /**
   * Counts up by one with each push of this subscription.
   */
  version: number
}
/**
 * A container's values in topic `stats`.
 */
export interface ContainerStats {
  /**
   * Bytes since start.
   */
  block_read: number
  /**
   * Bytes since start.
   */
  block_write: number
  /**
   * 100 is one core.
   */
  cpu_percent: number
  /**
   * Its host.
   */
  host: string
  /**
   * 12 characters.
   */
  id: string
  /**
   * Bytes; the machine's memory where no limit is set.
   */
  memory_limit: number
  /**
   * Of the limit.
   */
  memory_percent: number
  /**
   * Bytes, less the page cache that could be taken back.
   */
  memory_usage: number
  /**
   * Without its slash.
   */
  name: string
  /**
   * Bytes since start, all interfaces.
   */
  network_rx: number
  /**
   * Bytes since start, all interfaces.
   */
  network_tx: number
  /**
   * Processes and threads.
   */
  pids: number
  /**
   * RFC 3339 UTC.
   */
  time: string
}
/**
 * How far a layer of a pull is.
 */
export interface Progress {
  /**
   * Bytes so far; null where the engine does not say.
   */
  current?: number | null
  /**
   * The layer's id; `""` for the pull as a whole.
   */
  layer: string
  /**
   * The engine's word.
   */
  status: string
  /**
   * Bytes in all; null where the engine does not say.
   */
  total?: number | null
}
/**
 * Who looks at a terminal.
 */
export interface TerminalViewer {
  /**
   * Whether it only looks.
   */
  readonly: boolean
  /**
   * The account; `""` for a caller without one.
   */
  username: string
}
/**
 * Words for the person.
 */
export interface Notice {
  /**
   * `info`, `warning`.
   */
  level: string
  /**
   * The words.
   */
  message: string
}
/**
 * `{}`.
 */
export interface Done {}
/**
 * Who a token speaks for.
 */
export interface Authenticated {
  /**
   * When the token ends, RFC 3339; null for one that does not.
   */
  expires_at?: string | null
  role: Role
  /**
   * The session; null for a long-lived token.
   */
  session_id?: string | null
  /**
   * The account.
   */
  username: string
}
/**
 * A session with its tokens. Times have the server's offset.
 */
export interface LoggedIn {
  /**
   * JWT.
   */
  access_token: string
  /**
   * RFC 3339.
   */
  access_token_expires_at: string
  /**
   * JWT.
   */
  refresh_token: string
  /**
   * RFC 3339.
   */
  refresh_token_expires_at: string
  /**
   * UUID.
   */
  session_id: string
  user: LoginUser
}
/**
 * The account of a login.
 */
export interface LoginUser {
  /**
   * RFC 3339 UTC.
   */
  created_at: string
  /**
   * `""` where none is set.
   */
  email: string
  /**
   * RFC 3339 UTC.
   */
  password_changed_at: string
  role: Role
  /**
   * Its name.
   */
  username: string
}
/**
 * New tokens.
 */
export interface Renewed {
  /**
   * JWT.
   */
  access_token: string
  /**
   * RFC 3339.
   */
  access_token_expires_at: string
  /**
   * JWT; the same as before where it was not rotated.
   */
  refresh_token: string
  /**
   * RFC 3339.
   */
  refresh_token_expires_at: string
}
/**
 * A one-time ticket.
 */
export interface Ticket {
  /**
   * RFC 3339 UTC, 30 s ahead.
   */
  expires_at: string
  /**
   * For `?ticket=`.
   */
  ticket: string
}
/**
 * A list; of many hosts it carries items *and* failures.
 */
export interface List3 {
  /**
   * Hosts that could not answer.
   */
  failures?: Failure[]
  /**
   * What there is.
   */
  items: Session[]
  /**
   * What to send as `after` for more; absent at the end.
   */
  next?: string | null
}
/**
 * A host that could not contribute to a list.
 */
export interface Failure {
  code: ErrorCode
  /**
   * Its name.
   */
  host: string
  /**
   * Why.
   */
  message: string
}
/**
 * An open session.
 */
export interface Session {
  /**
   * Where it logged in from.
   */
  address: string
  /**
   * The client's own name (`User-Agent`), at most 256 bytes.
   */
  agent: string
  /**
   * RFC 3339 UTC.
   */
  created_at: string
  /**
   * Whether the question came by it.
   */
  current: boolean
  /**
   * UUID.
   */
  id: string
  /**
   * RFC 3339 UTC, to the minute.
   */
  last_seen: string
  /**
   * Whose.
   */
  username: string
}
/**
 * A list; of many hosts it carries items *and* failures.
 */
export interface List4 {
  /**
   * Hosts that could not answer.
   */
  failures?: Failure[]
  /**
   * What there is.
   */
  items: Setting[]
  /**
   * What to send as `after` for more; absent at the end.
   */
  next?: string | null
}
/**
 * A configuration key.
 */
export interface Setting {
  /**
   * `flag`, `variable`, `file` or `default`.
   */
  from: string
  /**
   * `section.key`.
   */
  key: string
  /**
   * What is in force, as TOML; `"******"` for a secret that is set.
   */
  value: string
}
/**
 * A list; of many hosts it carries items *and* failures.
 */
export interface List5 {
  /**
   * Hosts that could not answer.
   */
  failures?: Failure[]
  /**
   * What there is.
   */
  items: Host[]
  /**
   * What to send as `after` for more; absent at the end.
   */
  next?: string | null
}
/**
 * A host.
 */
export interface Host {
  /**
   * `unix://`, `tcp://` or `ssh://`.
   */
  addr: string
  /**
   * Whether it stands in the configuration and so cannot be changed at run time.
   */
  configured: boolean
  containers: ContainerCount
  /**
   * Its engine; null before the first contact.
   */
  engine?: Engine | null
  /**
   * Why it is not online; null when it is.
   */
  error?: string | null
  /**
   * Its name.
   */
  host: string
  kind: Kind
  /**
   * Since when, RFC 3339 UTC.
   */
  since: string
  state: HostState
}
/**
 * How many containers; to a `user` only its own count.
 */
export interface ContainerCount {
  /**
   * Running, the paused ones too.
   */
  running: number
  /**
   * Running or not.
   */
  total: number
}
/**
 * An engine's own facts.
 */
export interface Engine {
  /**
   * The API version that is spoken.
   */
  api_version: string
  /**
   * Its machine's architecture.
   */
  arch: string
  /**
   * Cores.
   */
  cpus: number
  /**
   * Docker's engine id.
   */
  id: string
  /**
   * Bytes.
   */
  memory: number
  /**
   * Its machine's system.
   */
  os: string
  /**
   * Its version.
   */
  version: string
}
/**
 * `host test`.
 */
export interface HostTested {
  /**
   * Its API version, `""` where it did not get so far.
   */
  api_version: string
  /**
   * Milliseconds of one request over the open connection; null where it did not get so far.
   */
  latency_ms?: number | null
  /**
   * In words.
   */
  message: string
  /**
   * Whether all steps passed.
   */
  ok: boolean
  /**
   * The steps taken, in order; the first that failed is the last.
   */
  steps: HostStep[]
  /**
   * The engine's version, `""` where it did not get so far.
   */
  version: string
}
/**
 * One step of a host test.
 */
export interface HostStep {
  /**
   * What was found, or what to do.
   */
  message: string
  /**
   * Whether it passed.
   */
  ok: boolean
  step: Step
}
/**
 * Disk use of an engine, bytes.
 */
export interface DiskUse {
  /**
   * Build cache.
   */
  build_cache: number
  /**
   * Writable layers of containers.
   */
  containers: number
  /**
   * Image layers.
   */
  images: number
  /**
   * Volumes.
   */
  volumes: number
}
/**
 * A list; of many hosts it carries items *and* failures.
 */
export interface List6 {
  /**
   * Hosts that could not answer.
   */
  failures?: Failure[]
  /**
   * What there is.
   */
  items: Container[]
  /**
   * What to send as `after` for more; absent at the end.
   */
  next?: string | null
}
/**
 * A container in a list.
 */
export interface Container {
  /**
   * As `docker stats` computes it, of the last sweep; null without one.
   */
  cpu_percent?: number | null
  /**
   * RFC 3339 UTC.
   */
  created: string
  /**
   * RFC 3339 UTC; null while it runs or never ran.
   */
  finished_at?: string | null
  /**
   * Its host.
   */
  host: string
  /**
   * 12 characters.
   */
  id: string
  /**
   * As `docker ps` names it.
   */
  image: string
  /**
   * Its labels.
   */
  labels: {
    [k: string]: string
  }
  /**
   * Bytes, of the last sweep; null without one.
   */
  memory_limit?: number | null
  /**
   * Bytes, of the last sweep; null without one.
   */
  memory_usage?: number | null
  /**
   * Without its slash.
   */
  name: string
  /**
   * The account it belongs to; null where none does.
   */
  owner?: string | null
  /**
   * Its ports.
   */
  ports: PublishedPort[]
  /**
   * Why it is not running: `exit 3`, `out of memory`, `killed (SIGKILL)`, or the engine's words.
   */
  reason?: string | null
  /**
   * RFC 3339 UTC; null before its first start.
   */
  started_at?: string | null
  /**
   * `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead`.
   */
  state: string
  /**
   * As `docker ps` words it, now.
   */
  status: string
  /**
   * The workload it belongs to; null where none does.
   */
  workload?: number | null
}
/**
 * A published or exposed port.
 */
export interface PublishedPort {
  /**
   * Inside.
   */
  container_port: number
  /**
   * `""` where it is not published.
   */
  host_ip: string
  /**
   * 0 where it is not published.
   */
  host_port: number
  /**
   * `tcp`, `udp` or `sctp`.
   */
  protocol: string
}
/**
 * `docker inspect`'s essence.
 */
export interface Inspect {
  config: InspectConfig
  /**
   * The engine's string.
   */
  created: string
  /**
   * 64 characters.
   */
  id: string
  /**
   * The image's id.
   */
  image: string
  /**
   * What it has of others' storage.
   */
  mounts: Mount[]
  /**
   * With its slash.
   */
  name: string
  network: InspectNetwork
  /**
   * `linux` or `windows`.
   */
  platform: string
  /**
   * How often the restart policy started it again.
   */
  restart_count: number
  state: InspectState
}
/**
 * What a container was made with.
 */
export interface InspectConfig {
  /**
   * Command.
   */
  cmd: string[]
  /**
   * Entrypoint.
   */
  entrypoint: string[]
  /**
   * `NAME=value`; `NAME=***` for those who may not read values.
   */
  env: string[]
  /**
   * Its own name for itself.
   */
  hostname: string
  /**
   * Labels.
   */
  labels: {
    [k: string]: string
  }
  /**
   * `""`: root.
   */
  user: string
  /**
   * `""`: the image's.
   */
  working_dir: string
}
/**
 * What a container has of others' storage.
 */
export interface Mount {
  /**
   * A path inside.
   */
  destination: string
  /**
   * `rw` or `ro`.
   */
  mode: string
  /**
   * The volume's name; `""` for a bind.
   */
  name: string
  /**
   * Whether it may be written to.
   */
  rw: boolean
  /**
   * A path of the engine's machine.
   */
  source: string
  /**
   * `bind`, `volume`, `tmpfs`.
   */
  type: string
}
/**
 * How a container is reached.
 */
export interface InspectNetwork {
  /**
   * `""` without one.
   */
  gateway: string
  /**
   * `""` without one.
   */
  ip_address: string
  /**
   * `""` without one.
   */
  mac_address: string
  /**
   * By network name.
   */
  networks: {
    [k: string]: NetworkEnd
  }
  /**
   * By container port; `[]` where it is exposed and not published.
   */
  ports: {
    [k: string]: HostPort[]
  }
}
/**
 * A container's end of a network.
 */
export interface NetworkEnd {
  /**
   * `""` without one.
   */
  gateway: string
  /**
   * `""` without one.
   */
  ip_address: string
  /**
   * `""` without one.
   */
  mac_address: string
  /**
   * The network's id.
   */
  network_id: string
}
/**
 * Where a port is published.
 */
export interface HostPort {
  /**
   * An address of the engine's machine.
   */
  host_ip: string
  /**
   * A number, as text.
   */
  host_port: string
}
/**
 * What a container does.
 */
export interface InspectState {
  /**
   * Of the last run.
   */
  exit_code: number
  /**
   * The engine's string.
   */
  finished_at: string
  /**
   * Frozen.
   */
  paused: boolean
  /**
   * Between two runs of its restart policy.
   */
  restarting: boolean
  /**
   * Paused ones too.
   */
  running: boolean
  /**
   * The engine's string.
   */
  started_at: string
  /**
   * `created`, `running` …
   */
  status: string
}
/**
 * `container create`.
 */
export interface Created {
  /**
   * Where.
   */
  host: string
  /**
   * 64 characters.
   */
  id: string
  /**
   * As asked.
   */
  image: string
  /**
   * Without its slash.
   */
  name: string
  /**
   * By container port.
   */
  ports: {
    [k: string]: HostPort[]
  }
  /**
   * The engine's words.
   */
  warnings: string[]
}
/**
 * `container top`.
 */
export interface Top {
  /**
   * A row a process.
   */
  processes: string[][]
  /**
   * Column titles of `ps`.
   */
  titles: string[]
}
/**
 * A list; of many hosts it carries items *and* failures.
 */
export interface List7 {
  /**
   * Hosts that could not answer.
   */
  failures?: Failure[]
  /**
   * What there is.
   */
  items: LogLine[]
  /**
   * What to send as `after` for more; absent at the end.
   */
  next?: string | null
}
/**
 * A line of a container's output.
 */
export interface LogLine {
  stream: LogStream
  /**
   * Without its line end; what is no UTF-8 becomes U+FFFD.
   */
  text: string
  /**
   * RFC 3339 UTC with nanoseconds; null unless `timestamps`.
   */
  time?: string | null
}
/**
 * Resource use, by the docker CLI's formulas.
 */
export interface Stats2 {
  /**
   * Bytes since start.
   */
  block_read: number
  /**
   * Bytes since start.
   */
  block_write: number
  /**
   * 100 is one core.
   */
  cpu_percent: number
  /**
   * Bytes; the machine's memory where no limit is set.
   */
  memory_limit: number
  /**
   * Of the limit.
   */
  memory_percent: number
  /**
   * Bytes, less the page cache that could be taken back.
   */
  memory_usage: number
  /**
   * Bytes since start, all interfaces.
   */
  network_rx: number
  /**
   * Bytes since start, all interfaces.
   */
  network_tx: number
  /**
   * Processes and threads.
   */
  pids: number
}
/**
 * A list; of many hosts it carries items *and* failures.
 */
export interface List8 {
  /**
   * Hosts that could not answer.
   */
  failures?: Failure[]
  /**
   * What there is.
   */
  items: TimedStats[]
  /**
   * What to send as `after` for more; absent at the end.
   */
  next?: string | null
}
/**
 * A sample of the sweep.
 */
export interface TimedStats {
  /**
   * Bytes since start.
   */
  block_read: number
  /**
   * Bytes since start.
   */
  block_write: number
  /**
   * 100 is one core.
   */
  cpu_percent: number
  /**
   * Bytes; the machine's memory where no limit is set.
   */
  memory_limit: number
  /**
   * Of the limit.
   */
  memory_percent: number
  /**
   * Bytes, less the page cache that could be taken back.
   */
  memory_usage: number
  /**
   * Bytes since start, all interfaces.
   */
  network_rx: number
  /**
   * Bytes since start, all interfaces.
   */
  network_tx: number
  /**
   * Processes and threads.
   */
  pids: number
  /**
   * RFC 3339 UTC.
   */
  time: string
}
/**
 * `container stats_all`.
 */
export interface StatsAll {
  /**
   * By id of 12 characters.
   */
  containers: {
    [k: string]: NamedStats
  }
}
/**
 * A container's values in `container stats_all`.
 */
export interface NamedStats {
  /**
   * Without its slash.
   */
  name: string
  /**
   * Null where it does not run, or there is no value of it yet.
   */
  stats?: Stats2 | null
}
/**
 * A list; of many hosts it carries items *and* failures.
 */
export interface List9 {
  /**
   * Hosts that could not answer.
   */
  failures?: Failure[]
  /**
   * What there is.
   */
  items: FileEntry[]
  /**
   * What to send as `after` for more; absent at the end.
   */
  next?: string | null
}
/**
 * A file or directory.
 */
export interface FileEntry {
  /**
   * `file`, `directory`, `link`, `other`.
   */
  kind: string
  /**
   * As `ls -l` shows it.
   */
  mode: string
  /**
   * RFC 3339 UTC.
   */
  modified: string
  /**
   * Its last path segment.
   */
  name: string
  /**
   * Bytes.
   */
  size: number
}
/**
 * Where files go to and come from.
 */
export interface FileUrl {
  /**
   * RFC 3339 UTC.
   */
  expires_at: string
  /**
   * `PUT` or `GET`.
   */
  method: string
  /**
   * Good once, with a ticket in it.
   */
  url: string
}
/**
 * `event list`.
 */
export interface EventPage {
  /**
   * `event` and `gap` pushes, newest first; perhaps none although there is a `next`.
   */
  items: Push[]
  /**
   * What to send as `after` for older ones; absent at the end.
   */
  next?: string | null
  position: Position
}
/**
 * `event count`.
 */
export interface EventCounts {
  /**
   * Down to this moment everything is counted, RFC 3339 UTC: `since`, or where the next answer goes on.
   */
  from: string
  /**
   * Steps in which there was something, newest first.
   */
  items: EventCount[]
  /**
   * What to send as `after` to have older ones counted; absent at the end. The last step of an answer may
   * come again as the first of the next one: the two are added.
   */
  next?: string | null
  position: Position
}
/**
 * What there was in one step of the time.
 */
export interface EventCount {
  /**
   * How many events.
   */
  events: number
  /**
   * How many of them tell of a failure: `die` with another exit code than 0, `oom`, `kill`, `offline`,
   * `health_status: unhealthy`.
   */
  failures: number
  /**
   * Where the step begins, RFC 3339 UTC: a whole number of steps since 1970.
   */
  from: string
  /**
   * How many gaps.
   */
  gaps: number
}
/**
 * A list; of many hosts it carries items *and* failures.
 */
export interface List10 {
  /**
   * Hosts that could not answer.
   */
  failures?: Failure[]
  /**
   * What there is.
   */
  items: Image[]
  /**
   * What to send as `after` for more; absent at the end.
   */
  next?: string | null
}
/**
 * An image.
 */
export interface Image {
  /**
   * How many containers are made from it.
   */
  containers: number
  /**
   * RFC 3339 UTC.
   */
  created: string
  /**
   * Its host.
   */
  host: string
  /**
   * `sha256:…`.
   */
  id: string
  /**
   * Bytes.
   */
  size: number
  /**
   * References.
   */
  tags: string[]
}
/**
 * `image pull`.
 */
export interface Pulled {
  /**
   * `sha256:…`.
   */
  id: string
}
/**
 * `terminal open`.
 */
export interface TerminalOpened {
  /**
   * What runs.
   */
  cmd: string[]
  /**
   * The session's id, for `attach`.
   */
  session: string
  /**
   * Its number on this connection; counts up from 1 and is not used again there.
   */
  terminal: number
}
/**
 * `terminal attach`.
 */
export interface TerminalAttached {
  /**
   * What runs.
   */
  cmd: string[]
  /**
   * Columns of the session's window, which is the smallest of its viewers'.
   */
  cols: number
  /**
   * Where the output that follows begins.
   */
  offset: number
  /**
   * What to draw first on a screen that was reset: the lines before the present screen (1,000 at most), and
   * it. Null where nothing was missed or the missed output follows.
   */
  redraw?: string | null
  /**
   * Rows of the session's window.
   */
  rows: number
  /**
   * The session's id.
   */
  session: string
  /**
   * Its number on this connection.
   */
  terminal: number
}
/**
 * `terminal close`.
 */
export interface TerminalClosed {
  /**
   * What could not be ended and is left in the container; absent where nothing is.
   */
  left?: string | null
}
/**
 * A list; of many hosts it carries items *and* failures.
 */
export interface List11 {
  /**
   * Hosts that could not answer.
   */
  failures?: Failure[]
  /**
   * What there is.
   */
  items: TerminalItem[]
  /**
   * What to send as `after` for more; absent at the end.
   */
  next?: string | null
}
/**
 * An item of `terminal list`.
 */
export interface TerminalItem {
  /**
   * What runs.
   */
  cmd: string[]
  /**
   * Columns.
   */
  cols: number
  /**
   * The container's id of 12 characters; null for the hub's own machine.
   */
  container?: string | null
  /**
   * RFC 3339 UTC.
   */
  created_at: string
  /**
   * The host; null for the hub's own machine.
   */
  host?: string | null
  kind: TerminalKind
  /**
   * Whose it is.
   */
  owner: string
  /**
   * Rows.
   */
  rows: number
  /**
   * The session's id.
   */
  session: string
  /**
   * Its number, where it is open on this connection.
   */
  terminal?: number | null
  /**
   * As whom; `""` is the container's own.
   */
  user: string
  /**
   * How many look at it now.
   */
  viewers: number
}
/**
 * A list; of many hosts it carries items *and* failures.
 */
export interface List12 {
  /**
   * Hosts that could not answer.
   */
  failures?: Failure[]
  /**
   * What there is.
   */
  items: User[]
  /**
   * What to send as `after` for more; absent at the end.
   */
  next?: string | null
}
/**
 * An account.
 */
export interface User {
  /**
   * RFC 3339 UTC.
   */
  created_at: string
  /**
   * Whether it may not log in.
   */
  disabled: boolean
  /**
   * Null where none is set.
   */
  email?: string | null
  /**
   * Null where none is set.
   */
  full_name?: string | null
  /**
   * A number that is never used again.
   */
  id: number
  /**
   * Null where none is set.
   */
  nickname?: string | null
  /**
   * RFC 3339 UTC; null where it has no password.
   */
  password_changed_at?: string | null
  /**
   * Null where none is set.
   */
  phone?: string | null
  role: Role
  /**
   * Its name.
   */
  username: string
}
/**
 * A list; of many hosts it carries items *and* failures.
 */
export interface List13 {
  /**
   * Hosts that could not answer.
   */
  failures?: Failure[]
  /**
   * What there is.
   */
  items: Invite[]
  /**
   * What to send as `after` for more; absent at the end.
   */
  next?: string | null
}
/**
 * An invite that was not used yet.
 */
export interface Invite {
  /**
   * RFC 3339 UTC.
   */
  expires_at: string
  /**
   * For `remove`.
   */
  id: string
  role: Role
  /**
   * Whom it is for.
   */
  username: string
}
/**
 * `invite create`.
 */
export interface InviteMade {
  /**
   * RFC 3339 UTC.
   */
  expires_at: string
  /**
   * For `remove`.
   */
  id: string
  role: Role
  /**
   * Shown once.
   */
  token: string
  /**
   * Whom it is for.
   */
  username: string
}
/**
 * A list; of many hosts it carries items *and* failures.
 */
export interface List14 {
  /**
   * Hosts that could not answer.
   */
  failures?: Failure[]
  /**
   * What there is.
   */
  items: ApiToken[]
  /**
   * What to send as `after` for more; absent at the end.
   */
  next?: string | null
}
/**
 * A long-lived token.
 */
export interface ApiToken {
  /**
   * RFC 3339 UTC; null: for ever.
   */
  expires_at?: string | null
  /**
   * For `remove`.
   */
  id: string
  /**
   * What it is for.
   */
  name: string
  role: Role
}
/**
 * `token create`.
 */
export interface TokenMade {
  /**
   * RFC 3339 UTC; null: for ever.
   */
  expires_at?: string | null
  /**
   * For `remove`.
   */
  id: string
  /**
   * What it is for.
   */
  name: string
  role: Role
  /**
   * Shown once.
   */
  token: string
}
/**
 * A list; of many hosts it carries items *and* failures.
 */
export interface List15 {
  /**
   * Hosts that could not answer.
   */
  failures?: Failure[]
  /**
   * What there is.
   */
  items: AuditEntry[]
  /**
   * What to send as `after` for more; absent at the end.
   */
  next?: string | null
}
/**
 * Something that was done or refused.
 */
export interface AuditEntry {
  /**
   * `container_start`, `auth_login` …
   */
  action: string
  /**
   * From where.
   */
  address: string
  /**
   * In words; never a secret.
   */
  detail: string
  /**
   * Orders entries.
   */
  id: string
  /**
   * `ok` or an error's code.
   */
  result: string
  /**
   * On what: `host/container`, an account …
   */
  target: string
  /**
   * RFC 3339 UTC.
   */
  time: string
  /**
   * By whom; `""` for nobody.
   */
  username: string
}
/**
 * The reply to a subscription to a log.
 */
export interface SubscribedAt {
  position: Position
  /**
   * Its number on this connection.
   */
  sub: number
}
/**
 * The reply to a subscription to state or a stream.
 */
export interface SubscribedVersion {
  /**
   * Its number on this connection.
   */
  sub: number
  /**
   * The version before its first push.
   */
  version: number
}
/**
 * `subscribe`; values of one filter are alternatives, filters narrow together.
 */
export interface Subscribe {
  action?: Filter
  container?: Filter
  host?: Filter
  label?: Filter
  owner?: Filter
  /**
   * `events`: a position or an RFC 3339 time. `logs`: an RFC 3339 time.
   */
  since?: string | null
  /**
   * `logs`: the last so many lines first.
   */
  tail?: number | null
  /**
   * `logs`: whether each line has its time.
   */
  timestamps?: boolean
  topic: Topic
  type?: Filter
}
