/**
 * Calls that carry the cookie of a session. Nothing of Vue is needed for them: the first one is made while the rest of the
 * page is still being fetched.
 */

import { asFailure } from '@/api/failure'

const REFRESH = '/v1/auth/console/refresh'
/** Proves that this page, not another site, uses the cookie; worth nothing without it. */
const CSRF_HEADER = 'x-csrf-token'
export const CSRF_KEY = 'qiandao-csrf'
/** Every call waits for a refresh, so it must not hang. */
const TIMEOUT_MS = 20_000
/** Nobody came for an answer that is older; what it says of a token's end is not so any more. */
const NEW_MS = 10_000

/** Throws a `Failure` where nobody answers. */
export const post = async (path: string): Promise<Response> => {
  const headers = { [CSRF_HEADER]: localStorage.getItem(CSRF_KEY) ?? '' }
  const signal = AbortSignal.timeout(TIMEOUT_MS)
  try {
    return await fetch(path, { method: 'POST', headers, credentials: 'same-origin', signal })
  } catch (thrown) {
    throw asFailure(thrown, path)
  }
}

let begun: { at: number; answer: Promise<Response> } | null = null

/** Asks who is signed in before anybody needs to know, where somebody may be. */
export const beginRefresh = (): void => {
  if (!localStorage.getItem(CSRF_KEY)) return
  begun = { at: Date.now(), answer: post(REFRESH) }
  // Told to who takes it.
  begun.answer.catch(() => null)
}

/** The answer to a refresh: to the one that was begun, once, else to one of its own. */
export const postRefresh = (): Promise<Response> => {
  const taken = begun
  begun = null
  return taken && Date.now() - taken.at < NEW_MS ? taken.answer : post(REFRESH)
}
