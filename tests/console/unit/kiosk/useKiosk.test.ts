/** A kiosk from one code to the next, with a server that a test plays. */

import { effectScope, type EffectScope } from 'vue'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Failure, type Problem } from '@/api/failure'
import type { AtKiosk, KioskAnswer } from '@/kiosk/queries'
import { useKiosk } from '@/kiosk/useKiosk'
import type { Verdict } from '@/kiosk/verdicts'

const CODE = 'K7MCFGHJ4R'
const OTHER = 'K7MCFGHJ4T'
const IN: KioskAnswer = {
  outcome: 'accepted',
  direction: 'in',
  reasons: [],
  message: '',
  person: null,
  checked_in_at: null,
  punctuality: null,
  late_by_s: 0,
  earlier: null,
}

let scope: EffectScope
let sent: AtKiosk[]
let answers: (() => Promise<KioskAnswer>)[]
let told: Verdict[]
let doubts: number
let kiosk: ReturnType<typeof useKiosk>

const refused = (status: number, reason: string, retry_after_s = 0) => {
  const problem = { status, reason, retry_after_s } as unknown as Problem
  return () => Promise.reject(new Failure('problem', reason, { status, problem }))
}
const cut = () => Promise.reject(new Failure('offline', 'Failed to fetch'))
const checkIn = (body: AtKiosk) => {
  sent.push(body)
  return (answers.shift() ?? (() => Promise.resolve(IN)))()
}

beforeEach(() => {
  vi.useFakeTimers()
  ;[sent, answers, told, doubts] = [[], [], [], 0]
  scope = effectScope()
  scope.run(() => {
    kiosk = useKiosk({ checkIn, say: (verdict) => told.push(verdict), doubt: () => (doubts += 1) })
  })
})

afterEach(() => {
  scope.stop()
  vi.useRealTimers()
})

const words = () => told.map(({ word }) => word)
const later = (ms: number) => vi.advanceTimersByTimeAsync(ms)

test('what was scanned is sent, told, and forgotten by itself', async () => {
  await kiosk.scanned(`QDE1${CODE}`)
  expect(sent).toMatchObject([{ entry_code: CODE }])
  expect(words()).toEqual(['in'])
  expect(kiosk.verdict.value?.word).toBe('in')
  await later(3_100)
  expect(kiosk.verdict.value).toBeNull()
  expect(kiosk.isIdle.value).toBe(true)
})

test('a scanner held in place is one try, and the next person is another', async () => {
  await kiosk.scanned(CODE)
  await later(500)
  await kiosk.scanned(CODE)
  await kiosk.scanned(OTHER)
  expect(sent.map(({ entry_code }) => entry_code)).toEqual([CODE, OTHER])
  expect(sent[0]?.attempt_id).not.toBe(sent[1]?.attempt_id)
})

test('the network is tried three times with one attempt, and then nothing is said to be recorded', async () => {
  answers = [cut, cut, cut]
  const shown = kiosk.scanned(CODE)
  await later(3_000)
  await shown
  expect(words()).toEqual(['offline'])
  expect(new Set(sent.map(({ attempt_id }) => attempt_id)).size).toBe(1)
  expect(sent).toHaveLength(3)
  // Shown again it is the same attempt, in case the first did arrive.
  await kiosk.scanned(CODE)
  expect(words()).toEqual(['offline', 'in'])
  expect(sent.at(-1)?.attempt_id).toBe(sent[0]?.attempt_id)
})

test('a server that is busy for a moment is asked again', async () => {
  answers = [refused(503, 'UNAVAILABLE')]
  const shown = kiosk.scanned(CODE)
  await later(1_000)
  await shown
  expect(words()).toEqual(['in'])
})

test('too many wrong codes are counted down, and others go on meanwhile', async () => {
  answers = [refused(429, 'ENTRY_CODE_LOCKED', 40)]
  await kiosk.scanned(CODE)
  await later(20_000)
  expect(kiosk.verdict.value).toMatchObject({ word: 'locked', waitS: 40 })
  await kiosk.scanned(`QDP1${'aB3-_'.repeat(11)}c`)
  expect(words()).toEqual(['locked', 'in'])
})

test('a browser that is no kiosk any more doubts itself', async () => {
  answers = [refused(401, 'UNAUTHENTICATED')]
  await kiosk.scanned(CODE)
  expect(doubts).toBe(1)
})

test('the pad sends with its tenth letter; who slipped mends it, who is through begins anew', async () => {
  answers = [refused(422, 'ENTRY_CODE_MALFORMED')]
  for (const letter of OTHER) kiosk.tapped(letter)
  await later(10)
  expect(words()).toEqual(['unknown'])
  expect(kiosk.typed.value).toBe(OTHER)
  kiosk.erase()
  kiosk.tapped('R')
  await later(10)
  expect(words()).toEqual(['unknown', 'in'])
  expect([kiosk.typed.value, sent.at(-1)?.entry_code]).toEqual(['', CODE])
})

test('what somebody typed and left is gone after a while', async () => {
  await kiosk.wrote('K7M')
  await later(21_000)
  expect(kiosk.typed.value).toBe('')
})

test('a scan leaves alone what somebody types, and a slow scanner is put together', async () => {
  await kiosk.wrote('K7M')
  await kiosk.scanned(OTHER)
  expect([kiosk.typed.value, sent.at(-1)?.entry_code]).toEqual(['K7M', OTHER])
  for (const piece of ['QDE1', 'K7MCF']) await kiosk.wrote(piece)
  expect(kiosk.isScanning.value).toBe(true)
  await kiosk.scanned('GHJ4R')
  expect([kiosk.typed.value, sent.at(-1)?.entry_code]).toEqual(['K7M', CODE])
  for (const piece of ['QDE1K7MC', 'FGHJ4T']) await kiosk.wrote(piece)
  await later(4_000)
  await kiosk.submit()
  expect([kiosk.typed.value, sent.at(-1)?.entry_code]).toEqual(['K7M', OTHER])
})

test('who comes while another is asked about is next', async () => {
  let answer: (told: KioskAnswer) => void = () => {}
  answers = [() => new Promise((resolve) => (answer = resolve))]
  const first = kiosk.scanned(CODE)
  await later(10)
  void kiosk.scanned(OTHER)
  answer(IN)
  await first
  expect(sent.map(({ entry_code }) => entry_code)).toEqual([CODE, OTHER])
})

test('what is no code of ours is not sent', async () => {
  await kiosk.scanned('https://qiandao.example/q/AbvS0mC2Xk7vYt4Q')
  expect([sent.length, words()]).toEqual([0, ['unknown']])
})
