import { describe, expect, test } from 'vitest'
import {
  filterFor,
  formatsOf,
  inOrder,
  isLate,
  isPaper,
  momentsOf,
  reportsOfPeriod,
  tickedAtFirst,
  toneOf,
  whyOf,
} from '@/exports/jobs'
import { ownZone } from '@/parts/times'
import { exportFilterOf } from '@/people/filters'

describe('exports', () => {
  test('what waits or runs is looked at often', () => {
    expect(isLate([{ state: 'done' }, { state: 'failed' }])).toBe(false)
    expect(isLate([{ state: 'done' }, { state: 'queued' }])).toBe(true)
    expect(isLate([{ state: 'running' }])).toBe(true)
  })

  test('a failure says why and what to do, a running one what it waits for, and what is done nothing', () => {
    expect(whyOf({ state: 'failed', reason: 'TOO_MANY_ROWS' })).toBe('exports.whys.TOO_MANY_ROWS')
    expect(whyOf({ state: 'running', reason: 'STORAGE_FULL' })).toBe('exports.whys.STORAGE_FULL')
    expect(whyOf({ state: 'failed', reason: 'OF_A_LATER_RELEASE' })).toBe('exports.whys.other')
    expect(whyOf({ state: 'done', reason: null })).toBe('')
    expect(whyOf({ state: 'cancelled', reason: 'STORAGE_FULL' })).toBe('')
  })

  test('days are whole, and the last of them is one of them', () => {
    const { from, to, time_zone } = momentsOf({ organisation_id: 'o', first: '2026-08-31', last: '2026-09-30' })
    expect([new Date(from), new Date(to)]).toEqual([new Date(2026, 7, 31), new Date(2026, 9, 1)])
    expect(time_zone).toBe(ownZone())
  })

  test('every state has its colour', () => {
    expect([toneOf({ state: 'done' }), toneOf({ state: 'failed' }), toneOf({ state: 'queued' })]).toEqual([
      'good',
      'bad',
      'wait',
    ])
  })

  test('columns are those of last time in the order of the report, at first all but phones', () => {
    const columns = ['name', 'phone', 'status']
    expect(tickedAtFirst(columns, [])).toEqual(['name', 'status'])
    expect(tickedAtFirst(columns, ['phone'])).toEqual(['phone'])
    expect(inOrder(columns, ['status', 'name'])).toEqual(['name', 'status'])
  })

  test('papers are PDF, and tables are for spreadsheets', () => {
    expect(formatsOf('people')).toEqual(['xlsx', 'csv'])
    expect([formatsOf('activity'), formatsOf('proof')]).toEqual([['pdf'], ['pdf']])
    expect([isPaper('sign_sheet'), isPaper('register')]).toEqual([true, false])
    expect(formatsOf('organisation')).toEqual(['pdf'])
  })

  test('what compares groups of an organisation is for who runs it', () => {
    expect(reportsOfPeriod(true)).toEqual(['register', 'organisation'])
    expect(reportsOfPeriod(false)).toEqual(['register'])
  })

  test('a register is of everybody or of a group, and nothing is narrowed by what is not filled in', () => {
    const filters = { status: 'absent' as const, group: '一班' }
    expect(filterFor('people', filters)).toEqual(filters)
    expect(filterFor('register', filters)).toEqual({ group: '一班' })
    expect(filterFor('register', { status: 'absent' })).toEqual({})
    expect(filterFor('activity', filters)).toEqual({ group: '一班' })
    const nothing = { status: '', method: '', punctuality: '', q: '', gate: '', group: '', reason: '' } as const
    expect(exportFilterOf({ ...nothing, details: 'missing' })).toEqual({})
    expect(exportFilterOf({ ...nothing, status: 'leave', details: '' })).toEqual({ answer: 'leave' })
  })
})
