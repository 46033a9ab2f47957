import type { Cluster } from './cluster.ts'
import type { RequestCounts, RequestKind } from './request-kinds.ts'

/** What clients asked members of a cluster with proxies for while `act` ran. */
export async function callsOf<T>(
  cluster: Cluster,
  act: () => Promise<T>,
): Promise<{ readonly calls: RequestCounts; readonly result: T }> {
  for (const proxy of cluster.proxies) proxy.reset()
  const result = await act()
  return { calls: sum(cluster.proxies.map(({ counts }) => counts)), result }
}

function sum(counts: readonly RequestCounts[]): RequestCounts {
  const total: Partial<Record<RequestKind, number>> = {}
  for (const count of counts) {
    for (const [kind, times] of Object.entries(count) as [RequestKind, number][]) {
      total[kind] = (total[kind] ?? 0) + times
    }
  }
  return total
}
