import { fork } from 'node:child_process'
import { join } from 'node:path'
import { Connection } from '../load/connection.mjs'

/**
 * Starts a server of `framework` with these sessions. Resolves when it listens.
 * @param {import('./contestants.mjs').Framework} framework
 * @param {Pick<import('./contestants.mjs').Contestant, 'sessions' | 'sticky'>} contestant
 * @param {NodeJS.ProcessEnv} env where its backends are
 * @param {string[]} execArgv
 * @returns {Promise<{ child: import('node:child_process').ChildProcess, port: number }>}
 */
export async function startServer(framework, { sessions, sticky }, env, execArgv) {
  const child = fork(join(import.meta.dirname, `servers/${framework}.mjs`), {
    env: {
      ...process.env,
      ...env,
      NODE_ENV: 'production',
      SESSIONS: sessions,
      ...(sticky === undefined ? {} : { HZ_SESSION_STICKY: String(sticky) }),
    },
    execArgv,
  })
  const port = await new Promise((resolve, reject) => {
    child.once('message', (message) => resolve(Object(message).port))
    child.once('exit', (code) => reject(new Error(`the ${framework} server with "${sessions}" ended with ${code}`)))
  })
  return { child, port }
}

/** Gives each of these browsers a session with data. @param {number} port @param {import('../load/connection.mjs').Jar[]} jars */
export async function beginSessions(port, jars) {
  const connection = new Connection(port)
  for (const jar of jars) await connection.send({ method: 'POST', path: '/begin', jar, counts: false })
  connection.close()
}
