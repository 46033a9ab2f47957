import { MemoryRecordStore } from '@hazelcast-session/core'
import { expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { startPlugin } from '../support/plugin-worker.ts'

test('what inherits from a session is shown as it is', async () => {
  const one = await startPlugin({ recordStore: new MemoryRecordStore() })
  const browser = new Browser()
  await browser.get(one.route(async ({ session }) => void (session.user = 'ann')))
  const { json } = await browser.get(
    one.route(({ session }) => {
      const heir: typeof session = Object.create(session)
      const shown = (from: typeof session): unknown => [
        [from.sessionId, from.encryptedSessionId, from.isNew, from.maxInactiveInterval, from.user],
        from.cookie === session.cookie,
      ]
      return [shown(heir), shown(session), Object.getPrototypeOf(session).sessionId ?? null]
    }),
  )
  const [ofHeir, own, ofPrototype] = Array.isArray(json) ? json : []
  expect(ofHeir).toEqual(own)
  expect(own).toEqual([[expect.stringMatching(/^HZ/), expect.stringMatching(/^HZ.*\./), false, 1800, 'ann'], true])
  expect(ofPrototype).toBeNull()
})
