// The keys that are the page's own in a terminal; every other goes to the program.

export type Own = 'search' | 'copy' | 'paste' | 'larger' | 'smaller' | 'before' | 'after' | 'leave' | 'palette'

const OWN: Record<string, Own> = {
  KeyF: 'search',
  KeyC: 'copy',
  KeyV: 'paste',
  Equal: 'larger',
  NumpadAdd: 'larger',
  Minus: 'smaller',
  NumpadSubtract: 'smaller',
  ArrowLeft: 'before',
  ArrowRight: 'after',
  ArrowUp: 'leave',
  KeyK: 'palette',
}

export function own(event: KeyboardEvent): Own | null {
  if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return null
  return OWN[event.code] ?? null
}

/** What Ctrl makes of a character. */
export function withCtrl(text: string): string {
  if (text.length !== 1) return text
  const code = text.toUpperCase().charCodeAt(0)
  return code >= 0x40 && code <= 0x5f ? String.fromCharCode(code & 0x1f) : text === ' ' ? '\x00' : text
}
