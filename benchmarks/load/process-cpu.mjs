import { readdirSync, readFileSync } from 'node:fs'

/**
 * Microseconds that a process has been running on a processor, all threads: the scheduler's own count (Linux).
 * @param {number} pid
 */
export function cpuMicroseconds(pid) {
  let nanoseconds = 0
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const [running = '0'] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')
    nanoseconds += Number(running)
  }
  return nanoseconds / 1000
}
