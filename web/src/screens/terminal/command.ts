// A command as typed into a field, cut into its words.

/** Words by spaces; single and double quotes keep together, a backslash takes the next character as it is. */
export function words(text: string): string[] {
  const all: string[] = []
  let word: string | null = null
  let quote = ''
  for (let i = 0; i < text.length; i++) {
    const one = text.charAt(i)
    if (one === '\\' && quote !== "'" && i + 1 < text.length) word = (word ?? '') + text.charAt(++i)
    else if (quote !== '') {
      if (one === quote) quote = ''
      else word += one
    } else if (one === '"' || one === "'") {
      quote = one
      word ??= ''
    } else if (/\s/.test(one)) {
      if (word !== null) all.push(word)
      word = null
    } else word = (word ?? '') + one
  }
  if (word !== null) all.push(word)
  return all
}
