/** Times as people say them, in the zone of the activity they belong to. Pure. */

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** Words for the days around today. */
export interface DayWords {
  yesterday: string
  today: string
  tomorrow: string
}

/** How a moment is to be said. */
export interface Manner {
  locale: string
  zone?: string
  now: number
  words: DayWords
}

/** The zone of this browser, where nobody said another. */
export const ownZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'Asia/Shanghai'

const formats = new Map<string, Intl.DateTimeFormat>()

/** A format of Intl: dear to make, so that each is made once. */
export const format = (locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = `${locale} ${JSON.stringify(options)}`
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, options)
  formats.set(key, known)
  return known
}

/** The day and the time of a clock, such as 2026-03-05 09:30; one format for both, as each is dear. */
const stamp = (at: number, zone?: string): string =>
  format('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(at)

/** The day, such as 2026-03-05; without a zone where this browser is. */
export const day = (at: number, zone?: string): string => stamp(at, zone).slice(0, 10)

/** The hour and minute, such as 09:30. */
export const clock = (at: number, zone?: string): string => stamp(at, zone).slice(11)

const dayOf = (at: number, { locale, zone, now, words }: Manner): string => {
  const [own, today] = [day(at, zone), day(now, zone)]
  const apart = Math.round((Date.parse(own) - Date.parse(today)) / DAY_MS)
  const near = { [-1]: words.yesterday, 0: words.today, 1: words.tomorrow }[apart]
  if (near) return near
  const year = own.slice(0, 4) === today.slice(0, 4) ? undefined : 'numeric'
  return format(locale, {
    timeZone: zone,
    year,
    month: 'short',
    day: 'numeric',
    weekday: 'short',
  }).format(at)
}

/** A moment, such as 今天 09:30 or 3月5日周四 08:00. */
export const moment = (text: string, manner: Manner): string => {
  const at = Date.parse(text)
  return `${dayOf(at, manner)} ${clock(at, manner.zone)}`
}

/** From one moment to another, such as 今天 09:30 – 11:30. */
export const span = (from: string, to: string, manner: Manner): string => {
  const [start, end] = [Date.parse(from), Date.parse(to)]
  const isOneDay = day(start, manner.zone) === day(end, manner.zone)
  return `${moment(from, manner)} – ${isOneDay ? clock(end, manner.zone) : moment(to, manner)}`
}
