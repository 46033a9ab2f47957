/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Runs `task` while `Math.random`, which spreads the pauses of the save loop, gives the numbers of `seed`. */
export async function withSeededRandom<T>(seed: number, task: () => Promise<T>): Promise<T> {
  const original = Math.random
  Math.random = seededRandom(seed)
  try {
    return await task()
  } finally {
    Math.random = original
  }
}
