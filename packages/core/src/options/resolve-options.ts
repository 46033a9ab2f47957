import { closest, distance } from 'fastest-levenshtein'
import { z } from 'zod'
import { contradictionsInSaving } from '../save-policy.ts'
import { SessionError } from '../session-error.ts'
import { MANAGER_READINGS, environmentOptions, unknownVariables, variableOf } from './environment-options.ts'
import type { Readings } from './environment-options.ts'
import { MANAGER_FIELDS } from './options-schema.ts'
import type { OptionFields } from './options-schema.ts'
import type { ResolvedOptions } from './session-manager-options.ts'
import { PLACES, settledBy, topologyProblems } from './topology.ts'

/** What an adapter adds to the options of the session manager. */
export interface OptionsExtension<Extra> {
  readonly fields: OptionFields<Extra>
  /** Those that have a plain value, and so can come from the environment. `cookie.name` is a field of `cookie`. */
  readonly readings: Readings
  /** What does not fit together, although each option is right. */
  readonly contradictions: (options: ResolvedOptions & Extra) => string[]
}

/** Two ways to say one thing. */
const SAVING = ['savePeriod', 'deferredWrite']

const NO_EXTENSION: OptionsExtension<object> = { fields: {}, readings: {}, contradictions: () => [] }

/** Options of adapters that an environment may hold for other applications. */
const OF_ADAPTERS: Readings = { secret: 'secrets', routeCookie: 'boolean', 'cookie.name': 'text' }

/**
 * The only reader of what a user wrote: the environment, and over it the code. Throws one `INVALID_OPTION` that lists
 * everything that is wrong: which option, what was expected, what was there.
 */
export function resolveOptions<Extra extends object = object>(
  given: object,
  environment: NodeJS.ProcessEnv,
  extension?: OptionsExtension<Extra>,
): ResolvedOptions & Extra {
  const { fields, readings, contradictions: further } = extension ?? NO_EXTENSION
  const known = { ...MANAGER_FIELDS, ...fields }
  const fromEnvironment = environmentOptions(environment, { ...MANAGER_READINGS, ...readings })
  const fromCode = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const merged = mergeOptions(fromEnvironment, fromCode)
  const variables = Object.keys({ ...MANAGER_READINGS, ...OF_ADAPTERS, ...readings }).map(variableOf)
  const problems = unknownVariables(environment, variables).map((name) => unknownName(name, variables))
  const parsed = z.strictObject(known).safeParse(merged)
  for (const issue of parsed.error?.issues ?? []) {
    const isFromEnvironment = (name: string): boolean => !(name in fromCode) && name in fromEnvironment
    const source = isFromEnvironment('secret') ? environment[variableOf('secret')] : undefined
    problems.push(...describe(issue, merged, { isFromEnvironment, secretText: source }, Object.keys(known)))
  }
  // Every field was checked by the schema of its name; that the result has their types is what TypeScript cannot see.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const options = parsed.data as (ResolvedOptions & Extra) | undefined
  if (options)
    problems.push(
      ...topologyProblems(options, environment),
      ...contradictionsInSaving(options),
      ...stickyOnly(options),
      ...further(options),
    )
  if (problems.length > 0 || !options) throw invalid(problems)
  return options
}

/** Both, the code winning; field by field where both give an object. */
function mergeOptions(
  environment: Readonly<Record<string, unknown>>,
  code: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...environment, ...code }
  // Which cluster it is, is one question: an answer in the code replaces one in the environment.
  for (const place of PLACES) {
    if (place in code) for (const name of settledBy(place)) if (!(name in code)) delete merged[name]
  }
  if (SAVING.some((name) => name in code)) for (const name of SAVING) if (!(name in code)) delete merged[name]
  for (const [name, value] of Object.entries(environment)) {
    const given = code[name]
    if (isFields(value) && isFields(given)) merged[name] = { ...value, ...given }
  }
  return merged
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

interface Origin {
  readonly isFromEnvironment: (name: string) => boolean
  /** The variable of the secrets, if they come from there. */
  readonly secretText: string | undefined
}

function describe(
  issue: z.core.$ZodIssue,
  values: Readonly<Record<string, unknown>>,
  { isFromEnvironment, secretText }: Origin,
  known: readonly string[],
): string[] {
  // Items of a list are shown with their list.
  const path = issue.path.filter((key) => typeof key === 'string')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => unknownName([...path, name].join('.'), path.length === 0 ? known : []))
  }
  const [name = ''] = path
  const option = path.join('.')
  const where = isFromEnvironment(name) ? variableOf(option) : `\`${option}\``
  const value = path.reduce<unknown>((inner, key) => (isFields(inner) ? inner[key] : inner), values)
  if (name === 'secret')
    return [`${where}: ${issue.message}, got ${shownSecret(issue, value)}${secretHint(secretText, value)}`]
  return [`${where}: ${issue.message}, got ${shown(value)}`]
}

/** Which of them it is and how long, and nothing of what it says. */
function shownSecret(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined) return 'none'
  const secrets: readonly unknown[] = Array.isArray(value) ? value : [value]
  const index = issue.path.find((key) => typeof key === 'number') ?? 0
  const secret = secrets[index]
  const isSecret = typeof secret === 'string' || Buffer.isBuffer(secret)
  const which = secrets.length > 1 ? ` as number ${index + 1} of ${secrets.length}` : ''
  return `${isSecret ? `${secret.length} characters` : 'something else'}${which}`
}

/** How the variable was read, where that may surprise. */
function secretHint(text: string | undefined, value: unknown): string {
  if (text === undefined && value === undefined) return `. Give one, or set ${variableOf('secret')}`
  if (text?.trim().startsWith('['))
    return '. It begins with "[", so it has to be a JSON list of texts: ["one", "another"]'
  if (text?.includes(','))
    return '. A comma divides a list; a secret with a comma in it goes into a JSON list: ["one, and only"]'
  return ''
}

function unknownName(name: string, known: readonly string[]): string {
  const nearest = known.length > 0 ? closest(name, [...known]) : ''
  const isNear = distance(name.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, name.length / 3)
  return `\`${name}\`: there is no such option${isNear ? `; did you mean \`${nearest}\`?` : ''}`
}

function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return 'an object'
  const isText = typeof value === 'string' || Array.isArray(value)
  return `\`${isText ? JSON.stringify(value) : String(value)}\` (${Array.isArray(value) ? 'array' : typeof value})`
}

function invalid(problems: readonly string[]): SessionError {
  const lines = problems.map((problem) => `\n- ${problem}`).join('')
  return new SessionError('INVALID_OPTION', `The session options cannot be used:${lines}`)
}

/** What makes no sense where the next request may go to any worker. */
function stickyOnly({ sticky, transientAttributes, onStoreError }: ResolvedOptions): string[] {
  if (sticky) return []
  const why =
    'what stays with one worker is of no use where the next request goes to any; expected `sticky: true` with it'
  return [
    ...(transientAttributes === undefined
      ? []
      : [`\`transientAttributes\`: ${why}, got ${shown(transientAttributes)}`]),
    ...(onStoreError === 'local' ? [`\`onStoreError\`: ${why}, got ${shown(onStoreError)}`] : []),
  ]
}
