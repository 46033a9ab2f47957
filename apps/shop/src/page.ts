export interface PageModel {
  readonly worker: string
  readonly user: string | undefined
  readonly cart: Readonly<Record<string, number>>
}

const GOODS = ['apples', 'bread', 'coffee']

/** The shop's only page. */
export function page({ worker, user, cart }: PageModel): string {
  const lines = Object.entries(cart).map(([item, count]) => `<li>${escape(item)}: ${count}</li>`)
  const buttons = GOODS.map((item) => `<button name="item" value="${item}">Add ${item}</button>`)
  const login = user
    ? `<p>Logged in as <strong>${escape(user)}</strong>.</p><form method="post" action="/logout"><button>Log out</button></form>`
    : '<form method="post" action="/login"><input name="user" placeholder="Your name" required><button>Log in</button></form>'
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>The shop</title>
<style>body{font:1rem/1.5 system-ui;max-width:40rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}</style>
<h1>The shop</h1>
<p>Served by worker <strong>${escape(worker)}</strong>. Stop it, and go on at another one.</p>
${login}
<h2>Your cart</h2>
<ul>${lines.join('') || '<li>nothing yet</li>'}</ul>
<form method="post" action="/cart">${buttons.join(' ')}</form>
</html>`
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
