// The packets of the hub, as far as the dashboard speaks them.

export type Role = 'viewer' | 'user' | 'teacher' | 'operator' | 'admin'

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

export interface ErrorBody {
  code: ErrorCode
  message: string
  field?: string | null
  retry_after?: number | null
}

export type HostState = 'connecting' | 'online' | 'offline'

export interface Engine {
  id: string
  version: string
  api_version: string
  os: string
  arch: string
  cpus: number
  memory: number
}

export interface Host {
  host: string
  addr: string
  kind: string
  state: HostState
  since: string
  error?: string | null
  configured: boolean
  engine?: Engine | null
  containers: { total: number; running: number }
}

export interface Port {
  host_ip?: string | null
  host_port?: number | null
  container_port: number
  protocol: string
}

export interface Container {
  host: string
  id: string
  name: string
  image: string
  state: string
  status: string
  reason?: string | null
  created: string
  labels: Record<string, string>
  ports: Port[]
  owner?: string | null
  workload?: number | null
  cpu_percent?: number | null
  memory_usage?: number | null
  memory_limit?: number | null
}

export interface StatsItem {
  host: string
  id: string
  name: string
  cpu_percent: number
  memory_usage: number
  memory_limit: number
}

export interface Event {
  host: string
  type: string
  action: string
  actor_id: string
  actor_name: string
  timestamp: number
  attrs: Record<string, string>
}

export interface Gap {
  host: string | null
  reason: 'engine' | 'retention'
  from: string
  to: string
}

export interface Change<T = unknown> {
  topic: string
  version: number
  snapshot?: T[] | null
  set?: T[] | null
  remove?: string[] | null
}

export type Push =
  | { type: 'event'; sub?: number; position: string; data: Event }
  | { type: 'gap'; sub?: number; position?: string | null; data: Gap }
  | { type: 'change'; sub?: number; data: Change }
  | { type: 'stats'; sub?: number; data: { version: number; items: StatsItem[] } }
  | { type: 'notice'; sub?: number; data: { level: string; message: string } }
