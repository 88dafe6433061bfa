/** Whom a list shows, as the address says it. Pure. */

import type { PeopleFilter } from '@/activity/queries'
import type { ExportFilter } from '@/exports/queries'

export const STATUSES = ['', 'checked_in', 'pending_review', 'provisional', 'refused', 'absent', 'leave'] as const
export const METHODS = ['', 'qr', 'code', 'place', 'nfc', 'staff'] as const
export const PUNCTUALITIES = ['', 'on_time', 'late', 'early_leave'] as const

export interface Filters {
  status: (typeof STATUSES)[number]
  method: (typeof METHODS)[number]
  punctuality: (typeof PUNCTUALITIES)[number]
  q: string
  gate: string
  group: string
  reason: string
  details: '' | 'missing'
}

export const EVERYBODY: Filters = {
  ...{ status: '', method: '', punctuality: '', q: '' },
  ...{ gate: '', group: '', reason: '', details: '' },
}

/** What the server is asked for; leave is what people said, and no status. */
export const askedOf = ({ status, ...rest }: Filters): PeopleFilter => {
  const said = Object.fromEntries(Object.entries(rest).filter(([, value]) => value.trim()))
  if (!status) return said
  return status === 'leave' ? { ...said, answer: 'leave' } : { ...said, status }
}

/** Whether anything narrows the list. */
export const isNarrowed = (filters: Filters): boolean => Object.values(filters).some((value) => value.trim())

/** The same for a file, which is not narrowed by what people have not filled in. */
export const exportFilterOf = (filters: Filters): ExportFilter => askedOf({ ...filters, details: '' }) as ExportFilter

/** The other way: what a file was narrowed to, as far as a list can say it. */
export const filtersOf = ({ answer, ...said }: ExportFilter): Filters => ({
  ...EVERYBODY,
  ...Object.fromEntries(Object.entries(said).filter(([, value]) => value)),
  ...(answer === 'leave' && { status: 'leave' }),
})
