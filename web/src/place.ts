// Where a container's page stands: `/containers/{host}/{id}/{tab}`.

export interface Place {
  host: string
  /** Its id, or a name: a link may be made by hand. */
  id: string
  tab: string
}

export function placeOf(path: string): Place | null {
  const [, screen, host, id, tab, more] = path.split('/').map(decoded)
  if (screen !== 'containers' || !host || !id || more !== undefined) return null
  return { host, id, tab: tab || 'overview' }
}

/** The address of a tab, `#` and all. */
export function placeHref({ host, id }: { host: string; id: string }, tab = '', query: Record<string, string> = {}): string {
  const asked = new URLSearchParams(query).toString()
  const path = `#/containers/${encodeURIComponent(host)}/${encodeURIComponent(id.slice(0, 12))}`
  return `${path}${tab === '' ? '' : `/${tab}`}${asked === '' ? '' : `?${asked}`}`
}

/** The logs of several containers as one. */
export function mergedHref(list: readonly { host: string; id: string }[]): string {
  return `#/logs?${new URLSearchParams(list.map(({ host, id }) => ['of', `${host}/${id.slice(0, 12)}`]))}`
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
