import { counted } from '../count'

/** Chinese counts with one form and a measure word: `3 台主机`. */
const number = counted('zh')
export const count = (n: number, what: string) => number(n, what, what)
