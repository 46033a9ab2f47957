import { memberOf, Peers, signalMemberOf, untilBackedUp } from '../harness/peers.ts'
import type { CastOptions, Stage } from '../harness/stage.ts'
import { waitFor } from '../harness/wait-for.ts'
import type { Worker } from '../harness/worker.ts'
import type { Members } from './members.ts'

const SIZE = 2
/** Members live for a minute here: with one compiler they take half the processor time, nearly all of which is compiling. */
const JVM = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'

/** Peer-to-peer: every worker brings a member. */
export class PeerMembers implements Members {
  readonly #peers: Peers
  /** The newest of each name. */
  readonly #workers = new Map<string, Worker>()
  /** The process id of the member that was killed or frozen. */
  #lost: number | undefined
  readonly #asleep = new Set<number>()

  private constructor(peers: Peers) {
    this.#peers = peers
    peers.env = { HZ_SESSION_MEMBERS_PER_HOST: String(SIZE), JAVA_TOOL_OPTIONS: JVM }
  }

  static async prepare(stage: Stage): Promise<PeerMembers> {
    return new PeerMembers(await Peers.prepare(stage, SIZE))
  }

  async worker(options: CastOptions): Promise<Worker> {
    const worker = await this.#peers.worker(options)
    this.#workers.set(worker.name, worker)
    return worker
  }

  async safe(by: readonly Worker[]): Promise<void> {
    await this.#peers.untilMembers(SIZE)
    await untilBackedUp(by)
  }

  async killOne(victim: 0 | 1): Promise<void> {
    this.#lost = await signalMemberOf(this.#pair[victim], 'SIGKILL')
  }

  async freezeOne(victim: 0 | 1): Promise<void> {
    const [owner, other] = this.#around(victim)
    const expelled = other.nextLine(/Members \{size:1/)
    this.#lost = await signalMemberOf(owner, 'SIGSTOP')
    this.#asleep.add(this.#lost)
    await expelled
  }

  /** Its worker does that by itself, once it is gone. */
  async replaceOne(victim: 0 | 1): Promise<void> {
    const [owner, other] = this.#around(victim)
    if ((await memberOf(owner)) === this.#lost) await signalMemberOf(owner, 'SIGKILL')
    await waitFor('another member is started', async () => {
      const member = await memberOf(owner)
      return member !== undefined && member !== this.#lost
    })
    await this.safe([other])
  }

  restartOne(): Promise<void> {
    throw new Error('A member of a peer ends in order only with its worker.')
  }

  restartAll(): Promise<void> {
    return this.restartOne()
  }

  async away(): Promise<void> {
    for (const worker of this.#pair) this.#asleep.add(await signalMemberOf(worker, 'SIGSTOP'))
  }

  async back(): Promise<void> {
    this.release()
  }

  release(): void {
    for (const pid of this.#asleep) wake(pid)
    this.#asleep.clear()
  }

  get output(): string {
    return 'Members write into the output of their workers.'
  }

  /** The worker of the victim, and the other one. */
  #around(victim: 0 | 1): readonly [Worker, Worker] {
    const [first, second] = this.#pair
    return victim === 0 ? [first, second] : [second, first]
  }

  get #pair(): readonly [Worker, Worker] {
    const [first, second] = this.#workers.values()
    if (!first || !second) throw new Error('There are no two workers.')
    return [first, second]
  }
}

function wake(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT')
  } catch {
    // It has been killed.
  }
}
