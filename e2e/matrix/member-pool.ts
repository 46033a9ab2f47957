import type { Cluster } from '../harness/cluster.ts'
import type { Stage } from '../harness/stage.ts'
import type { Cell } from './cell.ts'
import { ClusterMembers } from './cluster-members.ts'
import type { Members } from './members.ts'
import { PeerMembers } from './peer-members.ts'

type Kind = 'plain' | 'proxied'

/** Members for one cell after the other; two at a time, which serve every cell that can do with them. */
export class MemberPool {
  readonly #stage: Stage
  #cluster: Cluster | undefined
  #kind: Kind | undefined

  constructor(stage: Stage) {
    this.#stage = stage
  }

  async membersFor({ topology, failure }: Cell): Promise<Members> {
    if (topology === 'peer-to-peer') {
      await this.discard()
      return PeerMembers.prepare(this.#stage)
    }
    const kind = failure === 'whole cluster away and back' ? 'proxied' : 'plain'
    if (this.#kind !== kind) await this.discard()
    this.#kind = kind
    this.#cluster ??= await this.#stage.cluster({ proxied: kind === 'proxied' })
    return new ClusterMembers(this.#stage, this.#cluster)
  }

  /** Nobody knows what state they are in, or they are not needed any more. */
  async discard(): Promise<void> {
    await this.#cluster?.stop()
    this.#cluster = undefined
    this.#kind = undefined
  }
}
