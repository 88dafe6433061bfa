/** What staff at a door see of somebody, and what a camera read. */

const { entryCodeIn } = require('../../../../miniprogram/core/code')
const { isSearchable, wayTo } = require('../../../../miniprogram/core/door_people')
const { readingOf } = require('../../../../miniprogram/core/door_scan')
const { cardOf, readingResult, resultOf, verdictOf } = require('../../../../miniprogram/organise/pages/door/view')
const texts = require('../../../../miniprogram/texts/index')

const NOW = new Date(2026, 8, 1, 9, 40).getTime()
const AT = { now: NOW, is_once: false, is_clock_known: true }
const clockOf = (hour, minute) => new Date(2026, 8, 1, hour, minute).toISOString()
const PERSON = { kind: 'entry', user_id: 'u', entry_id: 'e', name: '王小明', number: '****001', phone_tail: '0001', group: '一班', extra: [], entry_code: '' }
const HELD = { checked_in_at: clockOf(9, 31), gate: '北门', method: 'staff', by: '王老师' }
const look = (changes = {}) => ({
  attempt_id: 'a', who: {}, person: PERSON, held: null, is_inside: false, left_at: null, passes: 0, is_pending: false, mark: null, fault: null, is_here: false, ...changes,
})
const INSIDE = { held: HELD, is_inside: true, passes: 1 }
const LEFT = { held: HELD, is_inside: false, left_at: clockOf(9, 35), passes: 1 }

test.each([
  ['who has not come goes in by one tap', {}, 'in', {}, { can: 'yes', tone: 'good', tag: '第一次到', act: '签到' }],
  ['who is inside is told with when, gate and who', INSIDE, 'in', {}, { can: 'no', tone: 'wait', tag: '已签到', hint: '今天 09:31 · 北门 · 由 王老师' }],
  ['of whom something waits for a human goes in with care', { is_pending: true }, 'in', {}, { can: 'anyway', tone: 'wait', tag: '待人工核验' }],
  ['who left comes again', LEFT, 'in', {}, { can: 'yes', tone: 'good', tag: '再次入场，第 2 次', act: '再次入场' }],
  ['who left does not come again where one comes once', LEFT, 'in', { is_once: true }, { can: 'no', tone: 'bad', tag: '离场后不能再次入场' }],
  ['who is inside goes out', INSIDE, 'out', {}, { can: 'yes', act: '签退' }],
  ['who has gone is told when', LEFT, 'out', {}, { can: 'no', tag: '已签退', hint: '今天 09:35 已离开' }],
  ['who has not come may go out all the same', {}, 'out', {}, { can: 'anyway', tag: '还没有签到', act: '仍然签退' }],
  ['whom nobody knows without a network may go in with care', { person: null, is_here: true }, 'in', {}, { can: 'anyway', tone: 'wait', tag: '无法核对' }],
  ['a photographed code is not taken', { fault: { reason: 'PERSON_CODE_EXPIRED', expired_since_s: 5 } }, 'in', {}, { can: 'no', tone: 'bad', tag: '签到码已过期', hint: '过期 5 秒。可能是截图或照片。请对方出示正在显示的签到码' }],
])('%s', (_, changes, direction, at, expected) => {
  expect(verdictOf(look(changes), direction, { ...AT, ...at })).toMatchObject(expected)
})

test('where nobody knows this phone\'s time a late code may be the phone\'s fault', () => {
  const late = look({ fault: { reason: 'PERSON_CODE_EXPIRED' } })
  expect(verdictOf(late, 'in', { ...AT, is_clock_known: false }).hint).toContain(texts.door.clockDoubt)
})

test('a card says who it is and what else is known', () => {
  expect(cardOf(look({ ...INSIDE, is_pending: true, mark: 'leave' }), 'in', AT, false)).toMatchObject({
    name: '王小明', group: '一班', about: '****001 · 尾号 0001', notes: ['有一条签到待人工核验', '已登记：请假'], is_here: false,
  })
  expect(cardOf(look({ is_here: true }), 'in', AT, true)).toMatchObject({ is_checking: true, is_here: false })
})

const answer = (changes) => ({ outcome: null, message: '', held: null, reasons: [], kept: null, ...changes })

test.each([
  [{ outcome: 'accepted' }, { tone: 'good', title: '签到成功', name: '王小明' }],
  [{ outcome: 'duplicate', held: HELD, reasons: [{ reason: 'ALREADY_CHECKED_IN' }] }, { tone: 'wait', title: '已签到', hint: '今天 09:31 · 北门 · 由 王老师' }],
  [{ outcome: 'duplicate', reasons: [{ reason: 'ENTERED_AGAIN', passes: 2 }] }, { tone: 'good', title: '再次入场', hint: '第 2 次入场' }],
  [{ outcome: 'duplicate', held: HELD, reasons: [{ reason: 'NO_REENTRY' }, { reason: 'ALREADY_CHECKED_IN' }] }, { tone: 'bad', title: '离场后不能再次入场' }],
  [{ outcome: 'duplicate', held: HELD, reasons: [{ reason: 'PERSON_CODE_USED' }] }, { tone: 'bad', title: '签到码已被使用' }],
  [{ outcome: 'pending_review', reasons: [{ reason: 'PERSON_CODE_UNCHECKED' }] }, { tone: 'wait', title: '待人工核验' }],
  [{ outcome: 'refused', reasons: [{ reason: 'TOO_LATE' }] }, { tone: 'bad', title: '签到已结束' }],
  [{ reasons: [{ reason: 'UNHEARD_OF' }], message: '不能为自己签到' }, { tone: 'bad', title: '未能签到', hint: '不能为自己签到' }],
  [{ kept: 'storage' }, { tone: 'good', title: '已记录签到' }],
  [{ kept: 'memory' }, { tone: 'wait', title: '已记录签到', hint: texts.door.memory }],
])('%j reads so', (changes, expected) => {
  expect(resultOf(look(), answer(changes), 'in', NOW)).toMatchObject(expected)
})

const SERVER = 'https://qiandao.example.com'
const LABEL = 'CCCCCCCCCC'

test.each([
  [`QDE1${LABEL}`, { who: { entry_code: LABEL } }],
  ['ccccc-ccccc', { who: { entry_code: LABEL } }],
  ['QDP1AZqLbAABeryd7wEjRWeJqy0-T1BqsTuAAQIDBPOQkHgB0TI3301NUA', { who: { person_token: 'QDP1AZqLbAABeryd7wEjRWeJqy0-T1BqsTuAAQIDBPOQkHgB0TI3301NUA' } }],
  ['QDP1AZqL', { kind: 'spoilt' }],
  [`${SERVER}/q/${'a'.repeat(80)}`, { kind: 'own' }],
  [`${SERVER}/i/CFGHJKMNPRTVWX`, { kind: 'invite' }],
  ['WIFI:S:hall;;', { kind: 'wifi' }],
  ['134567890123456789', { kind: 'payment' }],
  ['hello', { kind: 'other' }],
])('%s is %j', (text, expected) => {
  expect(readingOf(text, SERVER)).toEqual(expected)
})

test('what is none has a friendly word, also one that nobody has thought of', () => {
  expect(readingResult('own')).toMatchObject({ tone: 'bad', title: '这是活动的签到二维码' })
  expect(readingResult('unthought')).toMatchObject(texts.door.readings.other)
})

test.each(['CCCCCCCCCF', 'CCCCC-CCCC', '1234567890', 'QDE1', '99999-99999'])('%s is no label: a slip of a finger', (text) => {
  expect(entryCodeIn(text)).toBe('')
})

test.each([['小明', true], ['明', false], ['li', false], ['lil', true], ['1234', true], ['12', false]])('%s can be looked for: %s', (q, is) => {
  expect(isSearchable(q)).toBe(is)
})

test('who was found is meant as what they are', () => {
  expect(wayTo(PERSON)).toEqual({ roster_entry_id: 'e' })
  expect(wayTo({ ...PERSON, kind: 'person', entry_id: null })).toEqual({ user_id: 'u' })
  expect(wayTo({ ...PERSON, kind: 'guest', entry_id: null })).toEqual({ guest: { id: 'u', name: '王小明', phone_tail: '0001' } })
})
