import { Connection } from './connection.mjs'

/** @typedef {import('./connection.mjs').Shot} Shot */

/** Connections of one load. */
const WIDTH = 32

/**
 * Sends `count` requests over `WIDTH` connections, each as soon as its connection is free.
 * @param {number} port
 * @param {number} count
 * @param {(connection: number) => Shot} next What a connection sends next.
 * @returns {Promise<number>} Seconds it took.
 */
export async function runSlice(port, count, next) {
  let left = count
  const begin = performance.now()
  const fire = async (/** @type {number} */ index) => {
    const connection = new Connection(port)
    while (left-- > 0) {
      const shot = next(index)
      await connection.send(shot)
      if (shot.counts) shot.jar.acknowledged++
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: WIDTH }, (_, index) => fire(index)))
  return (performance.now() - begin) / 1000
}
