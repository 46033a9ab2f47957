import { withSeededRandom } from './random.ts'
import { VirtualClock, settled } from './virtual-clock.ts'

/** Runs `task` on a clock of its own, with the random numbers of `seed`. A rejection that nobody handles is a problem too. */
export async function inVirtualTime<R extends { readonly problems: readonly string[] }>(
  seed: number,
  task: (clock: VirtualClock) => Promise<R>,
): Promise<R> {
  const unhandled: string[] = []
  const onUnhandled = (reason: unknown): void => {
    unhandled.push(`a rejection was not handled: ${String(reason)}`)
  }
  process.on('unhandledRejection', onUnhandled)
  try {
    const result = await withSeededRandom(seed, () => task(new VirtualClock()))
    await settled()
    return { ...result, problems: [...result.problems, ...unhandled] }
  } finally {
    process.off('unhandledRejection', onUnhandled)
  }
}
