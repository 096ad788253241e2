// Light or dark: the system's, unless chosen here.

const KEY = 'quayside.theme'
const dark = matchMedia('(prefers-color-scheme: dark)')

class Theme {
  private system = $state(dark.matches)
  private chosen = $state(localStorage.getItem(KEY))

  constructor() {
    dark.addEventListener('change', () => (this.system = dark.matches))
    this.apply()
  }

  get isDark(): boolean {
    return this.chosen === null ? this.system : this.chosen === 'dark'
  }

  /** `system` while nothing else was chosen. */
  get choice(): 'system' | 'light' | 'dark' {
    return this.chosen === 'light' || this.chosen === 'dark' ? this.chosen : 'system'
  }

  choose(choice: string): void {
    this.chosen = choice === 'light' || choice === 'dark' ? choice : null
    if (this.chosen === null) localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, this.chosen)
    this.apply()
  }

  /** The other one; where that is the system's too, the system is followed again. */
  toggle(): void {
    const next = this.isDark ? 'light' : 'dark'
    this.choose((next === 'dark') === this.system ? 'system' : next)
  }

  private apply(): void {
    if (this.chosen === 'dark' || this.chosen === 'light') document.documentElement.dataset['theme'] = this.chosen
    else delete document.documentElement.dataset['theme']
  }
}

export const theme = new Theme()
