import { expect, test } from 'vitest'
import {
  bodyOf,
  changesOf,
  draftOf,
  lacking,
  minutesBetween,
  newDraft,
  onClock,
  rebased,
  wallClock,
  type Activity,
} from '@/activities/form/draft'
import { TEMPLATES, withTemplate } from '@/activities/form/templates'

const NOON = Date.parse('2026-09-01T04:07:00Z')
const draft = () => ({ ...newDraft(NOON, 'an-organisation', 'Asia/Shanghai'), title: ' 周三例会 ' })
const place = { name: '图书馆', latitude: 25.04, longitude: 102.71 }

const activity = (changes: Partial<Activity> = {}) =>
  ({
    ...bodyOf(draft()),
    id: 'one',
    revision: 1,
    starts_at: '2026-09-01T04:15:00Z',
    ends_at: '2026-09-01T06:15:00Z',
    time_zone: 'Asia/Shanghai',
    place: null,
    policy: { fence: 'off', wifi: 'off', offline: 'review', not_listed: 'review', face: 'off', late: 'accept' },
    ...changes,
  }) as Activity

test('a new activity begins at the next quarter of an hour and lasts two hours, on the clock of its zone', () => {
  expect(draft()).toMatchObject({ starts: '2026-09-01T12:15', ends: '2026-09-01T14:15', methods: ['qr', 'code'] })
})

test('the body says the clock and its zone, and leaves the offset to the server', () => {
  const body = bodyOf(draft())
  expect(body).toMatchObject({ title: '周三例会', starts_at: '2026-09-01T12:15:00', time_zone: 'Asia/Shanghai' })
  expect(body.policy).toMatchObject({ fence: 'off', wifi: 'off' })
})

test('without a place the access points alone are checked', () => {
  const wifi = [{ ssid: 'hall', bssid: '0a:1b:2c:3d:4e:5f' }]
  expect(bodyOf({ ...draft(), wifi, fence: 'refuse' }).policy).toMatchObject({ fence: 'off', wifi: 'refuse' })
  expect(bodyOf({ ...draft(), place, wifi, fence: 'refuse' }).policy).toMatchObject({ fence: 'refuse', wifi: 'off' })
})

test('with a roster nobody counts on a number', () => {
  expect(bodyOf({ ...draft(), roster_id: 'a-roster', expected_count: 30 })).toMatchObject({ expected_count: 0 })
})

test.each([
  ['title', { title: ' ' }],
  ['ends', { ends: '2026-09-01T12:15' }],
  ['ends', { ends: '' }],
  ['methods', { methods: [] }],
  ['place', { methods: ['place' as const] }],
])('%s is missing in %o', (name, changes) => {
  expect(lacking({ ...draft(), ...changes })).toEqual([name])
})

test('what was read and not touched changes nothing', () => {
  expect(changesOf(draftOf(activity()), draftOf(activity()))).toEqual({})
})

test('only what changed is sent, of the policy too', () => {
  const before = draftOf(activity())
  expect(changesOf(before, { ...before, title: '周四例会', offline: 'accept' })).toEqual({
    title: '周四例会',
    policy: { offline: 'accept' },
  })
})

test('my changes are laid over what somebody else changed meanwhile', () => {
  const before = draftOf(activity())
  const fresh = draftOf(activity({ title: '他改的', capacity: 50 }))
  expect(rebased(before, { ...before, title: '我改的' }, fresh)).toMatchObject({ title: '我改的', capacity: 50 })
})

test.each(TEMPLATES)('the template %s keeps title, place and people', (template) => {
  const before = { ...draft(), place, roster_id: 'a-roster' }
  const after = withTemplate(before, template)
  expect(after).toMatchObject({ title: before.title, place, roster_id: 'a-roster', starts: before.starts })
  expect(minutesBetween(after.starts, after.ends)).toBeGreaterThan(0)
})

test('clocks are moved without an offset in between', () => {
  expect(onClock('2026-03-29T01:30', 60)).toBe('2026-03-29T02:30')
  expect(wallClock(NOON, 'UTC')).toBe('2026-09-01T04:07')
})

test('whether people fetch their own proofs is said, read, and changed alone', () => {
  expect(bodyOf(draft()).policy).toMatchObject({ own_proof: 'after_close' })
  const { policy } = activity()
  const before = draftOf(activity({ policy: { ...policy, own_proof: 'never' } }))
  expect(before.own_proof).toBe('never')
  expect(changesOf(before, { ...before, own_proof: 'after_close' })).toEqual({ policy: { own_proof: 'after_close' } })
  expect(draftOf(activity()).own_proof).toBe('after_close')
})
