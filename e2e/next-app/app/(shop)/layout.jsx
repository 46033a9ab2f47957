import { getSession } from '../../lib/sessions.js'

export async function generateMetadata() {
  const session = await getSession()
  return { title: `for ${session.user ?? 'nobody'}` }
}

/** @param {{ children: import('react').ReactNode }} props */
export default async function Layout({ children }) {
  const session = await getSession()
  return (
    <html lang="en">
      <body>
        <p id="layout">{session.user ?? 'nobody'}</p>
        {children}
      </body>
    </html>
  )
}
