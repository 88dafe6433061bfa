/** What messages say. Pure. */

import type { Message } from './queries'

/** The three numbers of a message; the rate is of those expected, those on leave left out. */
export const figuresOf = ({ figures }: Pick<Message, 'figures'>) => {
  if (!figures) return null
  const due = figures.expected - figures.leave
  return { ...figures, rate: due > 0 ? `${((100 * figures.came) / due).toFixed(1)}%` : '' }
}

const WHYS: readonly string[] = ['OWNER_LOST_RIGHT', 'ACTIVITY_OVER', 'ACTIVITY_GONE']

/** The key of why a schedule paused itself. */
export const pausedWhy = ({ reason }: Pick<Message, 'reason'>): string =>
  `schedules.paused.${reason && WHYS.includes(reason) ? reason : 'OWNER_LOST_RIGHT'}`
