// Waiting for a condition, never for a time.

/** Tries until the condition gives something true, and gives that; what it last threw is told if it never does. */
export async function until(what, condition, seconds = 20) {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    let reason = ''
    try {
      const value = await condition()
      if (value) return value
    } catch (error) {
      reason = `: ${error.message}`
    }
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s for ${what}${reason}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
