/**
 * Who is signed in. The access token lives in the memory of the tabs, the refresh token in a cookie that no script reads;
 * tabs tell one another, so that one refresh serves all of them.
 */

import { computed, shallowRef } from 'vue'
import { asFailure, Failure, failureOf } from '@/api/failure'
import type { components } from '@/api/schema'
import { CSRF_KEY, post, postRefresh } from './post'
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

const SIGN_OUT = '/v1/auth/console/sign-out'
/** A token that ends within this time may be over when it arrives. */
const NEARLY_MS = 30_000

const held = shallowRef<Held | null>(null)
const tabs = new Tabs<SignedIn | null>('qiandao-session', (told) => heard(told))
const leaving = new Set<() => Promise<unknown>>()
let renewing: Promise<string> | null = null
/** Who was signed in last in this tab, also when they are no more. */
let last = ''

const hold = (next: SignedIn | null) => {
  last = next?.user.id ?? last
  held.value = next && { ...next, ends_at: Date.now() + next.expires_in * 1000 }
}

/** What another tab tells; of another person than this page was made for it is fetched anew. */
const heard = (told: SignedIn | null) => {
  if (told && last && told.user.id !== last) location.reload()
  else hold(told)
}

/** A page that comes back as it was left was told nothing meanwhile. */
addEventListener('pageshow', ({ persisted }) => {
  if (persisted && held.value && held.value.csrf_token !== localStorage.getItem(CSRF_KEY)) location.reload()
})

/** The token of this tab, unless it ends within so long. */
const fresh = (within_ms = NEARLY_MS): string =>
  held.value && held.value.ends_at - Date.now() > within_ms ? held.value.access_token : ''

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

/** Only the server itself ends a session, not a proxy or a hotel's network that answers in its place. */
const isRefused = ({ status, problem }: Failure) => Boolean(problem) && status >= 400 && status < 500 && status !== 429

const isSession = (body: unknown): body is SignedIn =>
  typeof body === 'object' && body !== null && 'access_token' in body && 'csrf_token' in body && 'user' in body

const refresh = async (): Promise<string> => {
  const answer = await postRefresh()
  const body: unknown = await answer.json().catch(() => null)
  if (!answer.ok) throw failureOf(answer, body)
  if (!isSession(body)) throw new Failure('broken', 'the answer is no session')
  signedIn(body)
  return body.access_token
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

  /** The access token, a new one when it ends within so long; throws a `Failure` of 401 where nobody is signed in. */
  token: async (within_ms = NEARLY_MS): Promise<string> => fresh(within_ms) || renewed(held.value?.access_token ?? ''),

  /** Whether somebody was signed in to this browser: they may be still. */
  mayBeRestored: (): boolean => Boolean(held.value ?? localStorage.getItem(CSRF_KEY)),

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

  /** Has something done before somebody signs out here, as long as it may be; gives what takes it back. */
  beforeSignOut(work: () => Promise<unknown>): () => void {
    leaving.add(work)
    return () => void leaving.delete(work)
  },

  /** The server ended every session of who was signed in. */
  erased: signedOut,

  /** Ends the session on the server and in every tab. */
  async signOut(): Promise<void> {
    await Promise.allSettled([...leaving].map((work) => work()))
    const answer = await post(SIGN_OUT)
    if (!answer.ok && answer.status !== 401) throw failureOf(answer, await answer.json().catch(() => null))
    signedOut()
  },
}
