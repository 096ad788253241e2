// The address is the state: the screen and what is chosen on it stand behind `#`.

/** Links are made by hand too: one that is not well formed is taken as it stands. */
function unescaped(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

class Address {
  whole = $state('/')

  constructor() {
    const read = () => (this.whole = location.hash.slice(1) || '/')
    addEventListener('hashchange', read)
    addEventListener('popstate', read)
    read()
  }

  get path(): string {
    return this.whole.split('?', 1)[0] || '/'
  }

  /** The segments of the path, as they were before they were escaped. */
  get parts(): string[] {
    return this.path.split('/').filter(Boolean).map(unescaped)
  }

  get query(): URLSearchParams {
    return new URLSearchParams(this.whole.slice(this.path.length))
  }

  /** Values of a name that may be there several times. */
  all(name: string): string[] {
    return this.query.getAll(name)
  }

  get(name: string): string {
    return this.query.get(name) ?? ''
  }

  /** Goes to an address; `replace` where Back should not come to the old one. */
  go(to: string, { replace = false } = {}): void {
    // Only our own addresses: one that was sent in a link must not lead elsewhere.
    const own = to.startsWith('/') ? to : '/'
    if (own === this.whole) return
    if (replace) history.replaceState(null, '', `#${own}`)
    else history.pushState(null, '', `#${own}`)
    this.whole = own
  }

  /** Sets a name of the query; empty takes it away. Typing replaces, a choice can be gone back from. */
  set(name: string, value: string | readonly string[], { replace = false } = {}): void {
    const query = this.query
    query.delete(name)
    for (const one of typeof value === 'string' ? [value] : value) if (one !== '') query.append(name, one)
    const text = query.toString()
    this.go(text === '' ? this.path : `${this.path}?${text}`, { replace })
  }

  toggle(name: string, value: string): void {
    const values = this.all(name)
    this.set(name, values.includes(value) ? values.filter((one) => one !== value) : [...values, value])
  }
}

export const address = new Address()
