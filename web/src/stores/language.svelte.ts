// The language: the browser's, unless chosen here.

import { LANGUAGES, speak, type Language } from '../texts'

const KEY = 'quayside.language'

const known = (name: string | null): name is Language => name !== null && Object.hasOwn(LANGUAGES, name)

/** The first of the browser's languages that there are texts in. */
function preferred(): Language {
  return navigator.languages.map((name) => name.slice(0, 2).toLowerCase()).find(known) ?? 'en'
}

class CurrentLanguage {
  /** What the page is drawn in. */
  now = $state<Language>('en')

  /** Before the first drawing. */
  async begin(): Promise<void> {
    const kept = localStorage.getItem(KEY)
    await this.use(known(kept) ? kept : preferred())
  }

  async choose(language: Language): Promise<void> {
    localStorage.setItem(KEY, language)
    await this.use(language)
  }

  private async use(language: Language): Promise<void> {
    // A hub that goes away just now leaves the page in the language that it has.
    await speak(language).catch(() => undefined)
    if (language === 'zh') document.documentElement.lang = 'zh-Hans'
    else document.documentElement.lang = language
    this.now = language
  }
}

export const language = new CurrentLanguage()
