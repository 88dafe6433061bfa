/** Live numbers out of what a stream says of them. Pure. */

import type { components } from './schema'

export type Stats = components['schemas']['Stats']
export type News = Stats & { is_partial?: boolean }

/** The numbers after a `stats` event: a partial one brings those minutes that changed, and 0 for those that are gone. */
export const follow = (known: Stats | null, { is_partial, ...numbers }: News): Stats => {
  if (!is_partial) return numbers
  const minutes = new Map(
    [...(known?.by_minute ?? []), ...numbers.by_minute].map((one) => [`${one.minute} ${one.span_s}`, one]),
  )
  return { ...numbers, by_minute: [...minutes.values()].filter(({ count }) => count) }
}
