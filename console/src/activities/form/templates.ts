/** Beginnings of the usual activities. Pure. */

import { onClock, type Draft } from './draft'

export const TEMPLATES = ['lecture', 'lesson', 'meeting', 'points'] as const
export type Template = (typeof TEMPLATES)[number]

type Part = Pick<Draft, 'kind' | 'methods' | 'opens_min' | 'late_min' | 'reentry' | 'not_listed' | 'ask'>

const PARTS: Record<Template, Part & { lasts_min: number }> = {
  lecture: {
    kind: 'event',
    methods: ['qr', 'code'],
    opens_min: 30,
    late_min: null,
    reentry: 'in_out',
    not_listed: 'review',
    ask: [{ detail: 'name', label: '' }],
    lasts_min: 120,
  },
  lesson: {
    kind: 'attendance',
    methods: ['qr', 'code'],
    opens_min: 10,
    late_min: 5,
    reentry: 'in_out',
    not_listed: 'review',
    ask: [],
    lasts_min: 90,
  },
  meeting: {
    kind: 'event',
    methods: ['qr', 'code'],
    opens_min: 15,
    late_min: 5,
    reentry: 'in_out',
    not_listed: 'review',
    ask: [],
    lasts_min: 60,
  },
  points: {
    kind: 'points',
    methods: ['qr', 'place'],
    opens_min: 0,
    late_min: null,
    reentry: 'in_out',
    not_listed: 'review',
    ask: [],
    lasts_min: 720,
  },
}

/** A draft begun anew by a template: its title, place and people stay. */
export const withTemplate = (draft: Draft, template: Template): Draft => {
  const { lasts_min, ...part } = PARTS[template]
  return { ...draft, ...part, ends: onClock(draft.starts, lasts_min) }
}
