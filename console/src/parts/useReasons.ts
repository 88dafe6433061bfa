/** Why something reads as it does, in words with its numbers: every reason of the vocabulary. */

import { useI18n } from 'vue-i18n'
import { duration, metres } from './amounts'

/** A reason as the server gives it, with the numbers that belong to it. */
export type Reason = { reason: string } & Record<string, unknown>

export interface Explained {
  reason: string
  why: string
  much: string
  what: string
}

export const useReasons = () => {
  const { t, te } = useI18n()
  const byUnit: Record<string, (value: number) => string> = {
    _s: (value) => duration(value, t),
    _m: (value) => metres(value, t),
  }

  const said = (reason: Reason) =>
    Object.fromEntries(
      Object.entries(reason).map(([name, value]) => [name, byUnit[name.slice(-2)]?.(Number(value)) ?? String(value)]),
    )

  const words = (reason: Reason, part: string) => {
    const key = `reasons.${reason.reason}.${part}`
    return te(key, 'zh') ? t(key, said(reason)) : ''
  }

  /** What is wrong, by how much, and what helps; of a reason that nobody knows, its name. */
  const explain = (reason: Reason): Explained => ({
    reason: reason.reason,
    why: words(reason, 'why') || reason.reason,
    much: words(reason, 'much'),
    what: words(reason, 'what'),
  })

  return { explain, metres: (value: number) => metres(value, t), duration: (value: number) => duration(value, t) }
}
