import { run } from './command.mjs'

const FAST_TESTS = ['test', '--', '--project', 'unit']

/** What `npm run check` runs, in this order; each also runs alone. */
const STEPS = [
  { name: 'lock file', npmRun: ['lockfile'] },
  { name: 'format', npmRun: ['format:check'] },
  { name: 'lint', npmRun: ['lint'] },
  { name: 'types', npmRun: ['types'] },
  { name: 'boundaries', npmRun: ['boundaries'] },
  { name: 'tests', npmRun: ['test'], npmRunFast: FAST_TESTS },
  { name: 'unused', npmRun: ['unused'] },
  { name: 'packaging', npmRun: ['packaging'] },
]

const LEFT_OUT =
  'check: --fast: THE INTEGRATION TESTS ARE LEFT OUT. No Hazelcast member was started; run `npm run check` before you push.'

/** @param {boolean} fast */
async function main(fast) {
  if (fast) console.log(LEFT_OUT)
  const begin = performance.now()
  for (const { name, npmRun, npmRunFast } of STEPS) {
    const args = fast && npmRunFast !== undefined ? npmRunFast : npmRun
    console.log(`\n=== ${name}: npm run ${args.join(' ')}`)
    const stepBegin = performance.now()
    const exitCode = await run('npm', ['run', '--silent', ...args])
    if (exitCode !== 0) return fail(name, args)
    console.log(`=== ${name}: passed in ${seconds(stepBegin)}`)
  }
  if (fast) console.log(`\n${LEFT_OUT}`)
  console.log(`\ncheck: all ${STEPS.length} steps passed in ${seconds(begin)}`)
}

/** @param {string} name @param {string[]} args */
function fail(name, args) {
  process.exitCode = 1
  console.log(`\ncheck: FAILED in the step "${name}". To run it alone: npm run ${args.join(' ')}`)
}

/** @param {number} begin */
function seconds(begin) {
  return `${((performance.now() - begin) / 1000).toFixed(1)} s`
}

const unknown = process.argv.slice(2).filter((argument) => argument !== '--fast')
if (unknown.length > 0) {
  console.error(`check: expected nothing or --fast, got ${unknown.join(' ')}`)
  process.exitCode = 2
} else {
  await main(process.argv.includes('--fast'))
}
