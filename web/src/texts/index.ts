// The texts in use, and how another language takes their place. A language is
// fetched when it is chosen; English, which all are measured by, is always there.

import { part } from '../part'
import { en, type Texts } from './en'

export const LANGUAGES = { en: 'English', ko: '한국어', zh: '中文' } as const
export type Language = keyof typeof LANGUAGES

export let t: Texts = en
export let language: Language = 'en'

const others: Record<Exclude<Language, 'en'>, () => Promise<Texts>> = {
  ko: async () => (await import('./ko')).ko,
  zh: async () => (await import('./zh')).zh,
}

/** What is drawn after this is in that language; who holds a text of before draws anew. */
export async function speak(chosen: Language): Promise<void> {
  t = chosen === 'en' ? en : await part(others[chosen])
  language = chosen
}
