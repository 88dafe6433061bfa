/** Failures: one shape for what the network, the server and the browser say no with. */

import type { components } from './schema'

export type Problem = components['schemas']['Problem']
export type Kind = 'offline' | 'timeout' | 'cancelled' | 'problem' | 'broken'

interface Found {
  status?: number
  requestId?: string
  problem?: Problem
}

/** What every query and every change throws. */
export class Failure extends Error {
  readonly kind: Kind
  readonly status: number
  readonly requestId: string
  readonly problem: Problem | undefined

  constructor(kind: Kind, message: string, found: Found = {}) {
    super(message)
    this.name = 'Failure'
    this.kind = kind
    this.status = found.status ?? 0
    this.requestId = found.requestId ?? ''
    this.problem = found.problem
  }

  /** The stable code of the server; empty where it said none. */
  get reason(): string {
    return this.problem?.reason ?? ''
  }

  /** Seconds until the same may be asked again; 0 where nobody said. */
  get retryAfterS(): number {
    return Math.ceil(this.problem?.retry_after_s ?? 0)
  }

  /** Whether the same request may succeed later without anybody changing anything. */
  get isPassing(): boolean {
    if (this.kind === 'problem') return this.status >= 500 || this.status === 429 || this.status === 408
    return this.kind !== 'cancelled'
  }

  /** What is wrong with which field, as the server says it; `place.name` is the name of a field within one. */
  get fields(): Record<string, string> {
    return Object.fromEntries((this.problem?.errors ?? []).map(({ field, message }) => [field, message]))
  }
}

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' && body !== null && 'status' in body && 'reason' in body

/** What an answer that is no success says. */
export const failureOf = (response: Response, body: unknown): Failure => {
  const requestId = response.headers.get('x-request-id') ?? ''
  const problem = isProblem(body) ? body : undefined
  return new Failure('problem', problem?.detail ?? response.statusText, { status: response.status, requestId, problem })
}

/** Anything that was thrown, as a failure; what is none of ours is the network's or a fault of this page. */
export const asFailure = (thrown: unknown, requestId = ''): Failure => {
  if (thrown instanceof Failure) return thrown
  const { name, message } = thrown instanceof Error ? thrown : { name: '', message: String(thrown) }
  if (name === 'TimeoutError') return new Failure('timeout', message, { requestId })
  if (name === 'AbortError') return new Failure('cancelled', message, { requestId })
  return new Failure(requestId && name === 'TypeError' ? 'offline' : 'broken', message, { requestId })
}
