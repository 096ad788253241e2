// Gathers work for the next animation frame, so that a burst of pushes is drawn once.

/** A hidden page draws no frames, but must not let pushes heap up. */
const HIDDEN = 500

/** Returns a function that runs `work` once, at the next frame, however often it is called before. */
export function onceAFrame(work: () => void): () => void {
  let due = false
  return () => {
    if (due) return
    due = true
    const run = () => {
      if (!due) return
      due = false
      clearTimeout(timer)
      cancelAnimationFrame(frame)
      work()
    }
    const timer = setTimeout(run, HIDDEN)
    const frame = requestAnimationFrame(run)
  }
}
