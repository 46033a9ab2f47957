import { expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { listed } from '../support/listed-sessions.ts'
import { startPlugin } from '../support/plugin-worker.ts'

test.each(['save', 'update', 'signIn', 'changeId', 'regenerate'] as const)(
  'over http a session with a `secure` cookie that `%s` stores is warned of, once',
  async (method) => {
    const lines: string[] = []
    const logger = { level: 'warn', stream: { write: (line: string) => void lines.push(line) } }
    const worker = await startPlugin({ cookie: { secure: true }, server: { logger } })
    const visit = worker.route(async ({ session }) => {
      session.user = 'ann'
      if (method === 'update') await session.update((data) => (data.count = 1))
      else if (method === 'signIn') await session.signIn('ann')
      else await session[method]()
    })
    for (const _ of [1, 2]) expect((await new Browser().get(visit)).setCookie).toBeUndefined()
    expect(await listed(worker)).toHaveLength(2)
    expect(lines).toEqual([expect.stringContaining('No browser hears of a session')])
  },
)
