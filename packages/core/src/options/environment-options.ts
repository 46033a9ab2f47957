/** How the text of a variable becomes a value. What cannot be read stays text, for the schema to refuse. */
type Reading = 'text' | 'number' | 'boolean' | 'list'

/** The options that have a plain value, and so can come from the environment. */
const READINGS: Readonly<Record<string, Reading>> = {
  clusterMembers: 'list',
  clusterName: 'text',
  enabled: 'boolean',
  mapName: 'text',
  sticky: 'boolean',
  workerName: 'text',
  maxInactiveInterval: 'number',
  absoluteTimeout: 'number',
  touchAfter: 'number',
  cleanUpPeriod: 'number',
  operationTimeout: 'number',
  conflict: 'text',
  merge: 'text',
  onUnreadable: 'text',
  maxSessionBytes: 'number',
  endedMarkerMargin: 'number',
  shutdownOnDestroy: 'boolean',
  debug: 'boolean',
}

const PREFIX = 'HZ_SESSION_'

/** `operationTimeout` is `HZ_SESSION_OPERATION_TIMEOUT`. */
export function variableOf(option: string): string {
  return PREFIX + option.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase()
}

/** Every variable that is an option. */
export const VARIABLES: readonly string[] = Object.keys(READINGS).map(variableOf)

/** Read by adapters and not by the manager; an environment may serve several applications. */
const OF_ADAPTERS: ReadonlySet<string> = new Set(['HZ_SESSION_SECRET'])

/** The variables with our prefix that are no option. */
export function unknownVariables(environment: NodeJS.ProcessEnv): string[] {
  const known = new Set([...VARIABLES, ...OF_ADAPTERS])
  return Object.keys(environment).filter((name) => name.startsWith(PREFIX) && !known.has(name))
}

/** What the environment says, by option name. A variable that is set but empty says nothing. */
export function environmentOptions(environment: NodeJS.ProcessEnv): Record<string, unknown> {
  const options: Record<string, unknown> = {}
  for (const [name, reading] of Object.entries(READINGS)) {
    const text = environment[variableOf(name)]?.trim()
    if (text !== undefined && text !== '') options[name] = read(text, reading)
  }
  return options
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
      return text.split(',').map((item) => item.trim())
  }
}
