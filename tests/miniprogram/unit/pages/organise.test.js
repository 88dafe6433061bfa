/** The pure parts of the organisers' pages. */

const { barsOf } = require('../../../../miniprogram/organise/pages/hub/chart')
const { missing, newDraft, toBody } = require('../../../../miniprogram/organise/pages/create/draft')
const { drawQr } = require('../../../../miniprogram/organise/pages/qr/drawing')

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
  const body = toBody(draft({ place: PLACE, radius_m: 200, fence: 1, late_min: '10', gates: '北门，南门, ', capacity: '80' }))
  expect(body).toMatchObject({
    title: '例会', place: { ...PLACE, coord: 'gcj02', radius_m: 200 }, policy: { fence: 'refuse', offline: 'review' },
    opens_before_s: 1800, late_after_s: 600, gates: ['北门', '南门'], capacity: 80,
  })
  expect(body).toMatchObject({ starts_at: '2026-09-15T09:45:00', time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone })
  const nameless = toBody(draft(), '')
  expect(nameless.starts_at).toMatch(/^2026-09-15T09:45:00[+-]\d\d:\d\d$/)
  expect(new Date(nameless.starts_at).getTime()).toBe(new Date(2026, 8, 15, 9, 45).getTime())
  expect(nameless).not.toHaveProperty('time_zone')
})

test('without a place nothing is fenced, and nobody is late without a limit', () => {
  expect(toBody(draft())).toMatchObject({ place: null, policy: { fence: 'off' }, late_after_s: null, capacity: 0, gates: [] })
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
