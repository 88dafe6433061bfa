/** The windows of an activity, in each of which people check in once. Pure. */

import type { Activity } from './queries'

export type Occurrence = Activity['occurrences'][number]

/** The newest that has opened, else the first. */
const newestOf = (occurrences: readonly Occurrence[], now: number): Occurrence | undefined =>
  occurrences.findLast(({ opens_at }) => Date.parse(opens_at) <= now) ?? occurrences[0]

/** The window that is looked at; undefined where there is only one, of which nobody need speak. */
export const shownOf = (
  { occurrences }: Pick<Activity, 'occurrences'>,
  number: string,
  now: number,
): Occurrence | undefined =>
  occurrences.length < 2
    ? undefined
    : (occurrences.find((one) => String(one.number) === number) ?? newestOf(occurrences, now))

/** Which window comes next. */
export const nextNumber = ({ occurrences }: Pick<Activity, 'occurrences'>): number => occurrences.length + 1
