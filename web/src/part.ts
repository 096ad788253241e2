// Parts of the page that are fetched when they are first shown.

/** Milliseconds before a part that could not be fetched is asked for again: a network that changes cuts requests off. */
const AGAIN = [200, 1_000, 3_000]

/** What `load` fetches; rejects when the last try failed too. */
export async function part<T>(load: () => Promise<T>): Promise<T> {
  for (const wait of AGAIN) {
    try {
      return await load()
    } catch {
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }
  return load()
}
