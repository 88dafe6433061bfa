import { expect, test } from 'vitest'
import { wrapped } from '@/activity/picture'
import type { Activity } from '@/activity/queries'
import { rateOf, reportOf } from '@/activity/report'
import type { Stats } from '@/api/numbers'
import { i18n } from '@/texts'

const { t } = i18n.global
const activity = { title: '周三例会' } as Activity
const stats = (changes: Partial<Stats> = {}) =>
  ({
    expected: 120,
    came: 113,
    checked_in: 115,
    late: 6,
    leave: 4,
    absent: 3,
    not_yet: 3,
    pending_review: 0,
    provisional: 0,
    by_reason: {},
    rate: 113 / 116,
    ...changes,
  }) as Stats

test('the report is two lines, and names where they are wanted', () => {
  const named = { absent: ['张三', '李四'], late: [], leave: ['王五'] }
  expect(reportOf(activity, '今天 12:00 – 14:00', stats(), named, t)).toBe(
    '【周三例会】今天 12:00 – 14:00\n应到120 实到113 迟到6 请假4 未到3，签到率97.4%\n未到：张三、李四\n请假：王五',
  )
})

test('where nobody is expected nobody is missing', () => {
  const open = stats({ expected: null, came: null, leave: null, absent: null, not_yet: null, rate: null })
  expect(reportOf(activity, '今天', open, null, t)).toBe('【周三例会】今天\n实到115 迟到6')
})

test('what nobody has decided is told', () => {
  expect(reportOf(activity, '今天', stats({ pending_review: 2 }), null, t)).toContain('待核验2')
})

test('on whom nobody decided is told, and only then', () => {
  expect(reportOf(activity, '今天', stats({ by_reason: { UNDECIDED: 3 } }), null, t)).toContain('无人核验按设定处理3')
  expect(reportOf(activity, '今天', stats(), null, t)).not.toContain('无人核验')
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
