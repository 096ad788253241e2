// Numbers and times as people read them, in the page's language; units always.

import { language } from './texts'

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** Formatters of a language, made once: to make one costs more than to draw a row. */
function makeFormats(name: string) {
  const unit = (unit: string) => new Intl.NumberFormat(name, { style: 'unit', unit, unitDisplay: 'short' })
  return {
    name,
    whole: new Intl.NumberFormat(name),
    tenth: new Intl.NumberFormat(name, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
    exact: new Intl.DateTimeFormat(name, { dateStyle: 'medium', timeStyle: 'long' }),
    dated: new Intl.DateTimeFormat(name, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' }),
    time: new Intl.DateTimeFormat(name, { timeStyle: 'medium', hourCycle: 'h23' }),
    day: new Intl.DateTimeFormat(name, { month: 'short', day: 'numeric' }),
    units: { second: unit('second'), minute: unit('minute'), hour: unit('hour'), day: unit('day') },
  }
}

let made: ReturnType<typeof makeFormats> | undefined

function formats() {
  if (made?.name !== language) made = makeFormats(language)
  return made
}

/** A count, with the language's separators. */
export function number(value: number): string {
  return formats().whole.format(value)
}

/** Bytes in binary units, three figures. */
export function bytes(value: number): string {
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  // Figures below 1024 need no separator, and units beside them read better without.
  const text = unit === 0 || value >= 100 ? String(Math.round(value)) : formats().tenth.format(value)
  return `${text} ${UNITS[unit]}`
}

export function percent(value: number): string {
  return `${value < 100 ? formats().tenth.format(value) : Math.round(value)} %`
}

/** A span in its largest unit: `8 sec`, `3 min`, `2 hr`, `4 days`. */
export function span(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000))
  const { second, minute, hour, day } = formats().units
  if (s < 60) return second.format(s)
  if (s < 3600) return minute.format(Math.floor(s / 60))
  if (s < 86_400) return hour.format(Math.floor(s / 3600))
  return day.format(Math.floor(s / 86_400))
}

/** Exact, in the viewer's zone. */
export function exact(ms: number): string {
  return formats().exact.format(ms)
}

/** Day with its year, and minute: for what may be years old. */
export function dated(ms: number): string {
  return formats().dated.format(ms)
}

/** The clock's time, with the day where it is not today. */
export function clockTime(ms: number, now: number): string {
  const { time, day } = formats()
  const today = dayOf(now)
  return ms >= today.from && ms < today.to ? time.format(ms) : `${day.format(ms)} ${time.format(ms)}`
}

let lastDay = { from: 0, to: 0 }

/** The day of a moment in the viewer's zone, its first millisecond and that of the next; the same one is asked for again and again. */
function dayOf(ms: number): { from: number; to: number } {
  if (ms < lastDay.from || ms >= lastDay.to) {
    const midnight = new Date(ms)
    midnight.setHours(0, 0, 0, 0)
    const from = midnight.getTime()
    midnight.setDate(midnight.getDate() + 1)
    lastDay = { from, to: midnight.getTime() }
  }
  return lastDay
}
