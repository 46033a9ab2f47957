import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'

interface PublishedJar {
  readonly bytes: number
  readonly sha256: string
}

/** The jars as they lie on Maven Central. Maven itself only checks a sha1 from the same server, and merely warns. */
const PUBLISHED_JARS: ReadonlyMap<string, PublishedJar> = new Map([
  ['5.5.0', { bytes: 16_730_818, sha256: 'cf560b40b988526e780e4fae12cb6fe01c5158bb9e00839882857f32b544a19e' }],
  ['5.6.0', { bytes: 16_949_926, sha256: 'f16e392740b2d64136590bc52a782c8f8e75b5cb8d3ac221c7c09efae0d7871c' }],
  ['5.7.0', { bytes: 21_384_275, sha256: '241ec66cea8491787f68c3336f069ac463877af50bdb7676cd9d538f1940dc33' }],
])

/** Size in bytes of a published version's jar; undefined for a version this package does not know. */
export function publishedBytes(version: string): number | undefined {
  return PUBLISHED_JARS.get(version)?.bytes
}

/** Undefined when the file is the published jar, or of a version we do not know; else what differs, for an error message. */
export async function checksumMismatch(file: string, version: string): Promise<string | undefined> {
  const published = PUBLISHED_JARS.get(version)
  if (!published) return undefined
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  const actual = hash.digest('hex')
  return actual === published.sha256 ? undefined : `sha256 is ${actual}, expected ${published.sha256}`
}
