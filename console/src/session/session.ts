/**
 * Who is signed in. The access token lives in the memory of the tabs, the refresh token in a cookie that no script reads;
 * tabs tell one another, so that one refresh serves all of them.
 */

import { computed, shallowRef } from 'vue'
import { asFailure, Failure, failureOf } from '@/api/failure'
import type { components } from '@/api/schema'
import { alone, Tabs } from './tabs'

export type User = components['schemas']['User']

/** What a sign-in and every refresh answer. */
export interface SignedIn {
  access_token: string
  expires_in: number
  csrf_token: string
  user: User
}

interface Held extends SignedIn {
  ends_at: number
}

const REFRESH = '/v1/auth/console/refresh'
const SIGN_OUT = '/v1/auth/console/sign-out'
/** Proves that this page, not another site, uses the cookie; worth nothing without it. */
const CSRF_HEADER = 'x-csrf-token'
const CSRF_KEY = 'qiandao-csrf'
/** A token that ends within this time may be over when it arrives. */
const NEARLY_MS = 30_000

const held = shallowRef<Held | null>(null)
const tabs = new Tabs<SignedIn | null>('qiandao-session', (told) => hold(told))
let renewing: Promise<string> | null = null

const hold = (next: SignedIn | null) => {
  held.value = next && { ...next, ends_at: Date.now() + next.expires_in * 1000 }
}

/** The token of this tab, unless it is about to end. */
const fresh = (): string => (held.value && held.value.ends_at - Date.now() > NEARLY_MS ? held.value.access_token : '')

const post = async (path: string): Promise<Response> => {
  const csrf = localStorage.getItem(CSRF_KEY) ?? ''
  try {
    return await fetch(path, { method: 'POST', headers: { [CSRF_HEADER]: csrf }, credentials: 'same-origin' })
  } catch (thrown) {
    throw asFailure(thrown, path)
  }
}

/** Takes what a sign-in or a refresh answered, for this tab and all others. */
const signedIn = (said: SignedIn) => {
  localStorage.setItem(CSRF_KEY, said.csrf_token)
  hold(said)
  tabs.tell(said)
}

/** Nobody is signed in any more, in any tab. */
const signedOut = () => {
  localStorage.removeItem(CSRF_KEY)
  hold(null)
  tabs.tell(null)
}

const isRefused = ({ status }: Failure) => status >= 400 && status < 500 && status !== 429

const refresh = async (): Promise<string> => {
  const answer = await post(REFRESH)
  const body: unknown = await answer.json().catch(() => null)
  if (!answer.ok) throw failureOf(answer, body)
  signedIn(body as SignedIn)
  return (body as SignedIn).access_token
}

const refreshOnce = (stale: string): Promise<string> =>
  alone('qiandao-refresh', async () => {
    // Another tab may have been first.
    if (fresh() && fresh() !== stale) return fresh()
    try {
      return await refresh()
    } catch (thrown) {
      const failure = asFailure(thrown)
      if (!isRefused(failure)) throw failure
      signedOut()
      throw new Failure('problem', failure.message, { ...failure, status: 401 })
    }
  })

/** Another token than the one that the server refused; however many ask, there is one refresh. */
const renewed = (stale: string): Promise<string> => {
  renewing ??= refreshOnce(stale).finally(() => (renewing = null))
  return renewing
}

export const session = {
  user: computed(() => held.value?.user ?? null),
  isSignedIn: computed(() => held.value !== null),
  signedIn,
  renewed,

  /** The access token, a new one when it is about to end; throws a `Failure` of 401 where nobody is signed in. */
  token: async (): Promise<string> => fresh() || renewed(held.value?.access_token ?? ''),

  /** Whether somebody is signed in to this browser, also after a reload; offline nobody knows, and that is thrown. */
  async restored(): Promise<boolean> {
    if (held.value) return true
    if (!localStorage.getItem(CSRF_KEY)) return false
    try {
      return Boolean(await session.token())
    } catch (thrown) {
      if (asFailure(thrown).status === 401) return false
      throw thrown
    }
  },

  /** Who is signed in has another name from now on, in every tab. */
  named(user: User): void {
    const was = held.value
    if (was) signedIn({ ...was, user, expires_in: Math.floor((was.ends_at - Date.now()) / 1000) })
  },

  /** Ends the session on the server and in every tab. */
  async signOut(): Promise<void> {
    const answer = await post(SIGN_OUT)
    if (!answer.ok && answer.status !== 401) throw failureOf(answer, await answer.json().catch(() => null))
    signedOut()
  },
}
