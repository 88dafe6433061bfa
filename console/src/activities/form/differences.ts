/** What somebody else changed of an activity, in the words of the form. Pure but for the words. */

import type { Draft } from './draft'

export type Say = (key: string, named?: Record<string, unknown>) => string
export interface Difference {
  name: string
  change: string
}

const asked = ({ ask }: Draft, t: Say) =>
  ask.map(({ detail, label }) => label || t(`form.questions.${detail}`)).join('、')

/** By the key of a label, what its field says. */
const linesOf = (draft: Draft, t: Say): Record<string, string> => ({
  'form.kind': t(`common.kinds.${draft.kind}`),
  'form.title': draft.title,
  'form.starts': draft.starts.replace('T', ' '),
  'form.ends': draft.ends.replace('T', ' '),
  'form.place': draft.place ? `${draft.place.name} ${t('form.radius', { n: draft.radius_m })}` : '',
  'form.wifi': draft.wifi.map(({ ssid, bssid }) => ssid || bssid).join('、'),
  'form.how': draft.methods.map((method) => t(`common.methods.${method}`)).join('、'),
  'form.opens': String(draft.opens_min),
  'form.late': draft.late_min === null ? '' : String(draft.late_min),
  'form.capacity': draft.capacity ? String(draft.capacity) : t('form.capacityPlaceholder'),
  'form.gates': draft.gates.join('、'),
  'form.reentry': t(`form.reentryChoices.${draft.reentry}`),
  'form.fence': t(`form.fenceChoices.${draft.fence}`),
  'form.offline': t(`form.offlineChoices.${draft.offline}`),
  'form.undecided': t(`form.undecidedChoices.${draft.undecided}`),
  'form.ownProof': t(`form.ownProofChoices.${draft.own_proof}`),
  'form.notListed': t(`form.notListedChoices.${draft.not_listed}`),
  'form.expected': draft.expected_count ? String(draft.expected_count) : '',
  'form.ask': asked(draft, t),
})

/** Field, before and now; one line that says so where it is nothing the form shows. */
export const differencesOf = (before: Draft, now: Draft, t: Say): Difference[] => {
  const then = linesOf(before, t)
  const lines = Object.entries(linesOf(now, t)).filter(([key, text]) => text !== then[key])
  if (!lines.length) return [{ name: t('form.staleElse'), change: '' }]
  return lines.map(([key, text]) => ({
    name: t(key),
    change: t('form.change', { before: then[key] || t('form.none'), now: text || t('form.none') }),
  }))
}
