// Runs an expression that a person typed where it cannot hold up the page: in a thread of its own, which is ended if
// it takes too long.

import { matcher, spans } from './find'

export interface Work {
  search: string
  texts: readonly string[]
}

self.onmessage = ({ data: { search, texts } }: MessageEvent<Work>) => {
  const { find } = matcher(search, true)
  self.postMessage(texts.map((text) => (find === null ? [] : spans(find, text))))
}
// Loaded: only now does time count.
self.postMessage(null)
