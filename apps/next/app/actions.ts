'use server'

import { putIntoCart } from '@hazelcast-session/shop'
import { redirect } from 'next/navigation'
import { withSession } from '../lib/sessions'

export const addToCart = withSession(async (session, form: FormData) => {
  const item = form.get('item')
  if (typeof item !== 'string') return
  await session.update((data) => putIntoCart(data, item))
})

export const logIn = withSession(async (session, form: FormData) => {
  const user = form.get('user')
  if (typeof user !== 'string') return
  await session.signIn(user)
  session.user = user
  redirect('/')
})

export const logOut = withSession((session) => session.signOut())
