import express from 'express'
import express4 from 'express4'

/** What every behaviour is tested with, for `describe.each`. */
export const EXPRESS_VERSIONS = [
  ['Express 5', express],
  ['Express 4', express4],
] as const
