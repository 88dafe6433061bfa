/** What a kiosk says of what somebody showed: how good it is, in which words, and for how long. Pure. */

import type { Failure } from '@/api/failure'
import type { Reason } from '@/parts/useReasons'
import type { KioskAnswer as Answer } from './queries'

/** Of colour and sound: in, in already, to staff, refused, nobody knows. */
export type Tone = 'good' | 'known' | 'wait' | 'bad' | 'lost'

export interface Verdict {
  tone: Tone
  /** Of `kiosk.verdicts`. */
  word:
    | 'in'
    | 'out'
    | 'gone'
    | 'again'
    | 'already'
    | 'pending'
    | 'provisional'
    | 'refused'
    | 'notOut'
    | 'unknown'
    | 'locked'
    | 'busy'
    | 'self'
    | 'offline'
    | 'failed'
  reason: Reason | null
  answer: Answer | null
  /** Seconds until the same may be tried again; 0 where nobody said. */
  waitS: number
}

const SHORT_MS = 3_000
const LONG_MS = 6_000
const BLANK = { reason: null, answer: null, waitS: 0 }
const has = (answer: Answer, name: string) => answer.reasons.some(({ reason }) => reason === name)

const refused = ({ direction }: Answer): Pick<Verdict, 'tone' | 'word'> => ({
  tone: 'bad',
  word: direction === 'out' ? 'notOut' : 'refused',
})

/** Who went and comes again is no mistake. */
const ofDuplicate = (answer: Answer): Pick<Verdict, 'tone' | 'word'> => {
  if (has(answer, 'ENTERED_AGAIN')) return { tone: 'good', word: 'again' }
  if (has(answer, 'PERSON_CODE_USED')) return refused(answer)
  return { tone: 'known', word: answer.direction === 'out' ? 'gone' : 'already' }
}

const OUTCOMES: Partial<Record<Answer['outcome'], Pick<Verdict, 'tone' | 'word'>>> = {
  pending_review: { tone: 'wait', word: 'pending' },
  provisional: { tone: 'wait', word: 'provisional' },
  superseded: { tone: 'known', word: 'already' },
}

const saidOf = (answer: Answer): Pick<Verdict, 'tone' | 'word'> => {
  if (answer.outcome === 'duplicate') return ofDuplicate(answer)
  if (answer.outcome === 'accepted') return { tone: 'good', word: answer.direction }
  return OUTCOMES[answer.outcome] ?? refused(answer)
}

/** Of what the server made of it. */
export const ofAnswer = (answer: Answer): Verdict => {
  return { ...BLANK, ...saidOf(answer), reason: (answer.reasons[0] as Reason | undefined) ?? null, answer }
}

/** Of what can be no code. */
export const UNREADABLE: Verdict = { ...BLANK, tone: 'bad', word: 'unknown', reason: { reason: 'NO_CODE' } }

/** Of what was not answered as an attempt: nothing of it is recorded, or nobody knows. */
export const ofFailure = (failure: Failure): Verdict => {
  const told = { ...BLANK, waitS: failure.retryAfterS }
  if (failure.kind !== 'problem') return { ...told, tone: 'lost', word: 'offline' }
  if (failure.reason === 'ENTRY_CODE_LOCKED') return { ...told, tone: 'bad', word: 'locked' }
  if (failure.status === 429) return { ...told, tone: 'wait', word: 'busy' }
  if (failure.status === 403) return { ...told, tone: 'bad', word: 'self' }
  if (/^(ENTRY|PERSON)_/.test(failure.reason)) {
    return { ...told, tone: 'bad', word: 'unknown', reason: { reason: failure.reason } }
  }
  return { ...told, tone: 'lost', word: 'failed' }
}

/** Whether the same attempt, sent again, may be answered. */
export const isWorthAnother = ({ kind, status }: Failure): boolean =>
  kind === 'offline' || kind === 'timeout' || status >= 500

/** How long it is shown, in ms; a number of seconds to wait is counted down. */
export const shownMs = ({ tone, waitS }: Verdict): number =>
  Math.max(tone === 'good' || tone === 'known' ? SHORT_MS : LONG_MS, waitS * 1000)
