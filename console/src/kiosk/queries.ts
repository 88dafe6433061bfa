/** What this room asks the server. */

import { asked, open } from '@/api/client'
import type { components } from '@/api/schema'

export type AtKiosk = components['schemas']['AtKiosk']
export type KioskAnswer = components['schemas']['KioskAnswer']

const TRY_MS = 5_000

export const checkIn = (body: AtKiosk): Promise<KioskAnswer> =>
  asked(open.POST('/v1/displays/checkins', { body, signal: AbortSignal.timeout(TRY_MS) }))
