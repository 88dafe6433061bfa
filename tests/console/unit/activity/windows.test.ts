import { expect, test } from 'vitest'
import { nextNumber, shownOf, type Occurrence } from '@/activity/windows'

const at = (minute: number) => new Date(minute * 60_000).toISOString()
const windows = (...opens: number[]) => ({
  occurrences: opens.map(
    (minute, index) => ({ id: `w${index + 1}`, number: index + 1, opens_at: at(minute) }) as Occurrence,
  ),
})
const shown = (opens: number[], number: string, minute: number) =>
  shownOf(windows(...opens), number, minute * 60_000)?.id

test('the only window of an activity is not spoken of', () => {
  expect(shown([10], '', 20)).toBeUndefined()
  expect(shown([10], '1', 20)).toBeUndefined()
})

test('without a choice the newest that has opened is shown, before all of them the first', () => {
  expect(shown([10, 20, 30], '', 5)).toBe('w1')
  expect(shown([10, 20, 30], '', 25)).toBe('w2')
  expect(shown([10, 20, 30], '', 30)).toBe('w3')
})

test('the window that the address names is shown; another word is none', () => {
  expect(shown([10, 20], '1', 25)).toBe('w1')
  expect(shown([10, 20], '7', 25)).toBe('w2')
  expect(shown([10, 20], 'first', 25)).toBe('w2')
})

test('the next one follows all there are', () => {
  expect(nextNumber(windows(10))).toBe(2)
  expect(nextNumber(windows(10, 20))).toBe(3)
})
