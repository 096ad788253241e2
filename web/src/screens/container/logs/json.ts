// A line that is JSON, or ends in it.

/** An object or list, if the line is one; what stands before it, as many loggers write, is left. */
export function jsonOf(text: string): unknown {
  const begin = text.search(/[{[]/)
  const end = text.trimEnd().at(-1)
  if (begin < 0 || (end !== '}' && end !== ']')) return undefined
  try {
    const value: unknown = JSON.parse(text.slice(begin))
    const filled = typeof value === 'object' && value !== null && Object.keys(value).length > 0
    // `[12]` after a word is a process's number, not a document.
    return filled && !(Array.isArray(value) && begin > 0) ? value : undefined
  } catch {
    return undefined
  }
}
