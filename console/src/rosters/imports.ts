/** What an import is about to do, does, or did. Pure. */

import type { RosterImport } from './queries'

export const COUNTS = ['added', 'changed', 'unchanged', 'missing', 'bad'] as const
/** As much as the server takes. */
export const MOST_BYTES = 10 * 2 ** 20

export const isRunning = ({ state }: RosterImport): boolean =>
  state === 'reading' || state === 'applying' || state === 'undoing'

/** How many people come in, change or go. */
export const takenOf = ({ added, changed, missing }: RosterImport, removesMissing: boolean): number =>
  added + changed + (removesMissing ? missing : 0)

export const percentOf = ({ done, total }: RosterImport): number => (total ? Math.round((100 * done) / total) : 0)

/** Whether it can be taken back at a moment. */
export const canUndo = ({ state, undo_until }: RosterImport, now: number): boolean =>
  state === 'applied' && undo_until !== null && Date.parse(undo_until) > now

/** Whether who comes back to it has something to do with it. */
export const isToBeSeen = (job: RosterImport, now: number): boolean =>
  isRunning(job) || job.state === 'ready' || canUndo(job, now)

/** The fields of which the sample says anything, in the order of the columns of the file. */
export const fieldsOf = ({ columns, sample }: RosterImport): string[] => {
  const named = columns.map(({ field }) => field).filter((field) => field && field !== 'extra')
  const said = (['name', 'number', 'phone', 'group', 'note'] as const).filter((field) =>
    sample.some((one) => one[field]),
  )
  return [...new Set([...named, ...said])]
}

/** The headings of what else the file says. */
export const extraOf = ({ sample }: RosterImport): string[] => [
  ...new Set(sample.flatMap(({ extra }) => Object.keys(extra))),
]
