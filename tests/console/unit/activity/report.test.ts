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

test('text is broken where it would not fit', () => {
  expect(wrapped('一二三四五', 2, (text) => text.length)).toEqual(['一二', '三四', '五'])
})
