// Numbers and times as people read them; units always.

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** Bytes in binary units, three figures. */
export function bytes(value: number): string {
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}

export function percent(value: number): string {
  return `${value < 100 ? value.toFixed(1) : Math.round(value)} %`
}

/** A span in its largest unit: `8 s`, `3 min`, `2 h`, `4 d`. */
export function span(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000))
  if (s < 60) return `${s} s`
  if (s < 3600) return `${Math.floor(s / 60)} min`
  if (s < 86_400) return `${Math.floor(s / 3600)} h`
  return `${Math.floor(s / 86_400)} d`
}

// Made once: to make a formatter costs more than to draw a row.
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'long' })
const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium', hourCycle: 'h23' })
const dayAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' })
const day = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' })

/** Exact, in the viewer's zone. */
export function exact(ms: number): string {
  return whole.format(ms)
}

/** Day with its year, and minute: for what may be years old. */
export function dated(ms: number): string {
  return dayAndTime.format(ms)
}

/** The clock's time, with the day where it is not today. */
export function clockTime(ms: number, now: number): string {
  const today = new Date(ms).toDateString() === new Date(now).toDateString()
  return today ? time.format(ms) : `${day.format(ms)} ${time.format(ms)}`
}
