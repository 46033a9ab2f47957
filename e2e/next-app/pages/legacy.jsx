import { withSessionProps } from '../lib/sessions.js'

export const getServerSideProps = withSessionProps(async ({ query }, session) => {
  if (query['what'] === 'increment') session.count = (session.count ?? 0) + 1
  if (query['what'] === 'redirect') {
    session.count = 31
    return { redirect: { destination: '/after', permanent: false } }
  }
  return { props: { session: session.toJSON() } }
})

/** @param {{ session: object }} props */
export default function Legacy({ session }) {
  return <p id="session">{JSON.stringify(session)}</p>
}
