import type { World } from '../world.ts'
import type { Changed, Diary, Written } from './diary.ts'
import { FIRST, listOf } from './visiting.ts'

/** What is stored under each key in the end; keys without a live session are left out. */
export type Finals = ReadonlyMap<string, Readonly<Record<string, unknown>>>

/** Everything that is not as promised about one browser's session and its ids. */
export function idChangeProblems(world: World, diary: Diary, finals: Finals): string[] {
  return [
    ...diary.problems,
    ...servedAgain(diary),
    ...eventProblems(world, diary),
    ...countProblems(diary, finals),
    ...lostWrites(world, diary, finals),
    ...overruled(diary, finals),
    ...inventions(diary, finals),
  ]
}

/** An id whose successor has been shown, or that was logged out, is served to nobody any more. */
function servedAgain(diary: Diary): string[] {
  const opened = diary.all('open')
  const overSince = (key: string): number => {
    const successors = diary.all('change').filter((change) => change.key === key)
    const shown = opened.filter(
      (open) =>
        open.found === 'live' && successors.some(({ newKey }) => rootOf(diary, newKey) === key && newKey === open.key),
    )
    const left = successors.filter(({ endsOld, outcome }) => endsOld && outcome === 'done')
    const ended = diary.all('end').filter((end) => end.isOwn && (end.key === key || rootOf(diary, end.key) === key))
    return Math.min(Infinity, ...[...shown, ...left, ...ended].map(({ to }) => to))
  }
  return opened
    .filter(({ found, from, key }) => found === 'live' && from > overSince(key))
    .map(({ key, visit }) => `request ${visit} was served ${key}, which was over`)
}

/** `destroyed` tells of what somebody logged out, once, and of no id change. */
function eventProblems({ journal, workers }: World, diary: Diary): string[] {
  const ends = diary.all('end')
  const keys = new Set([...journal.destroyed.map(({ key }) => key), ...ends.map(({ key }) => key)])
  return [...keys].flatMap((key) => {
    const heard = journal.destroyed.filter((event) => event.key === key).length
    const asked = ends.filter((end) => end.key === key)
    if (heard > 0 && asked.length === 0) return [`\`destroyed\` fired for ${key}, which nobody ended`]
    if (heard > 1) return [`\`destroyed\` fired ${heard} times for ${key}`]
    const own = asked.find(({ isOwn }) => isOwn)
    const ender = workers.find(({ name }) => name === own?.worker)
    const isMissed = heard === 0 && own && ender?.listens === true && ender.channel.diedAt === undefined
    return isMissed ? [`\`destroyed\` did not fire for ${key}`] : []
  })
}

/** The browser's session is there, once. */
function countProblems(diary: Diary, finals: Finals): string[] {
  if (hasEnded(diary) || isStranded(diary)) return []
  const live = diary.jar.filter((key) => finals.has(key))
  if (live.length === 0) return [`nothing is left of the session: ${diary.jar.join()}`]
  return live.length > 1 && !isTwofold(diary) ? [`there are ${live.length} sessions: ${live.join()}`] : []
}

/** What was acknowledged to the browser is in the session that it has. */
function lostWrites(_world: World, diary: Diary, finals: Finals): string[] {
  if (hasEnded(diary) || isStranded(diary)) return []
  const live = liveOf(diary, finals)
  const isSafe = ({ name, value }: Written): boolean =>
    live.some((data) => (name === 'list' ? listOf(data['list']).includes(value) : data[name] === value))
  return diary
    .all('write')
    .filter((write) => write.outcome === 'done' && diary.heard.has(write.visit))
    .filter((write) => (write.name === 'list' ? !isListDecided(diary, write) : isUnique(write)))
    .filter((write) => !isSafe(write))
    .map(
      ({ name, value, key, visit }) =>
        `request ${visit} was told that ${name}=${value} is stored in ${key}; it is lost`,
    )
}

/** What a request changed with the id is not overruled by what comes to the old id. */
function overruled(diary: Diary, finals: Finals): string[] {
  if (isTwofold(diary)) return []
  const [live] = liveOf(diary, finals)
  if (!live) return []
  const changes = diary.all('change').filter(({ outcome, newKey }) => outcome === 'done' && diary.jar.includes(newKey))
  return changes.flatMap((change) => {
    const root = rootOf(diary, change.newKey)
    const others = diary.all('write').filter((write) => write.key === root && write.visit !== change.visit)
    return change.names.flatMap((name) => {
      const late = others.find((write) => write.name === name && write.value === live[name])
      return late ? [`request ${late.visit} overruled "${name}" of the id change in request ${change.visit}`] : []
    })
  })
}

/** Nothing is stored that nobody wrote, and no update twice. */
function inventions(diary: Diary, finals: Finals): string[] {
  const writes = diary.all('write')
  return [...finals].flatMap(([key, data]) => {
    const list = listOf(data['list'])
    const doubled =
      list.length === new Set(list).size ? [] : [`an update is in the list of ${key} twice: ${list.join()}`]
    const refused = (name: string, value: unknown): boolean =>
      writes
        .filter((write) => write.name === name && write.value === value)
        .every(({ outcome }) => outcome === 'refused')
    const invented = Object.entries(data)
      .filter(([name, value]) => name !== 'list' && name !== 'begun' && refused(name, value))
      .map(([name, value]) => `${key} has ${name}=${String(value)}, which nobody stored`)
    const counted = list
      .filter((token) => refused('list', token))
      .map((token) => `${key} counts the update ${String(token)}, which was refused`)
    return [...doubled, ...invented, ...counted]
  })
}

/** The id that the browser showed when `newKey` was made; several changes in one request lead back to one id. */
function rootOf(diary: Diary, newKey: string): string | undefined {
  const changes = diary.all('change')
  const made = changes.find((change) => change.newKey === newKey)
  let key = made?.key
  for (;;) {
    const earlier = changes.find((change) => change.newKey === key && change.visit === made?.visit)
    if (!earlier) return key
    key = earlier.key
  }
}

/** What is stored under ids that the browser has. */
function liveOf({ jar }: Diary, finals: Finals): Readonly<Record<string, unknown>>[] {
  return jar.map((key) => finals.get(key)).filter((data) => data !== undefined)
}

/** Whether somebody logged out, or may have. */
function hasEnded(diary: Diary): boolean {
  return diary.all('end').some(({ isOwn, outcome }) => isOwn || outcome === 'unknown')
}

/** Whether the browser was left with the old id of a logged-in session, which must not be used any more. */
function isStranded(diary: Diary): boolean {
  const isLost = ({ visit, outcome, endsOld }: Changed): boolean =>
    outcome !== 'refused' && endsOld && !diary.heard.has(visit)
  return diary.all('change').some(isLost)
}

/** Whether two requests that showed one id gave it two new ones: then the browser has either. */
function isTwofold(diary: Diary): boolean {
  const roots = diary.jar.slice(1).map((key) => rootOf(diary, key))
  return new Set(roots).size < roots.length
}

/** Whether an id change decided about the list, so that updates of the old id are not brought over. */
function isListDecided(diary: Diary, { visit }: Written): boolean {
  const changes = diary.all('change')
  return diary
    .all('write')
    .some(
      (write) =>
        write.name === 'list' &&
        write.visit !== visit &&
        changes.some((change) => change.visit === write.visit && change.newKey === write.key),
    )
}

function isUnique({ name, value, visit }: Written): boolean {
  return name === value || visit === FIRST
}
