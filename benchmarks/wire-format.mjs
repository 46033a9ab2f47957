// What the form of the attributes on the wire costs, for decision 002:
//   A  one JSON object                        B  one JSON text for each attribute
//   C  one JSON object, cut into the texts of its attributes by a scanner of our own
// Run: node benchmarks/wire-format.mjs
// The forms take turns within a run, so read the ratios: absolute figures are those of the machine and of the moment.
import { performance } from 'node:perf_hooks'

const SIZES_KB = [2, 20, 200]
const ROUNDS = 25
const ATTRIBUTES = 10
const TOUCHED = 'attribute3'

const metadata = {
  format: 1,
  version: 7,
  writes: ['Xf0pQ4cYb1M', 'a9K2rPz_0sE', 'q1TzV7n0w8A', 'bbbbbbbbbbb'],
  createdAt: 1795255200000,
  lastAccessedAt: 1795256400000,
  maxInactiveInterval: 1800,
  expiresAt: 1795258262000,
  worker: 'w1',
}

for (const size of SIZES_KB) report(size)

/** @param {number} size KB of attributes */
function report(size) {
  const attributes = shopAttributes(size)
  const texts = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, JSON.stringify(value)]))
  const asObject = JSON.stringify({ ...metadata, attributes })
  const asTexts = JSON.stringify({ ...metadata, attributes: texts })
  const calls = Math.max(5, Math.ceil(800 / size))
  console.log(
    `\n${size} KB in ${ATTRIBUTES} attributes; B is ${(asTexts.length / asObject.length).toFixed(2)} x A in characters`,
  )
  console.log('µs (x A)'.padEnd(28), 'A'.padStart(10), 'B'.padStart(18), 'C'.padStart(18))
  for (const [task, forms] of Object.entries(tasks(asObject, asTexts))) {
    const [a = 0, ...others] = medians(forms, calls)
    const cells = others.map((time) => `${time.toFixed(1)} (${(time / a).toFixed(2)})`.padStart(18))
    console.log(task.padEnd(28), a.toFixed(1).padStart(10), ...cells)
  }
}

/**
 * What a request does with a record: parse it, compare what it read with what that was, and write it with one change.
 * @param {string} asObject
 * @param {string} asTexts
 * @returns {Record<string, (() => unknown)[]>}
 */
function tasks(asObject, asTexts) {
  const start = asObject.indexOf('"attributes":') + '"attributes":'.length
  return {
    'read one attribute': [
      () => sameAsSnapshot(JSON.parse(asObject).attributes[TOUCHED]),
      () => sameAsText(JSON.parse(asTexts).attributes[TOUCHED]),
      () => sameAsText(cut(asObject, start).get(TOUCHED) ?? ''),
    ],
    'read every attribute': [
      () => Object.values(JSON.parse(asObject).attributes).every(sameAsSnapshot),
      () => Object.values(JSON.parse(asTexts).attributes).every(sameAsText),
      () => [...cut(asObject, start).values()].every(sameAsText),
    ],
    'change one attribute': [
      () => {
        const record = JSON.parse(asObject)
        const before = JSON.stringify(record.attributes[TOUCHED])
        record.attributes[TOUCHED].n++
        return before !== JSON.stringify(record.attributes[TOUCHED]) && JSON.stringify(record)
      },
      () => {
        const record = JSON.parse(asTexts)
        record.attributes[TOUCHED] = changed(record.attributes[TOUCHED])
        return JSON.stringify(record)
      },
      () => {
        const parts = cut(asObject, start)
        parts.set(TOUCHED, changed(parts.get(TOUCHED) ?? ''))
        const joined = [...parts].map(([name, text]) => `${JSON.stringify(name)}:${text}`).join()
        return `${JSON.stringify(metadata).slice(0, -1)},"attributes":{${joined}}}`
      },
    ],
    'encode as UTF-8': [() => Buffer.from(asObject), () => Buffer.from(asTexts), () => Buffer.from(asObject)],
  }
}

/** @param {unknown} value */
function sameAsSnapshot(value) {
  const snapshot = JSON.stringify(value)
  return JSON.stringify(value) === snapshot
}

/** @param {unknown} text */
function sameAsText(text) {
  return JSON.stringify(JSON.parse(String(text))) === text
}

/** @param {string} text */
function changed(text) {
  const value = JSON.parse(text)
  value.n++
  return JSON.stringify(value)
}

/**
 * Median time of each form in microseconds a call, the forms taking turns.
 * @param {(() => unknown)[]} forms
 * @param {number} calls
 */
function medians(forms, calls) {
  /** @type {number[][]} */
  const times = forms.map(() => [])
  for (let round = -3; round < ROUNDS; round++) {
    for (const [index, form] of forms.entries()) {
      const start = performance.now()
      for (let call = 0; call < calls; call++) form()
      if (round >= 0) times[index]?.push(((performance.now() - start) / calls) * 1000)
    }
  }
  return times.map((of) => of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0)
}

/**
 * Attributes as a shop keeps them: lists of small objects with texts that need escaping.
 * @param {number} size KB
 */
function shopAttributes(size) {
  const items = Math.max(1, Math.round((size * 1024) / ATTRIBUTES / 100))
  /** @param {number} i */
  const item = (i) => ({
    sku: `SKU-${i}`,
    title: `A thing named "${i}"`,
    quantity: i % 5,
    price: 19.95 + i,
    tags: ['a', 'b'],
  })
  const value = (/** @type {number} */ n) => ({ n, items: Array.from({ length: items }, (_, i) => item(i)) })
  return Object.fromEntries(Array.from({ length: ATTRIBUTES }, (_, n) => [`attribute${n}`, value(n)]))
}

/**
 * The texts of the values of the object that starts at `start`, by name.
 * @param {string} text
 * @param {number} start
 * @returns {Map<string, string>}
 */
function cut(text, start) {
  const parts = new Map()
  let at = start + 1
  while (text[at] !== '}') {
    if (text[at] === ',') at++
    const colon = endOfString(text, at)
    const end = endOfValue(text, colon + 1)
    parts.set(JSON.parse(text.slice(at, colon)), text.slice(colon + 1, end))
    at = end
  }
  return parts
}

/**
 * @param {string} text
 * @param {number} at of the opening quote
 */
function endOfString(text, at) {
  for (let from = at + 1; ;) {
    const quote = text.indexOf('"', from)
    let before = quote - 1
    while (text.charCodeAt(before) === 92) before--
    if ((quote - before) % 2 === 1) return quote + 1
    from = quote + 1
  }
}

/**
 * @param {string} text
 * @param {number} at
 */
function endOfValue(text, at) {
  for (let depth = 0; ;) {
    const character = text.charCodeAt(at)
    if (character === 34) {
      at = endOfString(text, at)
      if (depth === 0) return at
      continue
    }
    if (character === 123 || character === 91) depth++
    else if (character === 125 || character === 93) {
      if (depth === 0) return at
      if (--depth === 0) return at + 1
    } else if (character === 44 && depth === 0) return at
    at++
  }
}
