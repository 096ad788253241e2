// The colours of a terminal, from the variables of the page.

import type { ITheme } from '@xterm/xterm'

/** The sixteen colours by name, light and dark; the emulator raises contrast where a program mixes them badly. */
const ANSI: Record<string, [light: string, dark: string]> = {
  black: ['#171c22', '#1b2129'],
  red: ['#b42318', '#ff8177'],
  green: ['#177a3a', '#4fc472'],
  yellow: ['#8c5b00', '#e3ad45'],
  blue: ['#1c5fb5', '#74b4ff'],
  magenta: ['#8b3fa8', '#d39bf0'],
  cyan: ['#0b6a80', '#5cc7de'],
  white: ['#c9d0d8', '#d5dbe2'],
  brightBlack: ['#56616e', '#7b8795'],
  brightRed: ['#d33a2c', '#ffa29b'],
  brightGreen: ['#1f9d4c', '#7bdd97'],
  brightYellow: ['#f0c04c', '#f3c76d'],
  brightBlue: ['#2f7be0', '#9dcbff'],
  brightMagenta: ['#a855c7', '#e3bcf7'],
  brightCyan: ['#0f8aa6', '#8fdced'],
  brightWhite: ['#ffffff', '#ffffff'],
}

export function palette(): ITheme {
  const probe = document.createElement('i')
  probe.hidden = true
  document.body.append(probe)
  const resolve = (colour: string) => {
    probe.style.color = colour
    return hex(getComputedStyle(probe).color)
  }
  const accent = resolve('var(--accent)')
  const theme: ITheme = {
    ...Object.fromEntries(Object.entries(ANSI).map(([name, [light, dark]]) => [name, resolve(`light-dark(${light}, ${dark})`)])),
    background: resolve('var(--surface)'),
    foreground: resolve('var(--text)'),
    cursor: accent,
    cursorAccent: resolve('var(--surface)'),
    selectionBackground: `${accent}55`,
    selectionInactiveBackground: `${accent}99`,
    scrollbarSliderBackground: `${resolve('var(--line-strong)')}66`,
    scrollbarSliderHoverBackground: `${resolve('var(--line-strong)')}aa`,
    scrollbarSliderActiveBackground: resolve('var(--line-strong)'),
  }
  probe.remove()
  return theme
}

/** Behind what a search has found; the one that is shown is selected too. */
export function marks(theme: ITheme): { matchBackground: string; matchOverviewRuler: string; activeMatchBorder: string; activeMatchColorOverviewRuler: string } {
  const { background = '', yellow = '', cursor = '' } = theme
  return { matchBackground: mixed(yellow, background), matchOverviewRuler: yellow, activeMatchBorder: cursor, activeMatchColorOverviewRuler: cursor }
}

/** A third of one colour in another. */
function mixed(some: string, rest: string): string {
  const parts = (colour: string) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16))
  const [a, b] = [parts(some), parts(rest)]
  return hex(a.map((one, i) => (one + 2 * (b[i] ?? 0)) / 3).join(' '))
}

/** `#rrggbb` of a resolved colour. */
function hex(colour: string): string {
  const parts = (colour.match(/[\d.]+/g) ?? []).slice(0, 3)
  return `#${parts.map((part) => Math.round(Number(part)).toString(16).padStart(2, '0')).join('')}`
}
