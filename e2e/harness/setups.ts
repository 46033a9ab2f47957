import type { MapKind } from './cluster.ts'
import type { Door, Framework } from './worker.ts'

/** Which shop a scenario is played with, and on which map. */
export interface Setup {
  readonly title: string
  readonly door: Door
  /** @default 'express' */
  readonly framework?: Framework
  /** Only the middleware's door knows it. */
  readonly sticky?: boolean
  readonly map: MapKind
}

/** The store under express-session, on both maps. */
export const STORE_SETUPS: readonly Setup[] = [
  { title: 'store, configured map', door: 'store', map: 'configured' },
  { title: 'store, stock map', door: 'store', map: 'stock' },
]

export const STICKY: Setup = {
  title: 'middleware, configured map',
  door: 'middleware',
  map: 'configured',
}
export const NOT_STICKY: Setup = {
  title: 'middleware, not sticky, configured map',
  door: 'middleware',
  sticky: false,
  map: 'configured',
}
/** What differs between the maps is below the doors; where it matters most it is tried at the second one too. */
export const STICKY_ON_STOCK: Setup = {
  title: 'middleware, stock map',
  door: 'middleware',
  map: 'stock',
}

export const SETUPS: readonly Setup[] = [...STORE_SETUPS, STICKY, NOT_STICKY]
