import { counted } from '../count'

/** Korean counts with one form: `container 3개`. */
const number = counted('ko')
export const count = (n: number, what: string, unit = '개') => `${what} ${number(n, unit, unit).replace(' ', '')}`
