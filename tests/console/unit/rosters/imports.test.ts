import { expect, test } from 'vitest'
import { canUndo, extraOf, fieldsOf, isToBeSeen, percentOf, takenOf } from '@/rosters/imports'
import type { RosterImport } from '@/rosters/queries'

const NOON = Date.parse('2026-09-01T12:00:00Z')

const job = (changes: Partial<RosterImport> = {}): RosterImport =>
  ({
    state: 'ready',
    added: 2,
    changed: 1,
    missing: 3,
    done: 0,
    total: 0,
    columns: [],
    sample: [],
    undo_until: null,
    ...changes,
  }) as RosterImport

const person = { name: '王小明', number: '', phone: '', group: '', note: '', extra: {} }

test('who is missing from the file counts only when they are to go', () => {
  expect([takenOf(job(), false), takenOf(job(), true)]).toEqual([3, 6])
})

test.each([
  ['applied', '2026-09-01T12:00:01Z', true],
  ['applied', '2026-09-01T12:00:00Z', false],
  ['applied', null, false],
  ['undone', '2026-09-01T13:00:00Z', false],
] as const)('%s, to be undone until %s: %s', (state, undo_until, expected) => {
  expect(canUndo(job({ state, undo_until }), NOON)).toBe(expected)
})

test.each([
  ['reading', true],
  ['ready', true],
  ['applied', false],
  ['failed', false],
] as const)('who comes back to one that is %s sees it: %s', (state, expected) => {
  expect(isToBeSeen(job({ state }), NOON)).toBe(expected)
})

test('progress is told in percent, of nothing as none', () => {
  expect([percentOf(job()), percentOf(job({ done: 1, total: 3 }))]).toEqual([0, 33])
})

test('the sample has the columns of the file, and what it says beside them', () => {
  const found = job({
    columns: [
      { heading: '学号', field: 'number' },
      { heading: '座位', field: 'extra' },
      { heading: '爱好', field: '' },
    ],
    sample: [{ ...person, extra: { 座位: 'A1' } }],
  })
  expect(fieldsOf(found)).toEqual(['number', 'name'])
  expect(extraOf(found)).toEqual(['座位'])
})
