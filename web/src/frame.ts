// Gathers work for the next animation frame, so that a burst of pushes is drawn once.

/** A hidden page draws no frames, but must not let pushes heap up. */
const HIDDEN = 500

/** Milliseconds between two drawings of what changes all the time: more of them nobody could read. */
export const READABLE = 100

/**
 * Returns a function that runs `work` once, at the next frame, however often it is called before. After a run the next one waits for
 * `rest` milliseconds, so that what comes without end is gathered, and what comes now and then is drawn at once.
 */
export function onceAFrame(work: () => void, rest = 0): () => void {
  let due = false
  let last = -Infinity
  return () => {
    if (due) return
    due = true
    let frame = 0
    let timer: ReturnType<typeof setTimeout> | undefined
    const run = () => {
      if (!due) return
      due = false
      clearTimeout(timer)
      cancelAnimationFrame(frame)
      last = performance.now()
      work()
    }
    const ask = () => {
      timer = setTimeout(run, HIDDEN)
      frame = requestAnimationFrame(run)
    }
    const wait = last + rest - performance.now()
    if (wait > 0) timer = setTimeout(ask, wait)
    else ask()
  }
}
