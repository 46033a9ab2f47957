import { setTimeout as pause } from 'node:timers/promises'
import { BUDGET, PATIENT_BUDGET } from '../harness/budget.ts'
import { waitFor } from '../harness/wait-for.ts'
import type { BalancerName, FailureName } from './cell.ts'
import { AT_ONCE, BROWSERS } from './crowd.ts'
import type { Crowd } from './crowd.ts'
import type { Members } from './members.ts'
import type { Workforce } from './workforce.ts'

/** What a failure happens to. */
export interface Scene {
  readonly workforce: Workforce
  readonly members: Members
  readonly crowd: Crowd
  /** Which worker, or which member, if it happens to one of them. */
  readonly victim: 0 | 1
}

export interface Failure {
  /** Resolves when all is as it was before. */
  happen(scene: Scene): Promise<void>
  /** Requests that may fail, at most. */
  bound(balancer: BalancerName): number
  /** That reads do not fail behind a balancer, which sends them again. */
  readonly sparesReads?: true
  /** Ms that workers have for a load, and for a save. */
  readonly budget: number
  /** Seconds that a balancer waits for an answer. @default that of the balancer */
  readonly patience?: number
}

/** Ms of load in which nothing happens. */
const CALM = 3000
/** Ms that nobody reaches the cluster: too short for its members to lose each other, if they cannot either. */
const AWAY = 5000
/** Ms that a worker without a balancer does nothing; behind one it is until everybody is served elsewhere. */
const SLEEP = 5000
/** Seconds that a balancer waits for a worker that may be frozen. */
const SHORT_PATIENCE = 5

const NOTHING = (): number => 0
/** Everything that is under way in one moment. */
const UNDER_WAY = BROWSERS * AT_ONCE

export async function everybodyServed(crowd: Crowd): Promise<void> {
  const since = performance.now()
  await waitFor('everybody is served', () => crowd.hasServedAll(since))
}

const LOST_WORKER = {
  /** What it had in hand. */
  bound: (balancer: BalancerName): number => (balancer === 'none' ? UNDER_WAY : BROWSERS * (AT_ONCE - 1)),
  sparesReads: true,
  budget: PATIENT_BUDGET,
} as const

export const FAILURE: Readonly<Record<FailureName, Failure>> = {
  none: { happen: () => pause(CALM), bound: NOTHING, budget: PATIENT_BUDGET },
  'worker SIGKILL': {
    ...LOST_WORKER,
    async happen({ workforce, members, crowd, victim }) {
      const name = workforce.names[victim]
      await workforce.kill(name)
      const stayed = workforce.running
      await everybodyServed(crowd)
      await workforce.start(name)
      await members.safe(stayed)
    },
  },
  'worker SIGTERM with drain': {
    happen: ({ workforce, victim }) => workforce.restart(workforce.names[victim]),
    bound: NOTHING,
    budget: PATIENT_BUDGET,
  },
  'worker SIGSTOP': {
    async happen({ workforce, crowd, victim }) {
      const name = workforce.names[victim]
      workforce.freeze(name)
      await (workforce.hasBalancer ? everybodyServed(crowd) : pause(SLEEP))
      workforce.thaw(name)
    },
    // Each time a balancer tries it again.
    bound: (balancer) => (balancer === 'none' ? 0 : 3 * UNDER_WAY),
    budget: PATIENT_BUDGET,
    patience: SHORT_PATIENCE,
  },
  'member SIGKILL': {
    async happen({ members, crowd, victim }) {
      await members.killOne(victim)
      await everybodyServed(crowd)
      await members.replaceOne(victim)
    },
    // Until the other one has taken over each request may take its budget to fail.
    bound: () => 3 * UNDER_WAY,
    budget: BUDGET,
  },
  'member SIGSTOP': {
    async happen({ members, crowd, victim }) {
      await members.freezeOne(victim)
      await everybodyServed(crowd)
      await members.replaceOne(victim)
    },
    // Until it is expelled each request may take its budget to fail.
    bound: () => 10 * UNDER_WAY,
    budget: BUDGET,
  },
  'graceful member restart': {
    happen: ({ members, victim }) => members.restartOne(victim),
    bound: NOTHING,
    budget: PATIENT_BUDGET,
  },
  'rolling restart of all workers': {
    async happen({ workforce }) {
      for (const name of workforce.names) await workforce.restart(name)
    },
    bound: NOTHING,
    budget: PATIENT_BUDGET,
  },
  'rolling restart of all members': {
    happen: ({ members }) => members.restartAll(),
    bound: NOTHING,
    budget: PATIENT_BUDGET,
  },
  'whole cluster away and back': {
    async happen({ members }) {
      await members.away()
      await pause(AWAY)
      await members.back()
    },
    // While it is away every answer comes at once, and is a 503.
    bound: () => 20 * UNDER_WAY,
    budget: BUDGET,
  },
}
