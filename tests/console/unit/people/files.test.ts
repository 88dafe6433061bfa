// @vitest-environment jsdom
import { expect, test } from 'vitest'
import type { Activity, Person } from '@/activity/queries'
import { csvOf } from '@/people/csv'
import { askedOf, isNarrowed, type Filters } from '@/people/filters'
import { headOf, namesOf, rowOf, statusOf, tagOf } from '@/people/lines'
import { annulledOf, heldOf, somebody, type Try } from '@/people/queries'
import { i18n } from '@/texts'

const { t } = i18n.global
const nobody: Filters = { status: '', method: '', punctuality: '', q: '', gate: '', group: '', reason: '', details: '' }
const person = (changes: Partial<Person> = {}) =>
  ({
    user_id: 'u',
    name: '李雷',
    number: '2026001',
    group: '一班',
    status: 'checked_in',
    punctuality: 'on_time',
    checked_in_at: '2026-09-01T04:00:00Z',
    method: 'qr',
    gate: null,
    left_at: null,
    mark: null,
    reasons: [],
    details: [],
    is_listed: true,
    answer: null,
    entry_id: null,
    ...changes,
  }) as Person
const activity = { ask: [{ detail: 'text', label: '衣服尺码' }], time_zone: 'Asia/Shanghai' } as Activity

test.each([
  ...['=1+1', '+1', '-1', '@SUM(A1)', '\tx', '\rx', '\nx'],
  ...['＝1+1', '＋1', '－1', '＠SUM(A1)', ' =1+1', '\u3000＝1', '\u00a0@a', '\u200b=1'],
])('a spreadsheet calculates nothing of %j', (value) => {
  expect(csvOf([[value]])).toMatch(/^\uFEFF"?'/)
})

test.each(['李雷', ' 李雷', '2026-001', 'a=b', ''])('%j stays as it is', (value) => {
  expect(csvOf([[value]])).toBe(`\uFEFF${value}\r\n`)
})

test('what would end a cell is quoted', () => {
  expect(csvOf([['a,b', 'say "hi"', 'two\nlines', '王五']])).toBe('\uFEFF"a,b","say ""hi""","two\nlines",王五\r\n')
})

test('a row has a cell for each column, and what was asked', () => {
  const row = rowOf(person({ reasons: ['LATE'], details: ['L'] }), activity, false, t)
  expect(row).toHaveLength(headOf(activity, t).length)
  expect(row.slice(0, 7)).toEqual(['李雷', '2026001', '一班', '已签到', '准时', '2026-09-01 12:00:00', '扫码'])
  expect(row.slice(-4)).toEqual(['迟到', '', '是', 'L'])
})

test.each([
  ['not_yet', { status: null }, false],
  ['absent', { status: null }, true],
  ['leave', { status: null, answer: 'leave' }, true],
  ['refused', { status: 'refused', answer: 'leave' }, false],
] as const)('somebody is %s with %o, over: %s', (status, changes, isOver) => {
  expect(statusOf(person(changes), isOver)).toBe(status)
})

test('a list is a message that says whom it names, and how many', () => {
  const text = namesOf([person(), person({ name: '' })], { title: '例会', what: '未到' }, t)
  expect(text).toBe('【例会】未到 2 人：\n李雷、未填写姓名')
})

test('late people are in, and the tag says that they are late', () => {
  expect(tagOf(person({ punctuality: 'late' }), false)).toEqual({ word: 'people.late', tone: 'wait' })
})

test('the server is asked for what narrows the list, and leave is an answer', () => {
  expect(askedOf(nobody)).toEqual({})
  expect(askedOf({ ...nobody, status: 'leave', q: '李' })).toEqual({ answer: 'leave', q: '李' })
  expect(askedOf({ ...nobody, status: 'refused' })).toEqual({ status: 'refused' })
  expect([isNarrowed(nobody), isNarrowed({ ...nobody, gate: '北门' })]).toEqual([false, true])
})

test('who is only an entry of the roster is named by it', () => {
  expect(somebody(person({ user_id: 'e', entry_id: 'e' }))).toEqual({ roster_entry_id: 'e' })
  expect(somebody(person({ user_id: 'u', entry_id: 'e' }))).toEqual({ user_id: 'u' })
})

test('an annul takes back the coming, and what it took is found again', () => {
  const tries = [
    { id: 'went', checkin: { outcome: 'accepted', direction: 'out' } },
    { id: 'came', checkin: { outcome: 'accepted', direction: 'in' } },
    { id: 'gone', checkin: { outcome: 'annulled', direction: 'in' } },
  ] as Try[]
  expect([heldOf(tries)?.id, annulledOf(tries)?.id]).toEqual(['came', 'gone'])
})
