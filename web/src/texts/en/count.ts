import { counted } from '../count'

export const count = counted('en')
