// How this person likes terminals, kept in this browser.

const KEY = 'quayside.terminal'
const SMALLEST = 8
const LARGEST = 32
const USUAL = 13

class TerminalOptions {
  fontSize = $state(USUAL)
  copyOnSelect = $state(true)
  reader = $state(false)

  constructor() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, unknown>
      if (typeof kept['fontSize'] === 'number') this.fontSize = bounded(kept['fontSize'])
      this.copyOnSelect = kept['copyOnSelect'] !== false
      this.reader = kept['reader'] === true
    } catch {
      // What cannot be read is as if it had never been chosen.
    }
  }

  larger(by: number): void {
    this.fontSize = bounded(this.fontSize + by)
    this.keep()
  }

  keep(): void {
    const { fontSize, copyOnSelect, reader } = this
    localStorage.setItem(KEY, JSON.stringify({ fontSize, copyOnSelect, reader }))
  }
}

function bounded(size: number): number {
  return Math.min(LARGEST, Math.max(SMALLEST, Math.round(size)))
}

export const terminalOptions = new TerminalOptions()
