// The time, once a second, for everything that says how long ago.

class Clock {
  now = $state(Date.now())

  constructor() {
    setInterval(() => (this.now = Date.now()), 1_000)
  }
}

export const clock = new Clock()
