/** What a kiosk makes of answers and of failures. */

import { expect, test } from 'vitest'
import { Failure, type Problem } from '@/api/failure'
import type { KioskAnswer as Answer } from '@/kiosk/queries'
import { isWorthAnother, ofAnswer, ofFailure, shownMs } from '@/kiosk/verdicts'

const answer = (outcome: Answer['outcome'], ...reasons: string[]): Answer => ({
  outcome,
  direction: 'in',
  reasons: reasons.map((reason) => ({ reason })),
  message: '',
  person: null,
  checked_in_at: '2026-09-01T08:00:00Z',
  punctuality: 'on_time',
  late_by_s: 0,
  earlier: null,
})

const going = (outcome: Answer['outcome'], ...reasons: string[]): Answer => ({
  ...answer(outcome, ...reasons),
  direction: 'out',
})

const problem = (status: number, reason: string, retry_after_s?: number) =>
  new Failure('problem', reason, { status, problem: { status, reason, retry_after_s } as unknown as Problem })

test.each([
  [answer('accepted'), 'good', 'in'],
  [answer('duplicate', 'ALREADY_CHECKED_IN'), 'known', 'already'],
  [answer('duplicate', 'ENTERED_AGAIN'), 'good', 'again'],
  [answer('duplicate', 'PERSON_CODE_USED'), 'bad', 'refused'],
  [answer('pending_review', 'NOT_ON_ROSTER'), 'wait', 'pending'],
  [answer('provisional', 'DEPENDENCY_UNAVAILABLE'), 'wait', 'provisional'],
  [answer('refused', 'TOO_EARLY'), 'bad', 'refused'],
  [answer('annulled'), 'bad', 'refused'],
  [going('accepted'), 'good', 'out'],
  [going('duplicate', 'ALREADY_CHECKED_IN'), 'known', 'gone'],
  [going('duplicate', 'PERSON_CODE_USED'), 'bad', 'notOut'],
  [going('refused', 'TOO_LATE'), 'bad', 'notOut'],
] as const)('%o is %s, %s', (given, tone, word) => {
  expect(ofAnswer(given)).toMatchObject({ tone, word, answer: given })
})

test.each([
  [new Failure('offline', ''), 'lost', 'offline'],
  [new Failure('timeout', ''), 'lost', 'offline'],
  [problem(503, 'UNAVAILABLE'), 'lost', 'failed'],
  [problem(401, 'UNAUTHENTICATED'), 'lost', 'failed'],
  [problem(403, 'PERMISSION_DENIED'), 'bad', 'self'],
  [problem(404, 'ENTRY_NOT_LISTED'), 'bad', 'unknown'],
  [problem(422, 'PERSON_CODE_FOREIGN'), 'bad', 'unknown'],
  [problem(429, 'ENTRY_CODE_LOCKED', 41), 'bad', 'locked'],
  [problem(429, 'RATE_LIMITED', 1), 'wait', 'busy'],
] as const)('%o is %s, %s', (failure, tone, word) => {
  expect(ofFailure(failure)).toMatchObject({ tone, word, answer: null })
})

test('only what may be answered later is sent again', () => {
  const again = [new Failure('offline', ''), new Failure('timeout', ''), problem(503, 'UNAVAILABLE')]
  const never = [problem(429, 'RATE_LIMITED', 1), problem(404, 'ENTRY_NOT_LISTED'), problem(401, 'UNAUTHENTICATED')]
  expect(again.map(isWorthAnother)).toEqual([true, true, true])
  expect(never.map(isWorthAnother)).toEqual([false, false, false])
})

test('who comes in is not held up, who has to wait sees how long', () => {
  const good = shownMs(ofAnswer(answer('accepted')))
  expect(good).toBeLessThan(shownMs(ofAnswer(answer('refused'))))
  expect(shownMs(ofFailure(problem(429, 'ENTRY_CODE_LOCKED', 41)))).toBe(41_000)
})
