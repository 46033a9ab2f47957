/** The page of the demo: asks the workers about the session, and the balancer about the workers. */

const SHOWN_NEWS = 60
const TABS = 20
const $ = (id) => document.getElementById(id)

let you = {}
let workers = []
let refreshing
let isWanted = false

async function send(path, body, headers = {}) {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } }
  const response = await fetch(path, { ...init, body: JSON.stringify(body ?? {}) })
  if (!response.ok) throw new Error(`${response.status}`)
  return response.status === 204 ? undefined : response.json()
}

/** Asks who serves us, and with which session: one question at a time, so that one worker answers. */
async function refresh() {
  isWanted = true
  refreshing ??= refreshWhileWanted()
  await refreshing
}

async function refreshWhileWanted() {
  while (isWanted) {
    isWanted = false
    you = await look()
    showYou()
    showWorkers()
  }
  refreshing = undefined
}

async function look() {
  try {
    const response = await fetch('/api/you')
    if (response.ok) return await response.json()
  } catch {
    // Nobody is there just now.
  }
  return { ...you, worker: undefined }
}

function showYou() {
  const { worker, user, cart = {}, parts } = you
  $('worker').textContent = worker ?? 'nobody, just now'
  $('cookie-id').textContent = parts ? `${parts.id.slice(0, 10)}…` : 'none yet'
  $('cookie-worker').textContent = parts?.worker ?? '–'
  $('cookie-signature').textContent = parts ? `${parts.signature.slice(0, 10)}…` : '–'
  $('login').hidden = user !== undefined
  $('logged-in').hidden = user === undefined
  $('name').textContent = user ?? ''
  const lines = Object.entries(cart).map(([item, count]) => line(`${item}: ${count}`))
  $('cart').replaceChildren(...(lines.length > 0 ? lines : [line('empty')]))
}

function line(text) {
  const item = document.createElement('li')
  item.textContent = text
  return item
}

/** Cards are changed in place, so that nobody loses the focus. */
function showWorkers() {
  for (const worker of workers) {
    const card = document.getElementById(`card-${worker.name}`) ?? newCard(worker.name)
    const isDead = worker.state === 'dead'
    card.className = `is-${worker.state.split(' ')[0]}${worker.name === you.worker ? ' is-yours' : ''}`
    card.querySelector('.state').textContent = isDead ? 'dead' : `${worker.state}, process ${worker.pid}`
    card.querySelector('.member').textContent = worker.member ? `member ${worker.member.address}` : 'no member'
    card.querySelector('.kill').disabled = isDead
    card.querySelector('.kill-member').disabled = !worker.member
    card.querySelector('.start').disabled = !isDead
  }
}

function newCard(name) {
  const card = $('worker-card').content.firstElementChild.cloneNode(true)
  card.id = `card-${name}`
  card.querySelector('.worker-name').textContent = name
  const texts = { kill: `Kill ${name}`, 'kill-member': `Kill its member`, start: `Bring ${name} back` }
  for (const [act, text] of Object.entries(texts)) {
    const button = card.querySelector(`.${act}`)
    button.textContent = text
    if (act === 'kill-member') button.setAttribute('aria-label', `Kill the member of ${name}`)
    button.addEventListener('click', () => send(`/demo/${name}/${act}`).catch(() => {}))
  }
  $('workers').append(card)
  return card
}

function tellNews({ text, at }) {
  const newest = $('news').firstElementChild
  const isAgain = newest?.dataset.text === text
  const times = isAgain ? Number(newest.dataset.times) + 1 : 1
  const item = line(times > 1 ? `${text} (${times} times)` : text)
  Object.assign(item.dataset, { text, times })
  const time = document.createElement('time')
  time.textContent = new Date(at).toLocaleTimeString()
  item.prepend(time)
  if (isAgain) newest.replaceWith(item)
  else $('news').prepend(item)
  while ($('news').children.length > SHOWN_NEWS) $('news').lastElementChild.remove()
}

/** Does something that changes the session, and says so when it could not be done. */
async function attempt(act) {
  try {
    await act()
  } catch (error) {
    tellNews({ text: `your request was refused (${error.message}): nothing is lost, try again`, at: Date.now() })
  }
  await refresh()
}

/** Two tabs, at two workers where there are two: every second request goes to another one. */
async function addFromTwoTabs() {
  await attempt(async () => {
    // Both tabs need the same session.
    if (!you.parts) await send('/api/cart', { item: 'coffee' })
    await refresh()
    const before = you.cart?.coffee ?? 0
    const names = workers.filter(({ state }) => state === 'serving').map(({ name }) => name)
    const adds = Array.from({ length: TABS }, (_, turn) =>
      send('/api/cart', { item: 'coffee' }, { 'x-demo-worker': names[turn % 2] ?? names[0] ?? '' }),
    )
    const outcomes = await Promise.allSettled(adds)
    const added = outcomes.filter(({ status }) => status === 'fulfilled').length
    await refresh()
    const found = (you.cart?.coffee ?? 0) - before
    $('two-tabs-result').textContent =
      `${added} requests at ${names.slice(0, 2).join(' and ')} in the same moment: ${found} coffees more in your cart.`
  })
}

$('login').addEventListener('submit', (event) => {
  event.preventDefault()
  void attempt(() => send('/api/login', { user: $('user').value }))
})
$('logout').addEventListener('click', () => void attempt(() => send('/api/logout')))
$('two-tabs').addEventListener('click', () => void addFromTwoTabs())
for (const button of $('goods').children) {
  button.addEventListener('click', () => void attempt(() => send('/api/cart', { item: button.dataset.item })))
}

const events = new EventSource('/demo/events')
events.addEventListener('news', ({ data }) => {
  tellNews(JSON.parse(data))
  void refresh()
})
events.addEventListener('change', ({ data }) => {
  workers = JSON.parse(data)
  void refresh()
})
events.addEventListener('open', () => void lookAround())

async function lookAround() {
  const response = await fetch('/demo/state')
  workers = await response.json()
  await refresh()
}
