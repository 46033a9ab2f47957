import { expectToFind } from './mutant-hunt.ts'
import { MUTANTS } from './mutants.ts'

expectToFind(MUTANTS)
