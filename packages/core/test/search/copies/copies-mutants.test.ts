import { expectToFind } from '../mutant-hunt.ts'
import { COPIES_MUTANTS } from './copies-mutants.ts'

expectToFind(COPIES_MUTANTS)
