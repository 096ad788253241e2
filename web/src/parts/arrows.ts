// Rows that arrows move through: one of them is in the tab order, the one that had the focus last.

const ROW = '[data-row]'

/** For the element around the rows. Enter follows the first link of the row in focus. */
export function arrows(around: HTMLElement): () => void {
  const rows = () => [...around.querySelectorAll<HTMLElement>(ROW)]

  function choose(row: HTMLElement | undefined) {
    for (const one of rows()) one.tabIndex = one === row ? 0 : -1
  }

  function pressed(event: KeyboardEvent) {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return
    const all = rows()
    const at = all.findIndex((row) => row.contains(event.target as Node))
    if (at < 0 || event.ctrlKey || event.metaKey || event.altKey) return
    const step = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key]
    if (step !== undefined) all[Math.max(0, Math.min(all.length - 1, step))]?.focus()
    else if (event.key === 'Enter' && event.target === all[at]) all[at]?.querySelector<HTMLElement>('a, button')?.click()
    else return
    event.preventDefault()
  }

  const focused = (event: FocusEvent) => {
    const row = (event.target as HTMLElement).closest<HTMLElement>(ROW)
    if (row !== null) choose(row)
  }
  const changed = new MutationObserver(() => {
    const all = rows()
    if (all.filter((row) => row.tabIndex === 0).length !== 1) choose(all.find((row) => row.tabIndex === 0) ?? all[0])
  })
  changed.observe(around, { childList: true, subtree: true })
  choose(rows()[0])
  around.addEventListener('keydown', pressed)
  around.addEventListener('focusin', focused)
  return () => {
    changed.disconnect()
    around.removeEventListener('keydown', pressed)
    around.removeEventListener('focusin', focused)
  }
}
