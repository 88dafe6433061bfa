import { expect, test } from 'vitest'
import { differencesOf } from '@/activities/form/differences'
import { newDraft } from '@/activities/form/draft'

const draft = newDraft(Date.parse('2026-09-01T04:00:00Z'), 'an-organisation', 'Asia/Shanghai')
const say = (key: string, named?: Record<string, unknown>) => (named ? `${key} ${Object.values(named)}` : key)

test('each field that changed is a line of before and now', () => {
  expect(differencesOf(draft, { ...draft, title: '新名字', capacity: 50 }, say)).toEqual([
    { name: 'form.title', change: 'form.change form.none,新名字' },
    { name: 'form.capacity', change: 'form.change form.capacityPlaceholder,50' },
  ])
})

test('what the form does not show is said to have changed', () => {
  expect(differencesOf(draft, draft, say)).toEqual([{ name: 'form.staleElse', change: '' }])
})
