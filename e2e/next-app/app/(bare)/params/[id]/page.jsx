import { codeOf, getSession } from '../../../../lib/sessions.js'

export const dynamicParams = false

export async function generateStaticParams() {
  return [{ id: await getSession().then(() => 'a-session', codeOf) }]
}

/** @param {{ params: Promise<{ id: string }> }} props */
export default async function Page({ params }) {
  return <p id="code">{(await params).id}</p>
}
