/** Durations and distances as people say them. Pure but for the words. */

/** Says a key of `common` with its number. */
export type Say = (key: string, named: { n: number | string }) => string

const UNITS = [
  ['days', 86_400],
  ['hours', 3_600],
  ['minutes', 60],
  ['seconds', 1],
] as const

/** A distance, such as 245 米 or 2.2 公里. */
export const metres = (value: number, say: Say): string =>
  value >= 1000
    ? say('common.kilometres', { n: (value / 1000).toFixed(1) })
    : say('common.metres', { n: Math.round(value) })

/** A duration in two units at most, such as 1 小时 20 分钟. */
export const duration = (value: number, say: Say): string => {
  let left = Math.max(0, Math.round(value))
  const parts = UNITS.map(([unit, size]) => {
    const n = Math.floor(left / size)
    left -= n * size
    return { unit, n }
  })
  const first = parts.findIndex(({ n }) => n > 0)
  if (first < 0) return say('common.duration.seconds', { n: 0 })
  return parts
    .slice(first, first + 2)
    .filter(({ n }) => n > 0)
    .map(({ unit, n }) => say(`common.duration.${unit}`, { n }))
    .join(' ')
}
