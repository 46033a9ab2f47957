import type { Cluster } from './cluster.ts'

/** What the members hold under this key, as the text it was written as. */
export async function storedText(cluster: Cluster, mapName: string, key: string): Promise<string> {
  const client = await cluster.connect()
  try {
    const map = await client.getMap<string, unknown>(mapName)
    return String(await map.get(key))
  } finally {
    await client.shutdown()
  }
}
