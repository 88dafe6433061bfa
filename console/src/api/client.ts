/**
 * The API, by its document: `await asked(api.GET('/v1/activities', { params }))` gives the body or throws a `Failure`.
 *
 * `api` calls in the name of who is signed in, `open` in nobody's.
 */

import createClient, { type FetchResponse } from 'openapi-fetch'
import type { MediaType } from 'openapi-typescript-helpers'
import { session } from '@/session/session'
import { asFailure, failureOf } from './failure'
import { newId } from './ids'
import type { paths } from './schema'

const TIMEOUT_MS = 20_000
const REQUEST_ID = 'x-request-id'

interface Trying {
  /** Whether the answer goes on for ever. */
  isLong?: boolean
}

/** One try, named so that whoever asks us for help can be told apart. */
const tried = async (request: Request, token: string, { isLong = false }: Trying = {}): Promise<Response> => {
  if (token) request.headers.set('authorization', `Bearer ${token}`)
  const id = request.headers.get(REQUEST_ID) ?? ''
  const until = isLong ? [request.signal] : [request.signal, AbortSignal.timeout(TIMEOUT_MS)]
  try {
    return await fetch(request, { signal: AbortSignal.any(until) })
  } catch (thrown) {
    throw asFailure(thrown, id)
  }
}

const named = (request: Request): Request => {
  request.headers.set(REQUEST_ID, newId())
  return request
}

/** A request with the token of the session, and once more with a new one when the server refuses it. */
export const authorised = async (request: Request, trying: Trying = {}): Promise<Response> => {
  const again = named(request).clone()
  // Who closes the page does not wait for a new token.
  const token = await session.token(request.keepalive ? 0 : undefined)
  const answer = await tried(request, token, trying)
  return answer.status === 401 ? tried(again, await session.renewed(token), trying) : answer
}

export const api = createClient<paths>({ fetch: (request) => authorised(request) })
export const open = createClient<paths>({ fetch: (request) => tried(named(request), '') })

/** The body of an answer; whatever else comes is thrown as a `Failure`. */
export const asked = async <T extends Record<string | number, unknown>, O, M extends MediaType>(
  answer: Promise<FetchResponse<T, O, M>>,
) => {
  const { data, error, response } = await answer
  if (!response.ok) throw failureOf(response, error)
  return data as NonNullable<FetchResponse<T, O, M>['data']>
}
