import { isIntervalGiven } from './given-interval.ts'
import { resolveOptions } from './resolve-options.ts'
import type { OptionsExtension } from './resolve-options.ts'
import type { ResolvedOptions, SessionManagerOptions } from './session-manager-options.ts'

/** What was given to an adapter: its own, and the manager's. */
export interface AdapterOptions<Extra> {
  /** Everything, read and checked. */
  readonly options: ResolvedOptions & Extra
  /** What was given, without what the manager does not know. */
  readonly managerOptions: SessionManagerOptions
  /** Whether the application says how long its sessions live, whatever their cookies do. */
  readonly isIntervalGiven: boolean
}

/** Reads what was given to an adapter. Throws as `resolveOptions` does. */
export function adapterOptions<Extra extends object>(
  given: SessionManagerOptions,
  environment: NodeJS.ProcessEnv,
  extension: OptionsExtension<Extra>,
): AdapterOptions<Extra> {
  const options = resolveOptions(given, environment, extension)
  const managers = Object.entries(given).filter(([name]) => !(name in extension.fields))
  return { options, managerOptions: Object.fromEntries(managers), isIntervalGiven: isIntervalGiven(given, environment) }
}
