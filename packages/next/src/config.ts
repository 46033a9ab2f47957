import type { NextConfig } from 'next'

/** What `next.config` exports: a configuration, or a function that makes one. */
type NextConfigFunction<Args extends unknown[]> = (...args: Args) => NextConfig | Promise<NextConfig>

/** Packages that stay as they are installed, and out of Next's bundles: the client has many files, and reads some of them. */
const EXTERNAL = ['hazelcast-client', '@hazelcast-session/core']

/** Adds to a configuration of Next.js what sessions need: that the Hazelcast client is not bundled. */
export function withSessionsConfig<Args extends unknown[]>(config: NextConfigFunction<Args>): NextConfigFunction<Args>
export function withSessionsConfig(config?: NextConfig): NextConfig
export function withSessionsConfig<Args extends unknown[]>(
  config: NextConfig | NextConfigFunction<Args> = {},
): NextConfig | NextConfigFunction<Args> {
  if (typeof config === 'function') return async (...args) => extended(await config(...args))
  return extended(config)
}

function extended(config: NextConfig): NextConfig {
  const { serverExternalPackages = [] } = config
  return { ...config, serverExternalPackages: [...new Set([...serverExternalPackages, ...EXTERNAL])] }
}
