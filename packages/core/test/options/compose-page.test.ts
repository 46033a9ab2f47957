import { access, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { httpOptions } from '../../src/options/http-options.ts'
import { resolveOptions } from '../../src/options/resolve-options.ts'

const FOLDER = new URL('../../../../docs/guides/cluster/', import.meta.url)
const SECRET = 'a secret of this test and of 32 characters or more'

const variables = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
const service = z.strictObject({
  image: z.string().optional(),
  build: z.string().optional(),
  environment: variables,
  volumes: z.array(z.string()).default([]),
  networks: z.array(z.string()),
  depends_on: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  stop_grace_period: z.string().regex(/^\d+s$/),
  restart: z.literal('unless-stopped'),
})
/** What the file says, as far as it is for us to say: Compose's own names, and no others. */
const composeFile = z.object({
  services: z.record(z.string(), service),
  networks: z.record(z.string(), z.strictObject({ internal: z.boolean().optional() })),
})
const memberFile = z.object({
  hazelcast: z.object({
    'cluster-name': z.string(),
    network: z.object({
      port: z.object({ port: z.number() }),
      join: z.object({ 'tcp-ip': z.object({ 'member-list': z.array(z.string()) }) }),
    }),
    map: z.record(z.string(), z.unknown()),
    properties: variables,
  }),
})

async function read<T>(name: string, shape: z.ZodType<T>): Promise<T> {
  return shape.parse(parse(await readFile(new URL(name, FOLDER), 'utf8'), { merge: true }))
}

const { services, networks } = await read('compose.yaml', composeFile)
const { hazelcast } = await read('hazelcast.yaml', memberFile)
const all = Object.entries(services)
const members = all.filter(([, { image }]) => image?.startsWith('hazelcast/hazelcast:'))
const workers = all.filter(([, { build }]) => build !== undefined)

/** The variables of a service, as Compose would give them to it. */
function environmentOf({ environment }: z.infer<typeof service>): Record<string, string> {
  const given = Object.entries(environment).map(([name, value]) => [
    name,
    String(value).replace(/\$\{HZ_SESSION_SECRET:\?[^}]+\}/, SECRET),
  ])
  return Object.fromEntries(given)
}

test('every service is a member or a worker, in networks and behind services that there are', () => {
  expect(all).toHaveLength(members.length + workers.length)
  expect([members.length, workers.length]).toEqual([2, 2])
  for (const [, { networks: own, depends_on: before }] of all) {
    expect(Object.keys(networks)).toEqual(expect.arrayContaining(own))
    expect(members.map(([name]) => name)).toEqual(expect.arrayContaining(before))
  }
})

test('members are given their configuration, which names them, and time to hand over', async () => {
  for (const [, { environment, volumes, stop_grace_period: grace }] of members) {
    const [source = '', target] = volumes[0]?.split(':') ?? []
    await expect(access(new URL(source, FOLDER))).resolves.toBeUndefined()
    expect(target).toBe(environment['HAZELCAST_CONFIG'])
    expect(Number.parseInt(grace, 10)).toBeGreaterThan(
      Number(hazelcast.properties['hazelcast.graceful.shutdown.max.wait']),
    )
  }
  const { port, join } = hazelcast.network
  expect(join['tcp-ip']['member-list']).toEqual(members.map(([name]) => `${name}:${port.port}`))
})

test('members write answers from a queue, which takes a property and an option of the JVM', () => {
  expect(String(hazelcast.properties['hazelcast.io.write.through'])).toBe('false')
  for (const [, { environment }] of members) {
    expect(environment['JAVA_OPTS']).toContain('-Dhazelcast.io.selectionKeyWakeupEnabled=false')
  }
})

test('nobody but the workers reaches the members', () => {
  for (const [, { networks: own, ports }] of members) {
    expect(ports).toEqual([])
    expect(own.map((name) => networks[name]?.internal)).toEqual([true])
  }
  for (const [, { ports }] of workers) expect(ports[0]).toMatch(/^127\.0\.0\.1:/)
})

test('workers take their variables, and find the members and the map', () => {
  const resolved = workers.map(([, worker]) => {
    const environment = environmentOf(worker)
    return resolveOptions({}, environment, httpOptions(environment))
  })
  for (const options of resolved) {
    expect(options.clusterMembers).toEqual(hazelcast.network.join['tcp-ip']['member-list'])
    expect(options.clusterName).toBe(hazelcast['cluster-name'])
    expect(Object.keys(hazelcast.map)).toContain(options.mapName)
    expect(options.secret).toEqual([SECRET])
  }
  expect(new Set(resolved.map(({ workerName }) => workerName)).size).toBe(workers.length)
  expect(new Set(workers.map(([, { ports }]) => ports[0])).size).toBe(workers.length)
})
