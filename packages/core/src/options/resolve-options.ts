import { closest, distance } from 'fastest-levenshtein'
import type { z } from 'zod'
import { SessionError } from '../session-error.ts'
import { environmentOptions, unknownVariables, variableOf, VARIABLES } from './environment-options.ts'
import { OPTION_NAMES, optionsSchema } from './options-schema.ts'
import type { ResolvedOptions, SessionManagerOptions } from './session-manager-options.ts'

/**
 * The only reader of what a user wrote: the environment, and over it the code. Throws one `INVALID_OPTION` that lists
 * everything that is wrong: which option, what was expected, what was there.
 */
export function resolveOptions(given: SessionManagerOptions, environment: NodeJS.ProcessEnv): ResolvedOptions {
  const fromEnvironment = environmentOptions(environment)
  const fromCode = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const merged = { ...fromEnvironment, ...fromCode }
  const problems = unknownVariables(environment).map((name) => unknownName(name, VARIABLES))
  const parsed = optionsSchema.safeParse(merged)
  for (const issue of parsed.error?.issues ?? []) {
    problems.push(...describe(issue, merged, (name) => !(name in fromCode) && name in fromEnvironment))
  }
  if (parsed.data) problems.push(...contradictions(parsed.data))
  if (problems.length > 0 || !parsed.data) throw invalid(problems)
  return parsed.data
}

function describe(
  issue: z.core.$ZodIssue,
  values: Readonly<Record<string, unknown>>,
  isFromEnvironment: (name: string) => boolean,
): string[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((name) => unknownName(name, OPTION_NAMES))
  const name = String(issue.path[0])
  const where = isFromEnvironment(name) ? variableOf(name) : `\`${name}\``
  return [`${where}: ${issue.message}, got ${shown(values[name])}`]
}

function unknownName(name: string, known: readonly string[]): string {
  const nearest = closest(name, [...known])
  const isNear = distance(name.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, name.length / 3)
  return `\`${name}\`: there is no such option${isNear ? `; did you mean \`${nearest}\`?` : ''}`
}

/** What does not fit together, although each option is right. */
function contradictions(options: ResolvedOptions): string[] {
  const places = (['clusterMembers', 'client', 'recordStore'] as const).filter((name) => options[name] !== undefined)
  if (!options.enabled) return []
  if (places.length > 1) return [`${places.map((name) => `\`${name}\``).join(' and ')}: expected one of them`]
  if (places.length === 1) return []
  return [
    "`clusterMembers`: expected the addresses of your cluster's members, got nothing. Write " +
      "`clusterMembers: ['host:5701']` or set HZ_SESSION_CLUSTER_MEMBERS=host:5701; " +
      '`enabled: false` keeps sessions in memory instead',
  ]
}

function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return 'an object'
  return `\`${JSON.stringify(value)}\` (${Array.isArray(value) ? 'array' : typeof value})`
}

function invalid(problems: readonly string[]): SessionError {
  const lines = problems.map((problem) => `\n- ${problem}`).join('')
  return new SessionError('INVALID_OPTION', `The session options cannot be used:${lines}`)
}
