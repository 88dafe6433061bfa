import { expect, test } from 'vitest'
import { wrapped } from '@/activity/picture'
import type { Activity } from '@/activity/queries'
import { rateOf, reportOf } from '@/activity/report'
import type { Stats } from '@/api/numbers'
import { i18n } from '@/texts'
import { reports } from '../../../vectors/reports.json'

const { t } = i18n.global

test.each(reports)('$what', ({ title, when, stats, named, text }) => {
  expect(reportOf({ title } as Activity, when, stats as unknown as Stats, named, t)).toBe(text)
})

test.each([
  [1, '100%'],
  [0.975, '97.5%'],
  [null, ''],
])('a rate of %s reads %s', (rate, text) => {
  expect(rateOf({ rate })).toBe(text)
})

test.each([
  [2, ['一', '二', '三', '四', '五'], ['一二', '三四', '五']],
  [3, ['李雷、', '欧阳娜娜、', '马'], ['李雷、', '欧阳娜', '娜、马']],
])('in a width of %i %j is broken between its pieces, and within one that is too wide', (width, pieces, lines) => {
  expect(wrapped(pieces, width, (text) => text.length)).toEqual(lines)
})

test('a sign of several code points is never taken apart', () => {
  expect(wrapped(['👨‍👩‍👧👨‍👩‍👧'], 8, (text) => text.length)).toEqual(['👨‍👩‍👧', '👨‍👩‍👧'])
})
