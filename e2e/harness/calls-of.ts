import type { Cluster } from './cluster.ts'
import type { RequestCounts, RequestKind } from './request-kinds.ts'

/** What clients asked members of a cluster with proxies for while `act` ran. */
export async function callsOf<T>(
  cluster: Cluster,
  act: () => Promise<T>,
): Promise<{ readonly calls: RequestCounts; readonly result: T }> {
  for (const proxy of cluster.proxies) proxy.reset()
  const result = await act()
  return { calls: countsOf(cluster), result }
}

/** What they asked since the proxies were reset. */
export function countsOf(cluster: Cluster): RequestCounts {
  const total: Partial<Record<RequestKind, number>> = {}
  for (const { counts } of cluster.proxies) {
    for (const [kind, times] of Object.entries(counts) as [RequestKind, number][]) {
      total[kind] = (total[kind] ?? 0) + times
    }
  }
  return total
}
