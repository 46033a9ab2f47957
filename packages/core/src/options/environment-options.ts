/** How the text of a variable becomes a value. What cannot be read stays text, for the schema to refuse. */
type Reading = 'text' | 'number' | 'boolean' | 'list' | 'secrets'

export type Readings = Readonly<Record<string, Reading>>

/** The manager's options that have a plain value, and so can come from the environment. */
export const MANAGER_READINGS: Readings = {
  topology: 'text',
  clusterMembers: 'list',
  clusterName: 'text',
  memberConfigLocation: 'text',
  membersPerHost: 'number',
  enabled: 'boolean',
  mapName: 'text',
  sticky: 'boolean',
  workerName: 'text',
  savePeriod: 'number',
  deferredWrite: 'boolean',
  stalePeriod: 'number',
  maxLocalSessions: 'number',
  maxLocalBytes: 'number',
  transientAttributes: 'list',
  maxInactiveInterval: 'number',
  absoluteTimeout: 'number',
  touchAfter: 'number',
  cleanUpPeriod: 'number',
  operationTimeout: 'number',
  conflict: 'text',
  merge: 'text',
  onStoreError: 'text',
  localServiceLimit: 'number',
  onUnreadable: 'text',
  maxSessionBytes: 'number',
  endedMarkerMargin: 'number',
  shutdownOnDestroy: 'boolean',
  debug: 'boolean',
}

const PREFIX = 'HZ_SESSION_'

/** `operationTimeout` is `HZ_SESSION_OPERATION_TIMEOUT`, `cookie.name` is `HZ_SESSION_COOKIE_NAME`. */
export function variableOf(option: string): string {
  const words = option.replaceAll('.', '_').replace(/[A-Z]/g, (capital) => `_${capital}`)
  return PREFIX + words.toUpperCase()
}

/** The variables with our prefix that are no option. */
export function unknownVariables(environment: NodeJS.ProcessEnv, known: readonly string[]): string[] {
  return Object.keys(environment).filter((name) => name.startsWith(PREFIX) && !known.includes(name))
}

/** What the environment says, by option name. A variable that is set but empty says nothing. */
export function environmentOptions(environment: NodeJS.ProcessEnv, readings: Readings): Record<string, unknown> {
  const options: Record<string, unknown> = {}
  for (const [name, reading] of Object.entries(readings)) {
    const text = textOf(name, environment)
    if (text === '') continue
    const [option = name, field] = name.split('.')
    const value = read(text, reading)
    options[option] = field === undefined ? value : { ...Object(options[option]), [field]: value }
  }
  return options
}

/** Whether the environment says something about this option. */
export function isSet(option: string, environment: NodeJS.ProcessEnv): boolean {
  return textOf(option, environment) !== ''
}

function textOf(option: string, environment: NodeJS.ProcessEnv): string {
  return environment[variableOf(option)]?.trim() ?? ''
}

function read(text: string, reading: Reading): unknown {
  switch (reading) {
    case 'text':
      return text
    case 'number':
      return Number.isNaN(Number(text)) ? text : Number(text)
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text
    case 'list':
      return items(text)
    case 'secrets':
      return text.startsWith('[') ? jsonList(text) : items(text)
  }
}

function items(text: string): string[] {
  return text.split(',').map((item) => item.trim())
}

/** A JSON list, for secrets with a comma in them. One that does not parse is no secret: somebody meant a list. */
function jsonList(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
