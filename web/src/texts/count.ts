// Numbers and counted words, as a language writes them.

/** Writes `n` with the form of the word that the language wants beside it. */
export function counted(language: string) {
  const rules = new Intl.PluralRules(language)
  const number = new Intl.NumberFormat(language)
  return (n: number, one: string, many: string) => `${number.format(n)} ${rules.select(n) === 'one' ? one : many}`
}
