/** A clock whose hands a test moves on. Timers run in real time. */
export class ShiftedClock {
  #shift = 0

  now(): number {
    return Date.now() + this.#shift
  }

  after(ms: number, task: () => void): () => void {
    const timer = setTimeout(task, ms)
    timer.unref()
    return () => clearTimeout(timer)
  }

  pass(seconds: number): void {
    this.#shift += seconds * 1000
  }
}
