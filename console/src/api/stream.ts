/** One stream of an activity that holds on: it reads again after every break until it is stopped or the right is gone. */

import { authorised } from './client'
import { asFailure, failureOf, type Failure } from './failure'
import { parser, type Heard } from './sse'

const RECONNECT_MS = 1_500
/** The server says something at least every 15 s. */
const SILENCE_MS = 40_000
const RIGHTS_LOST = [401, 403, 404]

export interface Listener {
  heard: (heard: Heard) => void
  /** It broke off; `failure` is empty where it only ended. */
  broke: (failure: Failure | null) => void
}

/** Follows an address until it is stopped. */
export const listen = (path: string, { heard, broke }: Listener): (() => void) => {
  let lastId = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  let ended = new AbortController()
  let isOver = false

  const again = () => {
    clearTimeout(timer)
    if (!isOver) timer = setTimeout(connect, RECONNECT_MS)
  }

  const waitFor = () => {
    clearTimeout(timer)
    timer = setTimeout(() => ended.abort(), SILENCE_MS)
  }

  const read = async (body: NonNullable<Response['body']>) => {
    const hear = parser((said) => {
      lastId = said.id || lastId
      heard(said)
    })
    const reader = body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      waitFor()
      hear(value)
    }
  }

  const connect = async () => {
    ended = new AbortController()
    waitFor()
    try {
      const headers = { accept: 'text/event-stream', ...(lastId && { 'last-event-id': lastId }) }
      const answer = await authorised(new Request(path, { headers, signal: ended.signal }), { isLong: true })
      if (!answer.ok || !answer.body) throw failureOf(answer, await answer.json().catch(() => null))
      await read(answer.body)
      if (!isOver) broke(null)
    } catch (thrown) {
      if (isOver) return
      const failure = asFailure(thrown)
      broke(failure)
      if (RIGHTS_LOST.includes(failure.status)) return void clearTimeout(timer)
    }
    again()
  }

  void connect()
  return () => {
    isOver = true
    clearTimeout(timer)
    ended.abort()
  }
}
