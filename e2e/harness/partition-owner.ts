import type { Cluster } from './cluster.ts'

/** Which member of the cluster owns each of these keys: its address, by key. */
export async function ownersOf(cluster: Cluster, keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const client = await cluster.connect()
  try {
    const partitions = client.getPartitionService()
    const addresses = new Map(
      client
        .getCluster()
        .getMembers()
        .map((member) => [member.uuid.toString(), member.address.toString()]),
    )
    return new Map(
      keys.map((key) => {
        const owner = partitions.getPartitionOwner(partitions.getPartitionId(key))
        return [key, (owner && addresses.get(owner.toString())) ?? 'nobody']
      }),
    )
  } finally {
    await client.shutdown()
  }
}
