'use server'

import { notFound, redirect } from 'next/navigation'
import { codeOf, getSession, withSession } from '../../lib/sessions.js'

export const increment = withSession(async (session) => {
  session.count = (session.count ?? 0) + 1
})
export const nothing = withSession(async (session) => void session.count)
export const login = withSession(async (session) => {
  await session.signIn('ann')
  session.user = 'ann'
  redirect('/after')
})
export const logout = withSession(async (session) => session.signOut())
export const missing = withSession(async (session) => {
  session.count = 50
  notFound()
})
export const failing = withSession(async (session) => {
  session.count = 99
  throw new Error('planned')
})
export async function inPassing() {
  const session = await getSession()
  session.count = 7
  await session.save()
}
export async function patient() {
  redirect(`/plain?became=${await increment().then(() => 'done', codeOf)}`)
}
