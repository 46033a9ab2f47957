import { setTimeout as pause } from 'node:timers/promises'
import { BUDGET } from '../harness/budget.ts'
import { FAILURES } from './cell.ts'
import type { BalancerName, FailureName } from './cell.ts'
import type { Dice } from './dice.ts'
import { everybodyServed, FAILURE } from './failure.ts'
import type { Failure, Scene } from './failure.ts'

/** Ms between two failures, at least and at most. */
const CALM = [1000, 8000] as const
/** Seconds that a balancer waits for a worker that may be frozen. */
const PATIENCE = 5

/** One of them after the other, each when everything is as it was before, until the time is over. */
export class RandomFailures implements Failure {
  readonly budget = BUDGET
  readonly patience = PATIENCE
  /** How often each of them happened. */
  readonly counts = new Map<FailureName, number>()
  readonly #dice: Dice
  readonly #ms: number
  readonly #say: (line: string) => void

  constructor(dice: Dice, ms: number, say: (line: string) => void) {
    this.#dice = dice
    this.#ms = ms
    this.#say = say
  }

  async happen(scene: Scene): Promise<void> {
    const begin = performance.now()
    while (performance.now() - begin < this.#ms) {
      const name = this.#dice.pick(FAILURES)
      const victim = this.#dice.pick([0, 1] as const)
      await pause(this.#dice.between(...CALM))
      const from = performance.now()
      const failedBefore = scene.crowd.failures
      await FAILURE[name].happen({ ...scene, victim })
      await everybodyServed(scene.crowd)
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
      this.#say(
        `${seconds(from - begin)} s: ${name}, victim ${victim + 1}: over after ${seconds(performance.now() - from)} s, ` +
          `${scene.crowd.failures - failedBefore} requests failed`,
      )
    }
  }

  /** What each of them may cost. */
  bound(balancer: BalancerName): number {
    return [...this.counts].reduce((sum, [name, count]) => sum + count * FAILURE[name].bound(balancer), 0)
  }
}

function seconds(ms: number): number {
  return Math.round(ms / 1000)
}
