/** The pure parts of the organisers' pages. */

const { barsOf } = require('../../../../miniprogram/organise/pages/hub/chart')
const { changesOf, draftOf, missing, newDraft, rebased, toBody } = require('../../../../miniprogram/organise/pages/form/draft')
const { differencesOf } = require('../../../../miniprogram/organise/pages/form/differences')
const { actsOn, isSearchable } = require('../../../../miniprogram/organise/pages/members/acts')
const texts = require('../../../../miniprogram/texts/index')
const { withGates } = require('../../../../miniprogram/organise/components/doors/gates')
const { drawQr } = require('../../../../miniprogram/core/qr_drawing')

const NOW = new Date(2026, 8, 15, 9, 31).getTime()
const PLACE = { name: '报告厅', latitude: 25.04, longitude: 102.71 }
const draft = (changes = {}) => ({ ...newDraft(NOW), title: '例会', organisation_id: 'o', ...changes })

test('a draft begins at the next full quarter and lasts two hours', () => {
  expect(newDraft(NOW)).toMatchObject({ start_time: '09:45', end_time: '11:45', start_date: '2026-09-15', methods: ['qr', 'code'] })
})

test('a draft over midnight ends tomorrow', () => {
  expect(newDraft(new Date(2026, 8, 15, 23, 1).getTime())).toMatchObject({ start_time: '23:15', end_date: '2026-09-16', end_time: '01:15' })
})

test.each([
  [{ title: ' ' }, 'needsName'],
  [{ end_time: '09:45' }, 'needsOrder'],
  [{ methods: [] }, 'needsMethod'],
  [{ methods: ['place'] }, 'needsPlace'],
  [{ methods: ['place'], place: PLACE }, ''],
  [{}, ''],
])('of a draft with %j, %s is missing', (changes, lacking) => {
  expect(missing(draft(changes))).toBe(lacking)
})

test('the body carries the place, the fence and the times with an offset', () => {
  const body = toBody(draft({ place: PLACE, radius_m: 200, fence: 1, late_min: '10', gates: ['北门', '南门'], reentry: 1, capacity: '80' }))
  expect(body).toMatchObject({
    title: '例会', place: { ...PLACE, coord: 'gcj02', radius_m: 200 }, policy: { fence: 'refuse', wifi: 'off', offline: 'review' },
    opens_before_s: 1800, late_after_s: 600, gates: ['北门', '南门'], reentry: 'once', capacity: 80,
  })
  expect(body).toMatchObject({ starts_at: '2026-09-15T09:45:00', time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone })
  const nameless = toBody(draft(), '')
  expect(nameless.starts_at).toMatch(/^2026-09-15T09:45:00[+-]\d\d:\d\d$/)
  expect(new Date(nameless.starts_at).getTime()).toBe(new Date(2026, 8, 15, 9, 45).getTime())
  expect(nameless).not.toHaveProperty('time_zone')
})

test('without a place nothing is fenced, and nobody is late without a limit', () => {
  expect(toBody(draft())).toMatchObject({ place: null, policy: { fence: 'off' }, late_after_s: null, capacity: 0, gates: [], reentry: 'in_out' })
})

test('without a place the access points are what is checked', () => {
  const wifi = [{ ssid: 'hall', bssid: '3c:7c:3f:00:1a:2b' }]
  expect(toBody(draft({ wifi }))).toMatchObject({ wifi, policy: { fence: 'off', wifi: 'review' } })
  expect(toBody(draft({ wifi, place: PLACE }))).toMatchObject({ wifi, policy: { fence: 'review', wifi: 'off' } })
})

test('gates are added one by one or several at once, each once, and twenty at most', () => {
  expect(withGates(['北门'], ' 南门，东门, ')).toEqual({ gates: ['北门', '南门', '东门'], problem: '' })
  expect(withGates(['北门'], '北门')).toEqual({ gates: ['北门'], problem: '这个入口已经有了' })
  const many = Array.from({ length: 20 }, (_, index) => `门${index}`)
  expect(withGates(many, '侧门')).toEqual({ gates: many, problem: '最多 20 个入口，请先移除不用的' })
  expect(withGates([], ' ')).toEqual({ gates: [], problem: '' })
})

/** As the server gives it. */
const ACTIVITY = {
  id: 'a1', organisation_id: 'o', kind: 'attendance', title: '早班', time_zone: 'Asia/Tokyo', starts_at: '2026-09-15T01:45:30Z', ends_at: '2026-09-15T03:45:00Z',
  opens_before_s: 90, closes_after_s: 300, late_after_s: 600, place: { ...PLACE, coord: 'gcj02', radius_m: 120 }, wifi: [{ ssid: 'hall', bssid: '3c:7c:3f:00:1a:2b' }],
  methods: ['qr', 'nfc'], policy: { fence: 'refuse', wifi: 'review', place: 'all', late: 'review', offline: 'accept', face: 'off', location_max_age_s: 60 },
  qr_period_s: 30, strict: true, capacity: 0, offline_window_s: 60, gates: ['北门'], code: 'K7M3PC', state: 'published', revision: 4, occurrences: [],
  roster: 'open', roster_id: null, expected_count: 0, ask: [], reentry: 'in_out',
}

describe('an activity that is edited', () => {
  test('as it is, changes nothing, whatever the form does not show', () => {
    expect(changesOf(draftOf(ACTIVITY), draftOf(ACTIVITY))).toEqual({})
  })

  test('sends what was changed and nothing else', () => {
    const before = draftOf(ACTIVITY)
    expect(changesOf(before, { ...before, title: '晚班', capacity: '80' })).toEqual({ title: '晚班', capacity: 80 })
    expect(changesOf(before, { ...before, offline: 0 })).toEqual({ policy: { offline: 'review' } })
    expect(changesOf(before, { ...before, place: null, late_min: '' })).toMatchObject({ place: null, late_after_s: null, policy: { fence: 'off' } })
  })

  test('names its times as instants, for its zone may be another than that of the phone', () => {
    const before = draftOf(ACTIVITY)
    const { ends_at, ...others } = changesOf(before, { ...before, end_time: '23:50' })
    expect(others).toEqual({})
    expect(ends_at).toMatch(/T23:50:00[+-]\d\d:\d\d$/)
  })

  test('keeps what one changed over what somebody else made of it', () => {
    const before = draftOf(ACTIVITY)
    const fresh = draftOf({ ...ACTIVITY, capacity: 100, title: '中班' })
    const mine = rebased(before, { ...before, title: '晚班' }, fresh)
    expect(changesOf(fresh, mine)).toEqual({ title: '晚班' })
    expect(mine.capacity).toBe('100')
  })

  test('has nothing left to send where the lost answer was to one\'s own change', () => {
    const before = draftOf(ACTIVITY)
    const mine = { ...before, title: '晚班' }
    const fresh = draftOf({ ...ACTIVITY, title: '晚班' })
    expect(changesOf(fresh, rebased(before, mine, fresh))).toEqual({})
  })

  test('says what somebody else changed: field, before and now', () => {
    const before = draftOf(ACTIVITY)
    expect(differencesOf(before, draftOf({ ...ACTIVITY, capacity: 100, gates: ['北门', '南门'], reentry: 'once' }))).toEqual([
      { name: '名额', change: '不限 → 100' }, { name: '入口', change: '北门 → 北门、南门' }, { name: '签退后再来', change: '可以再次进入 → 不能再次进入' },
    ])
    expect(differencesOf(before, before)).toEqual([{ name: '其他设置有改动', change: '' }])
  })
})

describe('what one may do with a member', () => {
  const told = (role, own_role) => actsOn({ role }, own_role).map(({ does, role: to }) => to || does)

  test.each([
    ['member', 'owner', ['staff', 'organiser', 'group', 'hand_over', 'remove']],
    ['owner', 'owner', ['member', 'staff', 'organiser', 'group', 'remove']],
    ['staff', 'organiser', ['member', 'group', 'remove']],
    ['organiser', 'organiser', []],
    ['owner', 'organiser', []],
    ['member', 'staff', []],
  ])('%s, by %s: %j', (role, own_role, acts) => expect(told(role, own_role)).toEqual(acts))

  test('a list to choose from has six lines at most', () => {
    const roles = ['owner', 'organiser', 'staff', 'member']
    const lengths = roles.flatMap((one) => roles.map((other) => actsOn({ role: one }, other).length))
    expect(Math.max(...lengths)).toBeLessThanOrEqual(6)
  })

  test.each([['王', false], ['王五', true], ['wu', false], ['wu5', true], ['', false]])('%j is enough to search by: %p', (text, is) => {
    expect(isSearchable(text)).toBe(is)
  })
})

test('every kind has words of its own, and an unknown one those of an event', () => {
  expect(Object.values(texts.kinds).map(({ one, time }) => `${one}/${time}`)).toEqual(['活动/场次', '课程/课次', '考勤组/班次', '打卡/当天'])
  expect(texts.ofKind('lesson')).toBe(texts.kinds.event)
})

test('the chart shows half an hour, empty minutes included', () => {
  const minutes = [{ minute: '2026-09-15T01:00:00Z', count: 5, span_s: 60 }, { minute: '2026-09-15T01:02:00Z', count: 10, span_s: 60 }]
  const bars = barsOf([{ minute: '2026-09-15T00:45:00Z', count: 99, span_s: 900 }, ...minutes])
  expect(bars).toHaveLength(30)
  expect(bars.slice(-3).map(({ count, percent }) => [count, percent])).toEqual([[5, 50], [0, 0], [10, 100]])
})

test('nobody, no chart', () => {
  expect(barsOf([])).toEqual([])
})

/** Counts what a canvas is asked to fill with black. */
const fakeCanvas = () => {
  const context = { fillStyle: '', black: 0, fillRect(_x, _y, width, height) { if (this.fillStyle === '#000000') this.black += width * height } }
  return { context, getContext: () => context }
}

test('a QR fills the canvas with whole modules', () => {
  const canvas = fakeCanvas()
  drawQr(canvas, 670, 'https://qiandao.example.com/q/AQH-NltsnHY755M9yYjab6S_Q9k_5YLp4ceKrqr_-F4LYu3VzijYQeZ9WEgX32tGPQbZbhFIW8A')
  const share = canvas.context.black / (670 * 670)
  expect(share).toBeGreaterThan(0.3)
  expect(share).toBeLessThan(0.6)
})
