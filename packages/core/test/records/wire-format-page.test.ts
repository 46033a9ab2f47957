import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { jsonRecordCodec } from '../../src/records/record-codec.ts'
import type { StoredEntry } from '../../src/records/session-record.ts'
import { isEnded } from '../../src/records/session-record.ts'

const page = await readFile(new URL('../../../../docs/reference/wire-format.md', import.meta.url), 'utf8')

/** The fenced blocks of the page whose info string is exactly this. */
function examples(info: string): string[] {
  return page.split('```').flatMap((part, index) => {
    const [first, ...lines] = part.split('\n')
    return index % 2 === 1 && first === info ? [lines.join('\n')] : []
  })
}

function documentedFields(heading: string): string[] {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? ''
  return [...section.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name ?? '')
}

function read(text: string): StoredEntry {
  return jsonRecordCodec.parse('HZ0', text)
}

describe('docs/reference/wire-format.md', () => {
  test('has examples of records, of a marker, and of what is unreadable', () => {
    const entries = examples('json').map(read)
    expect(entries.filter((entry) => !isEnded(entry))).not.toEqual([])
    expect(entries.filter(isEnded)).not.toEqual([])
    expect(examples('json unreadable')).not.toEqual([])
  })

  test.each(examples('json'))('an example is read, and written again as it was', (text) => {
    expect(JSON.parse(jsonRecordCodec.stringify('HZ0', read(text)))).toEqual(JSON.parse(text))
  })

  test.each(examples('json unreadable'))('an example of what is unreadable is refused', (text) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'RECORD_UNREADABLE' }))
  })

  test('names every field of a record', () => {
    const { further: _further, ...fields } = read(examples('json')[0] ?? '') as unknown as Record<string, unknown>
    expect(documentedFields('Live record').toSorted()).toEqual(['device', 'format', ...Object.keys(fields)].toSorted())
  })

  test('names every field of a marker', () => {
    const fields = Object.keys(examples('json').map(read).find(isEnded) ?? {})
    expect(documentedFields('Ended marker').toSorted()).toEqual(['format', ...fields].toSorted())
  })
})
