import express from 'express'
import express4 from 'express4'

/** What every behaviour is tested with, for `describe.each`. */
export const EXPRESS_VERSIONS = [
  ['express 5', express],
  ['express 4', express4],
] as const
